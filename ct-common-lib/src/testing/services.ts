/**
 * A suite that needs a real Redis, at `TEST_REDIS_URL`. Without it the suite is one pending test that says how
 * to start the server; with `REQUIRE_SERVICES=1` that test fails.
 */
export function describeWithRedis(title: string, suite: (url: string) => void) {
  describeWith('TEST_REDIS_URL', 'docker run --rm -p 127.0.0.1:6379:6379 redis:8-alpine', title, suite);
}

/** The same with a real RabbitMQ, at `TEST_RABBITMQ_URL`. */
export function describeWithRabbit(title: string, suite: (url: string) => void) {
  describeWith('TEST_RABBITMQ_URL', 'docker run --rm -p 127.0.0.1:5672:5672 rabbitmq:4-alpine', title, suite);
}

function describeWith(variable: string, start: string, title: string, suite: (url: string) => void) {
  describe(title, () => {
    const url = process.env[variable];
    if (url) return suite(url);
    const needed = `needs its server, e.g. ${start}`;
    if (process.env.REQUIRE_SERVICES !== '1') return void it(needed);
    it(needed, () => {
      throw new Error(`REQUIRE_SERVICES=1, and ${variable} is not set: ${start}`);
    });
  });
}
