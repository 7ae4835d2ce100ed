import { expect } from 'chai';
import { z } from 'zod';
import { loadConfig, tracingSettingsOf, tracingVariables } from '../../src/index.ts';

const read = (env: Record<string, string>) => tracingSettingsOf(loadConfig(z.object(tracingVariables), env));

describe('the settings of traces', () => {
  it('are off unless a collector is named, or the exporter', () => {
    expect(read({})).to.equal(undefined);
    expect(read({ OTEL_SERVICE_NAME: 'shop' })).to.equal(undefined);
    expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' })?.url).to.equal('http://c:4318/v1/traces');
    expect(read({ OTEL_TRACES_EXPORTER: 'otlp' })?.url).to.equal('http://localhost:4318/v1/traces');
  });

  it('are off where somebody says so, whatever else is set', () => {
    const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://c:4318';
    expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_EXPORTER: 'none' })).to.equal(undefined);
    expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SDK_DISABLED: 'true' })).to.equal(undefined);
  });

  it('take the endpoint for traces as it is, and before the common one', () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/base/', OTEL_SERVICE_NAME: 'shop' };
    expect(read(env)).to.deep.equal({ url: 'http://c:4318/base/v1/traces', serviceName: 'shop' });
    const ofTraces = { ...env, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://t/in' };
    expect(read(ofTraces)?.url).to.equal('https://t/in');
  });

  it('are told what they do not know', () => {
    const wrong = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'c:4318',
      OTEL_TRACES_EXPORTER: 'zipkin',
      OTEL_SDK_DISABLED: 'yes',
    };
    expect(() => read(wrong))
      .to.throw('OTEL_EXPORTER_OTLP_ENDPOINT: must be a URL that begins with http:// or https://')
      .with.property('message')
      .that.includes('OTEL_TRACES_EXPORTER: must be one of otlp, none')
      .and.includes('OTEL_SDK_DISABLED: must be one of true, false');
  });
});
