/** Rows in the text format of COPY, in the order of the columns of `import_rows`. */
export const copyRows = 'COPY import_rows FROM STDIN';

const createStaging = `
  CREATE TEMP TABLE import_rows (
    position    int,
    sku         text,
    name        text,
    rating      smallint,
    title       text,
    text        text,
    author_name text,
    created_at  timestamptz,
    external_id text
  ) ON COMMIT DELETE ROWS;`;

// A review that was edited or deleted since it came in is there, too. OFFSET 0 keeps this a probe of the index for
// each row: joined, a chunk would be compared with all reviews, as the planner knows nothing of a fresh table.
export const dropKnown = `
  DELETE FROM import_rows r
  WHERE EXISTS (
    SELECT FROM reviews known WHERE known.source = $1 AND known.external_id = r.external_id OFFSET 0
  )`;

// Until the commit nobody can delete a product that the reviews refer to. Sorted here as everywhere, so that two
// imports at once take their locks in one order.
export const lockProducts = `
  WITH locked AS (
    SELECT sku FROM products WHERE sku IN (SELECT sku FROM import_rows) ORDER BY sku FOR KEY SHARE
  )
  SELECT (SELECT count(*) FROM locked) = (SELECT count(DISTINCT sku) FROM import_rows) AS complete`;

/** What a chunk writes. The row counts of the two inserts are what is new. */
export const statements = {
  createTables: createStaging,

  insertProducts: `
    INSERT INTO products (sku, name)
    SELECT DISTINCT ON (sku) sku, name
    FROM import_rows
    ORDER BY sku, position
    ON CONFLICT (sku) DO NOTHING`,

  // Of two rows with one id the first wins; the index decides where another import of the source is faster.
  insertReviews: `
    INSERT INTO reviews (product_id, rating, title, text, author_name, source, external_id, created_at)
    SELECT product.id, r.rating, r.title, r.text, r.author_name, $1, r.external_id, coalesce(r.created_at, now())
    FROM import_rows r
    JOIN products product USING (sku)
    ORDER BY r.external_id, r.position
    ON CONFLICT (source, external_id) WHERE source IS NOT NULL DO NOTHING`,
};

/** The same, into temporary tables that stand in for what a real run would have written by then. */
export const dryRunStatements = {
  createTables: `
    ${createStaging}
    CREATE TEMP TABLE import_products (sku text PRIMARY KEY);
    CREATE TEMP TABLE import_reviews (source text, external_id text, PRIMARY KEY (source, external_id));`,

  insertProducts: `
    INSERT INTO import_products (sku)
    SELECT DISTINCT sku
    FROM import_rows r
    WHERE NOT EXISTS (SELECT FROM products product WHERE product.sku = r.sku)
    ON CONFLICT DO NOTHING`,

  insertReviews: `
    INSERT INTO import_reviews (source, external_id)
    SELECT $1, external_id
    FROM import_rows
    ON CONFLICT DO NOTHING`,
};
