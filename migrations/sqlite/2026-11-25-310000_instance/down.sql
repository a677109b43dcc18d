DROP TABLE probes;
ALTER TABLE competitions DROP COLUMN apart_since;
