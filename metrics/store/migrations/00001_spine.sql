-- The spine: what was read, what it said, and the figures made from it.
-- Areas are ONS codes. An LSOA is stored as a number: E01009522 as 1009522,
-- W01001476 as 3001476 (view crime_count writes them out again).

-- +goose Up

-- One row: how far facts and figures have come. An import raises facts; a
-- computation brings figures up to it. Where they differ, an import was cut
-- short and the figures are those from before it.
CREATE TABLE house (
    id               INTEGER PRIMARY KEY CHECK (id = 1),
    facts            INTEGER NOT NULL DEFAULT 0,
    figures          INTEGER NOT NULL DEFAULT 0,
    figures_at       TEXT,
    figures_strategy TEXT,
    sample           INTEGER CHECK (sample IN (0, 1)) -- NULL until something is read
) STRICT;
INSERT INTO house (id) VALUES (1);

CREATE TABLE strategy (
    sha        TEXT PRIMARY KEY,
    source     TEXT NOT NULL,
    built_in   INTEGER NOT NULL CHECK (built_in IN (0, 1)),
    first_used TEXT NOT NULL
) STRICT;

CREATE TABLE batch (
    id               INTEGER PRIMARY KEY,
    source           TEXT NOT NULL,
    release          TEXT NOT NULL,
    file             TEXT NOT NULL,
    member           TEXT NOT NULL,
    name             TEXT NOT NULL,
    size             INTEGER NOT NULL,
    digest           TEXT NOT NULL,
    period           TEXT NOT NULL,
    coverage         TEXT NOT NULL,
    rows_read        INTEGER NOT NULL,
    rows_kept        INTEGER NOT NULL,
    rows_no_location INTEGER NOT NULL,
    rows_outside     INTEGER NOT NULL,
    rows_rejected    INTEGER NOT NULL,
    rows_repeated    INTEGER NOT NULL,
    facts            INTEGER NOT NULL,
    facts_sha        TEXT NOT NULL,
    sample           INTEGER NOT NULL CHECK (sample IN (0, 1)),
    imported_at      TEXT NOT NULL,
    current          INTEGER NOT NULL DEFAULT 1 CHECK (current IN (0, 1)),
    superseded_by    INTEGER REFERENCES batch (id),
    replaced_by      INTEGER REFERENCES batch (id), -- the last batch that took the place of any of its facts
    CHECK (rows_read = rows_kept + rows_no_location + rows_outside + rows_rejected)
) STRICT;
CREATE INDEX batch_digest ON batch (source, digest, name);
CREATE INDEX batch_release ON batch (source, release, current);

CREATE TABLE problem (
    batch_id INTEGER NOT NULL REFERENCES batch (id),
    seq      INTEGER NOT NULL,
    file     TEXT NOT NULL,
    sheet    TEXT NOT NULL,
    line     INTEGER NOT NULL,
    col      TEXT NOT NULL,
    rule     TEXT NOT NULL,
    message  TEXT NOT NULL,
    rejects  INTEGER NOT NULL CHECK (rejects IN (0, 1)),
    PRIMARY KEY (batch_id, seq)
) STRICT, WITHOUT ROWID;

-- Which LSOAs of which areas a police file was counted for. A file that was
-- counted for other areas holds no zero for this one.
CREATE TABLE coverage (
    digest TEXT NOT NULL,
    area   TEXT NOT NULL,
    lsoas  TEXT NOT NULL, -- digest of the area's LSOAs; '' for a force area
    PRIMARY KEY (digest, area)
) STRICT, WITHOUT ROWID;

