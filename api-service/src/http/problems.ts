import type { KnownProblem } from 'ct-common-lib/http';

const example = '{01a1fc86-3458-7527-9678-c72b2d45f41f}';
const fixed = 'A review stays with its product: leave productId out, or repeat it unchanged.';
const notThePassword = 'This is not the password of the account.';

/** What is to be told of the problems that this service has beside those of every API. */
export const problems: Record<string, KnownProblem> = {
  CURSOR_INVALID: {
    explanation:
      'The `cursor` is damaged, or of another list, sort or filter. Take the `nextCursor` of the page before unchanged, or begin without one.',
    details: [
      'The cursor does not belong to this list. Take it unchanged from nextCursor, with the same sort and filters.',
    ],
    errors: [{ pointer: '/cursor', detail: 'query: not a cursor of this list' }],
  },
  PRODUCT_IS_FIXED: {
    explanation: 'A review stays with its product. Leave `productId` out, or write another review.',
    details: [fixed],
    errors: [{ pointer: '/productId', detail: fixed }],
  },
  PASSWORD_WRONG: {
    explanation: 'The password is not that of the account whose token you send.',
    details: [notThePassword],
    errors: [{ pointer: '/password', detail: notThePassword }],
  },
  CODE_WRONG: {
    explanation: 'The code of the second factor is wrong, or was used before. Wait for the next one.',
    details: ['The code is wrong, or was used before. A new one comes every 30 seconds.'],
  },
  LINK_INVALID: {
    explanation:
      'What stands after # in the link of the mail is damaged, too old, or was used before. Ask for a new mail.',
    details: ['The link is damaged, has expired, or was used before. Ask for a new mail.'],
  },
  CREDENTIALS_WRONG: {
    explanation:
      'E-mail address and password do not belong together. Correct them, register, or ask for a new password.',
    details: ['There is no account with this e-mail address and this password.'],
  },
  CODE_MISSING: {
    explanation: 'The account has a second factor. Log in with the `code` of the authenticator, too.',
    details: [
      'This account has a second factor: send the code of the authenticator, or a recovery code, too.',
    ],
  },
  REFRESH_TOKEN_INVALID: {
    explanation: 'The session has ended, or the refresh token was not copied whole. Log in again.',
    details: ['There is no session of this refresh token, or it has ended. Log in again.'],
  },
  REFRESH_TOKEN_REUSED: {
    explanation:
      'Each refresh token is good once. As this one came twice, somebody may have stolen it, and the session has ended. Log in again.',
    details: ['This refresh token was used before, so its session has ended. Log in again.'],
  },
  AUTHOR_IS_CALLER: {
    explanation:
      'You are the author of what you write. Leave `authorId` out: it is for programs with an API key.',
    details: ['You are the author yourself: leave authorId out. Only an API key may write for others.'],
  },
  REVIEW_OF_ANOTHER: {
    explanation: 'The review is not yours. Its author changes it, or a moderator.',
    details: ['Only its author or a moderator may change or delete this review.'],
  },
  STATUS_IS_MODERATED: {
    explanation: 'Only moderators say whether a review is shown. Leave `status` out.',
    details: ['Only a moderator decides on the status of a review: leave it out.'],
  },
  ACCOUNT_DISABLED: {
    explanation: 'An admin has disabled the account. Ask him.',
    details: ['This account was disabled. Ask whoever runs the shop.'],
  },
  PRODUCT_NOT_FOUND: {
    explanation: 'No product has this id, or no more. `GET /api/products` lists those that there are.',
    details: [`There is no product ${example}.`, 'There is no product with this productId to review.'],
  },
  REVIEW_NOT_FOUND: {
    explanation:
      'No review has this id, or no more. `GET /api/products/{id}/reviews` lists those of a product.',
    details: [`There is no review ${example}.`],
  },
  ACCOUNT_NOT_FOUND: {
    explanation:
      'No account has this id, or no more; a token of the command line or of an identity provider has none, either. Register, and log in.',
    details: [`There is no account ${example}.`],
  },
  KEY_NOT_FOUND: {
    explanation: 'No API key has this id, or it was revoked. `GET /api/keys` lists those that there are.',
    details: [`There is no API key ${example}, or it was revoked before.`],
  },
  SKU_TAKEN: {
    explanation: 'Another product has this `sku`. Change that product, or choose another `sku`.',
    details: ['Another product has this sku. Change that product, or choose another sku.'],
  },
  REVIEW_EXISTS: {
    explanation:
      'You have reviewed this product before, and nobody does so twice. `Location` has the path of that review: change it with PATCH, or delete it first.',
    details: [
      'There is a review of this product by this author already: change that one, which Location names, or delete it first.',
    ],
    headers: {
      Location:
        'With `REVIEW_EXISTS`: the path of the review that there is, which may be read, changed and deleted; not if it was deleted at this moment.',
    },
  },
  EMAIL_TAKEN: {
    explanation:
      'Somebody has registered with this e-mail address. If it was you, log in, or ask for a new password.',
    details: ['There is an account with this e-mail address. Log in, or ask for a new password.'],
  },
  EMAIL_UNVERIFIED: {
    explanation:
      'This is for whoever has confirmed his e-mail address. Open the link of the mail; `POST /api/account/verification-mail` sends it once more.',
    details: ['Confirm your e-mail address first, by the link of the mail that was sent to it.'],
  },
  SECOND_FACTOR_ON: {
    explanation: 'There is a second factor. Remove it before you set up another.',
    details: ['The account has a second factor: remove that one first.'],
  },
  SECOND_FACTOR_OFF: {
    explanation: 'There is no second factor to confirm or remove. Set one up.',
    details: ['The account has no second factor: set one up first.'],
  },
  LAST_ADMIN: {
    explanation: 'Without this admin there would be none. Make another one first.',
    details: ['This is the only admin who can log in: make another one first.'],
  },
};
