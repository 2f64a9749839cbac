-- What a computation made and what it retired is asked for by the list of changes.

-- +goose Up

CREATE INDEX figure_made ON figure (made_by);
CREATE INDEX figure_retired ON figure (retired_by) WHERE retired_by IS NOT NULL;

-- +goose Down
DROP INDEX figure_retired;
DROP INDEX figure_made;
