-- What the rules alone say, `waiting` or `rejected`: all that may be told while a freeze hides what judges say.
ALTER TABLE submissions ADD COLUMN by_rules TEXT NOT NULL DEFAULT 'waiting';
UPDATE submissions SET by_rules = 'rejected' WHERE outcomes LIKE '%f%';
-- Beside each entry, outside of its hash. Null: written before this column was, or about what left.
ALTER TABLE ledger ADD COLUMN by_rules TEXT;
-- When it was merged before this entry said that it is not: a judge's word that was taken back.
ALTER TABLE ledger ADD COLUMN was_at BIGINT;
