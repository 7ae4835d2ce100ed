import type { Fault } from '../fault.ts';
import { linkFaults } from './links.ts';
import { postgresFaults } from './postgres.ts';
import { processFaults } from './processes.ts';
import { rabbitFaults } from './rabbitmq.ts';
import { redisFaults } from './redis.ts';

export const faults: Fault[] = [
  ...processFaults,
  ...rabbitFaults,
  ...postgresFaults,
  ...redisFaults,
  ...linkFaults,
];

/** What makes sure that a short run has seen all that it must have seen, see sometimes.ts. */
const essentials = new Set([
  'rabbit: stalled for 8 s',
  'rabbit: short of memory for 6 s, takes no messages',
  'rabbit: a redelivery storm in rating-service.reviews',
  'postgres: deadlocks between registers and ratings for 5 s',
  'redis: asleep for 5 s',
]);

export const isEssential = ({ name }: Fault) => essentials.has(name);
