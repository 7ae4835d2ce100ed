import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { loadConfig } from 'ct-common-lib';
import { configSchema as apiConfigSchema } from '../../api-service/src/config.ts';
import { configSchema as ratingConfigSchema } from '../../rating-service/src/config.ts';
import { schema as apiSchema } from '../../api-service/src/db/schema.ts';
import { schema as ratingSchema } from '../../rating-service/src/db/schema.ts';
import { composeText, devText, exampleEnv, findVariables, interpolate, loadCompose } from './compose-file.ts';

const compose = loadCompose(exampleEnv);
const services = Object.entries(compose.services);
const service = (name: string) => compose.services[name] ?? expect.fail(`There is no service ${name}.`);
const environmentOf = (name: string, { services } = compose) =>
  Object.fromEntries(
    Object.entries(services[name]?.environment ?? {}).map(([key, value]) => [key, String(value)]),
  );
/** Those that end when they have done their work, before the services start. */
const runOnce = services.flatMap(([name, { restart }]) => (restart === 'on-failure:5' ? [name] : []));
const passwords = Object.keys(exampleEnv).filter((name) => name.endsWith('PASSWORD'));
/** Of what is started by a profile only: nobody else is asked for them. */
const optional = ['GRAFANA_PASSWORD', 'CT_REPLICATION_PASSWORD'];
/** What the examples in .env.example say for docker compose --profile scale up. */
const scaleEnv = {
  TRUST_PROXY: '1',
  DATABASE_REPLICA_URL: `postgres://ct_api:${exampleEnv.CT_API_DB_PASSWORD}@postgres-replica:5432/ct_api`,
};

