import { z } from 'zod';
import { cursor, pageLimit, pageOf, text, time, version } from '../http/fields.ts';

/** The longest texts, in characters (UTF-16 code units). */
export const productLimits = { sku: 100, name: 200, description: 10_000, brand: 100 } as const;

/** Up to 10 digits before the point and 2 after it; a number becomes its decimal string. */
const decimal = 'must be a decimal from 0 to 9999999999.99 with at most 2 decimals, e.g. "19.90"';
const price = z
  .union([z.string(), z.number()], decimal)
  .transform(String)
  .refine((value) => /^\d{1,10}(\.\d{1,2})?$/.test(value), decimal)
  .meta({ description: 'From 0 to 9999999999.99, with at most two decimals; best as text.' });

const currency = z.string().regex(/^[A-Z]{3}$/, 'must be a currency code of ISO 4217, e.g. "EUR"');

const fields = {
  sku: text(productLimits.sku),
  name: text(productLimits.name),
  description: text(productLimits.description).nullable(),
  brand: text(productLimits.brand).nullable(),
  price: price.nullable(),
  currency: currency.nullable(),
};

const priceHasCurrency = 'price and currency come together: give both or neither';

/** A whole product, for POST and PUT: what is left out is null. */
export const newProductSchema = z
  .strictObject({
    ...fields,
    description: fields.description.default(null),
    brand: fields.brand.default(null),
    price: fields.price.default(null),
    currency: fields.currency.default(null),
  })
  .refine((product) => (product.price === null) === (product.currency === null), {
    path: ['currency'],
    error: priceHasCurrency,
  })
  .meta({
    id: 'NewProduct',
    description: 'What is left out is null. Price and currency come together.',
  });

/** A merge patch (RFC 7396): what is left out stays, null clears. */
export const productPatchSchema = z
  .strictObject(fields)
  .partial()
  .meta({ id: 'ProductPatch', description: 'RFC 7396: what is left out stays, null clears.' });

const count = z.int().min(0);

/** What the reviews of a product come to. */
const rated = {
  averageRating: z.number().min(1).max(5).nullable().meta({
    description: 'Rounded half-up to two decimals; null without reviews.',
  }),
  reviewCount: count,
  ratingDistribution: z
    .strictObject({ 1: count, 2: count, 3: count, 4: count, 5: count })
    .meta({ description: 'How many gave so many stars.' }),
};

const stored = z.string().nullable();

/** As it is answered. */
export const productSchema = z
  .strictObject({
    id: z.guid(),
    sku: z.string(),
    name: z.string(),
    description: stored,
    brand: stored,
    price: stored.meta({ description: 'A decimal with two places.' }),
    currency: stored.meta({ description: 'ISO 4217.' }),
    ...rated,
    version,
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Product', description: 'A rating is no part of its version.' });

export const productPageSchema = pageOf('ProductPage', productSchema);

/** As it is answered, of one product. */
export const ratingSchema = z
  .strictObject({
    productId: z.guid(),
    ...rated,
    bayesianAverage: z.number().min(1).max(5).meta({
      description: 'The average with ten reviews of three stars added, for sorting.',
    }),
    version,
    updatedAt: time.nullable(),
  })
  .meta({ id: 'Rating' });

export const ratingPageSchema = pageOf('RatingPage', ratingSchema);

export type NewProduct = z.output<typeof newProductSchema>;
export type ProductPatch = z.output<typeof productPatchSchema>;

export const productSorts = [
  '-createdAt',
  'createdAt',
  'name',
  'price',
  '-price',
  '-averageRating',
  '-reviewCount',
] as const;

export const productQuerySchema = z.strictObject({
  limit: pageLimit,
  cursor,
  sort: z.enum(productSorts).default('-createdAt'),
  q: z.string().max(200).optional().meta({
    description: 'Words, each of which begins a word of the sku, name, brand or description.',
  }),
  brand: text(productLimits.brand).optional(),
  minRating: z
    .string()
    .regex(/^([1-4](\.\d{1,2})?|5(\.0{1,2})?)$/, 'must be a number from 1 to 5 with at most 2 decimals')
    .transform(Number)
    .optional()
    .meta({ description: 'The least average, 1 to 5.' }),
});

export type ProductQuery = z.output<typeof productQuerySchema>;
