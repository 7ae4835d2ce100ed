import { z } from 'zod';
import { cursor, pageLimit, text } from '../http/fields.ts';

/** The longest texts, in characters (UTF-16 code units). */
export const productLimits = { sku: 100, name: 200, description: 10_000, brand: 100 } as const;

/** Up to 10 digits before the point and 2 after it; a number becomes its decimal string. */
const decimal = 'must be a decimal from 0 to 9999999999.99 with at most 2 decimals, e.g. "19.90"';
const price = z
  .union([z.string(), z.number()], decimal)
  .transform(String)
  .refine((value) => /^\d{1,10}(\.\d{1,2})?$/.test(value), decimal);

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
  });

/** A merge patch (RFC 7396): what is left out stays, null clears. */
export const productPatchSchema = z.strictObject(fields).partial();

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
  q: z.string().max(200).optional(),
  brand: text(productLimits.brand).optional(),
  minRating: z
    .string()
    .regex(/^([1-4](\.\d{1,2})?|5(\.0{1,2})?)$/, 'must be a number from 1 to 5 with at most 2 decimals')
    .transform(Number)
    .optional(),
});

export type ProductQuery = z.output<typeof productQuerySchema>;
