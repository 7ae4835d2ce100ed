import { expect } from 'chai';
import { startSystem, type System } from '../../api-service/test/support/system.ts';
import { parseAnswer } from './support/answer.ts';
import { fencedBlocks, readText, sectionOf } from './support/markdown.ts';
import { openShell, type Shell } from './support/shell.ts';

const readme = await readText('README.md');
const snippets = ['The API by example', 'Who may write'].flatMap((title) =>
  snippetsOf(sectionOf(readme, title)),
);
const [importing] = snippetsOf(sectionOf(readme, 'Import'));

describe('the examples of the README', function () {
  if (process.platform === 'win32') return;
  let system: System;
  let shell: Shell;

  before(async () => {
    system = await startSystem();
    shell = await openShell(system);
  });
  after(async () => {
    await shell?.close();
    await system?.stop();
  });

  it('are there', () => {
    expect(snippets).to.have.length.above(5);
    expect(importing?.shown?.language).to.equal('text');
  });

  for (const { commands, shown } of snippets) {
    const title = commands.trim().split('\n').at(-1) ?? '';
    it(`answer as shown: ${title}`, async () => {
      const { stdout, stderr, statuses } = await shell.run(
        commands.replace('http://127.0.0.1:3000', system.baseUrl),
      );
      expect(stderr).to.equal('');
      const expectedStatus = shown?.language === 'http' ? Number(shown.text.split(' ')[1]) : undefined;
      const last = statuses.pop();
      if (expectedStatus === undefined) expect(last).to.be.within(200, 299);
      else expect(last).to.equal(expectedStatus);
      for (const status of statuses) expect(status).to.be.within(200, 299);

      if (shown?.language === 'http') {
        const lastAnswer = stdout.slice(stdout.lastIndexOf('HTTP/1.1 '));
        const [answer, wanted] = [parseAnswer(lastAnswer), parseAnswer(shown.text)];
        expect(answer.statusLine).to.equal(wanted.statusLine);
        expect(answer.headers).to.include(wanted.headers);
        expect(answer.body).to.deep.equal(wanted.body);
      }
      // What was written reaches the ratings before the next example looks at them.
      await system.drained();
    });
  }

  it('import as shown', async () => {
    const { stdout, stderr } = await shell.run(importing!.commands);
    const timeless = (text: string) => text.replace(/read in [\d.]+ s/, 'read').trim();
    expect(stderr).to.equal('');
    expect(timeless(stdout)).to.equal(timeless(importing!.shown!.text));
  });
});

/** Each block of commands with the block below it that shows its last answer, if one does. */
function snippetsOf(section: string) {
  const blocks = fencedBlocks(section);
  return blocks.flatMap(({ language, text }, index) => {
    if (language !== 'sh') return [];
    const next = blocks[index + 1];
    return [{ commands: text, shown: next?.language === 'sh' ? undefined : next }];
  });
}
