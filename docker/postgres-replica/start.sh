#!/bin/sh
# A replica of the server PGHOST, as PGUSER with PGPASSWORD: copies it the first time, and then runs postgres with these arguments, which
# follows it.
# To copy it anew, as after having been away for longer than the primary keeps its log: remove the volume.
set -eu
: "${PGPASSWORD:?set CT_REPLICATION_PASSWORD in .env, as .env.example has it}"
: "${DATABASE_REPLICA_URL:?set it in .env, as .env.example says, so that api-service reads from the replica}"

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  # Beside it, so that a copy that was broken off is not taken for a whole one.
  rm -rf "$PGDATA.part"
  mkdir -p "$PGDATA.part"
  pg_basebackup --pgdata="$PGDATA.part" --write-recovery-conf --checkpoint=fast --no-password
  chmod 700 "$PGDATA.part"
  rm -rf "$PGDATA"
  mv "$PGDATA.part" "$PGDATA"
fi
# Not with the password of the day of the copy, but with that of today, which libpq takes from PGPASSWORD.
exec postgres -c "primary_conninfo=host=$PGHOST user=$PGUSER" "$@"
