import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { root } from '../docs/support/markdown.ts';
import { describeWithPrograms } from '../support/programs.ts';

/** A suite that needs promtool. `run` gives the exit code and all that was said. */
export function describeWithPromtool(
  title: string,
  suite: (run: (...args: string[]) => Promise<{ code: number; said: string }>) => void,
) {
  describeWithPrograms(title, { promtool: 'prometheus' }, ({ promtool }) => {
    suite(async (...args) => {
      try {
        const { stdout, stderr } = await promisify(execFile)(promtool, args, { cwd: root });
        return { code: 0, said: stdout + stderr };
      } catch (error) {
        const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
        return { code, said: stdout + stderr };
      }
    });
  });
}
