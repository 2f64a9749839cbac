-- What a computation made and what it retired is asked for by the list of
-- changes; the few figures that are not available by lists of those.

-- +goose Up

CREATE INDEX figure_made ON figure (made_by);
CREATE INDEX figure_retired ON figure (retired_by) WHERE retired_by IS NOT NULL;
CREATE INDEX figure_not_available ON figure (status, indicator, area, period_kind, period_end, period) WHERE current = 1 AND status <> 'available';

-- +goose Down
DROP INDEX figure_not_available;
DROP INDEX figure_retired;
DROP INDEX figure_made;
