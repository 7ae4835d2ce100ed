/** An AMQP method frame on channel 0: class `connection` (10). */
export function connectionFrame(method: number, fields: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.from([1, 0, 0, 0, 0, 0, 4 + fields.length, 0, 10, 0, method]);
  return Buffer.concat([header, fields, Buffer.from([0xce])]);
}

export const shortString = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
