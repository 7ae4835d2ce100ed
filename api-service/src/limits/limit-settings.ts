import { z } from 'zod';
import type { AuthEnvironment } from '../auth/auth-settings.ts';
import type { Limits } from './rate-limits.ts';

const limitSetting = z
  .string()
  .regex(/^([1-9]\d{0,5}|off)$/, 'must be a whole number a minute from 1 to 999999, or off')
  .transform((perMinute) => (perMinute === 'off' ? perMinute : Number(perMinute)));

const proxy = z.union([
  z.enum(['loopback', 'linklocal', 'uniquelocal']),
  z.ipv4(),
  z.ipv6(),
  z.union([z.cidrv4(), z.cidrv6()]).refine((range) => !range.endsWith('/0')),
]);

const proxies =
  'must be the number of proxies in front, e.g. 1, or their addresses, ranges (10.0.0.0/8), or loopback, linklocal, uniquelocal, separated by commas; not true or all addresses, as anybody could name any address then';

/** Of the environment. */
export const limitVariables = {
  RATE_LIMIT_READS: limitSetting.optional(),
  RATE_LIMIT_WRITES: limitSetting.optional(),
  RATE_LIMIT_LOGINS: limitSetting.optional(),
  /** As Express has it. */
  TRUST_PROXY: z
    .string()
    .transform((list) =>
      /^[1-9]\d?$/.test(list) ? Number(list) : list.split(',').map((name) => name.trim()),
    )
    .refine(
      (list) => typeof list === 'number' || list.every((name) => proxy.safeParse(name).success),
      proxies,
    )
    .optional(),
};

type LimitEnvironment = z.output<z.ZodObject<typeof limitVariables>> & Pick<AuthEnvironment, 'AUTH'>;

/** With `AUTH=off` those alone that were set: whoever may do everything needs no others. */
export function limitsOf(env: LimitEnvironment): Limits {
  const limit = (given: number | 'off' | undefined, otherwise: number | 'off') => {
    const chosen = given ?? (env.AUTH === 'off' ? 'off' : otherwise);
    return chosen === 'off' ? undefined : chosen;
  };
  return {
    reads: limit(env.RATE_LIMIT_READS, 'off'),
    writes: limit(env.RATE_LIMIT_WRITES, 300),
    logins: limit(env.RATE_LIMIT_LOGINS, 10),
  };
}
