DROP TABLE result_parts;
DROP INDEX submissions_unmerged;
ALTER TABLE competitions DROP COLUMN unfinished_until;
ALTER TABLE competitions DROP COLUMN unfinished_number;
ALTER TABLE competitions DROP COLUMN unfinished;
