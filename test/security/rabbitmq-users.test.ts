import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connect, type ChannelModel } from 'amqplib';
import { expect } from 'chai';
import { createLogger, createMetrics } from 'ct-common-lib';
import { createRabbitBus, queueArguments, type Bus } from 'ct-common-lib/bus';
import { createEvent, type Event } from 'ct-common-lib/events';
import { waitFor } from 'ct-common-lib/testing';
import { createRabbitServer, type RabbitServer } from '../faults/servers/rabbitmq.ts';
import { describeWithPrograms } from '../support/programs.ts';

const script = fileURLToPath(new URL('../../docker/rabbitmq/users.sh', import.meta.url));
const log = createLogger({ name: 'test', level: 'silent' });
const productId = '01a1fc86-3458-7527-9678-c72b2d45f41f';
const reviewId = '01a1fc86-346b-7400-9bb6-a68baa25e6ce';

const created = createEvent('review-created', {
  source: '/api-service',
  subject: productId,
  data: { reviewId, productId, rating: 5, version: 1 },
});
const rated = createEvent('rating-updated', {
  source: '/rating-service',
  subject: productId,
  data: {
    productId,
    reviewCount: 1,
    ratingSum: 5,
    distribution: [0, 0, 0, 0, 1],
    averageRating: 5,
    version: 1,
  },
});

