-- Hooks that were refused: a row a source and reason, and never what was sent. Bounded by the sources there are and
-- the reasons that there can be.
CREATE TABLE refusals (
    forge TEXT NOT NULL,
    source TEXT NOT NULL,
    why TEXT NOT NULL,
    count BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (forge, source, why)
);
