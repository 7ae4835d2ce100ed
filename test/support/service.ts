import { join } from 'node:path';
import { waitFor } from 'ct-common-lib/testing';
import { createHttpClient, type HttpClient } from '../../api-service/test/support/http-client.ts';
import { auth, newAdmin } from '../../api-service/test/support/tokens.ts';
import { failpointsModule, type Failpoint } from '../faults/failpoint.ts';
import { root, runProgram } from './program.ts';

interface Health {
  status: string;
  parts: Record<string, string>;
}

export type ServiceName = 'api-service' | 'rating-service';

export interface ServiceOptions {
  /** Whether it can be told to kill itself, see `arm`. Default: no. */
  failpoints?: boolean;
}

/** Runs a service in a process of its own, as `npm start -w` does. */
export function runService(
  name: ServiceName,
  variables: Record<string, string>,
  { failpoints = false }: ServiceOptions = {},
) {
  const main = join(root, name, 'src/main.ts');
  const nodeOptions = ['--conditions=ct-source', '--import=tsx'];
  if (failpoints) nodeOptions.push(`--import=${failpointsModule}`);
  const program = runProgram(process.execPath, [...nodeOptions, main], {
    variables: { AUTH_KEYS_FILE: auth.keysFile, RATE_LIMIT_WRITES: 'off', ...variables },
    ipc: failpoints,
  });
  return {
    ...program,
    /** Returns once the process knows that it will kill itself when it gets there. */
    arm: (failpoint: Failpoint) => program.ask({ failpoint }),
  };
}

/** The same, and waits until it is ready. */
export async function startService(
  name: ServiceName,
  variables: Record<string, string>,
  options?: ServiceOptions,
) {
  const program = runService(name, variables, options);
  const announcement = await waitFor(
    `${name} says where it listens, or exits`,
    () => {
      const line = program.said.stdout.split('\n').find((line) => line.includes(`${name} is ready`));
      return program.isRunning() ? line : '';
    },
    { timeoutMs: 60_000 },
  );
  if (announcement === '') throw new Error(`${name} exited: ${program.said.stdout}${program.said.stderr}`);
  const { port } = JSON.parse(announcement) as { port: number };
  const client = createHttpClient(`http://127.0.0.1:${port}`, newAdmin);
  const health = () => client.get<Health>('/health/ready');
  await waitFor(`${name} is ready`, async () => (await health()).status === 200);

  return {
    ...client,
    program,
    health,
    counter: (metric: string, labels?: string) => readCounter(client, metric, labels),
  };
}

export type Service = Awaited<ReturnType<typeof startService>>;

/** The sum of a counter over its label sets that contain `labels`. */
export async function readCounter(api: HttpClient, metric: string, labels = ''): Promise<number> {
  const { body } = await api.get<string>('/metrics');
  const lines = body.split('\n').filter((line) => line.startsWith(`${metric}{`) && line.includes(labels));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
