import { connect, type MessageProperties } from 'amqplib';
import { expect } from 'chai';
import { PoisonMessageError } from 'ct-common-lib';
import { createEvent, encodeEvent } from 'ct-common-lib/events';
import { describeWithRabbit, waitFor } from 'ct-common-lib/testing';
import { v7 as uuidv7 } from 'uuid';
import { createTcpProxy } from '../../ct-common-lib/test/support/tcp-proxy.ts';
import { closeInTime } from '../../scripts/parked/closing.ts';
import { createParkedQueue } from '../../scripts/parked/parked-queue.ts';
import type { Parking } from '../../scripts/parked/parking.ts';
import { runProgram } from '../support/program.ts';
import { createParkedHarness, idsOf, ratings, reviews, type ParkedHarness } from './harness.ts';

const parkedReviews = `${reviews}.parked`;

describeWithRabbit('npm run events:parked, requeue and discard', (url) => {
  let harness: ParkedHarness;
  beforeEach(async () => void (harness = await createParkedHarness(url)));
  afterEach(() => harness.stop());

  const idsIn = async (queue: string) => idsOf(await harness.messagesOf(queue));

  it('puts a message back as it came to its own queue, and leaves the others in their order', async () => {
    for (const id of ['a', 'b', 'c', 'd'])
      await harness.park(reviews, `{"of":"${id}"}`, id, { 'x-own': 'kept' });
    const { exitCode, lines } = await harness.run(['requeue', 'b', 'c']);
    expect(exitCode).to.equal(0);
    expect(lines).to.deep.equal([
      `requeued  ${reviews}  b  -  EVENT_SCHEMA`,
      `requeued  ${reviews}  c  -  EVENT_SCHEMA`,
      '2 messages requeued.',
    ]);
    const back = await harness.messagesOf(reviews);
    expect(back.map(({ content }) => content.toString())).to.deep.equal(['{"of":"b"}', '{"of":"c"}']);
    for (const { properties } of back) {
      expect(headersOf(properties)).to.deep.equal({ 'x-own': 'kept' });
      expect(properties).to.include({ contentType: 'application/cloudevents+json', deliveryMode: 2 });
    }
    expect(idsOf(back)).to.deep.equal(['b', 'c']);
    expect(await idsIn(parkedReviews)).to.deep.equal(['a', 'd']);
  });

  it('puts back what the broker parked, and every message that has the id', async () => {
    await harness.send(reviews, 'one', { messageId: 'twice' });
    const channel = await harness.admin.createChannel();
    channel.nack((await channel.get(harness.prefix + reviews)) || expect.fail('nothing'), false, false);
    await waitFor('it to be parked', async () => (await idsIn(parkedReviews)).length === 1);
    await channel.close();
    await harness.park(reviews, 'two', 'twice');
    await harness.park(ratings, 'three', 'twice');
    const { exitCode, lines } = await harness.run(['requeue', 'twice']);
    expect(exitCode).to.equal(0);
    expect(lines.at(-1)).to.equal('3 messages requeued.');
    const back = [...(await harness.messagesOf(reviews)), ...(await harness.messagesOf(ratings))];
    expect(back.map(({ content }) => content.toString())).to.deep.equal(['one', 'two', 'three']);
    for (const { properties } of back) expect(headersOf(properties)).to.deep.equal({});
  });

  it('puts back everything that one queue has, thousands too', async () => {
    await harness.parkMany(reviews, 2_500);
    await harness.park(ratings, '{}', 'other');
    const { exitCode, lines } = await harness.run(['requeue', '--all', '--queue', reviews]);
    expect(exitCode).to.equal(0);
    expect(lines.at(-1)).to.equal('2,500 messages requeued.');
    expect(await idsIn(reviews)).to.have.members(Array.from({ length: 2_500 }, (_, n) => `m-${n}`));
    expect(await idsIn(parkedReviews)).to.deep.equal([]);
    expect(await idsIn(`${ratings}.parked`)).to.deep.equal(['other']);
  });

  it('loses nothing when it is killed in the middle', async () => {
    const count = 3_000;
    await harness.parkMany(reviews, count);
    const program = runProgram(
      process.execPath,
      ['--conditions=ct-source', '--import=tsx', 'scripts/events-parked.ts', 'requeue', '--all'],
      { variables: { RABBITMQ_URL: url, NAME_PREFIX: harness.prefix, DATA_DIR: '/nonexistent' } },
    );
    await waitFor('it to be under way', () => program.said.stdout.includes('requeued'));
    program.signal('SIGKILL');
    await program.ended;
    expect(program.said.stdout).not.to.include('messages requeued.');
    // What it held comes back once the broker has noticed.
    const everything = await waitFor('all of them', async () => {
      const ids = [...(await idsIn(reviews)), ...(await idsIn(parkedReviews))];
      return new Set(ids).size === count ? ids : undefined;
    });
    expect(everything.length - count, 'repeated').to.be.at.most(50);
  });

  it('leaves a message parked that its queue does not take', async () => {
    await harness.replaceQueue(reviews, { 'x-max-length': 1 });
    await harness.send(reviews, 'the one');
    for (const id of ['a', 'b', 'c']) await harness.park(reviews, id, id);
    // A quorum queue lets in a few more than it should.
    const outcome = await waitFor('it to be full', async () => {
      const result = await harness.run(['requeue', 'a']);
      if (result.exitCode === 0) await harness.park(reviews, 'a', 'a');
      return result.exitCode === 1 ? result : undefined;
    });
    expect(outcome.stderr).to.include('takes no message back: it may be full');
    expect(outcome.lines).to.deep.equal(['0 messages requeued.']);
    expect(await idsIn(parkedReviews)).to.have.members(['a', 'b', 'c']);
  });

  it('gives up, and leaves all parked, when the broker confirms nothing', async () => {
    /** The broker hears nothing more once it has delivered, and a heartbeat would tell it. */
    async function requeue(origin: string, how: (parking: Parking) => Promise<void>) {
      const { hostname, port } = new URL(url);
      const proxy = createTcpProxy({ host: hostname, port: Number(port || 5672) });
      const through = new URL(url);
      through.port = String(await proxy.open());
      through.searchParams.set('heartbeat', '0');
      const model = await connect(through.href);
      model.on('error', () => undefined);
      const onSeen = () => proxy.blackHole('up');
      const parking = createParkedQueue({ model, origin, prefix: harness.prefix, onSeen });
      try {
        await how(parking);
        return 'it was done';
      } catch (error) {
        return (error as Error).message;
      } finally {
        await closeInTime(model, model);
        await proxy.close();
      }
    }
    const done = () => expect.fail('nothing is done');
    await harness.park(reviews, '{}', 'a');
    await harness.park(ratings, '{}', 'b');
    const said = await Promise.all([
      requeue(reviews, (parking) => parking.take('requeue', new Set(['a']), done)),
      requeue(ratings, (parking) => parking.takeAll('requeue', 1, done)),
    ]);
    for (const sentence of said) expect(sentence).to.include('RabbitMQ did not confirm within 10 s');
    await waitFor('both to be given back', async () => {
      const ids = [...(await idsIn(parkedReviews)), ...(await idsIn(`${ratings}.parked`))];
      return ids.join() === 'a,b';
    });
  });

  it('leaves all parked when their queue is not there', async () => {
    await harness.replaceQueue(reviews);
    for (const id of ['a', 'b']) await harness.park(reviews, id, id);
    for (const argv of [
      ['requeue', 'a'],
      ['requeue', '--all'],
    ]) {
      const { exitCode, stdout, stderr } = await harness.run(argv);
      expect(exitCode).to.equal(1);
      expect(stderr).to.include(`there is no queue ${harness.prefix}${reviews}`);
      expect(stdout).to.equal('0 messages requeued.\n');
    }
    expect(await idsIn(parkedReviews)).to.have.members(['a', 'b']);
  });

  it('ends, also while a service parks again what is put back, and the service gets what was mended', async () => {
    const bus = harness.createBus();
    const handled: string[] = [];
    let mended = false;
    bus.subscribe(reviews, async (events) => {
      if (!mended) throw new PoisonMessageError('NOT_YET', { detail: 'The service must be mended first' });
      handled.push(...events.map(({ id }) => id));
    });
    await bus.start();
    const ids = Array.from({ length: 20 }, () => uuidv7());
    for (const id of ids) await harness.send(reviews, encodeEvent(reviewCreated(id)), { messageId: id });
    const allParked = () =>
      waitFor('all to be parked', async () => (await idsIn(parkedReviews)).length === ids.length);
    await allParked();
    expect((await harness.run(['requeue', '--all'])).lines.at(-1)).to.equal('20 messages requeued.');
    await allParked();
    mended = true;
    expect((await harness.run(['requeue', '--all'])).exitCode).to.equal(0);
    await waitFor('all to be handled', () => handled.length === ids.length);
    expect(handled).to.have.members(ids);
    await bus.stop();
    expect(await idsIn(parkedReviews)).to.deep.equal([]);
  });

  it('throws away what it is told to, and says what that was', async () => {
    for (const id of ['a', 'b', 'c']) await harness.park(reviews, id, id);
    await harness.park(reviews, Buffer.from([0xff, 0xfe]));
    const [, , , garbage] = (await harness.run(['list'])).lines
      .slice(1)
      .map((line) => line.split(/ {2,}/)[1]!);
    const { exitCode, lines } = await harness.run(['discard', 'b', garbage!, '--yes']);
    expect(exitCode).to.equal(0);
    expect(lines).to.deep.equal([
      `discarded  ${reviews}  b  -  EVENT_SCHEMA`,
      `discarded  ${reviews}  ${garbage}  -  EVENT_SCHEMA`,
      '2 messages discarded.',
    ]);
    expect(await idsIn(parkedReviews)).to.deep.equal(['a', 'c']);
    expect((await harness.run(['discard', '--all', '--yes'])).lines.at(-1)).to.equal('2 messages discarded.');
    expect(await idsIn(parkedReviews)).to.deep.equal([]);
  });

  it('takes its way past a message that says the impossible of itself', async () => {
    const ages = { reason: 'rejected', time: { '!': 'timestamp', value: 1e17 } };
    await harness.park(reviews, '{}', 'good');
    await harness.park(reviews, '{}', 'crafted', { 'x-death': [ages], 'x-parked-at': 17 });
    const { exitCode, lines } = await harness.run(['list']);
    expect(exitCode).to.equal(0);
    expect(lines[2]!.split(/ {2,}/).slice(1, 5)).to.deep.equal(['crafted', '-', 'EVENT_SCHEMA', '-']);
    expect((await harness.run(['requeue', 'good'])).lines.at(-1)).to.equal('1 message requeued.');
    expect((await harness.run(['discard', '--all', '--yes'])).lines).to.deep.equal([
      `discarded  ${reviews}  crafted  -  EVENT_SCHEMA`,
      '1 message discarded.',
    ]);
    expect(await idsIn(parkedReviews)).to.deep.equal([]);
  });

  it('asks before it throws anything away', async () => {
    for (const id of ['a', 'b']) await harness.park(reviews, id, id);
    const questions: string[] = [];
    const answering = (answer: boolean) => ({
      ask: async (question: string) => {
        questions.push(question);
        return answer;
      },
    });
    const refused = await harness.run(['discard', '--all'], answering(false));
    expect(refused).to.deep.include({ exitCode: 1, stdout: '' });
    expect(refused.stderr).to.include('Nothing was discarded.');
    expect(await idsIn(parkedReviews)).to.deep.equal(['a', 'b']);
    expect((await harness.run(['discard', 'a'], answering(true))).lines.at(-1)).to.equal(
      '1 message discarded.',
    );
    expect(questions).to.deep.equal([
      'Discard all that is parked, 2 messages, for good?',
      'Discard what has the id a for good?',
    ]);
    const mute = await harness.run(['discard', 'b']);
    expect(mute).to.deep.include({ exitCode: 2, stdout: '' });
    expect(mute.stderr).to.include('--yes');
    expect(await idsIn(parkedReviews)).to.deep.equal(['b']);
  });

  it('throws away no more than it asked about, the oldest of each queue', async () => {
    for (const id of ['a', 'b']) await harness.park(reviews, id, id);
    const { lines } = await harness.run(['discard', '--all'], {
      ask: async (question) => {
        expect(question).to.equal('Discard all that is parked, 2 messages, for good?');
        await harness.park(reviews, 'c', 'c');
        await harness.park(ratings, 'd', 'd');
        return true;
      },
    });
    expect(lines.at(-1)).to.equal('2 messages discarded.');
    expect(await idsIn(parkedReviews)).to.deep.equal(['c']);
    expect(await idsIn(`${ratings}.parked`)).to.deep.equal(['d']);
  });

  it('fails for an id that is not parked, after it has done the others', async () => {
    await harness.park(reviews, 'a', 'a');
    const { exitCode, stdout, stderr } = await harness.run(['requeue', 'nothing', 'a']);
    expect(exitCode).to.equal(1);
    expect(stdout).to.include('1 message requeued.');
    expect(stderr).to.include('Nothing is parked with the id nothing.');
  });

  it('lets one command work at a time, as it holds the messages', async () => {
    await harness.park(reviews, 'a', 'a');
    const inside = await harness.run(['discard', 'a'], {
      ask: async () => {
        const { exitCode, stderr } = await harness.run(['list']);
        expect(exitCode).to.equal(1);
        expect(stderr).to.include('Another events:parked works on these queues right now');
        return true;
      },
    });
    expect(inside.exitCode, inside.stderr).to.equal(0);
    expect((await harness.run(['list'])).stdout).to.equal('Nothing is parked.\n');
  });
});

/** Without the one that the broker writes on what it delivers. */
function headersOf({ headers }: MessageProperties) {
  const { 'x-delivery-count': _, ...others } = headers ?? {};
  return others;
}

function reviewCreated(id: string) {
  const productId = uuidv7();
  const data = { reviewId: uuidv7(), productId, rating: 4, version: 1 };
  return createEvent('review-created', { id, source: '/test', subject: productId, data });
}
