import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../support/random.ts';
import type { Rig } from './rig.ts';

/** What a fault takes hold of: two faults that happen at the same time never share one. */
export type Part = 'postgres' | 'redis' | 'rabbit' | 'api' | 'rating';

/** Something that goes wrong, and is well again when `inject` resolves, also if it throws. */
export interface Fault {
  /** The part first, e.g. `redis: paused for 5 s`. */
  name: string;
  on: readonly Part[];
  /** Makes it happen, holds it for as long as it takes, and mends what it broke. */
  inject(rig: Rig, random: Random): Promise<void>;
}

/** Makes faults of one part, named after it. */
export const faultOf =
  (part: Part) =>
  (name: string, inject: Fault['inject']): Fault => ({ name: `${part}: ${name}`, on: [part], inject });

/** How long a fault lasts: time is what a fault is made of, nothing is waited for. */
export const hold = (seconds: number) => sleep(seconds * 1000);
