// Starts PostgreSQL in the folder it is given, says so, and waits to be killed or, with `exit`, leaves at once.
import { startEmbeddedPostgres } from '../../src/postgres/embedded.ts';

const [dataDir = '', how] = process.argv.slice(2);
const postgres = await startEmbeddedPostgres({ dataDir, databases: ['app'], durable: false });
console.log(postgres.pid());
if (how === 'exit') process.exit();
setInterval(() => {}, 60_000);
