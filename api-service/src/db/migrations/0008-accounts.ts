import { outboxTableSql } from 'ct-common-lib/outbox';
import type { Migration } from 'ct-common-lib/postgres';

/** Accounts with their sessions, the mails that they are sent, and API keys. */
export const accounts: Migration = {
  name: '0008-accounts',
  up: ({ context }) => context.query(sql),
};

const sql = `
  CREATE TABLE accounts (
    -- The author of the reviews that its owner writes.
    id                uuid PRIMARY KEY DEFAULT uuid_v7(),
    email             text NOT NULL,
    -- Argon2id, in the PHC string format, with its parameters and its salt.
    password_hash     text NOT NULL,
    role              text NOT NULL DEFAULT 'customer' CHECK (role IN ('customer', 'moderator', 'admin')),
    email_verified_at timestamptz(3),
    -- Set: nobody logs in.
    disabled_at       timestamptz(3),
    -- The second factor (RFC 6238). The secret counts once it was confirmed; each code does for one login.
    totp_secret       bytea,
    totp_confirmed_at timestamptz(3),
    totp_last_step    bigint NOT NULL DEFAULT 0,
    -- SHA-256 of each code that is left, in hex.
    recovery_codes    text[] NOT NULL DEFAULT '{}',
    version           bigint NOT NULL DEFAULT 1,
    created_at        timestamptz(3) NOT NULL DEFAULT now(),
    updated_at        timestamptz(3) NOT NULL DEFAULT now()
  );

  CREATE UNIQUE INDEX accounts_by_email ON accounts (lower(email));
  CREATE INDEX accounts_by_created_at ON accounts (created_at, id);

  CREATE FUNCTION accounts_count_version() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := now();
    RETURN NEW;
  END
  $body$;

  -- Of what is shown of it: a login is no change.
  CREATE TRIGGER accounts_count_version BEFORE UPDATE ON accounts
    FOR EACH ROW WHEN (
      (OLD.email, OLD.role, OLD.email_verified_at, OLD.disabled_at, OLD.totp_confirmed_at)
      IS DISTINCT FROM (NEW.email, NEW.role, NEW.email_verified_at, NEW.disabled_at, NEW.totp_confirmed_at))
    EXECUTE FUNCTION accounts_count_version();

  -- Of an account, and of a session, which hold an address and tokens.
  CREATE FUNCTION erase_kept_answers() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    UPDATE idempotency_keys SET body = NULL WHERE created_id = OLD.id;
    RETURN NULL;
  END
  $body$;

  CREATE TRIGGER accounts_erase_kept_answers AFTER DELETE ON accounts
    FOR EACH ROW EXECUTE FUNCTION erase_kept_answers();

  CREATE TABLE sessions (
    id         uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    -- SHA-256 of the one refresh token that is good now; those before it are told by their not being it.
    token_hash bytea NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    expires_at timestamptz(3) NOT NULL
  );

  CREATE INDEX sessions_by_account ON sessions (account_id);
  CREATE INDEX sessions_by_expires_at ON sessions (expires_at);

  CREATE TRIGGER sessions_erase_kept_answers AFTER DELETE ON sessions
    FOR EACH ROW EXECUTE FUNCTION erase_kept_answers();

  -- What to send, not the letter: its link, which is as good as a password, is made when it goes.
  ${outboxTableSql(
    'mail_outbox',
    // No foreign key: whoever deletes an account would wait for the mail that is being sent.
    `account_id   uuid NOT NULL,
      kind         text NOT NULL CHECK (kind IN ('verify-email', 'reset-password'))`,
  )}

  CREATE TABLE api_keys (
    id           uuid PRIMARY KEY DEFAULT uuid_v7(),
    name         text NOT NULL,
    -- What is shown of it, by which it is found.
    prefix       text NOT NULL CONSTRAINT api_keys_prefix_unique UNIQUE,
    -- SHA-256 of the whole: it is random, and too long to be guessed.
    key_hash     bytea NOT NULL,
    scopes       text[] NOT NULL,
    expires_at   timestamptz(3),
    -- To the minute.
    last_used_at timestamptz(3),
    revoked_at   timestamptz(3),
    created_at   timestamptz(3) NOT NULL DEFAULT now()
  );

  CREATE INDEX api_keys_by_created_at ON api_keys (created_at, id);

  -- With a search path of their own, as all trigger functions, see migration 0003.
  DO $do$
  BEGIN
    EXECUTE format('ALTER FUNCTION accounts_count_version() SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION erase_kept_answers() SET search_path = %I, pg_temp', current_schema());
  END
  $do$;
`;
