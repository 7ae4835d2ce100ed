// What Express itself can do: a fixed buffer of SIZE bytes.
import express from 'express';
import type { AddressInfo } from 'node:net';

const body = Buffer.alloc(Number(process.env.SIZE), 'x');

const app = express();
app.get(/.*/, (_req, res) => {
  res.set('Content-Type', 'application/json').send(body);
});
const server = app.listen(0, '127.0.0.1', () =>
  process.send!({ port: (server.address() as AddressInfo).port }),
);
