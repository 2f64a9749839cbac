-- Projects' quarterly returns: each file as it came, what was read from it,
-- what was found wrong with it, and what was decided.

-- +goose Up

-- Files as they came, by their SHA-256. Never deleted.
CREATE TABLE raw_file (
    sha    TEXT PRIMARY KEY,
    size   INTEGER NOT NULL,
    body   BLOB NOT NULL,
    kept_at TEXT NOT NULL
) STRICT;

CREATE TABLE submission (
    id          INTEGER PRIMARY KEY,
    project     TEXT NOT NULL,
    period      TEXT NOT NULL, -- of the quarter
    file        TEXT NOT NULL, -- its name as it came
    sha         TEXT NOT NULL REFERENCES raw_file (sha),
    template    TEXT NOT NULL, -- version of the template, '' for a workbook of the project's own
    sample      INTEGER NOT NULL CHECK (sample IN (0, 1)),
    status      TEXT NOT NULL CHECK (status IN ('received', 'accepted', 'replaced', 'withdrawn', 'discarded')),
    received_by TEXT NOT NULL,
    received_at TEXT NOT NULL,
    decided_by  TEXT NOT NULL DEFAULT '',
    decided_at  TEXT NOT NULL DEFAULT '',
    reason      TEXT NOT NULL DEFAULT '',
    batch_id    INTEGER REFERENCES batch (id) -- of an accepted one
) STRICT;
CREATE INDEX submission_of ON submission (project, period, id, status); -- all that the matrix of returns asks for
-- At most one return of a project for a quarter is in force.
CREATE UNIQUE INDEX submission_accepted ON submission (project, period) WHERE status = 'accepted';

CREATE TABLE submission_value (
    submission_id INTEGER NOT NULL REFERENCES submission (id),
    measure       TEXT NOT NULL,
    part          TEXT NOT NULL,
    dimension     TEXT NOT NULL,
    item          TEXT NOT NULL,
    value         REAL NOT NULL,
    not_available INTEGER NOT NULL CHECK (not_available IN (0, 1)),
    sheet         TEXT NOT NULL,
    cell          TEXT NOT NULL,
    PRIMARY KEY (submission_id, measure, part, dimension, item)
) STRICT, WITHOUT ROWID;

CREATE TABLE submission_finding (
    submission_id INTEGER NOT NULL REFERENCES submission (id),
    seq           INTEGER NOT NULL,
    rule          TEXT NOT NULL, -- the check's id
    severity      TEXT NOT NULL CHECK (severity IN ('fail', 'warning')),
    sheet         TEXT NOT NULL,
    cell          TEXT NOT NULL,
    message       TEXT NOT NULL,
    mend          TEXT NOT NULL,
    reason        TEXT NOT NULL DEFAULT '', -- why a warning is let pass
    PRIMARY KEY (submission_id, seq)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE submission_finding;
DROP TABLE submission_value;
DROP TABLE submission;
DROP TABLE raw_file;
