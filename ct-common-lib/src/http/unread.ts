import type { Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** So much of all answers may wait in this process for clients that do not read them. */
const mostUnreadBytes = 64 * 2 ** 20;
const lookEveryMs = 250;

/** Cuts the connections that hold the most of their answers unread, when all together hold more than there is memory for. */
export function cutUnread(server: Server, connections: Map<Duplex, ServerResponse[]>): void {
  function look() {
    let unread = 0;
    for (const answers of connections.values()) unread += bytesOf(answers);
    if (unread <= mostUnreadBytes) return;
    const holders = [...connections].map(([socket, answers]) => ({ socket, bytes: bytesOf(answers) }));
    for (const { socket, bytes } of holders.sort((a, b) => b.bytes - a.bytes)) {
      if (unread <= mostUnreadBytes) return;
      unread -= bytes;
      socket.destroy();
    }
  }

  let timer: NodeJS.Timeout | undefined;
  server.once('listening', () => (timer = setInterval(look, lookEveryMs).unref()));
  server.once('close', () => clearInterval(timer));
}

const bytesOf = (answers: ServerResponse[]) =>
  answers.reduce((bytes, answer) => bytes + answer.writableLength, 0);
