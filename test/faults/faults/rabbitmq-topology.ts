import { exchangeName, queues, type QueueName } from 'ct-common-lib/bus';
import { waitFor } from 'ct-common-lib/testing';
import { faultOf, hold, type Fault } from '../fault.ts';
import { doubtPoison } from './poison.ts';
import { withChannel } from './rabbit-channel.ts';

const fault = faultOf('rabbit');

const queueNames = Object.keys(queues) as QueueName[];

/** What somebody deletes stays deleted: it is for the services to notice, or not to need it. */
export const topologyFaults: Fault[] = [
  ...queueNames.map((queue) =>
    fault(`queue ${queue} deleted`, async ({ rabbit, note }) => {
      const { messageCount } = await withChannel(rabbit, async (channel) => {
        await doubtPoison(rabbit, queue, channel);
        return channel.deleteQueue(queue);
      });
      note(`${messageCount} messages waited in ${queue} when it was deleted`);
      const isBack = () => withChannel(rabbit, (channel) => channel.checkQueue(queue));
      const patience = { timeoutMs: 30_000, intervalMs: 200 };
      await waitFor(`${queue} is there again`, isBack, patience).catch((error: Error) => note(error.message));
    }),
  ),

  // Nothing would be returned as unroutable while another queue takes all.
  fault('bindings deleted, with another listener', ({ rabbit }) =>
    withChannel(rabbit, async (channel) => {
      const { queue: listener } = await channel.assertQueue('', { exclusive: true });
      await channel.bindQueue(listener, exchangeName, '#');
      for (const queue of queueNames)
        for (const type of ['review-created', 'review-updated', 'review-deleted', 'rating-updated'])
          await channel.unbindQueue(queue, exchangeName, type);
      await hold(4);
    }),
  ),

  fault('exchange deleted', ({ rabbit }) =>
    withChannel(rabbit, async (channel) => {
      await channel.deleteExchange(exchangeName);
      await hold(2);
    }),
  ),
];
