import { z } from 'zod';
import { expect } from 'chai';
import { packagesForTests } from '../support/debian-packages.ts';
import { readText } from './support/markdown.ts';

/** What https://containers.dev/implementors/json_reference says of the fields that are used here; any other is a slip. */
const devcontainer = z.strictObject({
  name: z.string(),
  image: z.string().regex(/^mcr\.microsoft\.com\/devcontainers\/[\w-]+:[\w.-]+$/),
  features: z.record(z.string().regex(/^ghcr\.io\/[\w/-]+:\d+$/), z.record(z.string(), z.unknown())),
  postCreateCommand: z.string(),
  forwardPorts: z.array(z.int().min(1).max(65_535)),
  portsAttributes: z.record(
    z.string().regex(/^\d+$/),
    z.strictObject({
      label: z.string(),
      onAutoForward: z.enum(['notify', 'openBrowser', 'openBrowserOnce', 'openPreview', 'silent', 'ignore']),
    }),
  ),
  customizations: z.strictObject({
    vscode: z.strictObject({ extensions: z.array(z.string().regex(/^[\w-]+\.[\w-]+$/)) }),
  }),
  remoteUser: z.string(),
});

describe('.devcontainer/devcontainer.json', () => {
  it('has fields that exist, with values that they take', async () => {
    const result = devcontainer.safeParse(JSON.parse(await readText('.devcontainer/devcontainer.json')));
    expect(result.error?.issues ?? []).to.deep.equal([]);
  });

  it('has the Node.js of the images, the programs that tests need, and both ports', async () => {
    const { image, postCreateCommand, forwardPorts, portsAttributes, remoteUser } = devcontainer.parse(
      JSON.parse(await readText('.devcontainer/devcontainer.json')),
    );
    const [, major] = /^FROM node:(\d+)-bookworm/m.exec(await readText('Dockerfile'))!;
    expect(image.endsWith(`:${major}-bookworm`), image).to.equal(true);
    expect(remoteUser).to.equal('node');
    expect(postCreateCommand.split(' ')).to.include.members(packagesForTests);
    expect(forwardPorts.map(String)).to.deep.equal(Object.keys(portsAttributes));
    expect(forwardPorts).to.deep.equal([3000, 3001]);
  });
});
