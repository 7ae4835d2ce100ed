// Preloaded before tsx, so that it is the one that tsx reads a file from: SQL_MUTANT is a mutant as JSON.
import { register } from 'node:module';

if (process.env.SQL_MUTANT) register('./sql-mutant-loader.mjs', import.meta.url);
