import type { Fault } from '../fault.ts';
import { outages } from './outages.ts';
import { backendFaults } from './postgres-backends.ts';
import { errorFaults } from './postgres-errors.ts';
import { lockFaults } from './postgres-locks.ts';

export const postgresFaults: Fault[] = [
  ...outages('postgres', { stalledSeconds: 5 }),
  ...backendFaults,
  ...lockFaults,
  ...errorFaults,
];
