import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a running `npm start` tells the other commands: where its parts are. */
export interface Running {
  pid: number;
  apiUrl: string;
  databaseUrl: string;
  ratingDatabaseUrl: string;
}

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** DATA_DIR, relative to where the command was typed; by default `.data` in the project. */
export const dataDir = process.env.DATA_DIR ? resolve(process.env.DATA_DIR) : join(root, '.data');

export const postgresDir = join(dataDir, 'postgres');
const file = join(dataDir, 'running.json');

/** Readable by the owner alone, as the URLs hold a password. */
export async function announceRunning(running: Running): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  // Renamed when it is whole, so that nobody reads half of it.
  await writeFile(`${file}.new`, JSON.stringify(running), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

export async function withdrawRunning(): Promise<void> {
  await rm(file, { force: true });
}

/**
 * The running `npm start` of this data folder; undefined without one. A crash leaves the file behind, and another
 * process may have got the number since, so the API itself is asked.
 */
export async function findRunning(): Promise<Running | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const running = JSON.parse(text) as Running;
  try {
    process.kill(running.pid, 0);
    await fetch(`${running.apiUrl}/health/live`, { signal: AbortSignal.timeout(5_000) });
    return running;
  } catch {
    return undefined;
  }
}
