import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { unauthorized, type Caller } from 'ct-common-lib/http';
import { text } from '../http/fields.ts';
import type { AuthSettings } from './auth-settings.ts';
import { isRole, scopesOf } from './scopes.ts';

/** RS256 is what most identity providers sign with unless told otherwise. */
const algorithms = ['EdDSA', 'Ed25519', 'ES256', 'RS256'];
const clockToleranceSeconds = 5;

/** It is stored as the author of a review. */
export const subjectSchema = text(200);

export type CheckToken = (token: string) => Promise<Caller & { isOfAccount: boolean }>;

/**
 * Checks tokens: JSON Web Tokens (RFC 7519) with `sub` and `exp`, from this issuer, for this audience. Throws 401 `TOKEN_EXPIRED`
 * or `TOKEN_INVALID` with what is wrong, and what `keyOf` throws.
 */
export const createTokenChecker =
  ({ issuer, audience, rolesClaim }: AuthSettings, keyOf: JWTVerifyGetKey): CheckToken =>
  async (token) => {
    const payload = await verify(token);
    const subject = subjectSchema.safeParse(payload.sub);
    if (!subject.success) throw invalid('Its sub is not usable as the id of an author.');
    return {
      id: `user:${subject.data}`,
      subject: subject.data,
      isOfAccount: payload.account === true,
      scopes: scopesOf(rolesIn(claimOf(payload, rolesClaim))),
    };

    async function verify(token: string): Promise<JWTPayload> {
      try {
        const { payload } = await jwtVerify(token, keyOf, {
          algorithms,
          issuer,
          audience,
          clockTolerance: clockToleranceSeconds,
          requiredClaims: ['sub', 'exp'],
        });
        return payload;
      } catch (error) {
        throw error instanceof errors.JOSEError ? refusalOf(error) : error;
      }
    }
  };

/** Its name may have dots in it, or be a path to one inside others: `realm_access.roles`. */
const claimOf = (payload: JWTPayload, name: string): unknown =>
  payload[name] ??
  name
    .split('.')
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], payload);

/** A list, or words with spaces between; what is no role of ours is somebody else's. */
function rolesIn(claim: unknown) {
  const names = z
    .union([z.string().transform((words) => words.split(' ')), z.array(z.unknown())])
    .safeParse(claim);
  return (names.data ?? []).filter(isRole);
}

function refusalOf(error: errors.JOSEError) {
  if (error instanceof errors.JWTExpired)
    return unauthorized('TOKEN_EXPIRED', 'The token has expired: get a new one.', 'invalid_token');
  if (error instanceof errors.JWTClaimValidationFailed)
    return invalid(claimFaults[error.claim] ?? 'It lacks a claim.');
  if (error instanceof errors.JWKSNoMatchingKey)
    return invalid('It is signed with a key that is not known here.');
  if (error instanceof errors.JWKSMultipleMatchingKeys)
    return invalid('It does not say by which of several keys it is signed (kid).');
  if (error instanceof errors.JWSSignatureVerificationFailed) return invalid('Its signature is wrong.');
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported)
    return invalid(`It must be signed with one of ${algorithms.join(', ')}.`);
  return invalid('It is no signed JSON Web Token.');
}

const claimFaults: Record<string, string> = {
  iss: 'Its issuer (iss) is not the one that is trusted here.',
  aud: 'It is meant for somebody else (aud).',
  nbf: 'It is not valid yet (nbf).',
  sub: 'It does not say whose it is (sub).',
  exp: 'It does not say when it expires (exp).',
};

const invalid = (why: string) =>
  unauthorized('TOKEN_INVALID', `The token is not accepted. ${why}`, 'invalid_token');
