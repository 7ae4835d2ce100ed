const iso =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/** 9 or 10 digits are seconds (1973 to 2286), 12 or 13 milliseconds: no number is both. */
const epoch = /^(?:(\d{9,10}(?:\.\d+)?)|(\d{12,13}(?:\.\d+)?))$/;

/**
 * Reads an ISO 8601 date or date and time, also with a space for the T or `UTC` for the Z, or epoch seconds or
 * milliseconds. Without a zone it is UTC. Undefined if it is none of these or no day of the calendar.
 */
export function parseDate(text: string): Date | undefined {
  const [, seconds, milliseconds] = epoch.exec(text) ?? [];
  if (seconds !== undefined) return new Date(Math.round(Number(seconds) * 1000));
  if (milliseconds !== undefined) return new Date(Math.round(Number(milliseconds)));

  const [match, year, month, day, hour = '00', minute = '00', second = '00', fraction = '0', zone] =
    iso.exec(text) ?? [];
  if (match === undefined) return undefined;
  const date = `${year}-${month}-${day}`;
  const local = new Date(`${date}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
  // Date rolls February 30 over into March.
  if (Number.isNaN(local.getTime()) || !local.toISOString().startsWith(date)) return undefined;
  const offset = offsetMinutes(zone);
  if (offset === undefined) return undefined;
  const instant = new Date(local.getTime() - offset * 60_000);
  // PostgreSQL has no year 0.
  return instant.getUTCFullYear() < 1 ? undefined : instant;
}

function offsetMinutes(zone = 'Z'): number | undefined {
  const [, sign, hours, minutes = '00'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  if (sign === undefined) return 0;
  if (Number(hours) > 14 || Number(minutes) > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
