import { STATUS_CODES } from 'node:http';
import { expect } from 'chai';
import { assertTold } from './contract.ts';
import type { Answer, Problem } from './http-client.ts';

export interface Expected {
  status: number;
  code: string;
  /** The URL that was asked for. */
  instance: string;
  /** The fields at fault, in any order. Default: none is named. */
  pointers?: string[];
}

/** The answer is a whole problem document (RFC 9457) of this kind. */
export function expectProblem({ status, headers, body }: Answer<Problem>, expected: Expected): void {
  const { pointers, ...kind } = expected;
  const { type, title, detail, errors, ...rest } = body;
  expect(rest, JSON.stringify(body)).to.deep.equal(kind);
  expect(status).to.equal(kind.status);
  expect(headers.get('content-type')).to.equal('application/problem+json');
  expect(headers.get('cache-control')).to.equal('no-store');
  expect(type).to.equal(`urn:ct-reviews:problem:${kind.code.toLowerCase().replaceAll('_', '-')}`);
  expect(title).to.equal(STATUS_CODES[kind.status]);
  expect(detail)
    .to.be.a('string')
    .that.matches(/\w.*\.$/);
  assertTold(kind.instance, body);
  expect((errors ?? []).map(({ pointer }) => pointer)).to.have.members(pointers ?? []);
  for (const error of errors ?? []) expect(error.detail).to.be.a('string').that.matches(/\w/);
}
