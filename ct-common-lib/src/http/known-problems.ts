import type { FieldFault } from '../errors.ts';

/** What an API's description tells of a problem beside its code. */
export interface KnownProblem {
  /** What has happened, and what to do. */
  explanation: string;
  /** Each sentence that its `detail` may be. What differs from one answer to the next stands in braces: `There is no review {7}.` */
  details: string[];
  /** Faults of the input, for an example. */
  errors?: FieldFault[];
  /** Headers that come with it, beside those of its status, with what they hold. */
  headers?: Record<string, string>;
}

/** Those of every API, and of a gate that takes tokens and API keys. */
export const knownProblems: Record<string, KnownProblem> = {
  INPUT_INVALID: {
    explanation:
      'Path, query or body is not as it is described; `errors` names every fault by its field. Correct those.',
    details: ['The request does not validate; see errors.'],
    errors: [{ pointer: '/rating', detail: 'must be a whole number from 1 to 5' }],
  },
  JSON_MALFORMED: {
    explanation:
      'The body is no JSON, often by a comma or a quote too many; or it is not in UTF-8, as text of an old file.',
    details: ['The body is not valid JSON.', 'The body is not valid UTF-8.'],
  },
  BODY_UNREADABLE: {
    explanation:
      'The body ended before its `Content-Length`, or does not unpack as its `Content-Encoding` says. Send it whole.',
    details: ['The body could not be read to its end.'],
  },
  PATH_MALFORMED: {
    explanation: 'A `%` in the path is not followed by two hexadecimal digits of UTF-8. Encode the id.',
    details: ['The path is not valid percent-encoding.'],
  },
  QUERY_MALFORMED: {
    explanation:
      'A `%` in the query is not followed by two hexadecimal digits of UTF-8. Encode the values, a `%` as `%25`.',
    details: ['The query is not valid percent-encoding.'],
  },
  URL_MALFORMED: {
    explanation: 'The request names a whole URL, as to a proxy, that is none. Send the path alone.',
    details: ['The URL of the request cannot be read.'],
  },
  HOST_MISSING: {
    explanation: 'HTTP/1.1 wants a `Host` header, which every common client sends.',
    details: ['The request has no Host header.'],
  },
  REQUEST_MALFORMED: {
    explanation: 'This is no HTTP, such as an unknown method or a control character in a header.',
    details: ['The request is not valid HTTP/1.1.'],
  },
  IDEMPOTENCY_KEY_INVALID: {
    explanation: 'The `Idempotency-Key` is too long, empty, or has other characters. Take a UUID.',
    details: ['Idempotency-Key must have 1 to 255 printable ASCII characters and no space, e.g. a UUID.'],
  },
  TOKEN_MISSING: {
    explanation:
      'Only whoever says who he is may do this. Send a token or an API key in `Authorization`; at `/docs`, press Authorize.',
    details: ['This needs a token: send it as Authorization: Bearer <token>.'],
  },
  TOKEN_INVALID: {
    explanation:
      'What stands in `Authorization` is no token that is accepted here; `detail` says why. Get a new one; often a part was not copied.',
    details: [
      'The token is not accepted. {Its signature is wrong.}',
      'The header must read Authorization: Bearer <a token, or an API key>.',
    ],
  },
  TOKEN_EXPIRED: {
    explanation: 'The token was good until its time was over. Refresh the session, or log in again.',
    details: ['The token has expired: get a new one.'],
  },
  KEY_INVALID: {
    explanation: 'The API key was mistyped, revoked, or has expired. An admin makes a new one.',
    details: ['There is no such API key, or it has expired or was revoked. An admin makes a new one.'],
  },
  SCOPE_MISSING: {
    explanation:
      'The token is good, but its role, or the API key, does not include this. Ask an admin, or take the token of somebody who may.',
    details: ['This needs a token with the scope {products:write}.'],
    headers: { 'WWW-Authenticate': 'With `SCOPE_MISSING`: the scope that is missing (RFC 6750).' },
  },
  PATH_UNKNOWN: {
    explanation: 'The path is none of those described here. Look for a slip of the pen.',
    details: ['There is nothing at this path.'],
  },
  METHOD_NOT_ALLOWED: {
    explanation: 'The path exists, but not with this method. `Allow` has those that it takes.',
    details: ['This path allows {GET, HEAD, OPTIONS, POST}.'],
    headers: { Allow: 'The methods that the path takes.' },
  },
  REQUEST_TIMEOUT: {
    explanation: 'The request did not arrive in time, and nothing was done. Send it again.',
    details: ['The request took too long to arrive.'],
  },
  REQUEST_IN_PROGRESS: {
    explanation:
      'The same request, by its `Idempotency-Key`, is being done at this moment. Send it again in a second: the answer will be the same.',
    details: ['A request with this Idempotency-Key is being done right now. Send it again shortly.'],
  },
  CREATED_IS_ERASED: {
    explanation:
      'What this `Idempotency-Key` has created held what a customer wrote, or tokens; it was deleted, or has ended, since, and the answer with it. To create it anew, take a new key.',
    details: [
      'What this request has created was deleted since, and its answer with it. Take a new key to create it anew.',
    ],
  },
  VERSION_MISMATCH: {
    explanation:
      'Somebody was quicker: it has another version than the one in `If-Match`. Read it again, and repeat your change with its new `ETag`.',
    details: [
      'It has changed since the version in If-Match. Read it again, and repeat the change on what it is now.',
    ],
  },
  BODY_TOO_LARGE: {
    explanation: 'The body has more than 100 kB, packed or unpacked. Send less.',
    details: ['The body is larger than 100 kB.'],
  },
  MEDIA_TYPE_UNSUPPORTED: {
    explanation: 'The body is not said to be JSON. Set `Content-Type: application/json`.',
    details: ['Send the body as application/json.'],
    headers: { Accept: 'With `MEDIA_TYPE_UNSUPPORTED`: the media types that are taken.' },
  },
  ENCODING_UNSUPPORTED: {
    explanation: 'The body is in another character set, or packed in another way, than can be read.',
    details: ['Send JSON in UTF-8, plain or with gzip, deflate or br.'],
  },
  EXPECTATION_FAILED: {
    explanation: 'The header `Expect` asks for something else than 100-continue. Leave it out.',
    details: ['The only expectation is 100-continue.'],
  },
  IDEMPOTENCY_KEY_REUSED: {
    explanation:
      'The `Idempotency-Key` was sent with another body or path before. Take a new key for each new request.',
    details: ['Another request was sent with this Idempotency-Key. Take a new key for each new request.'],
  },
  TOO_MANY_REQUESTS: {
    explanation:
      'You have asked too often, and nothing was done. Wait as long as `Retry-After` says; `RateLimit-Policy` has the limit.',
    details: ['More than {300} {writes} a minute: nothing was done. Try again in {3} s.'],
  },
  HEAD_TOO_LARGE: {
    explanation:
      'URL and headers have more than 16 kB together. A cursor or a token may have been pasted twice.',
    details: ['The URL and the headers are larger than 16 kB together.'],
  },
  INTERNAL: {
    explanation:
      'A fault of the service, and not yours. Tell whoever runs it the `X-Request-Id` of the answer, by which it is found in the log.',
    details: ['Something went wrong here. It has been logged.'],
  },
  DATABASE_UNAVAILABLE: {
    explanation: 'The database is away, or too busy, and nothing was written. Send the same request again.',
    details: [
      'The database cannot take it right now. Nothing was written: try again shortly.',
      'The database does not answer right now. Try again shortly.',
    ],
  },
  OVERLOADED: {
    explanation: 'More is asked for than can be done, and nothing was done. Send the same request again.',
    details: [
      'More requests are in progress than can be served. Nothing was done: try again shortly.',
      'Too many wait for the database. Try again shortly.',
      'Too much is waiting already. Nothing was done: try again shortly.',
    ],
  },
  IDENTITY_PROVIDER_UNAVAILABLE: {
    explanation:
      'Where an identity provider makes the tokens: its keys cannot be had, so that no token can be checked. Nothing was done; send the same request again.',
    details: [
      'The keys of the identity provider cannot be had right now, so the token cannot be checked. Try again shortly.',
    ],
  },
  STARTING: {
    explanation: 'The service has just been started. Send the same request again.',
    details: ['The service is starting: its database is not ready yet.'],
  },
  TIMED_OUT: {
    explanation: 'The read took too long. Ask again.',
    details: ['It could not be answered within {15} s. Try again shortly.'],
  },
  OUTCOME_UNKNOWN: {
    explanation:
      'The change **may have been made**, or not: nobody knows. Read before you send it again; a POST with an `Idempotency-Key` may be sent again as it is.',
    details: [
      'The database was lost before it answered: the change may have been made. Read before you try again.',
      'It took longer than {15} s: the change may have been made, or still be made. Read before you try again.',
    ],
  },
};
