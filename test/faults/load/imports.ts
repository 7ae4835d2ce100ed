import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { runImport } from '../../../api-service/src/import/run-import.ts';
import type { Random } from '../../support/random.ts';
import type { Rig } from '../rig.ts';
import type { OperationLog } from './operation-log.ts';

export interface ImportsDeps {
  rig: Pick<Rig, 'postgres'>;
  log: OperationLog;
  violation: (text: string) => void;
}

/** An import that has ended. */
export interface EndedImport {
  /** The `source` of its reviews. */
  source: string;
  rows: number;
  /** Whether it said that every row is in. */
  isWhole: boolean;
}

/** Longer than all attempts that an import makes at a database that does not answer. */
const timeoutMs = 240_000;
const productsOfImports = 20;

/** What imports call a product, from 0. */
export const importedSku = (number: number) => `import-${number}`;

/** Runs the import command, straight at the server and one at a time, over files of a few products. */
export function createImports({ rig, log, violation }: ImportsDeps) {
  const ended: EndedImport[] = [];
  let isRunning = false;

  function csvOf(rows: number, { below, rating }: Random) {
    const lines = ['id,product,rating,title,text,author'];
    for (let row = 0; row < rows; row++)
      lines.push(`${row},${importedSku(below(productsOfImports))},${rating()},Imported,"one, two",Ada`);
    return `${lines.join('\n')}\n`;
  }

  async function run(random: Random) {
    const rows = 50 + random.below(250);
    const source = log.nextMarker();
    const folder = await mkdtemp(join(tmpdir(), 'ct-reviews-import-'));
    const startedAt = Date.now();
    let said = '';
    const stderr = new Writable({
      write(chunk, _encoding, done) {
        said += String(chunk);
        done();
      },
    });
    try {
      const file = join(folder, 'reviews.csv');
      await writeFile(file, csvOf(rows, random));
      const exitCode = await runImport([file, '--source', source], {
        withDatabase: (work) => work(rig.postgres.url('ct_api')),
        stdout: { write: () => undefined },
        stderr,
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (exitCode === 130) violation(`the import ${source} did not end within ${timeoutMs} ms`);
      ended.push({ source, rows, isWhole: exitCode === 0 });
      const outcome = exitCode === 0 ? 'ok' : 'unknown';
      const operation = { what: `import ${source}, ${rows} rows`, by: 'import', outcome } as const;
      log.write({
        ...operation,
        startedAt,
        endedAt: Date.now(),
        ...(said !== '' && { answer: said.trim() }),
      });
    } catch (error) {
      violation(`the import ${source} failed in an unknown way: ${(error as Error).stack}`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  return {
    /** Does nothing while another import runs. */
    async run(random: Random) {
      if (isRunning) return;
      isRunning = true;
      try {
        await run(random);
      } finally {
        isRunning = false;
      }
    },

    ended: ended as readonly EndedImport[],
  };
}

export type Imports = ReturnType<typeof createImports>;
