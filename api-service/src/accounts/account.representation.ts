import { createRepresentation, type Representation } from 'ct-common-lib/http';
import type { Account } from './account.model.ts';

/** An account as the API shows it. */
export function representAccount(account: Account): Representation {
  return createRepresentation(account.version, {
    id: account.id,
    email: account.email,
    emailVerified: account.emailVerifiedAt !== null,
    role: account.role,
    disabled: account.disabledAt !== null,
    secondFactor: account.totpConfirmedAt !== null,
    version: Number(account.version),
    createdAt: account.createdAt,
    updatedAt: account.updatedAt,
  });
}
