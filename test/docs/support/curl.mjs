// Stands in for curl, which a machine that runs the tests may not have: the options that the documents use, no more.
/* global fetch */
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    silent: { type: 'boolean', short: 's' },
    include: { type: 'boolean', short: 'i' },
    request: { type: 'string', short: 'X' },
    header: { type: 'string', short: 'H', multiple: true, default: [] },
    data: { type: 'string', short: 'd' },
  },
});
const [url] = positionals;
const response = await fetch(url, {
  method: values.request ?? (values.data === undefined ? 'GET' : 'POST'),
  headers: values.header.map((header) => header.split(/: *(.*)/).slice(0, 2)),
  body: values.data,
});
appendFileSync(process.env.CALLS, `${response.status}\n`);
if (values.include) {
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`);
  process.stdout.write(`HTTP/1.1 ${response.status} ${response.statusText}\r\n${headers.join('')}\r\n`);
}
process.stdout.write(await response.text());
