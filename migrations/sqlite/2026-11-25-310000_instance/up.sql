-- Since when facts have passed a competition by, because its definition cannot be read; null: it is up to date.
ALTER TABLE competitions ADD COLUMN apart_since BIGINT;

-- A row an instance: the last time at which it could write here. Nobody waits for another's.
CREATE TABLE probes (
    instance TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
);
