import cors from 'cors';
import type { RequestHandler } from 'express';

const dayInSeconds = 24 * 60 * 60;

/**
 * Lets pages of these origins (`*`: of all) call the API from a browser, with what they need of the answers. No cookie is sent
 * along, as none means anything here.
 */
export const allowOrigins = (origins: string[]): RequestHandler =>
  cors({
    origin: origins.includes('*') ? '*' : origins,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['ETag', 'Idempotency-Replayed', 'Link', 'Location', 'Retry-After', 'WWW-Authenticate'],
    maxAge: dayInSeconds,
    // The path itself answers OPTIONS, with what it allows.
    preflightContinue: true,
  });
