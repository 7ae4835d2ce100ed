import { connect } from 'amqplib';
import { cloudEventsMediaType, createEvent, encodeEvent } from 'ct-common-lib/events';
import { v7 as uuidv7 } from 'uuid';
import { query, type System } from './system.ts';

const inFlight = 500;

/** Has both services start once, which makes their tables and queues, and stop again. */
export async function prepare(system: System): Promise<void> {
  const services = [await system.startApi(), await system.startRating()];
  await Promise.all(services.map((service) => service.stop()));
}

/** Leaves events of new reviews in the queue of rating-service, of products at random, as api-service publishes them. */
export async function fillReviewQueue(
  system: System,
  { events, products }: { events: number; products: number },
): Promise<void> {
  const [store] = await query<{ id: string }>(system.ratingDatabaseUrl, 'SELECT id FROM rating_store');
  const productIds = Array.from({ length: products }, () => uuidv7());
  const connection = await connect(system.rabbitUrl, { noDelay: true });
  const channel = await connection.createConfirmChannel();
  const queue = `${system.prefix}rating-service.reviews`;
  for (let first = 0; first < events; first += inFlight) {
    for (let n = first; n < Math.min(events, first + inFlight); n++) {
      const event = reviewCreated(productIds[Math.floor(Math.random() * products)]!, 1 + (n % 5), store!.id);
      const options = { persistent: true, mandatory: true, contentType: cloudEventsMediaType };
      channel.publish('', queue, encodeEvent(event), { ...options, messageId: event.id });
    }
    await channel.waitForConfirms();
  }
  await connection.close();
}

const reviewCreated = (productId: string, rating: number, store: string) =>
  createEvent('review-created', {
    source: '/api-service',
    subject: productId,
    data: { reviewId: uuidv7(), productId, rating, version: 1, store },
  });