describe('docker-compose.yml', () => {
  it('is valid by the compose specification', () => {
    const file = new URL('./compose-spec.schema.json', import.meta.url);
    const { $schema, ...rules } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    expect($schema).to.match(/draft-07/);
    // The formats are the specification's own ("10s" is a duration), and it leaves their meaning to the reader.
    const formats = {
      duration: /^(\d+(h|m|s|ms|us))+$/,
      ports: true,
      expose: true,
      subnet_ip_address: true,
    } as const;
    const isValid = new Ajv({ allErrors: true, strict: false, formats }).compile(rules);
    isValid(compose);
    expect(isValid.errors).to.equal(null);

    const invalid = structuredClone(compose) as unknown as { services: Record<string, object> };
    invalid.services.redis = { ...invalid.services.redis, helthcheck: {} };
    expect(isValid(invalid)).to.equal(false);
  });

  it('reads the variables of .env.example, and no others', () => {
    const read = new Set([...findVariables(composeText), ...findVariables(devText)]);
    expect([...read]).to.have.members(Object.keys(exampleEnv));
  });

  it('says what to do when a password is missing', () => {
    expect(passwords).to.have.length.of.at.least(6);
    for (const name of passwords.filter((name) => !optional.includes(name))) {
      expect(() => interpolate(composeText, { ...exampleEnv, [name]: '' }), name).to.throw(
        `${name} has no value: copy .env.example`,
      );
    }
  });

  it('starts without the password of Grafana, which refuses to run without one itself', () => {
    const { GRAFANA_PASSWORD: _, ...without } = exampleEnv;
    const grafana = loadCompose(without).services.grafana!;
    expect(grafana.environment?.GF_SECURITY_ADMIN_PASSWORD).to.equal('');
    const [shell = '', ...args] = grafana.entrypoint!.map((part) => part.replace('/run.sh', 'echo started'));
    const run = (password: string) =>
      spawnSync(shell, args, {
        env: { PATH: process.env.PATH, GF_SECURITY_ADMIN_PASSWORD: password },
        encoding: 'utf8',
      });
    expect(run('')).to.deep.include({
      status: 1,
      stdout: '',
      stderr: 'set GRAFANA_PASSWORD in .env, as .env.example has it\n',
    });
    expect(run('secret')).to.deep.include({ status: 0, stdout: 'started\n' });
  });

  it('starts what watches the services with the profile observe alone, and nothing else with it', () => {
    const observing = services
      .filter(([, { profiles }]) => profiles?.join() === 'observe')
      .map(([name]) => name);
    expect(observing).to.have.members(['prometheus', 'node-exporter', 'grafana']);
    for (const name of observing) expect(service(name).read_only, name).to.equal(true);
  });

  it('starts a second one of each service, a balancer and a replica with the profile scale alone', () => {
    const scaled = services.filter(([, { profiles }]) => profiles?.join() === 'scale').map(([name]) => name);
    expect(scaled).to.have.members(['api-service-2', 'rating-service-2', 'nginx', 'postgres-replica']);
    for (const name of ['api-service', 'rating-service']) {
      const { profiles: _, ...second } = service(`${name}-2`);
      expect(second).to.deep.equal({ ...service(name), ports: [] });
    }
  });

  it('has a balancer in front of both that knows their addresses, starts anew with them, and wants to be believed', () => {
    const { entrypoint = [], volumes, depends_on = {}, ports } = service('nginx');
    const upstream = readFileSync(new URL('../../docker/nginx/upstream.conf', import.meta.url), 'utf8');
    const hosts = [...upstream.matchAll(/^server ([\w-]+):3000 /gm)].map(([, host]) => host);
    expect(hosts).to.have.members(Object.keys(depends_on));
    for (const host of hosts)
      expect(depends_on[host!]).to.deep.equal({ condition: 'service_healthy', restart: true });
    expect(volumes).to.deep.equal(['./docker/nginx:/etc/ct-reviews:ro']);
    expect(entrypoint.at(-1)).to.include('nginx -c /etc/ct-reviews/nginx.conf');
    const listen = readFileSync(new URL('../../docker/nginx/listen.conf', import.meta.url), 'utf8');
    const [, plain, tls] = /^listen (\d+);[^]*^# listen (\d+) ssl;/m.exec(listen)!;
    expect(ports).to.deep.equal([`127.0.0.1:8080:${plain}`, `127.0.0.1:8443:${tls}`]);
    // A tmpfs takes over the mode of what is below it, here that of root.
    expect(service('nginx').tmpfs).to.include('/var/cache/nginx:mode=1777');

    const [shell = '', ...args] = entrypoint.map((part) => part.replaceAll('exec nginx', 'exec echo'));
    const run = (TRUST_PROXY: string) =>
      spawnSync(shell, args, { env: { PATH: process.env.PATH, TRUST_PROXY }, encoding: 'utf8' });
    expect(run('')).to.deep.include({
      status: 1,
      stderr: 'set TRUST_PROXY in .env, as .env.example says\n',
    });
    for (const proxies of ['1', '2']) expect(run(proxies).status).to.equal(0);
  });

  it('lets both read from the replica, if .env says so, and believe the balancer', () => {
    for (const name of ['api-service', 'api-service-2']) {
      const scaled = loadCompose({ ...exampleEnv, ...scaleEnv });
      const config = loadConfig(apiConfigSchema, environmentOf(name, scaled));
      expect(config).to.deep.include({ replicaUrl: scaleEnv.DATABASE_REPLICA_URL, trustProxy: 1 });
    }
    expect(loadConfig(apiConfigSchema, environmentOf('api-service')).replicaUrl).to.equal(undefined);
    const example = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
    expect(example).to.include(
      scaleEnv.DATABASE_REPLICA_URL.replace(exampleEnv.CT_API_DB_PASSWORD!, '${CT_API_DB_PASSWORD}'),
    );
  });

  it('mounts only files that exist', () => {
    const mounts = services
      .flatMap(([, { volumes = [] }]) => volumes)
      .filter((mount) => mount.startsWith('.'));
    const sources = mounts.map((mount) => mount.split(':')[0]!);
    expect(sources).to.have.length.of.at.least(5);
    for (const source of sources)
      expect(existsSync(new URL(`../../${source}`, import.meta.url)), source).to.equal(true);
  });

  it('has the postgres image find nothing to run at its first start but what is meant for that', () => {
    const mount = '/docker-entrypoint-initdb.d';
    const mounts = services.flatMap(([, { volumes = [] }]) =>
      volumes.filter((volume) => volume.includes(`:${mount}`)),
    );
    expect(mounts).to.deep.equal([`./docker/postgres:${mount}:ro`]);
    // It would run what ends in .sh as well; what ends in .conf it passes over.
    const files = readdirSync(new URL('../../docker/postgres', import.meta.url));
    expect(files).to.have.members(['10-databases.sql', 'pg_hba.conf']);
  });

  it('takes every password from the environment', () => {
    const secrets = passwords.map((name) => [name, `secret-of-${name}`] as const);
    const values = secrets.map(([, secret]) => secret);
    const withSecrets = loadCompose({ ...exampleEnv, ...Object.fromEntries(secrets) });
    for (const [name, { environment = {}, command = [] }] of Object.entries(withSecrets.services)) {
      for (const [key, value] of Object.entries(environment)) {
        if (/PASS|^REDISCLI_AUTH$/.test(key)) expect(value, `${name} ${key}`).to.be.oneOf(values);
        if (key.endsWith('URL') && value !== '')
          expect(new URL(String(value)).password, `${name} ${key}`).to.be.oneOf(values);
      }
      if (name === 'redis') {
        expect(command[command.indexOf('--requirepass') + 1]).to.be.oneOf(values);
        const { password } = new URL(String(withSecrets.services['api-service']?.environment?.REDIS_URL));
        expect(command).to.include(`>${password}`);
      }
    }
    // Nobody can take the example for a password of theirs.
    for (const name of passwords) expect(exampleEnv[name], name).to.match(/^replace-me-[a-z-]+$/);
  });

  it('publishes ports on 127.0.0.1 only', () => {
    const published = services.flatMap(([, { ports = [] }]) => ports);
    expect(published).to.have.length.of.at.least(3);
    for (const port of published) expect(port).to.match(/^127\.0\.0\.1:\d+:\d+$/);
    for (const [name, definition] of services) expect(definition, name).not.to.have.property('network_mode');
  });

  it('gives every service that goes on running a health check', () => {
    for (const [name, { healthcheck }] of services.filter(([name]) => !runOnce.includes(name))) {
      expect(healthcheck?.test[0], name).to.be.oneOf(['CMD', 'CMD-SHELL']);
      expect(healthcheck?.test[1], name).to.be.a('string').that.is.not.empty;
    }
  });

  it('starts a service only when all that its URLs name are healthy', () => {
    for (const [name, { environment = {}, depends_on = {} }] of services) {
      const urls = Object.entries(environment).filter(([key, value]) => key.endsWith('URL') && value !== '');
      const hosts = urls.map(([, url]) => new URL(String(url)).hostname);
      if (environment.RABBITMQ_NODENAME) hosts.push(String(environment.RABBITMQ_NODENAME).split('@')[1]!);
      const [before, others] = [
        Object.keys(depends_on).filter((other) => runOnce.includes(other)),
        new Set(hosts),
      ];
      // Those are asked by way of their addresses in upstream.conf.
      const behind = name === 'nginx' ? ['api-service', 'api-service-2'] : [];
      if (environment.PGHOST) others.add(String(environment.PGHOST));
      expect(Object.keys(depends_on), name).to.have.members([...before, ...others, ...behind]);
      for (const [other, { condition }] of Object.entries(depends_on)) {
        const wanted = runOnce.includes(other) ? 'service_completed_successfully' : 'service_healthy';
        expect(condition, `${name} ${other}`).to.equal(wanted);
      }
    }
    expect(runOnce).to.have.members(['api-keys', 'api-migrations', 'rating-migrations', 'rabbitmq-users']);
    expect(Object.keys(service('api-service').depends_on ?? {})).to.include.members([
      'api-keys',
      'api-migrations',
    ]);
    expect(Object.keys(service('rating-service').depends_on ?? {})).to.include('rating-migrations');
    expect(Object.keys(service('api-service').depends_on ?? {})).to.include.members([
      'postgres',
      'redis',
      'rabbitmq',
    ]);
    expect(Object.keys(service('rating-service').depends_on ?? {})).to.include.members([
      'postgres',
      'rabbitmq',
    ]);
  });

  it('keeps the data of PostgreSQL and RabbitMQ in named volumes, where their images look for it', () => {
    const mounts = services
      .flatMap(([, { volumes = [] }]) => volumes)
      .filter((mount) => !mount.startsWith('.'));
    expect([...new Set(mounts.map((mount) => mount.split(':')[0]))]).to.have.members(
      Object.keys(compose.volumes),
    );
    expect(service('postgres').volumes).to.include('postgres-data:/var/lib/postgresql');
    expect(service('rabbitmq').volumes).to.include('rabbitmq-data:/var/lib/rabbitmq');
    expect(service('rabbitmq').hostname).to.be.a('string');
  });

  it('makes the key for tokens where api-service looks for it', () => {
    const { command = [], volumes = [] } = service('api-keys');
    const { environment = {}, volumes: mounted } = service('api-service');
    expect(command).to.deep.equal([
      'node',
      'api-service/dist/auth/main.js',
      'keys',
      environment.AUTH_KEYS_FILE,
    ]);
    expect(volumes).to.deep.equal(['api-keys:/keys']);
    expect(mounted).to.deep.equal(['api-keys:/keys:ro']);
  });

  it('migrates as the owner of the tables, and runs the services as users who are not', () => {
    for (const [migrations, service_, schema] of [
      ['api-migrations', 'api-service', apiSchema],
      ['rating-migrations', 'rating-service', ratingSchema],
    ] as const) {
      const { command = [], environment = {} } = service(migrations);
      expect(command).to.deep.equal(['node', `${service_}/dist/db/main.js`]);
      const urlOf = (variable: string) => new URL(String(environment[variable]));
      const [owner, user] = [urlOf(schema.ownerVariable), urlOf(schema.serviceVariable)];
      expect(owner.username).to.equal(`${user.username}_owner`);
      expect([owner.host, owner.pathname]).to.deep.equal([user.host, user.pathname]);
      expect(service(service_).environment?.[schema.serviceVariable]).to.equal(user.href);
      expect(service(service_).environment).not.to.have.property(schema.ownerVariable);
    }
  });

  it('sets the rights of the users in RabbitMQ as whom the services come, with their passwords', () => {
    const { environment = {}, volumes, image } = service('rabbitmq-users');
    expect(image).to.equal(service('rabbitmq').image);
    expect(volumes).to.include('./docker/rabbitmq/users.sh:/users.sh:ro');
    const script = readFileSync(new URL('../../docker/rabbitmq/users.sh', import.meta.url), 'utf8');
    for (const [name, variable] of [
      ['api-service', 'RABBITMQ_API_PASSWORD'],
      ['rating-service', 'RABBITMQ_RATING_PASSWORD'],
    ] as const) {
      const url = new URL(String(service(name).environment?.RABBITMQ_URL));
      expect(script).to.include(`user ${url.username} "\${${variable}:?}"`);
      expect(url.password).to.equal(environment[variable]);
      expect(url.pathname).to.equal(`/${environment.RABBITMQ_VHOST}`);
    }
    expect(environment.RABBITMQ_VHOST).to.equal(service('rabbitmq').environment?.RABBITMQ_DEFAULT_VHOST);
    expect(environment.RABBITMQ_NODENAME).to.equal(`rabbit@${service('rabbitmq').hostname}`);
  });

  it('pins every image that it does not build to a major version, or to a version where there is no tag for that', () => {
    for (const [name, { image, build }] of services) {
      if (build !== undefined) continue;
      expect(image, name).to.match(/^[a-z]+:\d+(-[a-z]+)?$|^(prom|grafana)\/[a-z-]+:v?\d+\.\d+\.\d+$/);
    }
  });

  it('runs nothing as root, nor with a way back to it', () => {
    for (const [name, { user, build, cap_drop, security_opt }] of services) {
      if (build === undefined) expect(user, name).to.match(/^(?!root$)[a-z]+$/);
      expect(cap_drop, name).to.deep.equal(['ALL']);
      expect(security_opt, name).to.include('no-new-privileges:true');
    }
  });

  it('gives each service a configuration that it accepts, and checks and publishes the port it listens on', () => {
    const api = loadConfig(apiConfigSchema, environmentOf('api-service'));
    const rating = loadConfig(ratingConfigSchema, environmentOf('rating-service'));
    expect(api).to.include({ host: '0.0.0.0', databaseUrl: environmentOf('api-service').DATABASE_URL });
    expect(rating).to.include({
      host: '0.0.0.0',
      ratingDatabaseUrl: environmentOf('rating-service').RATING_DATABASE_URL,
    });
    for (const [name, { port }] of Object.entries({ 'api-service': api, 'rating-service': rating })) {
      expect(service(name).healthcheck?.test.join(' '), name).to.include(
        `http://127.0.0.1:${port}/health/ready`,
      );
      expect(service(name).ports?.[0]?.split(':').at(-1), name).to.equal(String(port));
    }
  });
});
