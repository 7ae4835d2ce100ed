import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Router, type RequestHandler } from 'express';
import { route } from 'ct-common-lib/http';

const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const maxAgeMs = 24 * 60 * 60 * 1000;

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>CT Reviews: the API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="reference"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

const start = `window.SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
`;

/** In place of that for data. Nothing from elsewhere; the reference sets styles by itself. */
const policy =
  "default-src 'none'; frame-ancestors 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'";

/** `/docs`: the reference of `/openapi.json`, to read and to try out, served from here alone. */
export function createDocsRouter(): Router {
  const router = Router();
  const text =
    (type: string, content: string): RequestHandler =>
    (_req, res) =>
      void res
        .set({ 'Content-Security-Policy': policy, 'Cache-Control': 'no-cache' })
        .type(type)
        .send(content);
  const asset =
    (file: string): RequestHandler =>
    (_req, res) =>
      res.sendFile(file, { root: assets, maxAge: maxAgeMs });

  route(router, '/docs', { get: text('html', page) });
  route(router, '/docs/start.js', { get: text('js', start) });
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js'])
    route(router, `/docs/${file}`, { get: asset(file) });
  return router;
}
