import type { RequestHandler } from 'express';

/** In place of that for data: scripts and styles from here alone, and what the reference sets by itself. */
const policy =
  "default-src 'none'; frame-ancestors 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'";

/** Sends a page, or a script of one. */
export const sendText =
  (type: 'html' | 'js' | 'svg', content: string): RequestHandler =>
  (_req, res) =>
    void res.set({ 'Content-Security-Policy': policy, 'Cache-Control': 'no-cache' }).type(type).send(content);
