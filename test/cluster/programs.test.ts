import { expect } from 'chai';
import { findPrograms } from '../support/programs.ts';

describe('what npm run test:cluster asks for before it starts anything', () => {
  it('is named once by its package where it is missing, and found where it is not', () => {
    const { paths, missing } = findPrograms({
      node: 'nodejs',
      'no-such-program': 'no-such-package',
      'nor-such': 'no-such-package',
    });
    expect(missing).to.deep.equal(['no-such-package']);
    expect(paths.node).to.match(/\/node$/);
  });
});
