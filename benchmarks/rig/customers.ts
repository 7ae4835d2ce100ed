import { tokenOf } from '../../api-service/test/support/tokens.ts';

/**
 * So many are enough: as it has no divisor in common with a thousand, each of a thousand requests that are sent over and over has
 * another token each time, a million times.
 */
const count = 1_009;

/** Tokens of customers of one load, each of whom reviews a product once. */
export const newCustomers = () => Promise.all(Array.from({ length: count }, () => tokenOf({ hours: 2 })));
