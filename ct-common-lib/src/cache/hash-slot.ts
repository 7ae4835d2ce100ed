/** CRC-16 as XMODEM has it: polynomial 0x1021, starting at 0. */
const crcOfByte = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc;
});

/**
 * The slot of a Redis Cluster, 0 to 16383, in which a key is: that of what stands between its first `{` and the next `}`, where there is
 * something, else of all of it ([specification](https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model)).
 */
export function hashSlot(key: string): number {
  const open = key.indexOf('{');
  const close = open < 0 ? -1 : key.indexOf('}', open);
  let crc = 0;
  for (const byte of Buffer.from(close > open + 1 ? key.slice(open + 1, close) : key))
    crc = ((crc << 8) & 0xffff) ^ crcOfByte[(crc >> 8) ^ byte]!;
  return crc % 16_384;
}
