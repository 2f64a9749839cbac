-- The group that a comparison with similar areas was made in, in a column of
-- its own: it is most of what a figure holds, and few pages show it.

-- +goose Up

ALTER TABLE figure ADD COLUMN similar_group TEXT NOT NULL DEFAULT ''; -- of the comparison with similar areas; '' where there is none

UPDATE figure SET
    similar_group = coalesce((SELECT json_extract(c.value, '$.Group') FROM json_each(figure.comparisons) c
        WHERE json_extract(c.value, '$.Kind') = 'similar'), ''),
    comparisons = (SELECT json_group_array(json(one)) FROM
        (SELECT json_remove(c.value, '$.Group') AS one FROM json_each(figure.comparisons) c ORDER BY c.key))
WHERE comparisons <> '[]';

-- The newest file of a force, and of a source, are asked for by the overview.
CREATE INDEX street_file_month ON street_file (force_area, month);
CREATE INDEX batch_period ON batch (source, current, period);
