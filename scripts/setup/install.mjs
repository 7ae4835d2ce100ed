import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { untilExit } from './child.mjs';
import { takeLock } from './lock.mjs';

/**
 * Installs with `npm ci` unless the last complete install was of this very package-lock.json, or somebody has installed by hand
 * what it says. One process at a time. Returns 0, or npm's exit code.
 */
export async function install(root) {
  // Only a complete install leaves the stamp, so that one which was interrupted is repaired.
  const stampFile = join(root, 'node_modules', '.setup-stamp');
  const lockFileHash = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = `${lockFileHash} ${process.platform}-${process.arch}\n`;
  const isInstalled = () =>
    existsSync(stampFile) ? readFileSync(stampFile, 'utf8') === stamp : isInstalledByHand(root);
  if (isInstalled()) return 0;

  const unlock = await takeLock(join(root, '.setup.lock'), {
    onWait: (pid) => console.error(`Process ${pid} is installing here already: waiting for it …`),
  });
  try {
    if (isInstalled()) return 0;
    console.error('Installing the dependencies (npm ci) …');
    rmSync(stampFile, { force: true });
    const code = await npmCi(root);
    if (code === 0) writeFileSync(stampFile, stamp);
    else
      console.error(
        'The installation failed: npm says why above. Check the network and run the command again.',
      );
    return code;
  } finally {
    unlock();
  }
}

/** Whether an `npm ci` or `npm install` of the user's own has put everything there: npm's list of that is the last thing that it writes. */
function isInstalledByHand(root) {
  const listFile = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(listFile)) return false;
  const packagesIn = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const installed = packagesIn(listFile);
  return Object.entries(packagesIn(join(root, 'package-lock.json'))).every(
    ([path, { version, optional }]) =>
      path === '' || optional || (path in installed && installed[path].version === version),
  );
}

function npmCi(root) {
  // tsx is a development dependency, needed in production too; no package's install script is.
  const args = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
  // `npm start -w api-service` hands its choice of a workspace down: npm would install that one only.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_config_.*workspace/i.test(name)),
  );
  const options = { cwd: root, env, stdio: 'inherit' };
  const npmCli = process.env.npm_execpath;
  const child = npmCli?.endsWith('npm-cli.js')
    ? spawn(process.execPath, [npmCli, ...args], options)
    : spawn('npm', args, { ...options, shell: process.platform === 'win32' });
  return untilExit(child);
}
