import { readFile, rm, writeFile } from 'node:fs/promises';
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
  await writeFile(file, JSON.stringify(running), { mode: 0o600 });
}

export async function withdrawRunning(): Promise<void> {
  await rm(file, { force: true });
}

/** The running `npm start` of this data folder; undefined without one. A crash leaves the file behind, so the process is asked for. */
export async function findRunning(): Promise<Running | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const running = JSON.parse(text) as Running;
  try {
    process.kill(running.pid, 0);
    return running;
  } catch {
    return undefined;
  }
}