describeWithPrograms('docker/rabbitmq/users.sh', { 'rabbitmq-server': 'rabbitmq-server' }, () => {
  let folder: string;
  let broker: RabbitServer;
  const buses: Bus[] = [];
  const models: ChannelModel[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ct-rabbit-users-'));
    broker = await createRabbitServer({ folder });
    await broker.start();
    await broker.ctl('add_vhost', 'ct_reviews');
    await run({ RABBITMQ_API_PASSWORD: 'first', RABBITMQ_RATING_PASSWORD: 'first' });
    await run({ RABBITMQ_API_PASSWORD: `it's "two" $HOME`, RABBITMQ_RATING_PASSWORD: 'second' });
  });

  after(async () => {
    await Promise.all(buses.map((bus) => bus.stop()));
    await Promise.all(models.map((model) => model.close().catch(() => undefined)));
    await broker?.stop();
    if (folder) await rm(folder, { recursive: true });
  });

  const run = (env: Record<string, string>) =>
    promisify(execFile)('sh', [script], {
      env: { ...broker.env, ...env, PATH: ['/usr/lib/rabbitmq/bin', process.env.PATH].join(delimiter) },
    });

  const urlOf = (user: 'ct_api' | 'ct_rating') => {
    const url = new URL(broker.url);
    url.username = user;
    url.password = encodeURIComponent(user === 'ct_api' ? `it's "two" $HOME` : 'second');
    url.pathname = '/ct_reviews';
    return url.href;
  };

  async function channelOf(user: 'ct_api' | 'ct_rating') {
    const model = await connect(urlOf(user));
    model.on('error', () => undefined);
    models.push(model);
    const channel = await model.createConfirmChannel();
    channel.on('error', () => undefined);
    return channel;
  }

  /** 403, or `done`. */
  async function answerTo(
    user: 'ct_api' | 'ct_rating',
    work: (channel: Awaited<ReturnType<typeof channelOf>>) => unknown,
  ) {
    const channel = await channelOf(user);
    const closed = new Promise<number>((resolve) =>
      channel.once('error', (error: { code: number }) => resolve(error.code)),
    );
    const done = Promise.resolve(work(channel))
      .then(() => channel.waitForConfirms())
      .then(() => 'done' as const);
    return Promise.race([closed, done.catch(() => closed)]);
  }

  for (const prefix of ['', 'shop-1.eu:']) {
    it(`lets both services do all that they do, with names that begin with "${prefix}"`, async () => {
      const passwords = { RABBITMQ_API_PASSWORD: `it's "two" $HOME`, RABBITMQ_RATING_PASSWORD: 'second' };
      if (prefix) await run({ ...passwords, NAME_PREFIX: prefix });
      const heard: Event[] = [];
      const common = { log, prefix, metrics: createMetrics('test') };
      const api = createRabbitBus({
        ...common,
        url: urlOf('ct_api'),
        name: 'api',
        metrics: createMetrics('api'),
        onMissingQueues: async () => {},
      });
      const rating = createRabbitBus({
        ...common,
        url: urlOf('ct_rating'),
        name: 'rating',
        metrics: createMetrics('rating'),
      });
      buses.push(api, rating);
      api.subscribe('api-service.ratings', async (events) => void heard.push(...events));
      rating.subscribe('rating-service.reviews', async (events) => {
        heard.push(...events);
        const [outcome] = await rating.publish([rated]);
        if (outcome?.status !== 'confirmed') throw new Error('not published');
      });
      await Promise.all([api.start(), rating.start()]);
      await waitFor(
        'both to be connected',
        () => api.state() === 'connected' && rating.state() === 'connected',
      );
      // A listener, so that the exchange is published to as well.
      await broker.ctl('eval', listenerTo(prefix));
      expect(await api.publish([created])).to.deep.equal([{ status: 'confirmed' }]);
      await waitFor('the rating', () => heard.some(({ type }) => type === 'rating-updated'));
      await waitFor('the listener to have both', async () => (await lengthOf(`${prefix}listener`)) === 2);
      expect(heard.map(({ type }) => type)).to.deep.equal(['review-created', 'rating-updated']);
      await Promise.all([api.stop(), rating.stop()]);
      if (prefix) await run(passwords);
    });
  }

  const lengthOf = async (queue: string) => {
    const lines = await broker.ctl(
      'list_queues',
      '-p',
      'ct_reviews',
      '--no-table-headers',
      'name',
      'messages',
    );
    return Number(
      lines
        .split('\n')
        .find((line) => line.startsWith(`${queue}\t`))
        ?.split('\t')[1],
    );
  };

  it('lets nobody but rating-service tell a rating, nor anybody but api-service a review, by the exchange', async () => {
    const tell = (type: string) => (channel: Awaited<ReturnType<typeof channelOf>>) =>
      void channel.publish('ct.events', type, Buffer.from('{}'));
    expect(await answerTo('ct_api', tell('review-updated'))).to.equal('done');
    expect(await answerTo('ct_rating', tell('rating-updated'))).to.equal('done');
    expect(await answerTo('ct_api', tell('rating-updated'))).to.equal(403);
    expect(await answerTo('ct_rating', tell('review-updated'))).to.equal(403);
    expect(await answerTo('ct_rating', tell('review-'))).to.equal(403);
  });

  it('lets neither read the queue of the other, bind, create or delete what is not its own, nor reach another vhost', async () => {
    const refused: ['ct_api' | 'ct_rating', (channel: Awaited<ReturnType<typeof channelOf>>) => unknown][] = [
      ['ct_rating', (channel) => channel.consume('api-service.ratings', () => {})],
      ['ct_rating', (channel) => channel.get('api-service.ratings.parked')],
      ['ct_rating', (channel) => channel.deleteQueue('api-service.ratings')],
      ['ct_rating', (channel) => channel.purgeQueue('api-service.ratings')],
      [
        'ct_rating',
        (channel) =>
          channel.assertQueue('rating-service.reviews', {
            durable: true,
            arguments: queueArguments.queue('rating-service.reviews'),
          }),
      ],
      ['ct_api', (channel) => channel.get('api-service.ratings.parked')],
      ...(['ct_api', 'ct_rating'] as const).flatMap((user): typeof refused => [
        [user, (channel) => channel.assertQueue('more')],
        [user, (channel) => channel.assertExchange('more', 'topic')],
        [user, (channel) => channel.bindQueue('rating-service.reviews', 'ct.events', '#')],
        [user, (channel) => void channel.publish('amq.topic', 'review-created', Buffer.from('{}'))],
      ]),
    ];
    for (const [user, work] of refused)
      expect(await answerTo(user, work), `${user} ${String(work)}`).to.equal(403);
    const elsewhere = new URL(urlOf('ct_api'));
    elsewhere.pathname = '/%2f';
    const error: unknown = await connect(elsewhere.href).catch((error: unknown) => error);
    expect(String(error)).to.match(/Expected ConnectionOpenOk; got <ConnectionClose/);
  });
});

/** A queue of somebody who listens to the exchange, made by the broker itself. */
const listenerTo = (prefix: string) => `
  Name = fun(Kind, Text) -> rabbit_misc:r(<<"ct_reviews">>, Kind, list_to_binary(Text)) end,
  {_, _} = rabbit_amqqueue:declare(Name(queue, "${prefix}listener"), true, false, [], none, <<"test">>),
  ok = rabbit_binding:add({binding, Name(exchange, "${prefix}ct.events"), <<"#">>, Name(queue, "${prefix}listener"), []}, <<"test">>).`;
