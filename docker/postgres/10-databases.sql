-- Two databases, each owned by a user that can do nothing outside it.
--
-- The postgres image feeds this file to psql once, while the data directory is empty. It may be run again at
-- any time, which also sets the passwords anew from the environment of the container:
--   docker compose exec postgres psql -U postgres -v ON_ERROR_STOP=1 -f /docker-entrypoint-initdb.d/10-databases.sql

-- Read and quoted by psql itself, so a password may hold any character.
\getenv api_password CT_API_DB_PASSWORD
\getenv rating_password CT_RATING_DB_PASSWORD

SELECT 'CREATE ROLE ct_api' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ct_api') \gexec
SELECT 'CREATE ROLE ct_rating' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ct_rating') \gexec

ALTER ROLE ct_api
  LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'api_password';
ALTER ROLE ct_rating
  LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'rating_password';

SELECT 'CREATE DATABASE ct_api OWNER ct_api'
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'ct_api') \gexec
SELECT 'CREATE DATABASE ct_rating OWNER ct_rating'
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'ct_rating') \gexec

-- Every role may connect to every database until PUBLIC loses that right; an owner keeps its own.
REVOKE ALL ON DATABASE postgres, template1, ct_api, ct_rating FROM PUBLIC;
