import { expect } from 'chai';
import { waitFor } from 'ct-common-lib/testing';
import type { HttpClient } from '../../api-service/test/support/http-client.ts';
import type { Deployment } from './deployment.ts';
import { runNpm } from './npm.ts';
import { ratingsRecorded } from './rating-history.ts';
import { ratingOf } from './review-ledger.ts';

type Databases = Pick<Deployment, 'databaseUrl' | 'ratingDatabaseUrl'>;

async function run(script: string, { databaseUrl, ratingDatabaseUrl }: Databases, apiUrl?: string) {
  const program = runNpm(['run', '--silent', script], {
    variables: {
      DATABASE_URL: databaseUrl,
      RATING_DATABASE_URL: ratingDatabaseUrl,
      ...(apiUrl && { API_URL: apiUrl }),
    },
  });
  return { code: await program.ended, said: program.said.stdout + program.said.stderr };
}

/** `npm run ratings:rebuild` */
export const rebuildRatings = (databases: Databases) => run('ratings:rebuild', databases);

/** `npm run ratings:verify` */
export const verifyRatings = (deployment: Deployment, api: HttpClient) =>
  run('ratings:verify', deployment, api.baseUrl);

/** Waits until each API serves of every product what the recorded reviews lead to now. */
export async function waitForReviewsRated(
  apis: readonly HttpClient[],
  productIds: string[],
  databaseUrl: string,
) {
  const recorded = await ratingsRecorded(databaseUrl);
  for (const api of apis)
    for (const id of productIds)
      await waitFor(`${api.baseUrl} serves the right rating of ${id}`, async () =>
        expect(ratingOf(await api.product(id))).to.deep.equal(recorded(id).at(-1)),
      );
}
