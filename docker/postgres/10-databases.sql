-- Two databases, each with two users that can do nothing outside it: its owner, who migrates it, and the one of the service, who may
-- only read and write what is in its tables. The migrations give him his rights, table by table.
--
-- The postgres image feeds this file to psql once, while the data directory is empty. It may be run again at
-- any time, which also sets the passwords anew from the environment of the container:
--   docker compose exec postgres psql -U postgres -v ON_ERROR_STOP=1 -f /docker-entrypoint-initdb.d/10-databases.sql

-- Read and quoted by psql itself, so a password may hold any character.
\getenv api_owner_password CT_API_OWNER_PASSWORD
\getenv api_password CT_API_DB_PASSWORD
\getenv rating_owner_password CT_RATING_OWNER_PASSWORD
\getenv rating_password CT_RATING_DB_PASSWORD
\set replication_password ''
\getenv replication_password CT_REPLICATION_PASSWORD

SELECT format('CREATE ROLE %I', name)
  FROM unnest(ARRAY['ct_api_owner', 'ct_api', 'ct_rating_owner', 'ct_rating']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

ALTER ROLE ct_api_owner
  LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'api_owner_password';
ALTER ROLE ct_api
  LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'api_password';
ALTER ROLE ct_rating_owner
  LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'rating_owner_password';
ALTER ROLE ct_rating
  LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'rating_password';

-- Whoever reads the log of changes reads everything; it has no right in any database.
SELECT :'replication_password' <> '' AS wants_replica \gset
\if :wants_replica
SELECT 'CREATE ROLE ct_replication' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ct_replication') \gexec
ALTER ROLE ct_replication
  LOGIN REPLICATION NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'replication_password';
\endif

SELECT format('CREATE DATABASE %I OWNER %I', name, name || '_owner')
  FROM unnest(ARRAY['ct_api', 'ct_rating']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec

ALTER DATABASE ct_api OWNER TO ct_api_owner;
ALTER DATABASE ct_rating OWNER TO ct_rating_owner;

-- Every role may connect to every database until PUBLIC loses that right; an owner keeps its own.
REVOKE ALL ON DATABASE postgres, template1, ct_api, ct_rating FROM PUBLIC;

-- Tables from when the service's user was the owner. He may go on using them until the migrations set his rights.
\connect ct_api
SELECT EXISTS (SELECT FROM pg_tables WHERE tableowner = 'ct_api') AS owned_tables \gset
BEGIN;
REASSIGN OWNED BY ct_api TO ct_api_owner;
\if :owned_tables
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ct_api;
\endif
COMMIT;

\connect ct_rating
SELECT EXISTS (SELECT FROM pg_tables WHERE tableowner = 'ct_rating') AS owned_tables \gset
BEGIN;
REASSIGN OWNED BY ct_rating TO ct_rating_owner;
\if :owned_tables
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ct_rating;
\endif
COMMIT;

-- Last, as the health check of the container connects as these two.
GRANT CONNECT ON DATABASE ct_api TO ct_api;
GRANT CONNECT ON DATABASE ct_rating TO ct_rating;
