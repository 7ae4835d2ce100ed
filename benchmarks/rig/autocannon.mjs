// Puts load on a server where wrk is not installed: started by load.ts.
import { once } from 'node:events';
import autocannon from 'autocannon';

const [{ port, requests, tokens, tokenPlace, seconds, connections }] = await once(process, 'message');
let nextConnection = 0;
let tokensSent = 0;

/** With the next token in the place of one. */
function withToken({ headers, ...request }) {
  const Authorization = headers.Authorization.replace(tokenPlace, tokens[tokensSent++ % tokens.length]);
  return { ...request, headers: { ...headers, Authorization } };
}

const result = await autocannon({
  url: `http://127.0.0.1:${port}`,
  connections,
  duration: seconds,
  timeout: 10,
  setupClient(client) {
    // Each connection has a share of its own, or all would send the same at the same time.
    const own = nextConnection++;
    const share = requests.filter((_, i) => i % connections === own % connections);
    client.setRequests(
      (share.length > 0 ? share : requests).map(({ headers = {}, body, ...request }) => ({
        ...request,
        headers: body === undefined ? headers : { ...headers, 'Content-Type': 'application/json' },
        ...(body !== undefined && { body }),
        ...(headers.Authorization?.includes(tokenPlace) && { setupRequest: withToken }),
      })),
    );
  },
});
const { total, average } = result.requests;
process.send({
  requests: total,
  requestsPerSecond: average,
  errors: result.errors + result.timeouts + result['4xx'] + result['5xx'],
  p50: result.latency.p50,
  p99: result.latency.p99,
});
process.disconnect();
