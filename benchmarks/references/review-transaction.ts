// What Express and Sequelize do of a new review: it and its event in one transaction, in the tables of api-service without
// their triggers. Nothing takes the events away.
import express from 'express';
import type { AddressInfo } from 'node:net';
import { DataTypes, Sequelize } from 'sequelize';
import { v7 as uuidv7 } from 'uuid';

const sequelize = new Sequelize(process.env.DATABASE_URL!, {
  dialect: 'postgres',
  logging: false,
  pool: { max: 10 },
  define: { schema: 'reference', underscored: true },
});

await sequelize.query(`
  CREATE SCHEMA reference;
  CREATE TABLE reference.reviews (LIKE public.reviews INCLUDING ALL);
  CREATE TABLE reference.outbox (LIKE public.outbox INCLUDING ALL);`);

const Review = sequelize.define(
  'Review',
  {
    id: { type: DataTypes.UUID, primaryKey: true, defaultValue: () => uuidv7() },
    productId: DataTypes.UUID,
    rating: DataTypes.SMALLINT,
    title: DataTypes.TEXT,
    text: DataTypes.TEXT,
    authorName: DataTypes.TEXT,
    version: { type: DataTypes.BIGINT, defaultValue: 1 },
  },
  { tableName: 'reviews' },
);

const OutboxEvent = sequelize.define(
  'OutboxEvent',
  {
    id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
    type: DataTypes.TEXT,
    subject: DataTypes.UUID,
    data: DataTypes.JSONB,
  },
  { tableName: 'outbox', timestamps: false },
);

interface NewReview {
  productId: string;
  rating: number;
  title?: string;
  text?: string;
  authorName?: string;
}

const app = express();
app.use(express.json());
app.post('/api/reviews', async (req, res) => {
  const { productId, rating, title, text, authorName } = req.body as NewReview;
  const created = await sequelize.transaction(async (transaction) => {
    const review = await Review.create({ productId, rating, title, text, authorName }, { transaction });
    const data = { reviewId: review.get('id') as string, productId, rating, version: 1 };
    await OutboxEvent.create({ type: 'review-created', subject: productId, data }, { transaction });
    return review;
  });
  res.status(201).json(created);
});
const server = app.listen(0, '127.0.0.1', () =>
  process.send!({ port: (server.address() as AddressInfo).port }),
);
