-- One folder a database, the same names in both; a test holds their tables and columns equal.
-- Times are milliseconds since the epoch, lists are JSON texts.

CREATE TABLE competitions (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL UNIQUE,
    -- competition.toml as it was taken: the definition's one truth.
    definition TEXT NOT NULL,
    -- The last ledger entry's number and hash. Raising seq takes the row's lock, so that the order of
    -- numbers is the order of commits.
    seq BIGINT NOT NULL,
    hash BLOB,
    -- Raised whenever definition, teams or people change: boards of every instance read them anew.
    revision BIGINT NOT NULL,
    revealed_at BIGINT,
    finalized_at BIGINT,
    -- Up to when what time alone changes has been evaluated.
    turned_at BIGINT NOT NULL
);

CREATE TABLE teams (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    competition_id BIGINT NOT NULL REFERENCES competitions (id),
    slug TEXT NOT NULL,
    kind TEXT NOT NULL,
    region TEXT NOT NULL,
    name_en TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    capacity BIGINT,
    standing TEXT NOT NULL,
    UNIQUE (competition_id, slug)
);

CREATE TABLE people (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- The number of the community code: given once, never reused.
    number BIGINT NOT NULL UNIQUE
);

CREATE TABLE accounts (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    person_id BIGINT NOT NULL REFERENCES people (id),
    forge TEXT NOT NULL,
    login TEXT NOT NULL,
    login_key TEXT NOT NULL,
    forge_user_id TEXT,
    proven BOOLEAN NOT NULL,
    UNIQUE (forge, login_key)
);
CREATE INDEX accounts_by_user ON accounts (forge, forge_user_id);
CREATE INDEX accounts_by_person ON accounts (person_id);

CREATE TABLE memberships (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    competition_id BIGINT NOT NULL REFERENCES competitions (id),
    person_id BIGINT NOT NULL REFERENCES people (id),
    team_id BIGINT NOT NULL REFERENCES teams (id),
    joined_at BIGINT,
    left_at BIGINT
);
CREATE INDEX memberships_by_person ON memberships (competition_id, person_id);

CREATE TABLE repositories (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    forge TEXT NOT NULL,
    -- The forge's numeric id, which survives a rename.
    forge_id TEXT,
    path TEXT NOT NULL,
    UNIQUE (forge, forge_id)
);

-- Every path that a repository has been seen under.
CREATE TABLE repository_paths (
    forge TEXT NOT NULL,
    path_key TEXT NOT NULL,
    repository_id BIGINT NOT NULL REFERENCES repositories (id),
    PRIMARY KEY (forge, path_key)
);
CREATE INDEX repository_paths_by_key ON repository_paths (path_key);
CREATE INDEX repository_paths_by_repository ON repository_paths (repository_id);

CREATE TABLE pulls (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    repository_id BIGINT NOT NULL REFERENCES repositories (id),
    number BIGINT NOT NULL,
    forge TEXT NOT NULL,
    state TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    author_login TEXT NOT NULL,
    author_key TEXT NOT NULL,
    author_id TEXT,
    author_bot BOOLEAN NOT NULL,
    -- JSON of login, id and bot; null: nobody told.
    merged_by TEXT,
    base_branch TEXT NOT NULL,
    head_branch TEXT,
    head_sha TEXT,
    merge_sha TEXT,
    created_at BIGINT NOT NULL,
    merged_at BIGINT,
    labels TEXT NOT NULL,
    linked_issues TEXT NOT NULL,
    additions BIGINT,
    deletions BIGINT,
    updated_at BIGINT,
    url TEXT,
    confirmed BOOLEAN NOT NULL,
    -- Which report the merge was read from: its updated_at and whether it was confirmed; null: not merged.
    merge_updated_at BIGINT,
    merge_confirmed BOOLEAN,
    UNIQUE (repository_id, number)
);
CREATE INDEX pulls_by_login ON pulls (forge, author_key, created_at);
CREATE INDEX pulls_by_author ON pulls (forge, author_id);

CREATE TABLE submissions (
    id INTEGER NOT NULL PRIMARY KEY,
    competition_id BIGINT NOT NULL REFERENCES competitions (id),
    pull_id BIGINT NOT NULL REFERENCES pulls (id),
    person_id BIGINT,
    team_id BIGINT,
    status TEXT NOT NULL,
    points BIGINT NOT NULL,
    -- Points of its labels or the base, before bonus and limit.
    worth BIGINT NOT NULL,
    merged_at BIGINT,
    -- A letter a check.
    outcomes TEXT NOT NULL,
    reverted_by BIGINT,
    duplicate_of BIGINT,
    likeness TEXT,
    UNIQUE (competition_id, pull_id)
);
CREATE INDEX submissions_by_pull ON submissions (pull_id);
CREATE INDEX submissions_by_person ON submissions (competition_id, person_id);
-- All that a board begins with, in its order: it is read at every start.
CREATE INDEX submissions_board ON submissions (competition_id, id, person_id, team_id, merged_at, status, points);
CREATE INDEX submissions_by_team ON submissions (competition_id, team_id);

-- What submissions have in common: a neighbourhood is what hangs together by these. `key` is the
-- beginning of a hash; two that collide make a neighbourhood larger, never wrong.
CREATE TABLE links (
    competition_id BIGINT NOT NULL,
    key BIGINT NOT NULL,
    submission_id BIGINT NOT NULL,
    PRIMARY KEY (competition_id, key, submission_id)
) WITHOUT ROWID;
CREATE INDEX links_by_submission ON links (submission_id);

CREATE TABLE ledger (
    competition_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT,
    recorded_at BIGINT NOT NULL,
    submission_id BIGINT NOT NULL,
    person TEXT,
    team TEXT,
    points BIGINT NOT NULL,
    status TEXT,
    cause TEXT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (competition_id, seq)
) WITHOUT ROWID;
CREATE INDEX ledger_by_submission ON ledger (submission_id);

CREATE TABLE deliveries (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    forge TEXT NOT NULL,
    source TEXT NOT NULL,
    -- The forge's own id of the delivery, or a hash of it.
    delivery_key TEXT NOT NULL,
    event TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    -- The facts are taken as proven: covered by the proof, or the source says confirm = false.
    confirmed BOOLEAN NOT NULL,
    -- zstd of the body, passwords blanked.
    body BLOB NOT NULL,
    -- queued, done, ignored or failed.
    state TEXT NOT NULL,
    reason TEXT,
    UNIQUE (forge, source, delivery_key)
);
CREATE INDEX deliveries_queued ON deliveries (id) WHERE state = 'queued';
CREATE INDEX deliveries_failed ON deliveries (id) WHERE state = 'failed';

-- Numbers that are given once: community codes, submissions.
CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('person', 0), ('submission', 0);

-- A row a kind of work that one transaction at a time may do, over all instances.
CREATE TABLE turns (
    name TEXT NOT NULL PRIMARY KEY
);
INSERT INTO turns (name) VALUES ('evaluate');
