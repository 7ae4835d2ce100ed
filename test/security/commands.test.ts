import { expect } from 'chai';
import { loadConfig } from 'ct-common-lib';
import { createMemoryBus } from 'ct-common-lib/bus';
import { createTestDatabase, waitFor, type TestDatabase } from 'ct-common-lib/testing';
import { schema as apiSchema } from '../../api-service/src/db/schema.ts';
import { silent, startApi, type Api } from '../../api-service/test/support/api.ts';
import { compose as composeRating, type RatingApp } from '../../rating-service/src/compose.ts';
import { configSchema } from '../../rating-service/src/config.ts';
import { schema as ratingSchema } from '../../rating-service/src/db/schema.ts';
import { runNpm } from '../support/npm.ts';
import { createServiceUser } from '../support/service-user.ts';

type User = Awaited<ReturnType<typeof createServiceUser>>;

describe('commands, where the services do not own their tables', () => {
  const bus = createMemoryBus({ log: silent });
  let databases: { api: TestDatabase; rating: TestDatabase };
  let users: { api: User; rating: User };
  let api: Api;
  let rating: RatingApp;

  before(async () => {
    databases = {
      api: await createTestDatabase({ name: 'commands' }),
      rating: await createTestDatabase({ name: 'commands' }),
    };
    users = {
      api: await createServiceUser(databases.api.url, apiSchema),
      rating: await createServiceUser(databases.rating.url, ratingSchema),
    };
    const config = loadConfig(configSchema, {});
    rating = composeRating({ ...config, ratingDatabaseUrl: users.rating.url, port: 0 }, { bus, log: silent });
    await rating.start();
    api = await startApi({ databaseUrl: users.api.url, bus });
    await bus.start();
    const { body } = await api.post<{ id: string }>('/api/products', { sku: 'a', name: 'A' });
    await api.post('/api/reviews', { productId: body.id, rating: 4 });
    await waitFor('the rating', async () => {
      const answer = await api.get<{ reviewCount: number }>(`/api/products/${body.id}`);
      return answer.body.reviewCount === 1;
    });
  });

  after(async () => {
    await bus.stop();
    await api.stop();
    await rating.stop();
    await databases.api.drop();
    await databases.rating.drop();
    await users.api.drop();
    await users.rating.drop();
  });

  async function run(args: string[], urls: { api: { url: string }; rating: { url: string } }) {
    const program = runNpm(['run', '--silent', ...args], {
      variables: {
        DATABASE_URL: urls.api.url,
        RATING_DATABASE_URL: urls.rating.url,
        API_URL: `http://127.0.0.1:${api.port}`,
      },
    });
    const code = await program.ended;
    return { code, said: program.said.stdout + program.said.stderr };
  }

  it('lets their users verify the ratings, and look at what is parked', async () => {
    expect(await run(['ratings:verify'], users)).to.deep.include({ code: 0 });
    const parked = await run(['events:parked', '--', 'list', '--queue', 'outbox'], users);
    expect(parked).to.deep.include({ code: 0 });
  });

  it('has the owners rebuild the ratings, and says so to others before anything is changed', async () => {
    const refused = await run(['ratings:rebuild'], users);
    expect(refused.code).to.equal(1);
    expect(refused.said).to.match(/permission denied.*\n.*give the URLs of the owners of the tables/);
    expect(await run(['ratings:verify'], users)).to.deep.include({ code: 0 });
    expect(await run(['ratings:rebuild'], databases)).to.deep.include({ code: 0 });
    expect(await run(['ratings:verify'], users)).to.deep.include({ code: 0 });
  });
});
