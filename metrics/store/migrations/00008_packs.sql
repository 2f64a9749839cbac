-- Report packs: reports that were frozen, with their files, and what people
-- wrote beside indicators for them.

-- +goose Up

-- Every version; the newest of a quarter and an indicator is in force, and an
-- empty text takes it back.
CREATE TABLE commentary (
    id        INTEGER PRIMARY KEY,
    period    TEXT NOT NULL, -- of the report's quarter
    indicator TEXT NOT NULL,
    by_name   TEXT NOT NULL,
    by_email  TEXT NOT NULL,
    at        TEXT NOT NULL,
    text      TEXT NOT NULL
) STRICT;
CREATE INDEX commentary_of ON commentary (period, indicator, id);

CREATE TABLE pack (
    number    INTEGER PRIMARY KEY CHECK (number > 0),
    period    TEXT NOT NULL, -- of the quarter
    choice    TEXT NOT NULL, -- what the report is of, as JSON: a newer pack of the same supersedes it
    title     TEXT NOT NULL,
    frozen_at TEXT NOT NULL,
    frozen_by TEXT NOT NULL,
    sha256    TEXT NOT NULL, -- the report's hash
    report    TEXT NOT NULL  -- as JSON
) STRICT;
CREATE INDEX pack_choice ON pack (choice, number);

CREATE TABLE pack_file (
    number INTEGER NOT NULL REFERENCES pack (number),
    seq    INTEGER NOT NULL,
    name   TEXT NOT NULL,
    sha    TEXT NOT NULL REFERENCES raw_file (sha),
    size   INTEGER NOT NULL,
    PRIMARY KEY (number, seq),
    UNIQUE (number, name)
) STRICT;

-- The batches that a figure was made from, where it comes from others by now
-- that make it read the same; else ''. A pack's list of changes tells them apart.
ALTER TABLE figure ADD COLUMN made_from TEXT NOT NULL DEFAULT '';

-- +goose StatementBegin
CREATE TRIGGER commentary_update BEFORE UPDATE ON commentary BEGIN SELECT RAISE(ABORT, 'commentary is only ever added to'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER commentary_delete BEFORE DELETE ON commentary BEGIN SELECT RAISE(ABORT, 'commentary is only ever added to'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER pack_update BEFORE UPDATE ON pack BEGIN SELECT RAISE(ABORT, 'a pack is never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER pack_delete BEFORE DELETE ON pack BEGIN SELECT RAISE(ABORT, 'a pack is never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER pack_file_update BEFORE UPDATE ON pack_file BEGIN SELECT RAISE(ABORT, 'a pack is never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER pack_file_delete BEFORE DELETE ON pack_file BEGIN SELECT RAISE(ABORT, 'a pack is never changed'); END;
-- +goose StatementEnd
-- The files of returns and of packs are kept as they are.
-- +goose StatementBegin
CREATE TRIGGER raw_file_update BEFORE UPDATE ON raw_file BEGIN SELECT RAISE(ABORT, 'a kept file is never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER raw_file_delete BEFORE DELETE ON raw_file BEGIN SELECT RAISE(ABORT, 'a kept file is never deleted'); END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER raw_file_delete;
DROP TRIGGER raw_file_update;
ALTER TABLE figure DROP COLUMN made_from;
DROP TABLE pack_file;
DROP TABLE pack;
DROP TABLE commentary;
