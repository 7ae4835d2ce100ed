import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createProgramRunner } from '../../ct-common-lib/src/postgres/embedded-user.ts';
import { findFreePort } from '../faults/servers/free-port.ts';

/** A server of that release, which keeps its data for as long as it runs. `url` is its superuser's, on the database `postgres`. */
export async function startInstalledPostgres(programs: string, { settings = '' } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'ct-postgres-'));
  const cluster = join(folder, 'cluster');
  // One program may be linked to where all of them lie.
  const home = dirname(await realpath(join(programs, 'initdb')));
  const program = (name: string) => join(home, name);
  const run = await createProgramRunner({ dataDir: folder, cluster, initdb: program('initdb') });

  const urlOf = (port: number) => `postgres://postgres@127.0.0.1:${port}/postgres`;
  const control = (action: string, data: string, ...more: string[]) =>
    run(program('pg_ctl'), [action, '--wait', '--silent', `--pgdata=${data}`, ...more]);
  const start = (data: string, port: number) =>
    control(
      'start',
      data,
      `--log=${data}.log`,
      '-o',
      `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off ${settings}`,
    );
  const stop = (data: string) => control('stop', data, '--mode=fast');

  await run(program('initdb'), [
    `--pgdata=${cluster}`,
    '--username=postgres',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  ]);
  const port = await findFreePort();
  await start(cluster, port);
  const replicas: { stop(): Promise<void> }[] = [];

  return {
    port,
    url: urlOf(port),
    /** Runs a program as the user of the server, who owns `folder`. */
    run,
    folder,
    /** Where its programs are. */
    programs: home,

    /** Another server, that follows this one by streaming; of a copy, if there is one. Stopped with it, if it was not before. */
    async startReplica(copy?: string) {
      const data = copy ?? join(folder, `replica-${replicas.length + 1}`);
      if (copy === undefined) {
        await run(program('pg_basebackup'), [
          `--dbname=${urlOf(port)}`,
          `--pgdata=${data}`,
          '--write-recovery-conf',
          '--checkpoint=fast',
          '--no-sync',
        ]);
      }
      const replicaPort = await findFreePort();
      await start(data, replicaPort);
      let runs = true;
      const replica = {
        port: replicaPort,
        url: urlOf(replicaPort),
        async stop() {
          if (runs) await stop(data);
          runs = false;
        },
        async start() {
          await start(data, replicaPort);
          runs = true;
        },
      };
      replicas.push(replica);
      return replica;
    },

    async stop() {
      for (const replica of replicas) await replica.stop();
      await stop(cluster);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type InstalledPostgres = Awaited<ReturnType<typeof startInstalledPostgres>>;
export type PostgresReplica = Awaited<ReturnType<InstalledPostgres['startReplica']>>;
