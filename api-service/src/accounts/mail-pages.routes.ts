import { Router } from 'express';
import { route } from 'ct-common-lib/http';
import { sendText } from '../http/page.ts';
import { passwordLimits } from './password.ts';

/**
 * The pages that the links of mails lead to. Opening one does nothing, as the programs that look for harm in mails open every link:
 * the person who reads it presses the button.
 */
export function createMailPagesRouter(): Router {
  const router = Router();
  route(router, '/verify-email', { get: sendText('html', verifyPage) });
  route(router, '/reset-password', { get: sendText('html', resetPage) });
  route(router, '/mail-link.js', { get: sendText('js', script) });
  return router;
}

const page = (title: string, form: string) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    <link rel="icon" href="docs/icon.svg">
    <style>
      body { font: 1rem/1.5 system-ui, sans-serif; max-width: 28rem; margin: 3rem auto; padding: 0 1rem; }
      h1 { font-size: 1.5rem; line-height: 1.2; }
      input, button { font: inherit; padding: 0.4rem 0.8rem; }
      input { display: block; width: 100%; box-sizing: border-box; margin: 0.5rem 0 1rem; }
      .wrong { color: #b3261e; }
    </style>
  </head>
  <body>
    <h1>${title}</h1>
    ${form}
    <p id="outcome" role="status"></p>
    <noscript>This page needs JavaScript.</noscript>
    <script src="mail-link.js"></script>
  </body>
</html>
`;

const verifyPage = page(
  'Confirm your e-mail address',
  `<form data-path="api/email-verification" data-done="Your e-mail address is confirmed.">
      <p>Somebody has registered with your e-mail address. If it was you, confirm that the address is yours.</p>
      <button>Confirm</button>
    </form>`,
);

const resetPage = page(
  'Choose a new password',
  `<form data-path="api/password-reset" data-done="Your password is changed. You can log in with it now.">
      <label>New password, of at least ${passwordLimits.min} characters
        <input name="newPassword" type="password" autocomplete="new-password" minlength="${passwordLimits.min}" maxlength="${passwordLimits.max}" required>
      </label>
      <button>Change it</button>
    </form>`,
);

const script = `const form = document.querySelector('form');
const outcome = document.querySelector('#outcome');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { path, done } = form.dataset;
  const body = { token: location.hash.slice(1), ...Object.fromEntries(new FormData(form)) };
  form.querySelector('button').disabled = true;
  outcome.textContent = '';
  outcome.className = '';
  try {
    const answer = await fetch(path, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (answer.ok) {
      form.remove();
      history.replaceState(null, '', location.pathname);
      outcome.textContent = done;
      return;
    }
    const { detail, errors } = await answer.json();
    const name = { '/newPassword': 'The password', '/token': 'The link' };
    outcome.textContent = errors ? errors.map((fault) => name[fault.pointer] + ' ' + fault.detail + '.').join(' ') : detail;
  } catch {
    outcome.textContent = 'There was no answer. Try again shortly.';
  }
  outcome.className = 'wrong';
  form.querySelector('button').disabled = false;
});
`;
