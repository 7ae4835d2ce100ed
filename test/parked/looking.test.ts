import { expect } from 'chai';
import { PoisonMessageError } from 'ct-common-lib';
import { createEvent, encodeEvent } from 'ct-common-lib/events';
import { describeWithRabbit, waitFor } from 'ct-common-lib/testing';
import { createParkedHarness, idsOf, ratings, reviews, type ParkedHarness } from './harness.ts';

const productId = '01a1fc86-3458-7527-9678-c72b2d45f41f';
const rating = {
  productId,
  reviewCount: 1,
  ratingSum: 4,
  distribution: [0, 0, 0, 1, 0] as [number, number, number, number, number],
  averageRating: 4,
  version: 4,
};
const ratingEvent = createEvent('rating-updated', {
  id: `${productId}:4`,
  source: '/rating-service',
  subject: productId,
  data: rating,
});

describeWithRabbit('npm run events:parked, list and show', (url) => {
  let harness: ParkedHarness;
  beforeEach(async () => void (harness = await createParkedHarness(url)));
  afterEach(() => harness.stop());

  /** The cells of the lines of a list, without the line of titles. */
  async function list(...more: string[]) {
    const { exitCode, stdout, stderr, lines } = await harness.run(['list', ...more]);
    expect(exitCode, stderr).to.equal(0);
    const rows = lines
      .filter((line) => /^(rating|api)-service/.test(line))
      .map((line) => line.split(/ {2,}/));
    return { rows, stdout };
  }

  it('says that nothing is parked, also before any service has declared the queues', async () => {
    expect((await list()).stdout).to.equal('Nothing is parked.\n');
    expect((await harness.run(['list'], { prefix: 'test-nobody-was-here.' })).stdout).to.equal(
      'Nothing is parked.\n',
    );
  });

  it('lists what the consumers of both queues parked, with the reason, the first failure and the attempts', async () => {
    const bus = harness.createBus();
    bus.subscribe(reviews, async () => {});
    bus.subscribe(ratings, async () => {
      throw new PoisonMessageError('RATING_IMPOSSIBLE', { detail: 'Below zero' });
    });
    await bus.start();
    await harness.send(reviews, 'garbage', { messageId: 'g-1' });
    await harness.send(ratings, encodeEvent(ratingEvent), { messageId: ratingEvent.id });
    await waitFor('both to be parked', async () => (await list()).rows.length === 2);
    await bus.stop();

    const { rows, stdout } = await list();
    expect(rows[0]).to.deep.include.members([
      reviews,
      'g-1',
      '-',
      'NOT_JSON',
      '0',
      'The message is not JSON',
    ]);
    expect(rows[1]).to.deep.include.members([
      ratings,
      ratingEvent.id,
      'rating-updated',
      'RATING_IMPOSSIBLE',
      '1',
      'Below zero',
    ]);
    for (const row of rows) expect(Date.now() - Date.parse(row[4]!)).to.be.within(0, 60_000);
    expect(stdout).to.match(
      /\nParked: 1 message from rating-service.reviews, 1 message from api-service.ratings.\n$/,
    );
  });

  it('lists what the broker parked itself, with its reason', async () => {
    await harness.replaceQueue(reviews, { 'x-delivery-limit': 1 });
    await harness.send(reviews, '{}', { messageId: 'too often' });
    const channel = await harness.admin.createChannel();
    await channel.consume(harness.prefix + reviews, (message) => message && channel.nack(message));
    await waitFor('it to be parked', async () => (await list()).rows.length === 1);
    await channel.close();

    await harness.send(reviews, '{}', { messageId: 'rejected' });
    const other = await harness.admin.createChannel();
    other.nack((await other.get(harness.prefix + reviews)) || expect.fail('nothing'), false, false);
    await waitFor('both to be parked', async () => (await list()).rows.length === 2);
    await other.close();

    const { rows } = await list();
    expect(rows.map(([, id, , code]) => [id, code])).to.deep.equal([
      ['too often', 'DELIVERY_LIMIT'],
      ['rejected', 'REJECTED'],
    ]);
    for (const row of rows) {
      expect(Date.now() - Date.parse(row[4]!)).to.be.within(-1_000, 60_000);
      expect(row.at(-1)).to.match(/^The broker put it aside: /);
    }
  });

  it('lists what somebody put there without any reason', async () => {
    await harness.send(`${reviews}.parked`, '{}', { messageId: 'x' });
    expect((await list()).rows).to.deep.equal([[reviews, 'x', '-', '-', '-', '-', 'No reason was given']]);
  });

  it('names a message without an id by its bytes, the same at every look', async () => {
    await harness.park(reviews, 'a');
    await harness.park(reviews, 'b');
    await harness.park(reviews, 'c', '');
    const ids = (await list()).rows.map(([, id]) => id!);
    expect(new Set(ids).size).to.equal(3);
    for (const id of ids) expect(id).to.match(/^~[0-9a-f]{12}$/);
    expect((await harness.run(['discard', ids[0]!, '--yes'])).exitCode).to.equal(0);
    expect((await list()).rows.map(([, id]) => id)).to.deep.equal(ids.slice(1));
  });

  it('looks without a trace: all stay, in their order', async () => {
    await harness.parkMany(reviews, 1_200);
    const ids = Array.from({ length: 1_200 }, (_, n) => `m-${n}`);
    for (const argv of [['list'], ['list', '--limit', '5'], ['show', 'm-700'], ['list', '--limit', '100000']])
      expect((await harness.run(argv)).exitCode, argv.join(' ')).to.equal(0);
    expect(idsOf(await harness.messagesOf(`${reviews}.parked`))).to.deep.equal(ids);
  });

  it('shows the oldest 1,000 of a queue, or as many as wanted, and says of how many', async () => {
    await harness.parkMany(reviews, 1_200);
    const standard = await list();
    expect(standard.rows).to.have.length(1_000);
    expect(standard.rows[0]![1]).to.equal('m-0');
    expect(standard.stdout).to.include(
      '1,200 messages from rating-service.reviews, of which the oldest 1,000 are shown',
    );
    expect((await list('--limit', '3')).rows).to.have.length(3);
    const all = await list('--limit', '2000');
    expect(all.rows).to.have.length(1_200);
    expect(all.stdout).to.match(/Parked: 1,200 messages from rating-service.reviews\.\n$/);
  });

  it('looks into one queue alone, by its own name or its parking queue’s', async () => {
    await harness.park(reviews, '{}', 'a');
    await harness.park(ratings, '{}', 'b');
    for (const name of [ratings, `${ratings}.parked`])
      expect((await list('--queue', name)).rows.map(([, id]) => id)).to.deep.equal(['b']);
  });

  it('shows headers, properties, and the body with every number as it was written', async () => {
    await harness.park(
      reviews,
      '{"type":"review-created","data":{"version":90071992547409931234,"tags":[]}}',
      'a',
    );
    const { exitCode, stdout } = await harness.run(['show', 'a']);
    expect(exitCode).to.equal(0);
    expect(stdout)
      .to.include('  CODE          EVENT_SCHEMA\n')
      .and.to.include('  TYPE          review-created\n');
    expect(stdout).to.include('messageId: a\n').and.to.include('contentType: application/cloudevents+json\n');
    expect(stdout).to.include('x-parked-reason: The message is no review-created event\n');
    expect(stdout).to.include(`{
  "type": "review-created",
  "data": {
    "version": 90071992547409931234,
    "tags": []
  }
}`);
  });

  it('shows nothing that a terminal would obey', async () => {
    const evil = '\u001b[2J\u0007\u009b31m\u202e';
    const headers = { 'x-parked-reason': evil, 'x-parked-code': evil, [`x-${evil}`]: evil };
    await harness.park(reviews, `{"type":"${evil.replace(/\p{Cc}/gu, '')}"}`, 'json', headers);
    await harness.park(reviews, `not JSON: ${evil}\r\nsecond line`, `id${evil}`, headers);
    await harness.park(reviews, Buffer.from([0xff, 0x1b, 0x5b, 0x41, 0xe2, 0x28]), 'bytes', headers);
    const { stdout: listed, lines } = await harness.run(['list']);
    const ids = lines.filter((line) => line.startsWith(reviews)).map((line) => line.split(/ {2,}/)[1]!);
    expect(ids).to.have.length(3);
    const { exitCode, stdout: shown } = await harness.run(['show', ...ids]);
    expect(exitCode).to.equal(0);
    for (const said of [listed, shown]) expect(said.replaceAll('\n', '')).not.to.match(/[\p{Cc}\p{Cf}]/u);
    expect(shown).to.include('not JSON: \\x1b[2J\\x07\\x9b31m\\u{202e}\\x0d\nsecond line');
    expect(shown).to.include('\\xff\\x1b[A\\xe2(');
  });

  it('shows every message with the id, and a large one whole', async () => {
    const large = `"${'x'.repeat(5_000_000)}"`;
    await harness.park(reviews, large, 'twice');
    await harness.park(ratings, '"small"', 'twice');
    const { stdout } = await harness.run(['show', 'twice']);
    expect(stdout).to.include('Body, 5,000,002 bytes:\n').and.to.include(large);
    expect(stdout).to.include('Body, 7 bytes:\n"small"');
  });

  it('fails for an id that is not parked, and shows the others', async () => {
    await harness.park(reviews, '{}', 'a');
    const { exitCode, stdout, stderr } = await harness.run(['show', 'nothing', 'a']);
    expect(exitCode).to.equal(1);
    expect(stderr).to.include('Nothing is parked with the id nothing.\n');
    expect(stdout).to.include('messageId: a');
  });
});
