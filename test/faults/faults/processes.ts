import { waitFor } from 'ct-common-lib/testing';
import type { Random } from '../../support/random.ts';
import type { Failpoint } from '../failpoint.ts';
import { hold, type Fault } from '../fault.ts';
import type { Rig, RigService } from '../rig.ts';

type Kind = 'api' | 'rating';

/** Something that happens to one process; it is started again afterwards if it does not run. */
interface Trouble {
  name: string;
  make: (service: RigService, random: Random) => Promise<void>;
}

const failpointPatienceMs = 10_000;

function frozen(seconds: number): Trouble {
  return {
    name: `frozen for ${seconds} s`,
    async make(service) {
      service.pause();
      try {
        await hold(seconds);
      } finally {
        service.resume();
      }
    },
  };
}

const troubles: Trouble[] = [
  {
    name: 'killed',
    async make(service, random) {
      await service.kill();
      await hold(3 * random.next());
    },
  },
  {
    name: 'stopped',
    async make(service, random) {
      await service.stop();
      await hold(3 * random.next());
    },
  },
  frozen(5),
  frozen(30),
];

/** Kills itself at a point of its work; calls that off if it does not get there within 10 s. */
const killedAt = (failpoint: Failpoint): Trouble => ({
  name: `killed ${failpoint.replaceAll('-', ' ')}`,
  async make(service) {
    service.arm(failpoint);
    const isGone = () => !service.isRunning();
    await waitFor(`${service.name} to reach it`, isGone, { timeoutMs: failpointPatienceMs }).catch(() =>
      service.disarm(),
    );
  },
});

const processesOf = (rig: Rig, kind: Kind) => (kind === 'api' ? rig.apis : rig.ratings);

async function startUnlessRunning(service: RigService) {
  if (!service.isRunning()) await service.start();
}

const fault = (kind: Kind, { name, make }: Trouble): Fault => ({
  name: `${kind}: one ${name}`,
  on: [kind],
  async inject(rig, random) {
    const processes = processesOf(rig, kind);
    const service = processes[random.below(processes.length)]!;
    rig.note(`  ${service.name}`);
    try {
      await make(service, random);
    } finally {
      await startUnlessRunning(service);
    }
  },
});

const bothKilled = (kind: Kind): Fault => ({
  name: `${kind}: both killed`,
  on: [kind],
  async inject(rig, random) {
    const processes = processesOf(rig, kind);
    try {
      await Promise.all(processes.map((service) => service.kill()));
      await hold(5 * random.next());
    } finally {
      await Promise.all(processes.map(startUnlessRunning));
    }
  },
});

/** As a deployment does it: one after another, the next when the one before answers. */
const rollingRestart: Fault = {
  name: 'api, rating: rolling restart',
  on: ['api', 'rating'],
  async inject(rig) {
    for (const service of rig.services) {
      try {
        await service.stop();
      } finally {
        await startUnlessRunning(service);
      }
    }
  },
};

export const processFaults: Fault[] = [
  ...troubles.flatMap((trouble) => [fault('api', trouble), fault('rating', trouble)]),
  bothKilled('rating'),
  rollingRestart,
  fault('api', killedAt('after-commit-before-bump')),
  fault('api', killedAt('after-publish-before-confirm')),
  fault('api', killedAt('after-confirm-before-delete')),
  fault('rating', killedAt('after-publish-before-confirm')),
  fault('rating', killedAt('after-rating-commit-before-ack')),
];