CREATE TABLE crime_type (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE outcome_type (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE street_file (
    batch_id   INTEGER PRIMARY KEY REFERENCES batch (id),
    force      TEXT NOT NULL,
    slug       TEXT NOT NULL,
    force_area TEXT NOT NULL,
    month      TEXT NOT NULL,
    has_lsoa   INTEGER NOT NULL CHECK (has_lsoa IN (0, 1)),
    scheme     INTEGER NOT NULL
) STRICT;

-- The three tables of counts are written in the order of their keys and are
-- replaced a batch at a time; the month is the batch's.
CREATE TABLE crime_lsoa (
    batch_id   INTEGER NOT NULL,
    lsoa       INTEGER NOT NULL,
    crime_type INTEGER NOT NULL,
    n          INTEGER NOT NULL,
    PRIMARY KEY (batch_id, lsoa, crime_type)
) STRICT, WITHOUT ROWID;

CREATE TABLE crime_area (
    batch_id   INTEGER NOT NULL,
    area       TEXT NOT NULL,
    crime_type INTEGER NOT NULL,
    n          INTEGER NOT NULL,
    PRIMARY KEY (batch_id, area, crime_type)
) STRICT, WITHOUT ROWID;

CREATE TABLE outcome_area (
    batch_id   INTEGER NOT NULL,
    area       TEXT NOT NULL,
    crime_type INTEGER NOT NULL,
    outcome    INTEGER NOT NULL,
    n          INTEGER NOT NULL,
    PRIMARY KEY (batch_id, area, crime_type, outcome)
) STRICT, WITHOUT ROWID;

CREATE VIEW crime_count AS
SELECT CASE WHEN c.lsoa >= 3000000 THEN printf('W01%06d', c.lsoa - 3000000) ELSE printf('E01%06d', c.lsoa - 1000000) END AS lsoa,
       f.month, t.name AS crime_type, c.n, f.force, c.batch_id
FROM crime_lsoa c
JOIN street_file f ON f.batch_id = c.batch_id
JOIN crime_type t ON t.id = c.crime_type;

CREATE TABLE deprivation_file (
    batch_id INTEGER PRIMARY KEY REFERENCES batch (id),
    edition  INTEGER NOT NULL,
    domain   TEXT NOT NULL
) STRICT;

CREATE TABLE deprivation_rank (
    batch_id INTEGER NOT NULL,
    lsoa     INTEGER NOT NULL,
    lad      TEXT NOT NULL,
    rank     INTEGER NOT NULL, -- ranks tie: not unique
    PRIMARY KEY (batch_id, lsoa)
) STRICT, WITHOUT ROWID;

CREATE TABLE deprivation_lad (
    edition INTEGER NOT NULL,
    lad     TEXT NOT NULL,
    name    TEXT NOT NULL,
    PRIMARY KEY (edition, lad)
) STRICT, WITHOUT ROWID;

CREATE TABLE population (
    area     TEXT NOT NULL,
    year     INTEGER NOT NULL,
    age      INTEGER NOT NULL, -- -1 all ages, 90 ninety and over
    persons  INTEGER NOT NULL,
    base     INTEGER NOT NULL, -- the census of the series
    batch_id INTEGER NOT NULL REFERENCES batch (id),
    PRIMARY KEY (area, year, age)
) STRICT, WITHOUT ROWID;
CREATE INDEX population_batch ON population (batch_id);

CREATE TABLE district_area (
    area     TEXT PRIMARY KEY,
    km2      REAL NOT NULL,
    year     INTEGER NOT NULL, -- of the estimates that it came with
    batch_id INTEGER NOT NULL REFERENCES batch (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX district_area_batch ON district_area (batch_id);

CREATE TABLE lsoa (
    code     TEXT NOT NULL,
    vintage  INTEGER NOT NULL,
    name     TEXT NOT NULL,
    lad      TEXT NOT NULL,
    lad_name TEXT NOT NULL,
    lad_year INTEGER NOT NULL,
    batch_id INTEGER NOT NULL REFERENCES batch (id),
    PRIMARY KEY (code, vintage)
) STRICT, WITHOUT ROWID;
CREATE INDEX lsoa_batch ON lsoa (batch_id);

CREATE TABLE lsoa_change (
    from_vintage INTEGER NOT NULL,
    from_code    TEXT NOT NULL,
    to_vintage   INTEGER NOT NULL,
    to_code      TEXT NOT NULL,
    change       TEXT NOT NULL,
    batch_id     INTEGER NOT NULL REFERENCES batch (id),
    PRIMARY KEY (from_vintage, from_code, to_vintage, to_code)
) STRICT, WITHOUT ROWID;
CREATE INDEX lsoa_change_batch ON lsoa_change (batch_id);
CREATE INDEX lsoa_change_to ON lsoa_change (to_code);

CREATE TABLE ward (
    lsoa     TEXT NOT NULL,
    year     INTEGER NOT NULL,
    ward     TEXT NOT NULL,
    name     TEXT NOT NULL,
    batch_id INTEGER NOT NULL REFERENCES batch (id),
    PRIMARY KEY (lsoa, year)
) STRICT, WITHOUT ROWID;
CREATE INDEX ward_batch ON ward (batch_id);

CREATE TABLE successor (
    code        TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    active      TEXT NOT NULL,
    active_name TEXT NOT NULL,
    batch_id    INTEGER NOT NULL REFERENCES batch (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX successor_batch ON successor (batch_id);

CREATE TABLE lad_force (
    lad        TEXT PRIMARY KEY,
    lad_name   TEXT NOT NULL,
    csp        TEXT NOT NULL,
    csp_name   TEXT NOT NULL,
    force      TEXT NOT NULL,
    force_name TEXT NOT NULL,
    batch_id   INTEGER NOT NULL REFERENCES batch (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX lad_force_batch ON lad_force (batch_id);

CREATE TABLE boundary (
    code     TEXT NOT NULL,
    kind     TEXT NOT NULL,
    vintage  INTEGER NOT NULL,
    name     TEXT NOT NULL,
    lad      TEXT NOT NULL,
    geometry TEXT NOT NULL,
    batch_id INTEGER NOT NULL REFERENCES batch (id),
    PRIMARY KEY (code, kind, vintage)
) STRICT, WITHOUT ROWID;
CREATE INDEX boundary_batch ON boundary (batch_id);

CREATE TABLE computation (
    id       INTEGER PRIMARY KEY,
    made_at  TEXT NOT NULL,
    strategy TEXT NOT NULL REFERENCES strategy (sha),
    facts    INTEGER NOT NULL,
    cause    TEXT NOT NULL
) STRICT;

-- Every revision of every figure. The current one is what pages show; a figure
-- that is no longer made keeps its last revision, with retired_by set.
CREATE TABLE figure (
    id           INTEGER PRIMARY KEY,
    indicator    TEXT NOT NULL,
    priority     TEXT NOT NULL,
    area         TEXT NOT NULL,
    area_name    TEXT NOT NULL,
    area_kind    TEXT NOT NULL,
    period       TEXT NOT NULL,
    period_kind  TEXT NOT NULL,
    period_end   TEXT NOT NULL,
    revision     INTEGER NOT NULL,
    current      INTEGER NOT NULL CHECK (current IN (0, 1)),
    made_by      INTEGER NOT NULL REFERENCES computation (id),
    retired_by   INTEGER REFERENCES computation (id),
    status       TEXT NOT NULL CHECK (status IN ('available', 'missing', 'suppressed')),
    reason       TEXT NOT NULL,
    numerator    REAL,
    denominator  REAL,
    value        REAL,
    lower        REAL,
    upper        REAL,
    unit         TEXT NOT NULL,
    rank         INTEGER,
    rank_of      INTEGER,
    method       TEXT NOT NULL,
    denominated  TEXT NOT NULL,
    notes        TEXT NOT NULL,
    break_before TEXT NOT NULL,
    comparisons  TEXT NOT NULL,
    sentence     TEXT NOT NULL,
    statements   TEXT NOT NULL,
    batches      TEXT NOT NULL, -- numbers of the batches it was made from
    breakdown    TEXT NOT NULL, -- its groups, of an inequality
    UNIQUE (indicator, area, period, revision),
    CHECK ((status = 'available') = (value IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX figure_current ON figure (indicator, area, period_kind, period_end, period) WHERE current = 1;

-- A fact that a newer batch takes over is no longer the older one's: reading
-- the older file again would change something, so it counts as not read.
-- +goose StatementBegin
CREATE TRIGGER population_replaced AFTER UPDATE OF batch_id ON population WHEN old.batch_id <> new.batch_id
BEGIN UPDATE batch SET replaced_by = new.batch_id WHERE id = old.batch_id; END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER lsoa_replaced AFTER UPDATE OF batch_id ON lsoa WHEN old.batch_id <> new.batch_id
BEGIN UPDATE batch SET replaced_by = new.batch_id WHERE id = old.batch_id; END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER lsoa_change_replaced AFTER UPDATE OF batch_id ON lsoa_change WHEN old.batch_id <> new.batch_id
BEGIN UPDATE batch SET replaced_by = new.batch_id WHERE id = old.batch_id; END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ward_replaced AFTER UPDATE OF batch_id ON ward WHEN old.batch_id <> new.batch_id
BEGIN UPDATE batch SET replaced_by = new.batch_id WHERE id = old.batch_id; END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER successor_replaced AFTER UPDATE OF batch_id ON successor WHEN old.batch_id <> new.batch_id
BEGIN UPDATE batch SET replaced_by = new.batch_id WHERE id = old.batch_id; END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER lad_force_replaced AFTER UPDATE OF batch_id ON lad_force WHEN old.batch_id <> new.batch_id
BEGIN UPDATE batch SET replaced_by = new.batch_id WHERE id = old.batch_id; END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER boundary_replaced AFTER UPDATE OF batch_id ON boundary WHEN old.batch_id <> new.batch_id
BEGIN UPDATE batch SET replaced_by = new.batch_id WHERE id = old.batch_id; END;
-- +goose StatementEnd

-- What the current figures' series say over time, made anew with them.
CREATE TABLE signal (
    indicator   TEXT NOT NULL,
    area        TEXT NOT NULL,
    period_kind TEXT NOT NULL,
    body        TEXT NOT NULL,
    PRIMARY KEY (indicator, area, period_kind)
) STRICT, WITHOUT ROWID;

-- The maps of the crime rates by small area, made with the figures; a map that
-- reads as before is left alone.
CREATE TABLE place_map (
    indicator   TEXT NOT NULL,
    kind        TEXT NOT NULL, -- lsoa or ward
    period      TEXT NOT NULL,
    period_kind TEXT NOT NULL,
    period_end  TEXT NOT NULL,
    vintage     INTEGER NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('available', 'missing')),
    reason      TEXT NOT NULL,
    denominated TEXT NOT NULL,
    notes       TEXT NOT NULL,
    spot_reason TEXT NOT NULL,
    digest      TEXT NOT NULL,
    PRIMARY KEY (indicator, kind, period)
) STRICT, WITHOUT ROWID;

CREATE TABLE place (
    indicator   TEXT NOT NULL,
    kind        TEXT NOT NULL,
    period      TEXT NOT NULL,
    area        TEXT NOT NULL,
    name        TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('available', 'missing')),
    reason      TEXT NOT NULL,
    n           INTEGER,
    residents   INTEGER,
    rate        REAL,
    lower       REAL,
    upper       REAL,
    class       INTEGER NOT NULL,
    count_class INTEGER NOT NULL,
    z           REAL,
    spot        TEXT NOT NULL,
    spot_why    TEXT NOT NULL,
    years_hot   INTEGER NOT NULL,
    of_years    INTEGER NOT NULL,
    PRIMARY KEY (indicator, area, kind, period),
    CHECK ((status = 'available') = (rate IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX place_on_map ON place (indicator, kind, period, area);
