/** Each may do what those before it may. */
export const roles = ['customer', 'moderator', 'admin'] as const;

export type Role = (typeof roles)[number];

export const isRole = (text: unknown): text is Role => roles.includes(text as Role);

/** All that somebody with these roles may act as. */
export const actingAs = (given: Role[]): readonly Role[] =>
  roles.slice(0, 1 + Math.max(...given.map((role) => roles.indexOf(role))));
