import { expect } from 'chai';
import { createMemoryBus, type Bus } from 'ct-common-lib/bus';
import { TransientError } from 'ct-common-lib';
import { waitFor } from 'ct-common-lib/testing';
import { connect, silent, startApi, type Api } from '../support/api.ts';
import { expectWorking, health } from '../support/health.ts';

describe('while the bus is away', () => {
  let away = false;
  let api: Api;
  let bus: Bus;
  let delivered: string[];

  beforeEach(async () => {
    delivered = [];
    const memoryBus = createMemoryBus({ log: silent });
    bus = {
      ...memoryBus,
      async publish(events) {
        if (away) throw new TransientError('BUS_UNAVAILABLE');
        return memoryBus.publish(events);
      },
      state: () => (away ? 'connecting' : memoryBus.state()),
    };
    away = true;
    api = await startApi({ bus });
    await bus.start();
  });
  afterEach(async () => {
    await bus.stop();
    await api.stop();
  });

  const consume = () =>
    bus.subscribe(
      'rating-service.reviews',
      async (events) => void delivered.push(...events.map(({ id }) => id)),
    );

  async function outbox(): Promise<string[]> {
    const db = await connect(api.databaseUrl);
    const { rows } = await db.query<{ id: string }>('SELECT event_id AS id FROM outbox');
    await db.end();
    return rows.map(({ id }) => id);
  }

  const emptied = () => waitFor('the outbox to be empty', async () => (await outbox()).length === 0);

  it('reads and writes go on, and every event is kept and delivered when it is back', async () => {
    consume();
    await expectWorking(api);
    const { status, body } = await health(api);
    expect(status).to.equal(200);
    expect(body.parts.bus).to.equal('connecting');
    const kept = await outbox();
    // Created, edited, and deleted along with its product.
    expect(kept).to.have.length(3);
    expect(delivered).to.deep.equal([]);

    away = false;
    await emptied();
    expect(delivered).to.have.members(kept);
  });

  it('events that no queue takes are kept, too', async () => {
    away = false;
    const { id } = await api.createProduct();
    await api.createReview(id);
    const kept = await outbox();
    expect(kept).to.have.length(1);
    consume();
    await emptied();
    expect(delivered).to.deep.equal(kept);
  });

  it('an edit by hand shows all the same', async () => {
    const { id } = await api.createProduct();
    await api.product(id);
    const db = await connect(api.databaseUrl);
    await db.query(`UPDATE products SET name = 'By hand' WHERE id = $1`, [id]);
    await db.end();
    await waitFor('the name', async () => (await api.product(id)).name === 'By hand');
  });
});
