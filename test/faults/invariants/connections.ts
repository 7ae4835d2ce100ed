import { queues } from 'ct-common-lib/bus';
import type { Rig } from '../rig.ts';

/** Of each process, all of its pools together. */
const poolSizes = { 'api-service': 12, 'rating-service': 10 };

const databaseConnectionsSql = `
  SELECT application_name AS name, count(*)::int AS count
    FROM pg_stat_activity
   WHERE application_name IN ('api-service', 'rating-service')
   GROUP BY application_name`;

/** The services' connections that are missing or too many, by which connections that were lost or leaked are found. */
export async function wrongConnections({ postgres, redis, rabbit, apis, ratings }: Rig): Promise<string[]> {
  const wrong: string[] = [];
  const expect = (what: string, count: number, wanted: number) => {
    if (count !== wanted) wrong.push(`${count} ${what} instead of ${wanted}`);
  };

  const clients = String(await redis.command('CLIENT', 'LIST'))
    .trim()
    .split('\n');
  // The rig's own is the one that asks.
  expect(
    'connections to Redis',
    clients.filter((client) => !client.includes(' cmd=client')).length,
    // The cache's, and that of the limits.
    2 * apis.length,
  );

  const pools = await postgres.query<{ name: keyof typeof poolSizes; count: number }>(
    'postgres',
    databaseConnectionsSql,
  );
  for (const { name, count } of pools) {
    const most = poolSizes[name] * (name === 'api-service' ? apis.length : ratings.length);
    if (count > most)
      wrong.push(`${count} connections of ${name} to PostgreSQL, more than its pools' ${most}`);
  }

  const names = rowsOf(await rabbit.ctl('list_connections', '--silent', 'client_properties')).map(
    ([properties]) =>
      /"connection_name",longstr,<<"([^"]*)">>|connection_name","([^"]*)"/
        .exec(properties!)
        ?.slice(1)
        .find(Boolean) ?? '',
  );
  for (const [service, instances] of [
    ['api-service', apis],
    ['rating-service', ratings],
  ] as const)
    for (const purpose of ['publish', 'consume'])
      expect(
        `connections ${service}.${purpose} to RabbitMQ`,
        names.filter((name) => name === `${service}.${purpose}`).length,
        instances.length,
      );

  const consumers = rowsOf(await rabbit.ctl('list_queues', '--silent', 'name', 'consumers'));
  for (const queue of Object.keys(queues)) {
    const instances = queue.startsWith('api-service') ? apis : ratings;
    const found = consumers.find(([name]) => name === queue);
    expect(`consumers of ${queue}`, Number(found?.[1] ?? 0), instances.length);
  }
  return wrong;
}

const rowsOf = (output: string) =>
  output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
