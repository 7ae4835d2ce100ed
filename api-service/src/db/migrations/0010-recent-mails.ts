import type { Migration } from 'ct-common-lib/postgres';

/** When mails were asked for, so that nobody is sent them without end. */
export const recentMails: Migration = {
  name: '0010-recent-mails',
  up: ({ context }) => context.query(sql),
};

const sql = `
  -- By address and not by account: to delete one and to register anew gives no more of them. An address that has no account is
  -- here, too, or it would be told by that.
  CREATE TABLE recent_mails (
    -- SHA-256 of the address in lower case.
    address_hash bytea NOT NULL,
    kind         text NOT NULL,
    -- The newest first, as many as may be in a day.
    asked_at     timestamptz(3)[] NOT NULL,
    PRIMARY KEY (address_hash, kind)
  );

  CREATE INDEX recent_mails_by_asked_at ON recent_mails ((asked_at[1]));
`;
