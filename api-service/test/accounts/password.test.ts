import { expect } from 'chai';
import { hashPassword, isPassword } from '../../src/accounts/password.ts';

describe('a password that is looked at', () => {
  it('of nobody is wrong, also after so many came at once that some were refused', async () => {
    const many = Array.from({ length: 60 }, () => hashPassword('correct horse battery'));
    const first = isPassword('correct horse battery', undefined).catch((error: Error) => error);
    const outcomes = await Promise.allSettled(many);
    expect(outcomes.filter(({ status }) => status === 'rejected')).to.have.length(9);
    expect(await first).to.have.property('code', 'OVERLOADED');
    expect(await isPassword('correct horse battery', undefined)).to.equal(false);
  });
});
