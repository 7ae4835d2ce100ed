/** What there is to be allowed. */
export const scopes = [
  /** Write reviews, change and delete one's own. */
  'reviews:write',
  /** Change and delete everybody's. */
  'reviews:moderate',
  'products:write',
  /** One's own account. */
  'account',
  /** Everybody's. */
  'accounts:manage',
  'keys:manage',
] as const;

export type Scope = (typeof scopes)[number];

/** Those that a program may be given: it has no account, and makes no keys. */
export const keyScopes = [
  'reviews:write',
  'reviews:moderate',
  'products:write',
] as const satisfies readonly Scope[];

/** Those that make others powerful: they end with the account that has them, and not with its token. */
export const managingScopes: readonly string[] = ['accounts:manage', 'keys:manage'] satisfies Scope[];

/** Whoever changes the reviews of others may write some. */
export const withImplied = (given: readonly Scope[]): readonly Scope[] =>
  given.includes('reviews:moderate') ? [...given, 'reviews:write'] : given;

/** Each may do what those before it may. */
export const roles = ['customer', 'moderator', 'admin'] as const;

export type Role = (typeof roles)[number];

export const isRole = (text: unknown): text is Role => roles.includes(text as Role);

const added: Record<Role, readonly Scope[]> = {
  customer: ['reviews:write', 'account'],
  moderator: ['reviews:moderate'],
  admin: ['products:write', 'accounts:manage', 'keys:manage'],
};

/** All that somebody with these roles may do; everybody is a customer. */
export function scopesOf(given: Role[]): readonly Scope[] {
  const highest = Math.max(0, ...given.map((role) => roles.indexOf(role)));
  return roles.slice(0, 1 + highest).flatMap((role) => added[role]);
}
