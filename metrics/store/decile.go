package store

import (
	"context"
	"database/sql"

	"outcomes/metrics"
)

// Deciles gives an LSOA's rank in each edition of the Indices of Deprivation
// that has its code, the newest first.
func (s reading) Deciles(ctx context.Context, lsoa string) ([]metrics.Decile, error) {
	number, err := lsoaNumber(lsoa)
	if err != nil {
		return nil, nil // a ward, or no code at all: not in the Indices
	}
	var out []metrics.Decile
	err = s.each(ctx, `SELECT f.edition, r.rank, (SELECT count(*) FROM deprivation_rank a WHERE a.batch_id = f.batch_id)
		FROM deprivation_file f JOIN batch b ON b.id = f.batch_id AND b.current = 1
		JOIN deprivation_rank r ON r.batch_id = f.batch_id AND r.lsoa = ?
		WHERE f.domain = 'imd' ORDER BY f.edition DESC`, func(r *sql.Rows) error {
		var d metrics.Decile
		err := r.Scan(&d.Edition, &d.Rank, &d.Of)
		out = append(out, d)
		return err
	}, number)
	if err != nil {
		return nil, failed("read the deciles", err)
	}
	return out, nil
}
