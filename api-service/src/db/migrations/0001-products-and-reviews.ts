import type { Migration } from 'ct-common-lib/postgres';

export const productsAndReviews: Migration = {
  name: '0001-products-and-reviews',
  up: ({ context }) => context.query(sql),
};

const sql = `
  -- UUID version 7 (RFC 9562): 48 bits of Unix time in ms, then random; for rows that do not come through the API.
  CREATE FUNCTION uuid_v7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $body$
    SELECT encode(
      set_bit(set_bit(
        overlay(uuid_send(gen_random_uuid())
                PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
                FROM 1 FOR 6),
        52, 1), 53, 1),
      'hex')::uuid
  $body$;

  CREATE TABLE products (
    id                uuid PRIMARY KEY DEFAULT uuid_v7(),
    sku               text NOT NULL CONSTRAINT products_sku_unique UNIQUE,
    name              text NOT NULL,
    description       text,
    brand             text,
    price             numeric(12, 2) CHECK (price >= 0),
    currency          text CHECK (currency ~ '^[A-Z]{3}$'),
    version           bigint NOT NULL DEFAULT 1,
    created_at        timestamptz(3) NOT NULL DEFAULT now(),
    updated_at        timestamptz(3) NOT NULL DEFAULT now(),

    -- The rating, as rating-service last told it.
    review_count      bigint NOT NULL DEFAULT 0,
    distribution      bigint[] NOT NULL DEFAULT '{0,0,0,0,0}',
    average_rating    numeric(3, 2),
    rating_version    bigint NOT NULL DEFAULT 0,
    rating_updated_at timestamptz(3),

    -- Signs become spaces first: PostgreSQL would read a signed number in AB-12, a host name in v.2, a tag in <b>.
    search            tsvector NOT NULL GENERATED ALWAYS AS (
      to_tsvector('simple', translate(
        sku || ' ' || name || ' ' || coalesce(brand, '') || ' ' || coalesce(description, ''),
        '-_./:@#&+~=?%<>', repeat(' ', 15)))
    ) STORED,

    CONSTRAINT products_price_has_currency CHECK ((price IS NULL) = (currency IS NULL))
  );

  -- One index for each sort, with the id as the tie-break of the keyset; the expressions put products without
  -- a price or a rating last.
  CREATE INDEX products_by_created_at ON products (created_at, id);
  CREATE INDEX products_by_name ON products (name, id);
  CREATE INDEX products_by_price ON products ((coalesce(price, 'Infinity')), id);
  CREATE INDEX products_by_price_descending ON products ((coalesce(price, -1)), id);
  CREATE INDEX products_by_average_rating ON products ((coalesce(average_rating, 0)), id);
  CREATE INDEX products_by_review_count ON products (review_count, id);
  -- And one for each filter.
  CREATE INDEX products_by_brand ON products (brand, created_at, id);
  CREATE INDEX products_by_search ON products USING gin (search) WITH (fastupdate = off);

  CREATE TABLE reviews (
    id          uuid PRIMARY KEY DEFAULT uuid_v7(),
    -- No foreign key: tombstones outlive their product. The insert trigger checks that the product exists.
    product_id  uuid NOT NULL,
    rating      smallint NOT NULL CHECK (rating BETWEEN 1 AND 5),
    title       text,
    text        text,
    author_id   text,
    author_name text,
    status      text NOT NULL DEFAULT 'approved' CHECK (status IN ('pending', 'approved', 'rejected')),
    -- Where an imported review came from; the pair names it for good.
    source      text,
    external_id text,
    version     bigint NOT NULL DEFAULT 1 CHECK (version >= 1),
    created_at  timestamptz(3) NOT NULL DEFAULT now(),
    updated_at  timestamptz(3) NOT NULL DEFAULT now(),
    -- Set: a tombstone. What the customer wrote is gone, the row stays to carry its version.
    deleted_at  timestamptz(3),

    CONSTRAINT reviews_source_has_external_id CHECK ((source IS NULL) = (external_id IS NULL))
  );

  CREATE UNIQUE INDEX reviews_by_source ON reviews (source, external_id) WHERE source IS NOT NULL;
  -- The two sorts of a product's reviews. The rating at the end lets the filter be answered inside the index.
  CREATE INDEX reviews_by_created_at ON reviews (product_id, created_at, id, rating)
    WHERE deleted_at IS NULL AND status = 'approved';
  CREATE INDEX reviews_by_rating ON reviews (product_id, rating, id)
    WHERE deleted_at IS NULL AND status = 'approved';
  -- All of a product's reviews, tombstones too: for the product's deletion and for the audit.
  CREATE INDEX reviews_by_product ON reviews (product_id, id);
`;
