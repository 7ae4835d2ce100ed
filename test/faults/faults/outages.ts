import { faultOf, hold, type Fault } from '../fault.ts';
import type { Server } from '../servers/server.ts';

/** A server that goes and comes back, in the three ways in which servers go. */
export function outages(
  part: 'postgres' | 'redis' | 'rabbit',
  { stalledSeconds }: { stalledSeconds: number },
): Fault[] {
  const fault = faultOf(part);
  const away = async (leave: () => Promise<void>, server: Server, seconds: number) => {
    try {
      await leave();
      await hold(seconds);
    } finally {
      await server.start();
    }
  };
  return [
    fault('stopped and started', ({ [part]: server }, random) =>
      away(() => server.stop(), server, 3 * random.next()),
    ),
    fault('killed and started', ({ [part]: server }, random) =>
      away(() => server.kill(), server, 3 * random.next()),
    ),
    fault(`stalled for ${stalledSeconds} s`, async ({ [part]: server }) => {
      try {
        server.pause();
        await hold(stalledSeconds);
      } finally {
        server.resume();
      }
    }),
  ];
}
