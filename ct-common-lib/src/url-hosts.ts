/**
 * One URL for each host of a URL that names several: `amqp://user:pass@a:5672,b:5672/vhost` is that of `a` and that of `b`.
 * Of a URL with one host it is the only one.
 */
export function urlPerHost(url: string): string[] {
  const [, before = '', hosts = '', after = ''] = /^([^/]*:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/s.exec(url) ?? [];
  return hosts.split(',').map((host) => before + host + after);
}
