import { fn, Op, where, type WhereOptions } from 'sequelize';
import { currentTraceparent } from 'ct-common-lib';

/**
 * A condition that is always true, and has the rows that the triggers append to the outbox take the trace of the request that the
 * statement is made for; nothing where there is none. It is part of the statement, as another one would be a round trip more, and holds
 * until its transaction ends.
 */
export function traced(): WhereOptions {
  const traceparent = currentTraceparent();
  if (traceparent === undefined) return {};
  return { [Op.and]: [where(fn('set_config', 'ct.traceparent', traceparent, true), Op.ne, null)] };
}
