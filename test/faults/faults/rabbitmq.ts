import { faultOf, hold, type Fault } from '../fault.ts';
import { memoryWatermark } from '../servers/rabbitmq.ts';
import { outages } from './outages.ts';
import { messageFaults } from './rabbitmq-messages.ts';
import { topologyFaults } from './rabbitmq-topology.ts';

const fault = faultOf('rabbit');

const serverFaults: Fault[] = [
  // Longer than a publisher waits for a confirm.
  ...outages('rabbit', { stalledSeconds: 8 }),

  fault('all connections closed, three times', async ({ rabbit }, random) => {
    for (let round = 0; round < 3; round++) {
      await rabbit.ctl('close_all_connections', '--global', 'the fault rig closes all');
      await hold(2 * random.next());
    }
  }),

  fault('short of memory for 6 s, takes no messages', async ({ rabbit }) => {
    try {
      await rabbit.ctl('set_vm_memory_high_watermark', '0.0000001');
      await hold(6);
    } finally {
      await rabbit.ctl('set_vm_memory_high_watermark', memoryWatermark);
    }
  }),
];

export const rabbitFaults: Fault[] = [...serverFaults, ...topologyFaults, ...messageFaults];
