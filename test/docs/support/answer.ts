/** An answer as `curl -i` prints it or as a document shows it, with what differs from run to run left out. */
export interface ShownAnswer {
  statusLine: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Undefined if there is none. */
  body: unknown;
}

export function parseAnswer(text: string): ShownAnswer {
  const [head = '', body = ''] = text.trim().split(/\r?\n\r?\n([^]*)/);
  const [statusLine = '', ...lines] = head.split(/\r?\n/);
  const headers = lines.map((line) => {
    const [name = '', value = ''] = line.split(/: (.*)/);
    return [name.toLowerCase(), masked(value)];
  });
  return {
    statusLine,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: body.trim() === '' ? undefined : (JSON.parse(masked(body)) as unknown),
  };
}

function masked(text: string): string {
  return text
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
    .replace(/^"(\d+)-[\w-]{16}"$/, '"$1-<hash>"')
    .replace(/^"(\d+)-[\w-]{16}"$/, '"$1-<hash>"')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>');
}
