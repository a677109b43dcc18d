DROP INDEX deliveries_oldest;
DROP INDEX deliveries_set_aside;
DROP INDEX deliveries_queued;
CREATE INDEX deliveries_queued ON deliveries (id) WHERE state = 'queued';
ALTER TABLE deliveries DROP COLUMN failed_by;
ALTER TABLE deliveries DROP COLUMN not_before;
ALTER TABLE deliveries DROP COLUMN tried_at;
ALTER TABLE deliveries DROP COLUMN attempts;
ALTER TABLE deliveries DROP COLUMN queued_at;
