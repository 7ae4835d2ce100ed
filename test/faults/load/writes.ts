import type { Random } from '../../support/random.ts';
import type { Rig, RigService } from '../rig.ts';
import type { Freshness } from './freshness.ts';
import { factsOf, mayBeGone, type Acknowledged, type Body, type Ledger, type Thing } from './ledger.ts';
import type { OperationLog } from './operation-log.ts';
import type { Requests, SentWrite } from './requests.ts';

export interface WritesDeps {
  rig: Pick<Rig, 'apis'>;
  log: OperationLog;
  ledger: Ledger;
  requests: Requests;
  freshness: Freshness;
}

/** The writes through the API. What an instance has acknowledged is read through both of them at once. */
export function createWrites({ rig, log, ledger, requests, freshness }: WritesDeps) {
  /** One that runs, as far as is known. */
  function anyApi({ below }: Random): RigService {
    const running = rig.apis.filter((api) => api.isRunning());
    const apis = running.length > 0 ? running : rig.apis;
    return apis[below(apis.length)]!;
  }

  const readBack = (thing: Thing) => Promise.all(rig.apis.map((api) => freshness.look(api, thing)));

  const acknowledged = (
    kind: Thing['kind'],
    api: RigService,
    { reply, begun, answered }: SentWrite,
  ): Acknowledged => {
    const body = reply.body as Body;
    return { version: body.version, facts: factsOf(kind, body), by: api, begun, answered };
  };

  async function create(kind: Thing['kind'], api: RigService, json: object, marker: string, product?: Thing) {
    const sent = await requests.write(api, 'POST', `/api/${kind}`, json, marker);
    if (sent.reply.status === 404 && product && !mayBeGone(product)) requests.missing(sent.operation);
    if (sent.outcome !== 'ok') return undefined;
    const { id } = sent.reply.body as Body;
    const thing = ledger.created({
      kind,
      id,
      ...(product && { product }),
      shown: acknowledged(kind, api, sent),
    });
    await readBack(thing);
    return thing;
  }

  async function change(thing: Thing, api: RigService, method: 'PATCH' | 'PUT', json: object) {
    const sent = await requests.write(api, method, `/api/${thing.kind}/${thing.id}`, json);
    if (sent.reply.status === 404 && !mayBeGone(thing)) requests.missing(sent.operation);
    const isDone = sent.outcome === 'ok';
    ledger.changed(thing, sent.outcome, isDone ? acknowledged(thing.kind, api, sent) : undefined);
    if (isDone) await readBack(thing);
  }

  async function remove(thing: Thing, api: RigService) {
    const wasDoomed = mayBeGone(thing);
    ledger.dooming(thing);
    const { outcome, reply, begun, answered, operation } = await requests.write(
      api,
      'DELETE',
      `/api/${thing.kind}/${thing.id}`,
    );
    const othersMayHave = wasDoomed || thing.deletions > 1 || (thing.product && mayBeGone(thing.product));
    if (reply.status === 404 && !othersMayHave) requests.missing(operation);
    ledger.doomed(thing, outcome, { version: thing.shown.version, facts: '', by: api, begun, answered });
    if (outcome === 'ok') await readBack(thing);
  }

  return {
    async createReview(product: Thing, random: Random) {
      const marker = log.nextMarker();
      const json = { productId: product.id, rating: random.rating(), title: marker, authorName: marker };
      await create('reviews', anyApi(random), json, marker, product);
    },

    async editReview(review: Thing, random: Random) {
      const title = log.nextMarker();
      const method = random.below(2) === 0 ? 'PATCH' : 'PUT';
      await change(review, anyApi(random), method, { rating: random.rating(), title });
    },

    createProduct(random: Random, sku = log.nextMarker()) {
      const json = { sku, name: `Product ${sku}`, price: '19.90', currency: 'EUR' };
      return create('products', anyApi(random), json, sku);
    },

    /** Always to a name that it never had, so that its version grows. */
    editProduct: (product: Thing, random: Random) =>
      change(product, anyApi(random), 'PATCH', { name: `Product ${log.nextMarker()}` }),

    remove: (thing: Thing, random: Random) => remove(thing, anyApi(random)),
  };
}

export type Writes = ReturnType<typeof createWrites>;
