import type { Random } from '../../support/random.ts';
import type { Rig, RigService } from '../rig.ts';
import type { Freshness } from './freshness.ts';
import type { Body, Thing } from './ledger.ts';
import type { RatingSightings } from './rating-sightings.ts';
import type { Requests } from './requests.ts';

export interface ReadsDeps {
  rig: Pick<Rig, 'apis'>;
  requests: Requests;
  freshness: Freshness;
  sightings: RatingSightings;
}

const reviewSorts = ['-createdAt', 'createdAt', '-rating', 'rating'];
const productSorts = ['-createdAt', 'createdAt', 'name', 'price', '-averageRating', '-reviewCount'];

/** What shops read, through any instance. */
export function createReads({ rig, requests, freshness, sightings }: ReadsDeps) {
  const anyApi = ({ below }: Random): RigService => rig.apis[below(rig.apis.length)]!;

  /** The items of a list; none if it was not answered. */
  async function list(api: RigService, path: string) {
    const sent = await requests.read(api, path);
    const items = sent.reply.status === 200 ? (sent.reply.body as { data: Body[] }).data : [];
    return { sent, items };
  }

  return {
    one: (thing: Thing, random: Random) => freshness.look(anyApi(random), thing),

    async reviewsOf(product: Thing, random: Random) {
      const api = anyApi(random);
      const sort = reviewSorts[random.below(reviewSorts.length)];
      const { sent, items } = await list(api, `/api/products/${product.id}/reviews?sort=${sort}`);
      await freshness.lookAt(api, items, sent);
    },

    async products(random: Random) {
      const api = anyApi(random);
      const path = `/api/products?sort=${productSorts[random.below(productSorts.length)]}`;
      const { sent, items } = await list(api, path);
      for (const item of items) freshness.consistent(item, `${path} by ${api.name}`);
      await freshness.lookAt(api, items, sent);
    },

    async ratings(products: Thing[], random: Random) {
      const api = anyApi(random);
      const path = `/api/ratings?productIds=${products.map(({ id }) => id).join()}`;
      for (const rating of (await list(api, path)).items) {
        freshness.consistent(rating, `${path} by ${api.name}`);
        sightings.seen(rating, `${api.name} served`);
      }
    },
  };
}

export type Reads = ReturnType<typeof createReads>;
