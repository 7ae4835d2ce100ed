import { runMigrateCommand } from 'ct-common-lib/postgres';
import { schema as apiSchema } from '../api-service/src/db/schema.ts';
import { schema as ratingSchema } from '../rating-service/src/db/schema.ts';

/** `npm run migrate`: both databases, each as the owner of its tables. */
for (const schema of [apiSchema, ratingSchema])
  process.exitCode ||= await runMigrateCommand(schema, process.env);
