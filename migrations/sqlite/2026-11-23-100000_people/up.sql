-- People who sign in, what they may do, teams that register, decisions, and the audit log.

-- Somebody who signs in. Their forge accounts are those of their person.
CREATE TABLE logins (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    login TEXT NOT NULL,
    login_key TEXT NOT NULL UNIQUE,
    -- A PHC string (argon2id); null: signs in with a forge account only.
    password TEXT,
    person_id BIGINT NOT NULL UNIQUE REFERENCES people (id),
    created_at BIGINT NOT NULL,
    banned_at BIGINT
);

-- admin: competition and team null; judge: team null; organizer: both.
CREATE TABLE roles (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    login_id BIGINT NOT NULL REFERENCES logins (id),
    role TEXT NOT NULL,
    competition_id BIGINT REFERENCES competitions (id),
    team_id BIGINT REFERENCES teams (id),
    granted_at BIGINT NOT NULL
);
CREATE INDEX roles_by_login ON roles (login_id);
CREATE INDEX roles_by_team ON roles (team_id);

-- A session is a row that a token names: signing out ends the row, and with it the token everywhere.
CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    login_id BIGINT NOT NULL REFERENCES logins (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX sessions_by_login ON sessions (login_id);

-- What tokens are signed with. A retired key goes on verifying until `dies_at`.
CREATE TABLE signing_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    secret BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    dies_at BIGINT
);

-- A sign-in at a forge that was begun and may come back once.
CREATE TABLE handshakes (
    -- SHA-256 of the state, in hex.
    state TEXT NOT NULL PRIMARY KEY,
    forge TEXT NOT NULL,
    verifier TEXT NOT NULL,
    -- Who binds another account; null: somebody signs in.
    login_id BIGINT REFERENCES logins (id),
    return_to TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- What a team that registered itself said, and what became of it. A folder's teams have no row here.
CREATE TABLE registrations (
    team_id BIGINT NOT NULL PRIMARY KEY REFERENCES teams (id),
    statement TEXT NOT NULL,
    applicant_id BIGINT REFERENCES logins (id),
    applied_at BIGINT NOT NULL,
    defence_at BIGINT,
    recording_url TEXT,
    -- Of the last step: why it was declined, suspended, taken back.
    reason TEXT
);

-- What an organizer tells the team, on the team's page.
CREATE TABLE announcements (
    team_id BIGINT NOT NULL PRIMARY KEY REFERENCES teams (id),
    text TEXT NOT NULL,
    login_id BIGINT REFERENCES logins (id),
    announced_at BIGINT NOT NULL
);

CREATE TABLE invites (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    competition_id BIGINT NOT NULL REFERENCES competitions (id),
    team_id BIGINT NOT NULL REFERENCES teams (id),
    code TEXT NOT NULL UNIQUE,
    uses BIGINT NOT NULL,
    used BIGINT NOT NULL,
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    -- Taken back by its organizer.
    ended_at BIGINT
);
CREATE INDEX invites_by_team ON invites (team_id);

CREATE TABLE requests (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    competition_id BIGINT NOT NULL REFERENCES competitions (id),
    team_id BIGINT NOT NULL REFERENCES teams (id),
    person_id BIGINT NOT NULL REFERENCES people (id),
    text TEXT NOT NULL,
    -- open, accepted, declined or withdrawn.
    status TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    answered_at BIGINT
);
CREATE INDEX requests_by_team ON requests (team_id, status);
CREATE INDEX requests_by_person ON requests (competition_id, person_id);

-- What judges said. The one of a submission with no `ended_at` stands; the others are history.
CREATE TABLE decisions (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    competition_id BIGINT NOT NULL REFERENCES competitions (id),
    -- No reference: a submission whose repository leaves the scope goes, what was said of it stays.
    submission_id BIGINT NOT NULL,
    login_id BIGINT NOT NULL REFERENCES logins (id),
    action TEXT NOT NULL,
    points BIGINT,
    reason TEXT NOT NULL,
    -- JSON of what the judge saw: title, labels, branch, author, reverted.
    seen TEXT NOT NULL,
    decided_at BIGINT NOT NULL,
    ended_at BIGINT,
    -- undone, replaced or overturned.
    ended_how TEXT,
    ended_by BIGINT REFERENCES logins (id)
);
CREATE UNIQUE INDEX decisions_standing ON decisions (submission_id) WHERE ended_at IS NULL;
CREATE INDEX decisions_by_submission ON decisions (submission_id);
CREATE INDEX decisions_by_competition ON decisions (competition_id, decided_at);

CREATE TABLE appeals (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    competition_id BIGINT NOT NULL REFERENCES competitions (id),
    submission_id BIGINT NOT NULL,
    decision_id BIGINT NOT NULL REFERENCES decisions (id),
    login_id BIGINT NOT NULL REFERENCES logins (id),
    text TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    -- open, upheld or dismissed.
    status TEXT NOT NULL,
    answer TEXT,
    answered_by BIGINT REFERENCES logins (id),
    answered_at BIGINT,
    UNIQUE (decision_id)
);
CREATE INDEX appeals_by_competition ON appeals (competition_id, status);

-- A source's secrets that were written in the browser; shown to nobody again.
CREATE TABLE source_secrets (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    competition_id BIGINT NOT NULL REFERENCES competitions (id),
    source TEXT NOT NULL,
    secret TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ends_at BIGINT
);

-- What was published when a competition was made final.
CREATE TABLE results (
    competition_id BIGINT NOT NULL PRIMARY KEY REFERENCES competitions (id),
    finalized_at BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    -- The export, zstd.
    export BLOB NOT NULL
);

-- Answers of requests that bore an Idempotency-Key.
CREATE TABLE idempotency (
    login_id BIGINT NOT NULL REFERENCES logins (id),
    key TEXT NOT NULL,
    -- SHA-256 of method, path and body, in hex.
    request TEXT NOT NULL,
    -- Null while the first one is under way.
    status BIGINT,
    body BLOB,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (login_id, key)
);

-- Who did what, when, why, from what to what. Nothing here is changed or taken away.
CREATE TABLE audit (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at BIGINT NOT NULL,
    -- Null: the command line.
    login_id BIGINT REFERENCES logins (id),
    competition_id BIGINT REFERENCES competitions (id),
    team_id BIGINT REFERENCES teams (id),
    act TEXT NOT NULL,
    -- What it was done to: a slug, a number, a login's number.
    subject TEXT NOT NULL,
    reason TEXT,
    -- JSON.
    was TEXT,
    became TEXT
);
CREATE INDEX audit_by_competition ON audit (competition_id, id);
CREATE TRIGGER audit_stays_as_it_is BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

-- Points that a judge gave, while they stand: awards of others need them without asking for decisions.
ALTER TABLE submissions ADD COLUMN given BIGINT;
-- The judges' queue: what waits longest comes first.
CREATE INDEX submissions_in_review ON submissions (competition_id, merged_at, id) WHERE status = 'review';

-- Who put a membership there: the folder, or people by themselves. A folder that is loaded again changes its own.
ALTER TABLE memberships ADD COLUMN by_folder BOOLEAN NOT NULL DEFAULT TRUE;
-- A hash of teams.csv and people.csv as they were loaded last: the same again changes nothing, even where
-- people have joined and left since.
ALTER TABLE competitions ADD COLUMN roster_hash TEXT;
