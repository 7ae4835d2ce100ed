import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { differencesOf, productIdChunks, type Difference } from './rating-audit.ts';
import { withAuditedDatabases } from './rating-databases.ts';
import { findLink } from './rating-link.ts';
import { createProgress } from './progress.ts';
import { writeVerified } from './ratings-verified.ts';

/** What is on its way when it is looked at needs a moment; what still differs after this long is wrong. */
const patienceMs = 10_000;

/**
 * `npm run ratings:verify`: compares, for every product, the reviews with rating-service's register and
 * histogram, with the products row and with the served JSON. Exit code 1 with the differences, 2 if the command is wrong.
 * `--textfile FILE` writes what it has found as metrics, too; what it could not finish leaves that file as it is.
 */
try {
  const { textfile } = parseArgs({ options: { textfile: { type: 'string' } } }).values;
  if (textfile === '') throw new Error('--textfile names no file');
  process.exitCode = await verify(textfile);
} catch (error) {
  console.error(`${(error as Error).message}\nUsage: npm run ratings:verify -- [--textfile FILE]`);
  process.exitCode = 2;
}

function verify(textfile: string | undefined): Promise<number> {
  return withAuditedDatabases(async ({ apiUrl, ...databases }) => {
    if (!apiUrl) {
      console.error(
        'No API runs whose answers could be compared: start it with `npm start`, or set API_URL.',
      );
      return 1;
    }
    const progress = createProgress('products verified');
    const suspects: string[] = [];
    let seen = 0;
    for await (const ids of productIdChunks(databases, 500)) {
      const found = await differencesOf({ ...databases, apiUrl }, ids);
      suspects.push(...new Set(found.map(({ productId }) => productId)));
      seen += ids.length;
      progress.update(seen);
    }
    progress.stop();

    const differences = await lasting(suspects, (ids) => differencesOf({ ...databases, apiUrl }, ids));
    for (const { productId, place, says, truth } of differences) {
      console.log(`product ${productId}: the ${place} says ${says}; by its reviews it is ${truth}`);
    }
    const wrong = new Set(differences.map(({ productId }) => productId)).size;
    const result =
      wrong === 0 ? 'no difference' : `${wrong} with differences. \`npm run ratings:rebuild\` mends them.`;
    // Those that rating-service remembers although they are gone were compared too, but are no products any more.
    const { rows } = await databases.api.query<{ count: string }>('SELECT count(*) FROM products');
    const products = Number(rows[0]?.count);
    console.log(`${products} products, ${result}`);
    const broken = (await findLink(databases)) === 'broken';
    if (broken) {
      console.log(
        'Ratings stand still: the API takes none from this rating database. `npm run ratings:rebuild` links them.',
      );
    }
    if (textfile !== undefined)
      await writeVerified(textfile, { products, differing: wrong, linked: !broken });
    return wrong === 0 && !broken ? 0 : 1;
  });
}

/** Looks again at what differs until nothing does, or patience ends. */
async function lasting(ids: string[], look: (ids: string[]) => Promise<Difference[]>): Promise<Difference[]> {
  const deadline = Date.now() + patienceMs;
  let left = ids;
  for (;;) {
    const differences: Difference[] = [];
    for (let at = 0; at < left.length; at += 500) differences.push(...(await look(left.slice(at, at + 500))));
    if (differences.length === 0 || Date.now() >= deadline) return differences;
    left = [...new Set(differences.map(({ productId }) => productId))];
    await sleep(500);
  }
}
