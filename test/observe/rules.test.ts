import { expect } from 'chai';
import { parse } from 'yaml';
import { readText, sectionOf } from '../docs/support/markdown.ts';
import { describeWithPromtool } from './promtool.ts';

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; runbook: string };
}
interface Rules {
  groups: { name: string; rules: Rule[] }[];
}
interface RuleTests {
  tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
}

const folder = 'docker/prometheus';
const { groups } = parse(await readText(`${folder}/alerts.yml`)) as Rules;
const alerts = groups.flatMap(({ rules }) => rules);

describe('docker/prometheus/alerts.yml', () => {
  it('names each alert once, with how bad it is and a sentence', () => {
    const names = alerts.map(({ alert }) => alert);
    expect(new Set(names).size).to.equal(names.length).and.to.be.above(10);
    for (const { alert, labels, annotations } of alerts) {
      expect(labels.severity, alert).to.be.oneOf(['critical', 'warning']);
      expect(annotations.summary, alert).to.be.a('string').that.is.not.empty;
    }
  });

  it('has for each alert a section in docs/operations.md that says what to do, and no section more', async () => {
    const section = sectionOf(await readText('docs/operations.md'), 'Alerts');
    const parts = section.split(/^### /m).slice(1);
    const told = parts.map((part) => part.split('\n')[0]);
    expect(told).to.have.members(alerts.map(({ alert }) => alert));
    for (const part of parts) expect(part.split('\n').slice(1).join(' ').trim()).to.have.length.above(80);
    for (const { alert, annotations } of alerts)
      expect(annotations.runbook).to.equal(`docs/operations.md#${alert.toLowerCase()}`);
  });

  it('is tried: each alert once while it fires, and once while it does not', async () => {
    const { tests } = parse(await readText(`${folder}/alerts.test.yml`)) as RuleTests;
    const tried = tests.flatMap(({ alert_rule_test }) => alert_rule_test);
    for (const { alert } of alerts) {
      const firing = tried
        .filter(({ alertname }) => alertname === alert)
        .map(({ exp_alerts }) => exp_alerts.length > 0);
      expect(new Set(firing), alert).to.deep.equal(new Set([true, false]));
    }
  });
});

describeWithPromtool('promtool', (run) => {
  it('accepts docker/prometheus/prometheus.yml, with the alerts that it names', async () => {
    const { code, said } = await run('check', 'config', `${folder}/prometheus.yml`);
    expect(code, said).to.equal(0);
    expect(said).to.include(`${alerts.length} rules found`);
  });

  it('finds that the alerts fire when they should, and not when they should not', async () => {
    const { code, said } = await run('test', 'rules', `${folder}/alerts.test.yml`);
    expect(code, said).to.equal(0);
  });
});
