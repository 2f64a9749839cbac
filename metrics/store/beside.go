package store

import (
	"context"
	"database/sql"

	"outcomes/metrics"
)

// beside fills in which forces besides its own recorded crimes in a district,
// and for which months their files were counted for it. The areas' files must
// have been read, with the batches that their counts came from.
func (s reading) beside(ctx context.Context, f *metrics.Facts, needs metrics.Needs) error {
	of := map[int64][]string{} // the districts that a batch of another force has crimes in
	for _, lad := range needs.LADs {
		area := f.Geography.Active(lad)
		for _, file := range f.Files[area] {
			for _, batch := range file.Batches[min(1, len(file.Batches)):] {
				of[batch] = append(of[batch], area)
			}
		}
	}
	if len(of) == 0 {
		return nil
	}
	lsoas := LSOAsOf(f.Geography, needs.LADs)
	counted := map[string]map[string]bool{} // coverage, districts
	if err := s.each(ctx, `SELECT digest, area, lsoas FROM coverage`, func(r *sql.Rows) error {
		var digest, area, list string
		if err := r.Scan(&digest, &area, &list); err != nil {
			return err
		}
		if counted[digest] == nil {
			counted[digest] = map[string]bool{}
		}
		counted[digest][area] = list != "" && list == lsoas[area]
		return nil
	}); err != nil {
		return err
	}
	type held struct {
		coverage string
		month    metrics.Month
	}
	files := map[string][]held{} // by force
	f.Beside = map[string]map[string]map[metrics.Month]bool{}
	if err := s.each(ctx, `SELECT f.batch_id, f.force, f.month, b.coverage FROM street_file f JOIN batch b ON b.id = f.batch_id WHERE b.current = 1`, func(r *sql.Rows) error {
		var batch int64
		var force, month, coverage string
		if err := r.Scan(&batch, &force, &month, &coverage); err != nil {
			return err
		}
		m, err := metrics.ParseMonth(month)
		if err != nil {
			return err
		}
		files[force] = append(files[force], held{coverage, m})
		for _, area := range of[batch] {
			if f.Beside[area] == nil {
				f.Beside[area] = map[string]map[metrics.Month]bool{}
			}
			f.Beside[area][force] = map[metrics.Month]bool{}
		}
		return nil
	}); err != nil {
		return err
	}
	for area, forces := range f.Beside {
		for force, months := range forces {
			for _, file := range files[force] {
				if counted[file.coverage][area] {
					months[file.month] = true
				}
			}
		}
	}
	return nil
}
