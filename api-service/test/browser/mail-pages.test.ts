import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { createLogger } from 'ct-common-lib';
import { waitFor } from 'ct-common-lib/testing';
import { createPerson, expectCode, type Account } from '../accounts/support.ts';
import { startApi, type Api } from '../support/api.ts';
import { describeWithBrowser } from './support/browser.ts';

/** Where the API is behind a proxy. */
const prefix = '/shop/reviews';
const damaged = 'The link is damaged, has expired, or was used before. Ask for a new mail.';
const newPassword = 'incorrect horse battery';

describeWithBrowser('the pages that mails lead to, in a browser,', (open) => {
  let api: Api;
  let proxy: Server;
  /** Of the log, as no mail is sent. */
  const links: string[] = [];

  before(async () => {
    proxy = createServer((req, res) => {
      if (!req.url?.startsWith(`${prefix}/`)) return void res.writeHead(404).end();
      const { method, headers } = req;
      const to = { host: '127.0.0.1', port: api.port, path: req.url.slice(prefix.length), method, headers };
      req.pipe(request(to, (answer) => answer.pipe(res.writeHead(answer.statusCode!, answer.headers))));
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const publicUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${prefix}`;
    const write = (line: string) => void links.push((JSON.parse(line) as { link?: string }).link ?? '');
    const log = createLogger({ name: 'test', level: 'warn', destination: { write } });
    api = await startApi({ log, mail: { smtp: undefined, publicUrl } });
  });
  after(async () => {
    proxy?.closeAllConnections();
    proxy?.close();
    await api?.stop();
  });

  /** Each once. */
  const linkOf = (kind: string) =>
    waitFor('a link', () => {
      const index = links.findIndex((link) => link.includes(`${prefix}/${kind}#`));
      return index < 0 ? undefined : links.splice(index, 1)[0];
    });

  /** How many requests a page has sent that change something. */
  const writesOf = async (page: Page) =>
    (await page.requests()).filter((sent) => sent.method() !== 'GET').length;

  async function register() {
    const person = createPerson(api);
    const { id } = await person.register();
    const isVerified = async () => (await api.get<Account>(`/api/accounts/${id}`)).body.emailVerified;
    return { person, isVerified, link: await linkOf('verify-email') };
  }

  async function forgetPassword() {
    const { person } = await register();
    await person.post('/api/password-reset', { email: person.email });
    const page = await open(await linkOf('reset-password'), { width: 400, height: 800 });
    const field = page.getByLabel('New password');
    const press = () => page.getByRole('button', { name: 'Change it' }).click();
    return { person, page, field, press };
  }

  it('confirm an address once somebody presses the button', async () => {
    const { link, isVerified } = await register();
    const page = await open(link);
    expect(await writesOf(page)).to.equal(0);
    expect(await isVerified()).to.equal(false);
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('Your e-mail address is confirmed.').waitFor();
    expect(await isVerified()).to.equal(true);
    expect(await page.getByRole('button').count()).to.equal(0);
  });

  it('tell of a damaged link what to do', async () => {
    const { link, isVerified } = await register();
    const page = await open(`${link.slice(0, -3)}abc`);
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText(damaged).waitFor();
    expect(await isVerified()).to.equal(false);
  });

  it('change a password, once', async () => {
    const { person, page, field, press } = await forgetPassword();
    await field.fill(newPassword);
    await person.logIn();
    await press();
    await page.getByText('Your password is changed. You can log in with it now.').waitFor();
    expectCode(await person.tryLogin(), 401, 'CREDENTIALS_WRONG');
    await person.logIn({ password: newPassword });

    await page.reload();
    await field.fill(newPassword);
    await press();
    await page.getByText(damaged).waitFor();
  });

  it('explain why a password is too short', async () => {
    const { person, page, field, press } = await forgetPassword();
    await field.pressSequentially('short');
    await press();
    // The browser says so beside the field, in a language of its own, and sends nothing.
    await page.locator('input:invalid:focus').waitFor();
    expect(await writesOf(page)).to.equal(0);
    // Five characters of two units each, which browsers count.
    await field.fill('🐎'.repeat(5));
    await press();
    await page.getByText('The password must have at least 10 characters.').waitFor();
    await person.logIn();
    await field.fill(newPassword);
    await press();
    await page.getByText('Your password is changed.').waitFor();
    await person.logIn({ password: newPassword });
  });
});
