import { InvalidInputError, NotFoundError } from 'ct-common-lib';

export const accountNotFound = (id: string) =>
  new NotFoundError('ACCOUNT_NOT_FOUND', {
    detail: `There is no account ${id}.`,
    facts: { accountId: id },
  });

export function passwordWrong(pointer: string) {
  const detail = 'This is not the password of the account.';
  return new InvalidInputError('PASSWORD_WRONG', { detail, errors: [{ pointer, detail }] });
}
