import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

export interface RawAnswer {
  status: number;
  /** Names in lower case. */
  headers: Map<string, string>;
  body: string;
}

/** Sends bytes that no HTTP client would, and reads the answer until the server closes. */
export async function sendRaw(port: number, request: string): Promise<RawAnswer> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.write(request, 'latin1');
  const answer = await text(socket);
  const [head = '', body = ''] = answer.split(/\r\n\r\n([^]*)/);
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => {
    const [name = '', value = ''] = line.split(/: (.*)/);
    return [name.toLowerCase(), value] as const;
  });
  return { status: Number(statusLine.split(' ')[1]), headers: new Map(headers), body };
}
