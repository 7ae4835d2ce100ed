// Loaded before a service by tests alone (`node --import`). Told to over the IPC channel, `{ failpoint }`, it kills the
// process at that point, the next time it gets there; `{ failpoint: null }` calls it off. Each message is answered.
import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

// The instances that the services use: import and require share what is CommonJS.
const require = createRequire(import.meta.url);
const { Client } = require('pg');
const amqplib = dirname(require.resolve('amqplib'));
const { Channel, ConfirmChannel } = require(join(amqplib, 'lib/channel_model.js'));

let armed = null;

process.on('message', ({ failpoint }) => {
  armed = failpoint;
  process.send({ failpoint });
});
// Listening must not keep a service alive that is done.
process.channel?.unref();

function reach(failpoint) {
  if (armed !== failpoint) return;
  writeSync(process.stderr.fd, `failpoint ${failpoint}\n`);
  process.kill(process.pid, 'SIGKILL');
}

const writesShop = /\b(INSERT INTO|UPDATE|DELETE FROM) "?(products|reviews)"?\s/;
const deletesEvents = /\bDELETE FROM "?outbox"?\s/;

const { query } = Client.prototype;
Client.prototype.query = function (statement, ...rest) {
  const sql = typeof statement === 'string' ? statement : (statement.text ?? '');
  if (deletesEvents.test(sql)) reach('after-confirm-before-delete');
  const callback = rest.at(-1);
  if (writesShop.test(sql) && typeof callback === 'function') {
    rest[rest.length - 1] = (error, result) => {
      // I: idle, in no transaction any more.
      const committed = !error && result.rowCount > 0 && this.getTransactionStatus() === 'I';
      if (committed) reach('after-commit-before-bump');
      callback(error, result);
    };
  }
  return query.call(this, statement, ...rest);
};

const { publish } = ConfirmChannel.prototype;
ConfirmChannel.prototype.publish = function (exchange, routingKey, content, options, settle) {
  return publish.call(this, exchange, routingKey, content, options, (error) => {
    // The broker has the message, and nobody here knows it yet.
    if (!error) reach('after-publish-before-confirm');
    settle(error);
  });
};

const { ack } = Channel.prototype;
Channel.prototype.ack = function (...message) {
  reach('after-rating-commit-before-ack');
  return ack.apply(this, message);
};
