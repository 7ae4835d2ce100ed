// Migrates the database as the owner of its tables: node dist/db/main.js
import { runMigrateCommand } from 'ct-common-lib/postgres';
import { schema } from './schema.ts';

process.exitCode = await runMigrateCommand(schema, process.env);
