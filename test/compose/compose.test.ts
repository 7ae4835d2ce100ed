import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { loadConfig } from 'ct-common-lib';
import { configSchema as apiConfigSchema } from '../../api-service/src/config.ts';
import { configSchema as ratingConfigSchema } from '../../rating-service/src/config.ts';
import { composeText, exampleEnv, findVariables, interpolate, loadCompose } from './compose-file.ts';

const compose = loadCompose(exampleEnv);
const services = Object.entries(compose.services);
const service = (name: string) => compose.services[name] ?? expect.fail(`There is no service ${name}.`);
const passwords = Object.keys(exampleEnv).filter((name) => name.endsWith('PASSWORD'));

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
    expect([...findVariables(composeText)]).to.have.members(Object.keys(exampleEnv));
  });

  it('says what to do when a password is missing', () => {
    expect(passwords).to.have.length.of.at.least(5);
    for (const name of passwords) {
      expect(() => interpolate(composeText, { ...exampleEnv, [name]: '' }), name).to.throw(
        `${name} has no value: copy .env.example`,
      );
    }
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
      if (name === 'redis') expect(command[command.indexOf('--requirepass') + 1]).to.be.oneOf(values);
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
    for (const [name, { healthcheck }] of services.filter(([name]) => name !== 'api-keys')) {
      expect(healthcheck?.test[0], name).to.be.oneOf(['CMD', 'CMD-SHELL']);
      expect(healthcheck?.test[1], name).to.be.a('string').that.is.not.empty;
    }
  });

  it('starts a service only when all that its URLs name are healthy', () => {
    for (const [name, { environment = {}, depends_on = {} }] of services) {
      const urls = Object.entries(environment).filter(([key, value]) => key.endsWith('URL') && value !== '');
      const hosts = urls.map(([, url]) => new URL(String(url)).hostname);
      const { 'api-keys': keys, ...others } = depends_on;
      expect(Object.keys(others), name).to.have.members(hosts);
      for (const { condition } of Object.values(others)) expect(condition, name).to.equal('service_healthy');
      expect(keys?.condition, name).to.equal(
        name === 'api-service' ? 'service_completed_successfully' : undefined,
      );
    }
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

  it('pins every image that it does not build to a major version', () => {
    for (const [name, { image, build }] of services) {
      if (build === undefined) expect(image, name).to.match(/^[a-z]+:\d+(-[a-z]+)?$/);
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
    const environmentOf = (name: string) =>
      Object.fromEntries(
        Object.entries(service(name).environment ?? {}).map(([key, value]) => [key, String(value)]),
      );
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
