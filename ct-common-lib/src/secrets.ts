const redacted = '[Redacted]';

/** Names of fields and headers that hold secrets, whatever their case, and whether words are joined by `-`, `_` or nothing. */
const secretName =
  /password|passphrase|secret|authorization|cookie|credential|^token$|(access|refresh|id|bearer|csrf|api)token|apikey|privatekey|idempotencykey|recoverycode|otp$/;

/** What a customer wrote, and who. */
const reviewFields = ['text', 'title', 'author', 'authorName'];

const passwordInUrl = /\b([a-z][a-z\d+.-]*:\/\/)[^\s/?#"']*@/gi;
const passwordInQuery = /\b(\w*password=)[^\s&"',;]+/gi;
/** But for one right after a `#`: that is in a link of a mail, which without a mail server is printed for somebody to open. */
const jsonWebToken = /(?<!#)\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;
const bearer = /\b(Bearer|Basic)\s+[\w.~+/-]+=*/gi;
const apiKey = /\bctr_([0-9a-z]{12})_[\w-]{43}/g;

/** Most lines have none of these, and cost no more than this look. */
const suspicious =
  /pass|secret|authorization|cookie|credential|token|api[-_]?key|private[-_]?key|idempotency|recovery|otp|review|bearer|basic|ctr_|eyJ|:\/\/[^\s/"]*@/i;

/**
 * A line of a log without what its readers may not see, at whatever depth it stands: values of fields that are called like secrets,
 * users and passwords in URLs, tokens and API keys inside texts, and what reviews say.
 */
export function withoutSecrets(line: string): string {
  if (!suspicious.test(line)) return line;
  try {
    return `${JSON.stringify(JSON.parse(line), replace)}\n`;
  } catch {
    // Whatever it is, it may hold a secret.
    return `${JSON.stringify({ level: 'error', time: new Date().toISOString(), msg: 'a line of the log was no JSON' })}\n`;
  }
}

function replace(name: string, value: unknown): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (secretName.test(name.toLowerCase().replace(/[-_]/g, ''))) return redacted;
  if (typeof value === 'string')
    return value
      .replace(passwordInUrl, `$1${redacted}@`)
      .replace(passwordInQuery, `$1${redacted}`)
      .replace(jsonWebToken, redacted)
      .replace(bearer, `$1 ${redacted}`)
      .replace(apiKey, `ctr_$1_${redacted}`);
  if (name === 'review') return withoutWords(value);
  if (name === 'reviews' && Array.isArray(value)) return value.map(withoutWords);
  return value;
}

function withoutWords(review: unknown): unknown {
  if (typeof review !== 'object' || review === null) return review;
  const told = Object.entries(review).map(([field, value]: [string, unknown]) => [
    field,
    reviewFields.includes(field) && value !== null ? redacted : value,
  ]);
  return Object.fromEntries(told) as unknown;
}
