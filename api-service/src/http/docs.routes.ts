import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Router, type RequestHandler } from 'express';
import { route } from 'ct-common-lib/http';
import { sendText } from './page.ts';

const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const maxAgeMs = 24 * 60 * 60 * 1000;

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>CT Reviews: the API</title>
    <link rel="icon" href="/docs/icon.svg">
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

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#d98e04" d="m8 1 2.1 4.6 5 .6-3.7 3.4 1 5L8 12.1l-4.4 2.5 1-5L.9 6.2l5-.6z"/></svg>`;

/** `/docs`: the reference of `/openapi.json`, to read and to try out, served from here alone. */
export function createDocsRouter(): Router {
  const router = Router();
  const asset =
    (file: string): RequestHandler =>
    (_req, res) =>
      res.sendFile(file, { root: assets, maxAge: maxAgeMs });

  route(router, '/docs', { get: sendText('html', page) });
  route(router, '/docs/start.js', { get: sendText('js', start) });
  route(router, '/docs/icon.svg', { get: sendText('svg', icon) });
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js'])
    route(router, `/docs/${file}`, { get: asset(file) });
  return router;
}
