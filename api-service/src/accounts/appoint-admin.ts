import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { SessionRepository } from '../sessions/session.repository.ts';
import type { AccountRepository } from './account.repository.ts';
import { hashPassword } from './password.ts';
import { noSecondFactor } from './second-factor.ts';

interface Deps {
  accounts: AccountRepository;
  sessions: SessionRepository;
}

/**
 * Makes an account an admin's, or one for whoever has none yet. Gives the new password, which stands nowhere else; undefined: the
 * account has kept its own, as its owner has proven the address.
 */
export async function appointAdmin({ accounts, sessions }: Deps, email: string): Promise<string | undefined> {
  const password = newPassword();
  const passwordHash = await hashPassword(password);
  const emailVerifiedAt = new Date();
  const found = await accounts.findByEmail(email);
  return accounts.inTransaction(async (transaction) => {
    const there = found && (await accounts.lock(found.id, transaction));
    const admin = { role: 'admin', disabledAt: null } as const;
    if (there?.emailVerifiedAt) {
      await accounts.update(there.id, admin, transaction);
      return undefined;
    }
    const fields = { ...admin, passwordHash, emailVerifiedAt };
    if (there) {
      // Anybody may have registered with the address.
      await sessions.endAll(there.id, transaction);
      await accounts.update(there.id, { ...fields, ...noSecondFactor }, transaction);
    } else await accounts.create({ id: uuidv7(), email, ...fields }, transaction);
    return password;
  });
}

const firstAdmin = 'admin@example.com';

/** For trying things out. Undefined if somebody is an admin already, or has this address. */
export async function appointFirstAdmin(deps: Deps) {
  const { accounts } = deps;
  const admins = await accounts.inTransaction((transaction) => accounts.lockAdmins(transaction));
  if (admins.length > 0 || (await accounts.findByEmail(firstAdmin))) return undefined;
  const password = await appointAdmin(deps, firstAdmin);
  return password === undefined ? undefined : { email: firstAdmin, password };
}

const newPassword = () => randomBytes(15).toString('base64url');
