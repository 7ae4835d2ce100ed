import type { Request, Response } from 'express';

/** Sets headers that answers have whatever they are. */
export type SetHeaders = (req: Request, res: Response) => void;

/** Of answers that are data: no page may be made of one, and it loads nothing, goes into no frame and gives no address away. */
export const securityHeaders = [
  ['X-Content-Type-Options', 'nosniff'],
  ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
  ['Referrer-Policy', 'no-referrer'],
] as const;
