// Runs a TypeScript file of this repository: `node scripts/setup.mjs <file, relative to the root> [arguments…]`.
// Needs Node and nothing else: it installs first when node_modules is missing, half-done or out of date.
//
// The script runs in the folder where the user typed the command, so that a file named on the command line is
// found from any folder; what belongs to the project, a script must find from its own location.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { untilExit } from './setup/child.mjs';
import { install } from './setup/install.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Gives a sentence if this Node is too old. The ranges of `engines` are `^20.19.0` or `>=24.0.0`, joined by `||`. */
function nodeFault() {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [major, minor] = process.versions.node.split('.').map(Number);
  const fits = engines.node.split('||').some((range) => {
    const [, operator, wantedMajor, wantedMinor] = /(\^|>=)(\d+)\.(\d+)/.exec(range);
    if (major === Number(wantedMajor)) return minor >= Number(wantedMinor);
    return operator === '>=' && major > Number(wantedMajor);
  });
  return fits
    ? undefined
    : `CT Reviews needs Node ${engines.node}, and this is Node ${process.versions.node}.`;
}

function runScript(script, args) {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const stopWithParent = new URL('setup/stop-with-parent.mjs', import.meta.url).href;
  const nodeOptions = ['--conditions=ct-source', '--import', stopWithParent, '--import', tsx];
  const child = spawn(process.execPath, [...nodeOptions, join(root, script), ...args], {
    cwd: userFolder(),
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    // A group of its own: Ctrl-C reaches it once, from here, and not from the terminal and npm as well.
    detached: process.platform !== 'win32',
  });
  if (process.env.npm_lifecycle_event) stopWithNpm(child);
  return untilExit(child);
}

/** npm runs a script in its package's folder, and says in INIT_CWD where it was called itself. */
function userFolder() {
  const isNpmScript = dirname(process.env.npm_package_json ?? '') === process.cwd();
  return (isNpmScript && process.env.INIT_CWD) || process.cwd();
}

/** Nobody tells this process that npm was killed, but then it, or the shell that npm started it in, has another parent. */
function stopWithNpm(child) {
  const before = ancestors();
  const watch = setInterval(() => {
    if (ancestors() === before) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, 1000);
  watch.unref();
}

function ancestors() {
  const parent = process.ppid;
  try {
    // Where there is no /proc, the shell has usually made way for this process.
    const [, name, itsParent] = /\((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${parent}/stat`, 'utf8'));
    return name === 'sh' ? `${parent} ${itsParent}` : `${parent}`;
  } catch {
    return `${parent}`;
  }
}

const [script, ...args] = process.argv.slice(2);
const fault = script ? nodeFault() : 'Usage: node scripts/setup.mjs <script.ts> [arguments…]';
if (fault) console.error(fault);
process.exitCode = fault ? 1 : (await install(root)) || (await runScript(script, args));
