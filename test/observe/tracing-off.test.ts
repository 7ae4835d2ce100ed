import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { createTestDatabase } from 'ct-common-lib/testing';
import { connect, startApi, type Api } from '../../api-service/test/support/api.ts';
import { readText, root } from '../docs/support/markdown.ts';

describe('without traces', () => {
  it('nothing of OpenTelemetry is loaded: it is imported where traces are made, and nowhere at the start of a file', async () => {
    for (const folder of ['ct-common-lib/src', 'api-service/src', 'rating-service/src', 'scripts']) {
      const names = (await readdir(join(root, folder), { recursive: true })).filter((name) =>
        name.endsWith('.ts'),
      );
      for (const name of names) {
        const text = await readText(`${folder}/${name}`);
        const loads = [...text.matchAll(/^import (?!type )[^;]*from '@opentelemetry[^']*'/gm)].map(
          ([found]) => found,
        );
        expect(loads, name).to.deep.equal([]);
        if (name !== 'tracing/tracing.ts') expect(text, name).not.to.include("import('@opentelemetry");
      }
    }
  });

  it('the row of a review in the outbox names no trace', async () => {
    const database = await createTestDatabase({ name: 'api' });
    let api: Api | undefined;
    try {
      api = await startApi({ databaseUrl: database.url });
      const product = await api.createProduct();
      const sql = await connect(database.url);
      await sql.query('CREATE TABLE seen AS SELECT * FROM outbox WITH NO DATA');
      await sql.query(
        'CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen SELECT NEW.*; RETURN NEW; END $$',
      );
      await sql.query('CREATE TRIGGER keep AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION keep()');
      await api.createReview(product.id);
      const { rows } = await sql.query<{ traceparent: string | null }>('SELECT traceparent FROM seen');
      await sql.end();
      expect(rows).to.deep.equal([{ traceparent: null }]);
    } finally {
      await api?.stop();
      await database.drop();
    }
  });
});
