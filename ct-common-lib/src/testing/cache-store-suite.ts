import { expect } from 'chai';
import { createToken } from '../cache/entry.ts';
import type { CacheStore } from '../cache/cache-store.ts';
import { waitFor } from './wait-for.ts';

export interface CacheStoreHarness {
  /** Not started. */
  store: CacheStore;
  /** Takes one key away behind the store's back, as an eviction does. Called while the store runs. */
  evict(key: string): Promise<void>;
  /** Removes whatever is left; the store has been stopped. */
  drop(): Promise<void>;
}

/** What every cache store guarantees. */
export function describeCacheStore(title: string, createHarness: () => Promise<CacheStoreHarness>) {
  describe(title, () => {
    let harness: CacheStoreHarness;
    let store: CacheStore;

    beforeEach(async () => {
      harness = await createHarness();
      store = harness.store;
      await store.start();
    });

    afterEach(async () => {
      await store.stop();
      await harness.drop();
    });

    it('gives values in the order of the keys, and null where there is none', async () => {
      await store.write('a', Buffer.from('1'), 60_000);
      await store.write('b', Buffer.from('2'), 60_000);
      const values = await store.read(['b', 'none', 'a', 'b']);
      expect(values.map((value) => value?.toString() ?? null)).to.deep.equal(['2', null, '1', '2']);
    });

    it('gives back the very bytes, whatever they are', async () => {
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      await store.write('bytes', bytes, 60_000);
      await store.write('empty', Buffer.alloc(0), 60_000);
      const values = await store.read(['bytes', 'empty']);
      expect(values).to.deep.equal([bytes, Buffer.alloc(0)]);
    });

    it('replaces a value', async () => {
      await store.write('a', Buffer.from('old'), 60_000);
      await store.write('a', Buffer.from('new'), 60_000);
      expect((await store.read(['a'])).join()).to.equal('new');
    });

    it('forgets a value when its time is up, and no other', async () => {
      await store.write('short', Buffer.from('1'), 20);
      await store.write('long', Buffer.from('2'), 60_000);
      await waitFor('the value to expire', async () => (await store.read(['short']))[0] === null);
      expect((await store.read(['long'])).join()).to.equal('2');
    });

    it('gives all who claim a token at once the same one', async () => {
      const claims = Array.from({ length: 50 }, () => store.claimTokens(['g:a', 'g:b'], createToken()));
      const claimed = await Promise.all(claims);
      const kept = await store.read(['g:a', 'g:b']);
      for (const tokens of claimed) expect(tokens).to.deep.equal(kept);
    });

    it('claims only tokens that are missing', async () => {
      const [first, second] = [createToken(), createToken()];
      await store.claimTokens(['g:a'], first);
      expect(await store.claimTokens(['g:a', 'g:b'], second)).to.deep.equal([first, second]);
    });

    it('replaces tokens, many at once', async () => {
      const keys = Array.from({ length: 300 }, (_, i) => `g:${i}`);
      const token = createToken();
      // As those do who owe a bump: so many may take longer than a command may on a busy machine.
      const tokens = await waitFor('the tokens to be replaced', async () => {
        await store.claimTokens(keys.slice(0, 150), createToken());
        await store.replaceTokens(keys, token);
        return store.read(keys);
      });
      expect(tokens).to.deep.equal(keys.map(() => token));
    });

    it('does what it is told in the order in which it is told', async () => {
      const token = createToken();
      const replaced = store.replaceTokens(['g:a'], token);
      const read = store.read(['g:a']);
      await replaced;
      expect(await read).to.deep.equal([token]);
    });

    it('never brings an evicted token back', async () => {
      const [first, second] = [createToken(), createToken()];
      await store.claimTokens(['g:a'], first);
      await harness.evict('g:a');
      expect(await store.read(['g:a'])).to.deep.equal([null]);
      expect(await store.claimTokens(['g:a'], second)).to.deep.equal([second]);
    });

    it('stays in one session while it is connected', async () => {
      const session = store.session();
      expect(session).to.be.an('object');
      await store.write('a', Buffer.from('1'), 60_000);
      await store.ping();
      expect(store.session()).to.equal(session);
    });

    it('rejects everything at once when it was stopped, and can be stopped twice', async () => {
      await store.stop();
      await store.stop();
      expect(store.session()).to.equal(undefined);
      const outcomes = await Promise.allSettled([
        store.read(['a']),
        store.claimTokens(['g:a'], createToken()),
        store.replaceTokens(['g:a'], createToken()),
        store.write('a', Buffer.from('1'), 60_000),
        store.ping(),
      ]);
      expect(outcomes.map(({ status }) => status)).to.deep.equal(Array(5).fill('rejected'));
    });
  });
}
