-- Figures of the latest months, which the publisher may still restate.

-- +goose Up

ALTER TABLE figure ADD COLUMN provisional INTEGER NOT NULL DEFAULT 0 CHECK (provisional IN (0, 1));
