import { randomUUID } from 'node:crypto';
import type { ConfirmChannel } from 'amqplib';
import { queues, type QueueName } from 'ct-common-lib/bus';
import { cloudEventsMediaType, createEvent } from 'ct-common-lib/events';
import { faultOf, hold, type Fault } from '../fault.ts';
import { poisonIn, type Poison } from './poison.ts';
import { withChannel } from './rabbit-channel.ts';

const fault = faultOf('rabbit');

const queueNames = Object.keys(queues) as QueueName[];

export const messageFaults: Fault[] = [
  fault('garbage and unknown events published', async ({ rabbit }, random) => {
    for (let round = 0; round < 3; round++) {
      await withChannel(rabbit, (channel) =>
        Promise.all(queueNames.map((queue) => sendPoison(channel, queue, poisonIn(rabbit).get(queue)!))),
      );
      await hold(random.next());
    }
  }),

  ...queueNames.map((queue) =>
    // Well below the delivery limit of the queue, as each round counts as a delivery of all that it took.
    fault(`a redelivery storm in ${queue}`, async ({ rabbit }, random) => {
      for (let round = 0; round < 40; round++) {
        await withChannel(rabbit, async (channel) => {
          await channel.prefetch(1_000);
          await channel.consume(queue, () => undefined);
          await hold(random.next() / 5);
        });
      }
    }),
  ),
];

let sentSoFar = 0;

/** Publishes one message of each bad kind, straight to the queue. */
async function sendPoison(channel: ConfirmChannel, queue: QueueName, { certain, uncertain }: Poison) {
  const returned = new Set<unknown>();
  channel.on('return', ({ properties }) => returned.add(properties.messageId));

  const sent = badMessages(queue).map((content) => {
    const messageId = `poison-${++sentSoFar}`;
    uncertain.add(messageId);
    const options = { messageId, contentType: cloudEventsMediaType, persistent: true, mandatory: true };
    return new Promise<void>((resolve) => {
      channel.publish('', queue, content, options, (error: unknown) => {
        // No answer: the channel is gone, and the message may have arrived.
        if (!error) uncertain.delete(messageId);
        if (!error && !returned.has(messageId)) certain.add(messageId);
        resolve();
      });
    });
  });
  await Promise.all(sent);
}

function badMessages(queue: QueueName): Buffer[] {
  const isReviews = queue === 'rating-service.reviews';
  const [event, foreign] = isReviews
    ? [reviewCreated(), ratingUpdated()]
    : [ratingUpdated(), reviewCreated()];
  const bad = [
    null,
    { hello: 'world' },
    { ...event, specversion: '2.0' },
    { ...event, type: 'review-liked' },
    { ...event, type: `${event.type}.v2` },
    { ...event, data: { version: -1 } },
    foreign,
  ];
  return [
    Buffer.alloc(0),
    Buffer.from([0xff, 0x00, 0xfe]),
    Buffer.from('{"half": '),
    Buffer.alloc(200_000, 'garbage '),
    ...bad.map((content) => Buffer.from(JSON.stringify(content))),
  ];
}

function reviewCreated() {
  const productId = randomUUID();
  const data = { reviewId: randomUUID(), productId, rating: 5, version: 1 };
  return createEvent('review-created', { source: '/fault-rig', subject: productId, data });
}

function ratingUpdated() {
  const productId = randomUUID();
  const histogram = [0, 0, 0, 0, 1] satisfies [number, number, number, number, number];
  const rating = { reviewCount: 1, ratingSum: 5, distribution: histogram, averageRating: 5, version: 1 };
  const data = { productId, ...rating };
  return createEvent('rating-updated', { source: '/fault-rig', subject: productId, data });
}
