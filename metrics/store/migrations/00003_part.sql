-- What the stored figures, signals and maps were made from.

-- +goose Up

-- One row a part of the computation (metrics.Part): a digest of all that it was
-- made from. A part whose digest would be the same is not made again.
CREATE TABLE part (
    name   TEXT PRIMARY KEY,
    digest TEXT NOT NULL
) STRICT, WITHOUT ROWID;
