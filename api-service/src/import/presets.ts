import type { Field } from './mapping.ts';

interface Preset {
  name: string;
  description: string;
  columns: Partial<Record<Field, string>>;
}

/** Files of known origin. Columns other than those of product and rating may be absent. */
export const presets: Preset[] = [
  {
    name: 'native',
    description: 'columns named as the fields are',
    columns: {
      product: 'product',
      productName: 'productName',
      rating: 'rating',
      title: 'title',
      text: 'text',
      author: 'author',
      date: 'date',
      id: 'id',
    },
  },
  {
    // https://amazon-reviews-2023.github.io: reviews name no author but an account, and have no id.
    name: 'amazon',
    description: 'Amazon Reviews 2023, user reviews (.jsonl), products by parent_asin',
    columns: { product: 'parent_asin', rating: 'rating', title: 'title', text: 'text', date: 'timestamp' },
  },
  {
    name: 'judgeme',
    description: 'Judge.me export (.csv), products by product_handle; every row counts, curated or not',
    columns: {
      product: 'product_handle',
      rating: 'rating',
      title: 'title',
      text: 'body',
      author: 'reviewer_name',
      date: 'review_date',
    },
  },
  {
    // https://help.shopify.com/manual/products/product-reviews/import-export-reviews
    name: 'shopify',
    description:
      'Shopify Product Reviews export (.csv), products by product_handle; every row counts, published or not',
    columns: {
      product: 'product_handle',
      rating: 'rating',
      title: 'title',
      text: 'body',
      author: 'author',
      date: 'created_at',
    },
  },
];
