-- A delivery that alone keeps a turn from passing is set aside and tried alone; what failed can be looked at again.

-- Since when it waits, where it is looked at again; null: since it was received.
ALTER TABLE deliveries ADD COLUMN queued_at BIGINT;
-- Tries alone that did not pass while others did.
ALTER TABLE deliveries ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
-- Of one that is set aside: when it was tried last, and before when it is not tried again.
ALTER TABLE deliveries ADD COLUMN tried_at BIGINT;
ALTER TABLE deliveries ADD COLUMN not_before BIGINT;
-- The version of the program that could not read it: another one may.
ALTER TABLE deliveries ADD COLUMN failed_by TEXT;

DROP INDEX deliveries_queued;
CREATE INDEX deliveries_queued ON deliveries (id) WHERE state = 'queued' AND tried_at IS NULL;
CREATE INDEX deliveries_set_aside ON deliveries (not_before) WHERE state = 'queued' AND tried_at IS NOT NULL;
CREATE INDEX deliveries_oldest ON deliveries (COALESCE(queued_at, received_at)) WHERE state = 'queued';
