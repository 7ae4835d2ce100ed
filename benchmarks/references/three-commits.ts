// What PostgreSQL and RabbitMQ do of a new average: the review, its register and the product's histogram, and the product are
// committed one after the other, with a confirmed message to a quorum queue between them.
// GET /<samples> answers with the times in ms, from before the first commit until the last one has been told.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type ConsumeMessage } from 'amqplib';
import { queueArguments } from 'ct-common-lib/bus';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';

const { DATABASE_URL, RABBITMQ_URL = '', PREFIX = '', PAUSE_MS } = process.env;
const queues = { reviews: `${PREFIX}reference.reviews`, ratings: `${PREFIX}reference.ratings` };
const productId = uuidv7();

interface Review {
  reviewId: string;
  productId: string;
  rating: number;
}

interface Rating {
  productId: string;
  count: string;
  average: string;
  version: string;
}

const tables = `
  CREATE SCHEMA reference;
  CREATE TABLE reference.reviews (
    id uuid PRIMARY KEY, product_id uuid NOT NULL, rating smallint NOT NULL, text text);
  CREATE TABLE reference.review_state (
    review_id uuid PRIMARY KEY, product_id uuid NOT NULL, rating smallint, version bigint NOT NULL);
  CREATE TABLE reference.product_rating (
    product_id uuid PRIMARY KEY, n1 bigint NOT NULL, n2 bigint NOT NULL, n3 bigint NOT NULL, n4 bigint NOT NULL,
    n5 bigint NOT NULL, version bigint NOT NULL) WITH (fillfactor = 50);
  CREATE TABLE reference.products (
    id uuid PRIMARY KEY, review_count bigint NOT NULL DEFAULT 0, average numeric(3, 2), rating_version bigint NOT NULL DEFAULT 0);`;

const insertReview = {
  name: 'review',
  text: 'INSERT INTO reference.reviews (id, product_id, rating, text) VALUES ($1, $2, $3, $4)',
};

const rate = {
  name: 'rate',
  text: `
    WITH newer AS (
      INSERT INTO reference.review_state AS state (review_id, product_id, rating, version) VALUES ($1, $2, $3, 1)
          ON CONFLICT (review_id) DO NOTHING
      RETURNING product_id, rating
    )
    INSERT INTO reference.product_rating AS total
    SELECT product_id, (rating = 1)::int, (rating = 2)::int, (rating = 3)::int, (rating = 4)::int, (rating = 5)::int, 1
      FROM newer
        ON CONFLICT (product_id) DO UPDATE
       SET n1 = total.n1 + excluded.n1, n2 = total.n2 + excluded.n2, n3 = total.n3 + excluded.n3,
           n4 = total.n4 + excluded.n4, n5 = total.n5 + excluded.n5, version = total.version + excluded.version
    RETURNING product_id AS "productId", n1 + n2 + n3 + n4 + n5 AS count, version,
              round((n1 + 2 * n2 + 3 * n3 + 4 * n4 + 5 * n5) / (n1 + n2 + n3 + n4 + n5)::numeric, 2) AS average`,
};

const updateProduct = {
  name: 'product',
  text: `
    UPDATE reference.products SET review_count = $2, average = $3, rating_version = $4
     WHERE id = $1 AND rating_version < $4`,
};

const database = new pg.Client({ connectionString: DATABASE_URL });
await database.connect();
await database.query(tables);
await database.query('INSERT INTO reference.products (id) VALUES ($1)', [productId]);

const publishing = await (await connect(RABBITMQ_URL, { noDelay: true })).createConfirmChannel();
const consuming = await (await connect(RABBITMQ_URL, { noDelay: true })).createChannel();
for (const queue of Object.values(queues))
  await publishing.assertQueue(queue, { durable: true, arguments: queueArguments.queue(queue) });

const publish = (queue: string, message: Review | Rating) =>
  new Promise<void>((resolve, reject) => {
    const content = Buffer.from(JSON.stringify(message));
    publishing.publish('', queue, content, { persistent: true }, (error: Error | null) =>
      error ? reject(error) : resolve(),
    );
  });

async function consume<Message>(queue: string, handle: (message: Message) => Promise<void>) {
  await consuming.consume(queue, (message: ConsumeMessage | null) => {
    const told = JSON.parse(message!.content.toString()) as Message;
    void handle(told).then(() => consuming.ack(message!));
  });
}

const committed = new EventTarget();
await consume<Review>(queues.reviews, async ({ reviewId, productId, rating }) => {
  const { rows } = await database.query<Rating>({ ...rate, values: [reviewId, productId, rating] });
  await publish(queues.ratings, rows[0]!);
});
await consume<Rating>(queues.ratings, async ({ productId, count, average, version }) => {
  await database.query({ ...updateProduct, values: [productId, count, average, version] });
  committed.dispatchEvent(new Event('product'));
});

/** One review at a time, with nothing else to do in between. */
async function measure(samples: number): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < samples; n++) {
    const review: Review = { reviewId: uuidv7(), productId, rating: 1 + (n % 5) };
    const isDone = once(committed, 'product');
    const started = performance.now();
    await database.query({
      ...insertReview,
      values: [review.reviewId, productId, review.rating, 'Dry feet.'],
    });
    await Promise.all([
      publish(queues.reviews, review),
      isDone.then(() => times.push(performance.now() - started)),
    ]);
    await sleep(Number(PAUSE_MS));
  }
  return times;
}

const server = createServer((req, res) => {
  measure(Number(req.url!.slice(1))).then(
    (times) => res.end(JSON.stringify(times)),
    (error) => res.writeHead(500).end(String(error)),
  );
});
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }));

async function stop() {
  for (const queue of Object.values(queues)) await publishing.deleteQueue(queue);
  process.exit();
}
process.once('SIGTERM', () => void stop());
