DELETE FROM counters WHERE name = 'act';
DROP INDEX deliveries_out_of_reach;
ALTER TABLE deliveries DROP COLUMN about;
ALTER TABLE deliveries DROP COLUMN proven_by;
ALTER TABLE decisions DROP COLUMN merge_sha;
ALTER TABLE decisions DROP COLUMN merged_at;
ALTER TABLE pulls ADD COLUMN merge_confirmed BOOLEAN;
ALTER TABLE pulls ADD COLUMN merge_updated_at BIGINT;
ALTER TABLE pulls DROP COLUMN told;
ALTER TABLE pulls DROP COLUMN draft;
ALTER TABLE pulls DROP COLUMN closed_at;
ALTER TABLE pulls DROP COLUMN squash_sha;
ALTER TABLE repositories DROP COLUMN first_created;
ALTER TABLE repositories DROP COLUMN path_at;
CREATE TABLE repository_paths (
    forge TEXT NOT NULL,
    path_key TEXT NOT NULL,
    repository_id BIGINT NOT NULL REFERENCES repositories (id),
    PRIMARY KEY (forge, path_key)
);
INSERT INTO repository_paths (forge, path_key, repository_id)
    SELECT forge, path_key, MIN(repository_id) FROM repository_names GROUP BY forge, path_key;
DROP TABLE repository_names;
CREATE INDEX repository_paths_by_key ON repository_paths (path_key);
CREATE INDEX repository_paths_by_repository ON repository_paths (repository_id);
