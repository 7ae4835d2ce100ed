import type { TcpProxy } from '../../../ct-common-lib/test/support/tcp-proxy.ts';
import type { Random } from '../../support/random.ts';
import { hold, type Fault } from '../fault.ts';
import type { Rig } from '../rig.ts';

type Server = 'postgres' | 'redis' | 'rabbit';

/** What happens to links, and goes on until it resolves; they are healed afterwards. */
interface Trouble {
  name: string;
  make: (links: TcpProxy[], random: Random) => Promise<void>;
}

const secondsFrom2To8 = ({ next }: Random) => 2 + 6 * next();
const someDirection = ({ below }: Random) => (['up', 'down', 'both'] as const)[below(3)]!;

function all(links: TcpProxy[], does: (link: TcpProxy) => void) {
  for (const link of links) does(link);
}

const troubles: Trouble[] = [
  {
    name: 'cut now and then',
    async make(links, random) {
      for (let times = 1 + random.below(5); times > 0; times--) {
        all(links, (link) => link.cut());
        await hold(2 * random.next());
      }
    },
  },
  {
    name: 'reset now and then',
    async make(links, random) {
      for (let times = 1 + random.below(5); times > 0; times--) {
        all(links, (link) => link.reset());
        await hold(2 * random.next());
      }
    },
  },
  ...(['both', 'up', 'down'] as const).map((direction) => ({
    name: `a black hole, ${direction === 'both' ? 'both ways' : direction}`,
    async make(links: TcpProxy[], random: Random) {
      all(links, (link) => link.blackHole(direction));
      await hold(secondsFrom2To8(random));
    },
  })),
  {
    name: 'cut, and new connections hang in their handshake',
    async make(links, random) {
      all(links, (link) => {
        link.blackHole();
        link.cut();
      });
      await hold(secondsFrom2To8(random));
    },
  },
  {
    name: 'slow by 30 to 300 ms',
    async make(links, random) {
      const direction = someDirection(random);
      all(links, (link) => link.delay(30 + random.below(271), direction));
      await hold(secondsFrom2To8(random));
    },
  },
  {
    name: 'sliced into single bytes',
    async make(links, random) {
      const direction = someDirection(random);
      all(links, (link) => link.slice(direction));
      await hold(secondsFrom2To8(random));
    },
  },
  {
    name: 'reset after some bytes, again and again',
    async make(links, random) {
      const direction = someDirection(random);
      for (let seconds = secondsFrom2To8(random); seconds > 0; seconds--) {
        all(links, (link) => link.resetAfter(1 + random.below(20_000), direction));
        await hold(1);
      }
    },
  },
];

/** Those of one service, or of all at once: then the server is away for everybody. */
function someLinks(rig: Rig, server: Server, { below }: Random): TcpProxy[] {
  const linked = rig.services.flatMap(({ name, links }) => {
    const link = links[server];
    return link ? [{ name, link }] : [];
  });
  const chosen = below(2) === 0 ? linked : [linked[below(linked.length)]!];
  rig.note(`  the links from ${chosen.map(({ name }) => name).join(', ')} to ${server}`);
  return chosen.map(({ link }) => link);
}

/** Troubles between the services and one server: of one service, which others then overtake, or of all. */
export const linkFaults: Fault[] = (['postgres', 'redis', 'rabbit'] as const).flatMap((server) =>
  troubles.map(({ name, make }): Fault => ({
    name: `${server}: links ${name}`,
    on: [server],
    async inject(rig, random) {
      const links = someLinks(rig, server, random);
      try {
        await make(links, random);
      } finally {
        all(links, (link) => link.heal());
      }
    },
  })),
);
