import { randomBytes } from 'node:crypto';
import { createLogger } from 'ct-common-lib';
import { runMigrations, type Schema } from 'ct-common-lib/postgres';
import { Client } from 'pg';

/**
 * Migrates a test database, and makes a user who may do with its tables what that of a service may, and no more. `drop` is for after the
 * database was dropped.
 */
export async function createServiceUser(databaseUrl: string, { migrations, rights }: Schema) {
  const role = await createRole('service');
  const log = createLogger({ name: 'test', level: 'silent' });
  await runMigrations({ url: databaseUrl, migrations, grants: { role, tables: rights }, log });
  return { url: urlOf(databaseUrl, role), role, drop: () => dropRole(role) };
}

/** A user of a random name, which is also the password. */
export async function createRole(name: string): Promise<string> {
  const role = `${name}_${randomBytes(6).toString('hex')}`;
  await onServer(`CREATE ROLE ${role} LOGIN PASSWORD '${role}'`);
  return role;
}

export const dropRole = (role: string) => onServer(`DROP ROLE ${role}`);

export function urlOf(databaseUrl: string, role: string): string {
  const url = new URL(databaseUrl);
  url.username = url.password = role;
  return url.href;
}

async function onServer(sql: string) {
  const client = new Client({ connectionString: process.env.TEST_POSTGRES_URL });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
