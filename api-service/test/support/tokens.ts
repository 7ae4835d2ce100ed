import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuthSettings } from '../../src/auth/auth-settings.ts';
import { createKeysFile } from '../../src/auth/keys-file.ts';
import { createSigner, type Sign } from '../../src/auth/signer.ts';
import { issueToken, type TokenOptions } from '../../src/auth/token-issuer.ts';

const folder = mkdtempSync(join(tmpdir(), 'ct-reviews-keys-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** One key for all tests of this process. */
export const auth: AuthSettings = {
  jwksUrl: undefined,
  keysFile: join(folder, 'keys.json'),
  mayCreateKeys: true,
  issuer: 'ct-reviews',
  audience: 'ct-reviews',
  rolesClaim: 'roles',
  accounts: true,
};

await createKeysFile(auth.keysFile);

const signers = new Map<string, Sign>();

function signerOf(keysFile: string): Sign {
  const signer = signers.get(keysFile) ?? createSigner({ ...auth, keysFile });
  signers.set(keysFile, signer);
  return signer;
}

/** Of somebody new, unless told otherwise. */
export const tokenOf = (
  { subject = randomUUID(), role = 'customer', hours = 1 }: Partial<TokenOptions> = {},
  { keysFile = auth.keysFile } = {},
) => issueToken(auth, signerOf(keysFile), { subject, role, hours });

/** Of an admin whom nobody has met before, who so may review each product, and as an admin edit every review. */
export const newAdmin = () => tokenOf({ role: 'admin' });
