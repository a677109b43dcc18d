ALTER TABLE ledger DROP COLUMN was_at;
ALTER TABLE ledger DROP COLUMN by_rules;
ALTER TABLE submissions DROP COLUMN by_rules;
