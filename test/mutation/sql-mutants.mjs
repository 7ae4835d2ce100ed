/**
 * Stryker takes SQL for a string, and can only empty it. These are changes of single clauses, made by hand: each
 * replaces the one occurrence of `from` by `to`, and one of the tests of its group is to fail then. Clauses that guard the
 * same thing as another, so that none shows when it is missing, are left out; the README names them.
 */
const relay = (from, to) => ({ group: 'relay', file: 'ct-common-lib/src/outbox/relay.ts', from, to });
const states = (from, to) => ({
  group: 'register',
  file: 'rating-service/src/ratings/review-state.repository.ts',
  from,
  to,
});
const ratings = (from, to) => ({
  group: 'register',
  file: 'rating-service/src/ratings/product-rating.repository.ts',
  from,
  to,
});
const stores = (from, to) => ({
  group: 'register',
  file: 'rating-service/src/ratings/rating-store.repository.ts',
  from,
  to,
});
const products = (from, to) => ({
  group: 'handlers',
  file: 'api-service/src/ratings/rating.repository.ts',
  from,
  to,
});

export const sqlMutants = [
  relay('WHERE available_at <= now() ORDER', 'ORDER'),
  relay('now() ORDER BY id LIMIT $1', 'now() ORDER BY id DESC LIMIT $1'),
  relay('LIMIT $1 FOR UPDATE', 'FOR UPDATE'),
  relay('FOR UPDATE SKIP LOCKED', ''),
  relay('FOR UPDATE SKIP LOCKED', 'FOR UPDATE'),
  relay(
    'WHERE id = ANY($1::bigint[])`, {\n        bind: [gone]',
    'WHERE id <= ALL($1::bigint[])`, {\n        bind: [gone]',
  ),
  relay('attempts = attempts + 1,', 'attempts = attempts,'),
  relay('least(0.1 * 2 ^ least(attempts, 10), 5)', '0'),
  relay('least(0.1 * 2 ^ least(attempts, 10), 5)', '0.1 * 2 ^ least(attempts, 10)'),
  relay('2 ^ least(attempts, 10)', '2 ^ attempts'),
  relay('2 ^ least(attempts, 10)', '2 * least(attempts, 10)'),
  relay(
    'WHERE id = ANY($1::bigint[])`,\n        { bind: [postponed',
    'WHERE $1::bigint[] IS NOT NULL`,\n        { bind: [postponed',
  ),
  relay('SELECT max(id)', 'SELECT min(id)'),
  relay('WHERE id <= $1', 'WHERE id < $1'),
  relay('WHERE id <= $1', 'WHERE $1::bigint IS NOT NULL'),
  relay('ORDER BY id LIMIT 1`,\n  );', 'ORDER BY id DESC LIMIT 1`,\n  );'),
  relay('LIMIT 10000', 'LIMIT 1'),

  states('SELECT review_id, product_id, NULL, 0', 'SELECT review_id, product_id, 1, 0'),
  states('SELECT review_id, product_id, NULL, 0', 'SELECT review_id, product_id, NULL, 1'),
  states('   ORDER BY review_id\n      ON CONFLICT', '      ON CONFLICT'),
  states('DO NOTHING', 'DO UPDATE SET version = 0'),
  states('DO NOTHING', 'DO UPDATE SET product_id = excluded.product_id'),
  states('   ORDER BY review_id\n     FOR UPDATE', '     FOR UPDATE'),
  states('ORDER BY review_id\n     FOR UPDATE', 'ORDER BY review_id'),
  states('SET rating = latest.rating, version', 'SET version'),
  states(', version = latest.version', ''),
  states('WHERE review_state.review_id = latest.review_id', ''),

  ratings('   ORDER BY product_id\n      ON CONFLICT', '      ON CONFLICT'),
  ...[1, 2, 3, 4, 5].flatMap((star) => [
    ratings(`n${star} = rating.n${star} + excluded.n${star}`, `n${star} = excluded.n${star}`),
    ratings(`n${star} = rating.n${star} + excluded.n${star}`, `n${star} = rating.n${star}`),
  ]),
  ratings('version = rating.version + excluded.version', 'version = excluded.version'),
  ratings(
    'version = rating.version + excluded.version',
    'version = greatest(rating.version, excluded.version)',
  ),
  ratings('CASE WHEN excluded.version = 0 THEN rating.updated_at ELSE now() END', 'now()'),
  ratings('CASE WHEN excluded.version = 0 THEN rating.updated_at ELSE now() END', 'rating.updated_at'),
  ratings('AS change (product_id, n1, n2', 'AS change (product_id, n2, n1'),
  ratings('AS change (product_id, n1, n2, n3, n4, n5', 'AS change (product_id, n1, n2, n3, n5, n4'),
  ratings('WHERE product_id = ANY ($1::uuid[])', 'WHERE $1::uuid[] IS NOT NULL'),
  ratings(
    'WHERE product_id = ANY ($1::uuid[])\n   ORDER BY product_id',
    'WHERE product_id = ANY ($1::uuid[])\n   ORDER BY product_id DESC',
  ),

  stores('LOCK TABLE review_state IN ROW EXCLUSIVE MODE;', ''),
  stores("role = 'former' OR register = register_identity()", "role IN ('former', 'current')"),
  stores("role = 'former' OR register", 'register'),
  stores('SELECT DISTINCT id', 'SELECT id'),
  stores('\n      ON CONFLICT (id) DO NOTHING', ''),

  products(' FOR SHARE', ''),
  products('ORDER BY product_id, version DESC', 'ORDER BY product_id, version'),
  products('FROM told JOIN link ON told.store IS NULL OR told.store', 'FROM told JOIN link ON told.store'),
  products(
    'FROM told JOIN link ON told.store IS NULL OR told.store = link.store',
    'FROM told JOIN link ON true',
  ),
  products(
    'FROM told LEFT JOIN link ON told.store IS NULL OR told.store',
    'FROM told LEFT JOIN link ON told.store',
  ),
  products('ARRAY[n1, n2, n3, n4, n5]', 'ARRAY[n5, n4, n3, n2, n1]'),
  products('review_count = rating.review_count,', ''),
  products('average_rating = rating.average,', ''),
  products('rating_version = rating.version,', ''),
  products(
    'rating_version = rating.version,\n           rating_updated_at = now()',
    'rating_version = rating.version',
  ),
  products('WHERE products.id = rating.product_id\n', 'WHERE true\n'),
];
