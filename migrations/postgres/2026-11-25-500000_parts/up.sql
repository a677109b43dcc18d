-- Long acts in parts: what is begun and not finished stands in the competition's row, so that whoever comes
-- next finishes it.

-- The cause of a fold of everything that has begun, or `seal`; null: nothing is left to do.
ALTER TABLE competitions ADD COLUMN unfinished TEXT;
-- Raised with each that begins: who works at an earlier one sees that another took its place.
ALTER TABLE competitions ADD COLUMN unfinished_number BIGINT NOT NULL DEFAULT 0;
-- Until then somebody works at it, and says so again and again; null: nobody yet.
ALTER TABLE competitions ADD COLUMN unfinished_until BIGINT;

-- Links of commits have two sides from now on: whoever looks at the clock next writes them anew.
UPDATE competitions SET unfinished = 'rebuild', unfinished_number = 1;

-- What the clock can change.
CREATE INDEX submissions_unmerged ON submissions (competition_id, person_id) WHERE merged_at IS NULL;

-- A published export after its first part, which stands in `results`.
CREATE TABLE result_parts (
    competition_id BIGINT NOT NULL REFERENCES competitions (id),
    part BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (competition_id, part)
);
