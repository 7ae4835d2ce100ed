import { expect } from 'chai';
import { chromium, type Browser, type Page } from 'playwright-core';
import { describeWithPrograms } from '../../../../test/support/programs.ts';

/** For each step, so that it is told which one took so long. */
const stepTimeoutMs = 30_000;

/** Opens a page as somebody does who has never been here. */
export type Open = (url: string, size?: { width: number; height: number }) => Promise<Page>;

/** A suite that needs a real browser: Debian's Chromium. A test fails also if one of its pages asks another origin, or tells an error of its own. */
export function describeWithBrowser(title: string, suite: (open: Open) => void) {
  describeWithPrograms(title, { chromium: 'chromium' }, ({ chromium: executablePath }) => {
    let browser: Browser;
    const faults: string[] = [];
    before(async () => {
      // Without its sandbox, which root cannot have: it sees nothing but our own pages.
      browser = await chromium.launch({ executablePath, chromiumSandbox: false, args: ['--disable-gpu'] });
    });
    after(() => browser?.close());
    afterEach(async () => {
      for (const context of browser.contexts()) await context.close();
      expect(faults.splice(0)).to.deep.equal([]);
    });

    suite(async (url, viewport = { width: 1200, height: 900 }) => {
      const context = await browser.newContext({ viewport });
      context.setDefaultTimeout(stepTimeoutMs);
      const page = await context.newPage();
      noteFaults(page, new URL(url), faults);
      await page.goto(url);
      return page;
    });
  });
}

function noteFaults(page: Page, { origin }: URL, faults: string[]) {
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith('data:')) faults.push(`asks ${url}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400 && !isOfApi(response.url()))
      faults.push(`${response.status()} ${response.url()}`);
  });
  page.on('console', (message) => {
    // It also tells of each answer from 400 on, and those of the API are what the tests look at.
    const { url } = message.location();
    if (message.type() === 'error' && !isOfApi(url)) faults.push(`${message.text()} ${url}`);
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('crash', () => faults.push('crashed'));
}

const isOfApi = (url: string) => url !== '' && new URL(url).pathname.includes('/api/');
