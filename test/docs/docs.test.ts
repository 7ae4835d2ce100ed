import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { parkedQueueOf, queueArguments, queues, type QueueName } from 'ct-common-lib/bus';
import { catalog, decodeEvent, encodeEvent } from 'ct-common-lib/events';
import { secretsOf } from 'ct-common-lib';
import { configSchema as apiConfigSchema } from '../../api-service/src/config.ts';
import { schema as apiSchema } from '../../api-service/src/db/schema.ts';
import { configSchema as ratingConfigSchema } from '../../rating-service/src/config.ts';
import { schema as ratingSchema } from '../../rating-service/src/db/schema.ts';
import { fencedBlocks, pathsIn, readText, root, sectionOf } from './support/markdown.ts';

const pages = (await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md'));
const documents = [
  'README.md',
  'benchmarks/README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  ...pages.map((name) => `docs/${name}`),
];

for (const document of documents) {
  describe(document, () => {
    it('links and names only files that exist', async () => {
      const { links, mentions } = pathsIn(await readText(document));
      const paths = [
        ...links.map((path) => join(root, dirname(document), path)),
        ...mentions.map((path) => join(root, path)),
      ];
      expect(paths.filter((path) => !existsSync(path))).to.deep.equal([]);
    });

    it('names only npm scripts that exist', async () => {
      const { scripts } = JSON.parse(await readText('package.json')) as { scripts: Record<string, string> };
      const named = [...(await readText(document)).matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(
        ([, name]) => name,
      );
      expect(Object.keys(scripts)).to.include.members(named);
    });
  });
}

describe('the configuration table of the README', () => {
  it('has every variable that services and scripts read, and no other', async () => {
    const table = sectionOf(await readText('README.md'), 'Configuration');
    const rows = [...table.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name);
    const settings = [apiConfigSchema, ratingConfigSchema].flatMap((schema) => Object.keys(schema.in.shape));
    settings.push(apiSchema.ownerVariable, ratingSchema.ownerVariable);
    expect(rows).to.have.members([...new Set([...settings, ...(await variablesOfScripts())])]);
  });

  it('names above it the secrets, which may be in files', async () => {
    const [prose = ''] = sectionOf(await readText('README.md'), 'Configuration').split(/^\|/m);
    const [, named = ''] = /may hold a password, (.*), may/s.exec(prose) ?? [];
    const secrets = [apiConfigSchema, ratingConfigSchema].flatMap(secretsOf);
    secrets.push(apiSchema.ownerVariable, ratingSchema.ownerVariable);
    expect([...named.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name)).to.have.members([
      ...new Set(secrets),
    ]);
  });

  it('tells the defaults', async () => {
    const table = sectionOf(await readText('README.md'), 'Configuration');
    const { host, port, dataDir, logLevel, limits } = apiConfigSchema.parse({});
    const { port: ratingPort } = ratingConfigSchema.parse({});
    const defaults = {
      HOST: host,
      PORT: port,
      RATING_PORT: ratingPort,
      DATA_DIR: dataDir,
      LOG_LEVEL: logLevel,
      RATE_LIMIT_READS: limits.reads ?? 'off',
      RATE_LIMIT_WRITES: limits.writes,
      RATE_LIMIT_LOGINS: limits.logins,
    };
    for (const [name, value] of Object.entries(defaults)) {
      expect(table).to.match(new RegExp(`^\\| \`${name}\` +\\| \`${value}\``, 'm'));
    }
  });
});

describe('docs/events.md', () => {
  it('shows an event of every type that decodes to what it shows', async () => {
    const examples = fencedBlocks(await readText('docs/events.md')).filter(
      ({ language }) => language === 'json',
    );
    const decoded = examples.map(({ text }) => decodeEvent(Buffer.from(text)));
    expect(decoded.map(({ type }) => type)).to.have.members(Object.keys(catalog));
    decoded.forEach((event, index) =>
      expect(JSON.parse(encodeEvent(event).toString())).to.deep.equal(JSON.parse(examples[index]!.text)),
    );
  });

  it('names every queue with its parking queue and the types it takes', async () => {
    const text = await readText('docs/events.md');
    for (const queue of Object.keys(queues) as QueueName[]) {
      const types = queues[queue].types.map((type) => `\`${type}\``).join(', ');
      expect(text).to.match(new RegExp(`^\\| \`${queue}\` +\\| ${types} +\\|`, 'm'));
      expect(text).to.include(`\`${parkedQueueOf(queue)}\``);
    }
  });

  it('tells every argument of the queues', async () => {
    const text = await readText('docs/events.md');
    const rowOf = (name: string) => new RegExp(`^\\| \`${name}\` *\\|([^|]*)\\|([^|]*)\\|`, 'm').exec(text);
    const shown = (value: unknown) => (value === '' ? '(the default)' : `\`${String(value)}\``);
    for (const [name, value] of Object.entries(queueArguments.queue('<queue>'))) {
      expect(rowOf(name)?.[1]?.trim(), name).to.equal(shown(value));
    }
    for (const [name, value] of Object.entries(queueArguments.parked())) {
      expect(rowOf(name)?.[2]?.trim(), name).to.equal(shown(value));
    }
  });
});

/** The environment variables that the commands read without a schema. npm's own (`npm_…`, INIT_CWD) are not settings. */
async function variablesOfScripts(): Promise<string[]> {
  const scripts = (await readdir(join(root, 'scripts'), { recursive: true }))
    .filter((name) => /\.(ts|mjs)$/.test(name))
    .map((name) => `scripts/${name}`);
  const files = [...scripts, 'api-service/src/import/main.ts', 'ct-common-lib/src/testing/services.ts'];
  const names = await Promise.all(files.map(async (file) => variablesIn(await readText(file))));
  return names.flat().filter((name) => name !== 'INIT_CWD');
}

function variablesIn(source: string): string[] {
  const read = [...source.matchAll(/process\.env\.([A-Z][A-Z_]*)/g)].map(([, name = '']) => name);
  const taken = [...source.matchAll(/\{([^{}]*)\}\s*=\s*(?:process\.env|withSecretFiles\()/g)].flatMap(
    ([, names = '']) => [...names.matchAll(/(?:^|,)\s*([A-Z][A-Z_]*)/g)].map(([, name = '']) => name),
  );
  return [...read, ...taken];
}
