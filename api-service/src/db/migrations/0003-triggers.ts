import type { Migration } from 'ct-common-lib/postgres';

/**
 * Whatever changes a review or a product, the API, a COPY or a hand in psql, leaves in the same transaction
 * what the relays need: one event per changed review, and the cache tags of what can no longer be served.
 */
export const triggers: Migration = {
  name: '0003-triggers',
  up: async ({ context }) => {
    await context.query(reviewRules);
    await context.query(reviewEmissions);
    await context.query(productRules);
    await context.query(fixedSearchPath);
  },
};

/**
 * The functions look for their tables in the schema of this migration, and last among temporary ones: an edit in
 * psql, whatever its search path and temporary tables, must reach the real outbox.
 */
const fixedSearchPath = `
  DO $do$
  DECLARE
    trigger_function regprocedure;
  BEGIN
    FOR trigger_function IN
      SELECT DISTINCT tgfoid FROM pg_trigger
       WHERE tgrelid IN ('reviews'::regclass, 'products'::regclass) AND NOT tgisinternal
    LOOP
      EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', trigger_function, current_schema());
    END LOOP;
  END
  $do$;
`;

const reviewRules = `
  CREATE FUNCTION reviews_before_update() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    IF NEW.id <> OLD.id THEN
      RAISE EXCEPTION 'The id of a review never changes: ratings count by it'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'reviews_id_is_fixed';
    END IF;
    IF NEW.product_id <> OLD.product_id THEN
      RAISE EXCEPTION 'A review cannot move to another product'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'reviews_product_is_fixed';
    END IF;
    IF OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NULL THEN
      RAISE EXCEPTION 'A deleted review cannot come back: what it said is gone'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'reviews_deletion_is_final';
    END IF;
    IF NEW.deleted_at IS NOT NULL THEN
      NEW.title := NULL; NEW.text := NULL; NEW.author_id := NULL; NEW.author_name := NULL;
    END IF;
    NEW.version := OLD.version + 1;
    NEW.updated_at := now();
    RETURN NEW;
  END
  $body$;

  CREATE TRIGGER reviews_before_update BEFORE UPDATE ON reviews
    FOR EACH ROW EXECUTE FUNCTION reviews_before_update();

  CREATE FUNCTION reviews_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    RAISE EXCEPTION 'A review is not deleted but marked: UPDATE reviews SET deleted_at = now() WHERE ...'
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'reviews_are_tombstoned';
  END
  $body$;

  CREATE TRIGGER reviews_refuse_delete BEFORE DELETE ON reviews
    FOR EACH ROW EXECUTE FUNCTION reviews_refuse_delete();
  CREATE TRIGGER reviews_refuse_truncate BEFORE TRUNCATE ON reviews
    FOR EACH STATEMENT EXECUTE FUNCTION reviews_refuse_delete();
`;

const reviewEmissions = `
  -- What an event says of a review. The rating is null when the review does not count.
  CREATE FUNCTION review_event_data(review reviews) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT jsonb_build_object(
      'reviewId', review.id,
      'productId', review.product_id,
      'rating', CASE WHEN review.deleted_at IS NULL AND review.status = 'approved' THEN review.rating END,
      'version', review.version)
  $body$;

  CREATE FUNCTION reviews_after_insert() RETURNS trigger LANGUAGE plpgsql AS $body$
  DECLARE
    wanted bigint;
    found_ bigint;
  BEGIN
    SELECT count(DISTINCT product_id) INTO wanted FROM changed;
    -- Locked as a foreign key would lock them, so that no product goes between this check and the commit.
    WITH locked AS (
      SELECT id FROM products WHERE id IN (SELECT product_id FROM changed) ORDER BY id FOR KEY SHARE
    )
    SELECT count(*) INTO found_ FROM locked;
    IF found_ < wanted THEN
      RAISE EXCEPTION 'A review needs a product that exists'
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'reviews_product_exists', TABLE = 'reviews';
    END IF;

    INSERT INTO outbox (type, subject, data)
      SELECT 'review-created', changed.product_id, review_event_data(changed) FROM changed;
    INSERT INTO cache_invalidation (tag)
      SELECT DISTINCT 'reviews-of:' || product_id FROM changed;
    RETURN NULL;
  END
  $body$;

  CREATE TRIGGER reviews_after_insert AFTER INSERT ON reviews
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION reviews_after_insert();

  CREATE FUNCTION reviews_after_update() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    INSERT INTO outbox (type, subject, data)
      SELECT CASE WHEN changed.deleted_at IS NULL THEN 'review-updated' ELSE 'review-deleted' END,
             changed.product_id, review_event_data(changed)
        FROM changed;
    INSERT INTO cache_invalidation (tag)
      SELECT 'review:' || id FROM changed
      UNION ALL
      SELECT DISTINCT 'reviews-of:' || product_id FROM changed;
    RETURN NULL;
  END
  $body$;

  CREATE TRIGGER reviews_after_update AFTER UPDATE ON reviews
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION reviews_after_update();
`;

const productRules = `
  -- A rating is not part of a product's own version: a new rating must not fail somebody's edit.
  CREATE FUNCTION products_before_update() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := now();
    RETURN NEW;
  END
  $body$;

  CREATE TRIGGER products_before_update BEFORE UPDATE ON products
    FOR EACH ROW
    WHEN ((OLD.sku, OLD.name, OLD.description, OLD.brand, OLD.price, OLD.currency)
          IS DISTINCT FROM (NEW.sku, NEW.name, NEW.description, NEW.brand, NEW.price, NEW.currency))
    EXECUTE FUNCTION products_before_update();

  CREATE FUNCTION products_refuse_new_id() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    RAISE EXCEPTION 'The id of a product never changes: its reviews and ratings name it'
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'products_id_is_fixed';
  END
  $body$;

  CREATE TRIGGER products_refuse_new_id BEFORE UPDATE ON products
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION products_refuse_new_id();

  CREATE FUNCTION products_after_change() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    INSERT INTO cache_invalidation (tag) SELECT 'product:' || id FROM changed;
    IF TG_OP <> 'UPDATE' AND EXISTS (SELECT FROM changed) THEN
      INSERT INTO cache_invalidation (tag) VALUES ('products');
    END IF;
    IF TG_OP = 'DELETE' THEN
      UPDATE reviews SET deleted_at = now()
       WHERE product_id IN (SELECT id FROM changed) AND deleted_at IS NULL;
      INSERT INTO cache_invalidation (tag) SELECT 'reviews-of:' || id FROM changed;
    END IF;
    RETURN NULL;
  END
  $body$;

  CREATE TRIGGER products_after_insert AFTER INSERT ON products
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION products_after_change();
  CREATE TRIGGER products_after_update AFTER UPDATE ON products
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION products_after_change();
  CREATE TRIGGER products_after_delete AFTER DELETE ON products
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION products_after_change();

  CREATE FUNCTION products_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    RAISE EXCEPTION 'TRUNCATE would leave the reviews behind: use DELETE FROM products'
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'products_are_deleted';
  END
  $body$;

  CREATE TRIGGER products_refuse_truncate BEFORE TRUNCATE ON products
    FOR EACH STATEMENT EXECUTE FUNCTION products_refuse_truncate();
`;
