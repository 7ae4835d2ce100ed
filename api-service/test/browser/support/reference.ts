import type { Page } from 'playwright-core';

export interface Given {
  /** By name. */
  parameters?: Record<string, string>;
  /** Takes the place of the example. */
  body?: object;
}

/** What the page shows of an answer. */
export interface Shown {
  status: number;
  /** The body, as it stands there. */
  text: string;
  headers: string;
}

/** What somebody does at `/docs`. */
export function createReference(page: Page) {
  /** Opens an operation, fills it in, sends it, reads the answer, and closes it. */
  async function tryOut(id: string, { parameters = {}, body }: Given = {}): Promise<Shown> {
    const block = page.locator(`.opblock[id$="-${id}"]`);
    const summary = block.locator('.opblock-summary-control');
    const answer = block.locator('.live-responses-table');
    await summary.click();
    await block.getByRole('button', { name: 'Execute' }).waitFor();
    // Else what is read might be the answer before.
    if (await answer.isVisible()) await block.getByRole('button', { name: 'Clear' }).click();
    await answer.waitFor({ state: 'detached' });
    for (const [name, value] of Object.entries(parameters))
      await block.locator(`tr[data-param-name="${name}"] input`).fill(value);
    if (body) await block.locator('textarea').fill(JSON.stringify(body, null, 2));
    await block.getByRole('button', { name: 'Execute' }).click();
    const shown = {
      status: parseInt(await answer.locator('tbody .response-col_status').innerText()),
      text: await answer.locator('.highlight-code code').innerText(),
      headers: await answer.locator('pre:has(.headerline)').innerText(),
    };
    await summary.click();
    return shown;
  }

  /** Puts a token into the dialogue, in place of one that is there, and closes it. */
  async function authorize(token: string): Promise<void> {
    const dialogue = await openDialogue();
    await dialogue.getByRole('textbox').fill(token);
    await dialogue.getByRole('button', { name: 'Apply credentials' }).click();
    await dialogue.getByRole('heading', { name: 'Authorized', exact: true }).waitFor();
    await dialogue.getByRole('button', { name: 'Close' }).click();
  }

  /** Takes the token out of the dialogue. */
  async function logOut(): Promise<void> {
    const dialogue = await openDialogue();
    await dialogue.getByRole('button', { name: 'Close' }).click();
  }

  /** With no token in it. */
  async function openDialogue() {
    await page.locator('.auth-wrapper').getByRole('button', { name: 'Authorize' }).click();
    const dialogue = page.locator('.dialog-ux');
    await dialogue.getByRole('button', { name: 'Close' }).waitFor();
    const leave = dialogue.getByText('Logout');
    if (await leave.isVisible()) await leave.click();
    await dialogue.getByRole('textbox').waitFor();
    return dialogue;
  }

  /** What stands before the operations, as far as it is to be seen. */
  const introduction = () => page.locator('.information-container').innerText();

  /** What the page says of a problem code in the list that is folded up at first. */
  async function explanationOf(code: string): Promise<string> {
    const list = page.locator('.information-container details');
    if ((await list.getAttribute('open')) === null) await list.locator('summary').click();
    const line = list.locator('li').filter({ has: page.getByText(code, { exact: true }) });
    return line.first().innerText();
  }

  /** What the page shows of an answer that an operation may give. */
  async function exampleOf(id: string, status: number): Promise<string> {
    const block = page.locator(`.opblock[id$="-${id}"]`);
    const summary = block.locator('.opblock-summary-control');
    await summary.click();
    const text = await block.locator(`tr.response[data-code="${status}"]`).innerText();
    await summary.click();
    return text;
  }

  /** The ids of the operations that the page lists. */
  async function operations(): Promise<(string | undefined)[]> {
    const blocks = page.locator('.opblock');
    await blocks.first().waitFor();
    const ids = await Promise.all((await blocks.all()).map((block) => block.getAttribute('id')));
    return ids.map((id) => id?.split('-').at(-1));
  }

  return { tryOut, authorize, logOut, introduction, explanationOf, exampleOf, operations };
}

/** The value of a header that is shown. */
export const shownHeader = ({ headers }: Shown, name: string): string =>
  new RegExp(`^\\s*${name}: (.*?)\\s*$`, 'm').exec(headers)?.[1] ?? '';

/** A field of a body that is shown, as somebody copies it. */
export const shownField = ({ text }: Shown, name: string): string =>
  new RegExp(`"${name}": "(.*)"`).exec(text)?.[1] ?? '';
