-- Repositories are things and paths are names; a pull's facts are what its reports come to.

-- Every path that a repository has been known under. Several repositories can bear one, one after the other; one
-- without an id (nobody has told it) stands here alone or not at all.
CREATE TABLE repository_names (
    -- With its host, where that is not the forge's own: `gitlab@git.example.org`.
    forge TEXT NOT NULL,
    path_key TEXT NOT NULL,
    repository_id BIGINT NOT NULL REFERENCES repositories (id),
    PRIMARY KEY (forge, path_key, repository_id)
);
INSERT INTO repository_names (forge, path_key, repository_id)
    SELECT forge, path_key, repository_id FROM repository_paths;
DROP TABLE repository_paths;
CREATE INDEX repository_names_by_key ON repository_names (path_key);
CREATE INDEX repository_names_by_repository ON repository_names (repository_id);

-- When the report was updated that `path` was read off, and when the first pull was created that told the id: the
-- oldest of those that bear a path is meant by a report without an id.
ALTER TABLE repositories ADD COLUMN path_at BIGINT;
ALTER TABLE repositories ADD COLUMN first_created BIGINT;
UPDATE repositories SET first_created =
    (SELECT MIN(created_at) FROM pulls WHERE pulls.repository_id = repositories.id AND pulls.confirmed)
    WHERE forge_id IS NOT NULL;

ALTER TABLE pulls ADD COLUMN squash_sha TEXT;
ALTER TABLE pulls ADD COLUMN closed_at BIGINT;
ALTER TABLE pulls ADD COLUMN draft BOOLEAN NOT NULL DEFAULT FALSE;
-- JSON of the reports that the other columns come from; null: one that told all of them.
ALTER TABLE pulls ADD COLUMN told TEXT;
ALTER TABLE pulls DROP COLUMN merge_updated_at;
ALTER TABLE pulls DROP COLUMN merge_confirmed;

-- When a pull landed, where the judge said so.
ALTER TABLE decisions ADD COLUMN merged_at BIGINT;
ALTER TABLE decisions ADD COLUMN merge_sha TEXT;

-- The competitions whose source proved it, as a JSON list; null: those that name the source.
ALTER TABLE deliveries ADD COLUMN proven_by TEXT;
-- The repository (`gitlab@git.example.org:12`, by its id, or a path) that an ignored one was about, where its source
-- does not speak for it: another name of it, or another definition, has it looked at again.
ALTER TABLE deliveries ADD COLUMN about TEXT;
CREATE INDEX deliveries_out_of_reach ON deliveries (about) WHERE about IS NOT NULL;

-- Imports and seeds, each somebody's act: of two that tie the later holds.
INSERT INTO counters (name, value) VALUES ('act', 0);
