import { waitFor } from 'ct-common-lib/testing';
import type { Rig } from '../rig.ts';

const violationsSql = `
  CREATE SCHEMA rig;
  CREATE TABLE rig.violations (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), what text NOT NULL);
`;

const reviewHistorySql = `
  -- Every version of every review that was committed, with what its event has to say.
  CREATE TABLE rig.review_version (
    review_id  uuid NOT NULL,
    version    bigint NOT NULL,
    product_id uuid NOT NULL,
    rating     smallint,
    PRIMARY KEY (review_id, version)
  );
  -- Every creation, with the marker by which its client can tell whether it happened.
  CREATE TABLE rig.created (kind text NOT NULL, id uuid NOT NULL, marker text);
  CREATE INDEX ON rig.created (marker);

  CREATE FUNCTION rig.note_review() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO rig.created VALUES ('review', NEW.id, coalesce(NEW.source, NEW.author_name));
    ELSIF NEW.version <> OLD.version + 1 THEN
      INSERT INTO rig.violations (what) VALUES (format('review %s went from version %s to %s', NEW.id, OLD.version, NEW.version));
    END IF;
    INSERT INTO rig.review_version
      VALUES (NEW.id, NEW.version, NEW.product_id, CASE WHEN NEW.deleted_at IS NULL AND NEW.status = 'approved' THEN NEW.rating END)
      ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
      INSERT INTO rig.violations (what) VALUES (format('review %s had version %s twice', NEW.id, NEW.version));
    END IF;
    RETURN NULL;
  END
  $body$;
  CREATE TRIGGER rig_note_review AFTER INSERT OR UPDATE ON reviews FOR EACH ROW EXECUTE FUNCTION rig.note_review();
`;

const productHistorySql = `
  -- Ratings as products rows have shown them, to be compared with those that rating-service has committed.
  CREATE TABLE rig.shown_rating (product_id uuid NOT NULL, version bigint NOT NULL, distribution bigint[] NOT NULL);

  CREATE FUNCTION rig.note_product() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO rig.created VALUES ('product', NEW.id, NEW.sku);
      RETURN NULL;
    END IF;
    IF NEW.version < OLD.version THEN
      INSERT INTO rig.violations (what) VALUES (format('product %s went back from version %s to %s', NEW.id, OLD.version, NEW.version));
    END IF;
    IF NEW.rating_version < OLD.rating_version THEN
      INSERT INTO rig.violations (what)
        VALUES (format('the rating of product %s went back from version %s to %s', NEW.id, OLD.rating_version, NEW.rating_version));
    END IF;
    IF (NEW.rating_version, NEW.distribution) IS DISTINCT FROM (OLD.rating_version, OLD.distribution) THEN
      INSERT INTO rig.shown_rating VALUES (NEW.id, NEW.rating_version, NEW.distribution);
    END IF;
    RETURN NULL;
  END
  $body$;
  CREATE TRIGGER rig_note_product AFTER INSERT OR UPDATE ON products FOR EACH ROW EXECUTE FUNCTION rig.note_product();
`;

const ratingHistorySql = `
  -- Every rating of every product that was committed: one version has one histogram.
  CREATE TABLE rig.product_rating_version (
    product_id   uuid NOT NULL,
    version      bigint NOT NULL,
    distribution bigint[] NOT NULL,
    PRIMARY KEY (product_id, version)
  );

  CREATE FUNCTION rig.note_rating() RETURNS trigger LANGUAGE plpgsql AS $body$
  DECLARE
    known bigint[];
  BEGIN
    IF TG_OP = 'UPDATE' AND NEW.version < OLD.version THEN
      INSERT INTO rig.violations (what)
        VALUES (format('the histogram of product %s went back from version %s to %s', NEW.product_id, OLD.version, NEW.version));
    END IF;
    INSERT INTO rig.product_rating_version
      VALUES (NEW.product_id, NEW.version, ARRAY[NEW.n1, NEW.n2, NEW.n3, NEW.n4, NEW.n5])
      ON CONFLICT (product_id, version) DO UPDATE SET version = excluded.version RETURNING distribution INTO known;
    IF known <> ARRAY[NEW.n1, NEW.n2, NEW.n3, NEW.n4, NEW.n5] THEN
      INSERT INTO rig.violations (what)
        VALUES (format('the histogram of product %s at version %s was %s and is %s', NEW.product_id, NEW.version, known,
                       ARRAY[NEW.n1, NEW.n2, NEW.n3, NEW.n4, NEW.n5]));
    END IF;
    RETURN NULL;
  END
  $body$;
  CREATE TRIGGER rig_note_rating_insert AFTER INSERT ON product_rating FOR EACH ROW EXECUTE FUNCTION rig.note_rating();
  CREATE TRIGGER rig_note_rating_update AFTER UPDATE ON product_rating FOR EACH ROW
    WHEN ((OLD.version, OLD.n1, OLD.n2, OLD.n3, OLD.n4, OLD.n5) IS DISTINCT FROM
          (NEW.version, NEW.n1, NEW.n2, NEW.n3, NEW.n4, NEW.n5))
    EXECUTE FUNCTION rig.note_rating();

  CREATE FUNCTION rig.note_state() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    INSERT INTO rig.violations (what)
      VALUES (format('the register of review %s went back from version %s to %s', NEW.review_id, OLD.version, NEW.version));
    RETURN NULL;
  END
  $body$;
  CREATE TRIGGER rig_note_state AFTER UPDATE ON review_state FOR EACH ROW
    WHEN (NEW.version < OLD.version) EXECUTE FUNCTION rig.note_state();
`;

/**
 * Has both databases write down what is ever committed, in a schema of the rig's own: the truth that events, ratings and
 * failed operations are held against. Waits until the services have made their tables.
 */
export async function installHistory({ postgres }: Pick<Rig, 'postgres'>) {
  const install = (database: string, sql: string) =>
    waitFor(
      `the history in ${database} is installed`,
      async () => {
        await postgres.query(database, `BEGIN; ${sql} COMMIT;`);
        return true;
      },
      { timeoutMs: 60_000, intervalMs: 500 },
    );
  await install('ct_api', violationsSql + reviewHistorySql + productHistorySql);
  await install('ct_rating', violationsSql + ratingHistorySql);
}
