import type { AuthSettings } from '../auth/auth-settings.ts';
import { keyScopes, roles, scopes, scopesOf, type Role, type Scope } from '../auth/scopes.ts';

/** What the description tells before its operations, in Markdown. `auth`: undefined where nobody is asked who he is. `problems`: each with what to do. */
export function introductionOf(auth: AuthSettings | undefined, problems: string): string {
  return [about, begin(auth), ...(auth ? [access(auth)] : []), conventions, errors(problems)].join('\n\n');
}

const about =
  'Reviews of products, and ratings that always equal what the reviews come to. A read that begins after a write was answered shows that write.';

function begin(auth: AuthSettings | undefined): string {
  const steps = [...stepsToAdmin(auth), product, ...stepsToCustomer(auth), ...review];
  return `## Begin here

A new installation is empty. At \`/docs\` each step is an operation below: open it, fill in what it takes, press **Execute**, and read the answer under it.

${steps.map((step, n) => `${n + 1}. ${step}`).join('\n')}

A moment later \`GET /api/products/{id}\` shows the rating.`;
}

const authorize =
  'Press **Authorize**, above the operations, paste it there alone, without quotes and without the word Bearer, and press *Authorize* and *Close*.';
const command = (options: string) => `\`npm run -s token -- ${options}\``;

function stepsToAdmin(auth: AuthSettings | undefined): string[] {
  if (!auth)
    return ['**Nobody is asked who he is** (`AUTH=off`): whoever reaches this service may do everything.'];
  if (auth.jwksUrl !== undefined)
    return [
      `**Be an admin**, as only admins create products. Accounts are with the identity provider \`${auth.issuer}\`: there, give yours the role \`admin\` in the claim \`${auth.rolesClaim}\`, and get a token for the audience \`${auth.audience}\`. ${authorize}`,
    ];
  if (!auth.accounts)
    return [
      `**Be an admin**, as only admins create products. On the machine of the service ${command('--role admin')} prints a token. ${authorize}`,
    ];
  return [
    `**Be an admin**, as only admins create products. The first \`npm start\` has printed the e-mail address and the password of one, that once. Elsewhere, or if it is lost, \`npm run -s admin -- you@shop.example\` makes an admin and prints the password. For a first try ${command('--role admin')} prints a token, which does in place of that of step 2.`,
    `**Log in** with \`POST /api/sessions\`, and copy the \`accessToken\` of the answer. ${authorize} It is good for a quarter of an hour; after that, log in again.`,
  ];
}

const product = '**Create a product** with `POST /api/products`, and copy the `id` of the answer.';

function stepsToCustomer(auth: AuthSettings | undefined): string[] {
  const again = 'Press **Authorize** again, *Logout*, and paste this token.';
  if (!auth) return [];
  if (auth.jwksUrl !== undefined)
    return [`**Be a customer**: everybody whom the provider knows is one. Get a token. ${again}`];
  if (!auth.accounts)
    return [
      `**Be a customer**: ${command('--subject ada')} prints a token of one who is named ada. ${again}`,
    ];
  return [
    '**Register** a customer with `POST /api/accounts`. A mail with a link confirms the address; without `SMTP_URL` none is sent, and the link stands in the log of the service. A review does not wait for it, a second factor does.',
    `**Log in** as this customer, as in step 2. ${again}`,
  ];
}

const review = [
  '**Review** the product with `POST /api/reviews`, its `id` as `productId`. The same author again is a 409, among whose headers `Location` leads to the first review: nobody reviews a product twice.',
  '**Edit** the review with `PATCH /api/reviews/{id}`: `id` is that of the review. `If-Match`, which may be left out, takes the `etag` among the headers of the answer before, quotes included: if somebody else has changed it since, it is a 412.',
];

/** Of use only where there are accounts. */
const ofAccounts: readonly Scope[] = ['account', 'accounts:manage'];

const rights: Record<Role, string> = {
  customer: 'writes reviews, and changes and deletes those of his own',
  moderator: 'changes and deletes every review as well, and decides on its `status`',
  admin: 'creates, changes and deletes products as well, and whatever else takes the scopes beside this',
};

function access({ accounts, rolesClaim }: AuthSettings): string {
  const rows = roles.map((role, n) => {
    const before = n === 0 ? [] : scopesOf([roles[n - 1]!]);
    const added = scopesOf([role]).filter(
      (scope) => !before.includes(scope) && (accounts || !ofAccounts.includes(scope)),
    );
    return `| \`${role}\` | ${rights[role]} | ${listed(added)} |`;
  });
  const origin = accounts
    ? 'Whoever registers is a customer. An admin gives other roles with `PATCH /api/accounts/{id}`.'
    : `The claim \`${rolesClaim}\` of a token names the role; without one it is a customer's.`;
  return `## Who may do what

Reads are public. What writes takes a scope, which is named there. A role has those of the roles above it, too.

| Role | What it may do | Scopes |
| --- | --- | --- |
${rows.join('\n')}

${origin} A program has an API key, which an admin makes with \`POST /api/keys\`, with some of the scopes ${listed(keyScopes)}.`;
}

const listed = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');

const conventions = `## Ids, pages, versions, repetition

- **Ids** are given by the service: copy them from the answer that created a thing, or from a list. The ids of examples are of nothing.
- **Pages**: a list answers with \`data\` and \`nextCursor\`. Give that as \`cursor\`, with the same sort and filters, to get the next page, until it is null. \`Link\` has the same as a path, with \`rel="next"\`.
- **Versions**: an answer has an \`ETag\`. With \`If-None-Match\` a read is a 304 if you have it already; with \`If-Match\` a write is a 412 if the thing has changed since.
- **Repetition**: a POST with an \`Idempotency-Key\`, a new one for each request, is done once, however often it is sent, and answered each time as the first time.
- **Methods**: what takes GET takes HEAD; OPTIONS tells by \`Allow\` what a path takes.
- **Headers** of every answer: \`X-Request-Id\`, by which it is found in the log, and \`X-Content-Type-Options\`, \`Content-Security-Policy\` and \`Referrer-Policy\`, by which a browser makes no page of it. With \`CORS_ORIGINS\`, pages of those origins get \`Vary\` and \`Access-Control-…\`.`;

const errors = (problems: string) => `## What may go wrong

Every error is a problem document (RFC 9457): \`code\` is for programs and stays the same, \`detail\` says what is wrong, and \`errors\` names each faulty field. Whoever gets a 503 may send the same request again, unless its code is \`OUTCOME_UNKNOWN\`.

<details>
<summary>Each code, and what to do</summary>

${problems}

</details>`;

/** Who has each scope. */
export const scopeOwners: Record<string, string> = Object.fromEntries(
  scopes.map((scope) => {
    const role = roles.find((one) => scopesOf([one]).includes(scope))!;
    const owners = { customer: 'whoever is logged in', moderator: 'moderators and admins', admin: 'admins' };
    const isForKeys = (keyScopes as readonly string[]).includes(scope);
    return [scope, `${owners[role]}${isForKeys ? ', and API keys that were given it' : ''}`];
  }),
);
