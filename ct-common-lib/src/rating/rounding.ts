/**
 * `numerator / denominator`, rounded half-up to two decimals. For integers `numerator >= 0` and
 * `denominator > 0`; exact while 200 * numerator + denominator is a safe integer.
 */
export function roundedQuotient(numerator: number, denominator: number): number {
  // Half-up on integers: a float such as 3.005 is already below its half when it comes to be rounded.
  return Math.floor((200 * numerator + denominator) / (2 * denominator)) / 100;
}
