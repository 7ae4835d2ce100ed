import { join } from 'node:path';
import { urlSetting } from 'ct-common-lib';
import { z } from 'zod';

/** Whose tokens are accepted. */
export interface AuthSettings {
  /** The key set of the shop's own identity provider, in place of keys of ours. */
  jwksUrl: string | undefined;
  /** Where ours are. */
  keysFile: string;
  /** Whether a key is made where there is none yet. */
  mayCreateKeys: boolean;
  issuer: string;
  audience: string;
  /** Which claim names the roles. */
  rolesClaim: string;
  /** Whether people register and log in here. */
  accounts: boolean;
}

/** Of the environment. */
export const authVariables = {
  AUTH: z.enum(['on', 'off'], { error: 'must be on or off' }).default('on'),
  AUTH_JWKS_URL: urlSetting('https:', 'http:').optional(),
  AUTH_KEYS_FILE: z.string().optional(),
  AUTH_ISSUER: z.string().optional(),
  AUTH_AUDIENCE: z.string().optional(),
  AUTH_ROLES_CLAIM: z.string().default('roles'),
  ACCOUNTS: z.enum(['on', 'off'], { error: 'must be on or off' }).default('on'),
};

export type AuthEnvironment = z.output<z.ZodObject<typeof authVariables>> & { NODE_ENV: string };

type Fault = 'AUTH_ISSUER' | 'AUTH_AUDIENCE' | 'AUTH_KEYS_FILE';

/** What is wrong with the variables together, each told by the one to change. */
export function faultsOfAuth(env: AuthEnvironment): Partial<Record<Fault, string>> {
  const { AUTH, AUTH_JWKS_URL, AUTH_KEYS_FILE, AUTH_ISSUER, AUTH_AUDIENCE, NODE_ENV } = env;
  if (AUTH_JWKS_URL !== undefined) {
    const needed = 'must be set with AUTH_JWKS_URL, or tokens that the provider gave for others would do';
    return {
      ...(AUTH_ISSUER === undefined && { AUTH_ISSUER: needed }),
      ...(AUTH_AUDIENCE === undefined && { AUTH_AUDIENCE: needed }),
      ...(AUTH_KEYS_FILE !== undefined && {
        AUTH_KEYS_FILE: 'cannot be set with AUTH_JWKS_URL: take one of them',
      }),
    };
  }
  if (NODE_ENV !== 'production' || AUTH === 'off' || AUTH_KEYS_FILE !== undefined) return {};
  return {
    AUTH_KEYS_FILE:
      'must be set in production (npm run -s keys -- <file> makes one), or AUTH_JWKS_URL, where your identity provider has its keys, or AUTH=off in a closed network',
  };
}

/** Undefined: whoever reaches the service may do everything. */
export function authSettingsOf(env: AuthEnvironment & { DATA_DIR: string }): AuthSettings | undefined {
  if (env.AUTH === 'off') return undefined;
  return {
    jwksUrl: env.AUTH_JWKS_URL,
    keysFile: env.AUTH_KEYS_FILE ?? join(env.DATA_DIR, 'api-service', 'keys.json'),
    mayCreateKeys: env.AUTH_KEYS_FILE === undefined,
    issuer: env.AUTH_ISSUER ?? 'ct-reviews',
    audience: env.AUTH_AUDIENCE ?? 'ct-reviews',
    rolesClaim: env.AUTH_ROLES_CLAIM,
    // With a provider they are its business.
    accounts: env.ACCOUNTS === 'on' && env.AUTH_JWKS_URL === undefined,
  };
}
