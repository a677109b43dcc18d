ALTER TABLE ledger DROP COLUMN by_rules;
ALTER TABLE submissions DROP COLUMN by_rules;
