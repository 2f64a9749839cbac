package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"outcomes/metrics"
)

// Comments gives what is in force beside indicators for the reports of a
// quarter, in order of indicator.
func (s reading) Comments(ctx context.Context, quarter metrics.Period) ([]metrics.Comment, error) {
	var out []metrics.Comment
	err := s.each(ctx, `SELECT id, indicator, by_name, by_email, at, text FROM commentary
		WHERE id IN (SELECT max(id) FROM commentary WHERE period = ? GROUP BY indicator) AND text <> '' ORDER BY indicator`, func(r *sql.Rows) error {
		c := metrics.Comment{Period: quarter}
		err := r.Scan(&c.ID, &c.Indicator, &c.By, &c.Email, &c.At, &c.Text)
		out = append(out, c)
		return err
	}, quarter.Code())
	if err != nil {
		return nil, failed("read the commentary", err)
	}
	return out, nil
}

// Comment writes a new version of what stands beside an indicator, and the
// audit's line. seen is the version that its writer knew of, 0 for none: the
// error is Conflict where there is a newer one.
func (s *Store) Comment(ctx context.Context, c metrics.Comment, seen int64) error {
	return s.Update(ctx, "write a comment", func(tx *Session) error {
		var newest int64
		var by, text string
		err := tx.tx.QueryRowContext(ctx, `SELECT id, by_name, text FROM commentary WHERE period = ? AND indicator = ? ORDER BY id DESC LIMIT 1`, c.Period.Code(), c.Indicator).Scan(&newest, &by, &text)
		if err != nil && err != sql.ErrNoRows {
			return err
		}
		if text == "" { // taken back: as if there were none
			newest = 0
		}
		if newest != seen {
			return metrics.Errorf(metrics.Conflict, "%s wrote here while you did: nothing was kept of yours. Read what stands there now, then write again.", by)
		}
		if _, err := tx.tx.ExecContext(ctx, `INSERT INTO commentary (period, indicator, by_name, by_email, at, text) VALUES (?,?,?,?,?,?)`,
			c.Period.Code(), c.Indicator, c.By, c.Email, tx.stamp(), c.Text); err != nil {
			return err
		}
		action := "comment written"
		if c.Text == "" {
			action = "comment taken back"
		}
		return tx.Audit(ctx, metrics.AuditEntry{Who: c.Email, Action: action, What: c.Indicator + " " + c.Period.Code()})
	})
}

// Packs lists the packs without their reports, the newest first.
func (s reading) Packs(ctx context.Context) ([]metrics.Pack, error) { return s.packs(ctx, 0) }

// Pack gives a pack with its report, NotFound where there is none.
func (s reading) Pack(ctx context.Context, number int) (metrics.Pack, error) {
	list, err := s.packs(ctx, number)
	if err != nil {
		return metrics.Pack{}, err
	}
	if len(list) == 0 {
		return metrics.Pack{}, metrics.Errorf(metrics.NotFound, "There is no report pack with the number %d. The list of packs shows those that were frozen.", number)
	}
	return list[0], nil
}

// PacksWith gives the numbers of the packs that a reading of a figure stands in,
// the oldest first.
func (s reading) PacksWith(ctx context.Context, figure int64) ([]int, error) {
	var out []int
	// In a report only a figure has a number for its ID.
	err := s.each(ctx, `SELECT number FROM pack WHERE instr(report, '"ID":' || ? || ',') > 0 ORDER BY number`, func(r *sql.Rows) error {
		var n int
		err := r.Scan(&n)
		out = append(out, n)
		return err
	}, figure)
	return out, err
}

func (s reading) packs(ctx context.Context, number int) ([]metrics.Pack, error) {
	var out []metrics.Pack
	report := "''"
	if number != 0 {
		report = "p.report"
	}
	err := s.each(ctx, `SELECT p.number, p.period, p.choice, p.title, p.frozen_at, p.frozen_by, p.sha256, `+report+`,
			(SELECT coalesce(max(n.number), 0) FROM pack n WHERE json_remove(n.choice, '$.Years') = json_remove(p.choice, '$.Years') AND n.number > p.number)
		FROM pack p WHERE ?1 = 0 OR p.number = ?1 ORDER BY p.number DESC`, func(r *sql.Rows) error {
		var p metrics.Pack
		var period, choice, report string
		if err := r.Scan(&p.Number, &period, &choice, &p.Title, &p.FrozenAt, &p.FrozenBy, &p.SHA256, &report, &p.SupersededBy); err != nil {
			return err
		}
		var err error
		if p.Period, err = metrics.ParsePeriod(period); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(choice), &p.Choice); err != nil {
			return fmt.Errorf("pack %d: %w", p.Number, err)
		}
		if report != "" {
			if err := json.Unmarshal([]byte(report), &p.Report); err != nil {
				return fmt.Errorf("pack %d: %w", p.Number, err)
			}
		}
		out = append(out, p)
		return nil
	}, number)
	if err != nil {
		return nil, failed("read the packs", err)
	}
	err = s.each(ctx, `SELECT number, name, sha, size FROM pack_file WHERE ?1 = 0 OR number = ?1 ORDER BY number, seq`, func(r *sql.Rows) error {
		var of int
		var f metrics.PackFile
		if err := r.Scan(&of, &f.Name, &f.SHA256, &f.Size); err != nil {
			return err
		}
		if i := slices.IndexFunc(out, func(p metrics.Pack) bool { return p.Number == of }); i >= 0 {
			out[i].Files = append(out[i].Files, f)
		}
		return nil
	}, number)
	if err != nil {
		return nil, failed("read the packs", err)
	}
	return out, nil
}

// PackFile gives a file of a pack with its content.
func (s reading) PackFile(ctx context.Context, number int, name string) (metrics.PackFile, error) {
	f := metrics.PackFile{Name: name}
	err := s.q.QueryRowContext(ctx, `SELECT f.sha, f.size, r.body FROM pack_file f JOIN raw_file r ON r.sha = f.sha WHERE f.number = ? AND f.name = ?`, number, name).Scan(&f.SHA256, &f.Size, &f.Body)
	if err == sql.ErrNoRows {
		return f, metrics.Errorf(metrics.NotFound, "Report pack %d has no file %q. Its page lists those it has.", number, name)
	}
	if err != nil {
		return f, failed("read a file of a pack", err)
	}
	return f, nil
}

// Freeze makes the next pack and gives its number. freeze is given the number and
// the moment, within a transaction that nobody else writes in: it gives the pack,
// with the content of its files. On an error nothing of it is kept.
func (s *Store) Freeze(ctx context.Context, who string, freeze func(number int, at string) (metrics.Pack, error)) (int, error) {
	number := 0
	err := s.Update(ctx, "freeze a report", func(tx *Session) error {
		if err := tx.tx.QueryRowContext(ctx, `SELECT coalesce(max(number), 0) + 1 FROM pack`).Scan(&number); err != nil {
			return err
		}
		p, err := freeze(number, tx.stamp())
		if err != nil {
			return err
		}
		choice, err := json.Marshal(p.Choice)
		if err != nil {
			return err
		}
		report, err := json.Marshal(p.Report)
		if err != nil {
			return err
		}
		if _, err := tx.tx.ExecContext(ctx, `INSERT INTO pack (number, period, choice, title, frozen_at, frozen_by, sha256, report) VALUES (?,?,?,?,?,?,?,?)`,
			number, p.Period.Code(), string(choice), p.Title, p.FrozenAt, p.FrozenBy, p.SHA256, string(report)); err != nil {
			return err
		}
		for i, f := range p.Files {
			sha, err := tx.KeepFile(ctx, f.Body)
			if err != nil {
				return err
			}
			if _, err := tx.tx.ExecContext(ctx, `INSERT INTO pack_file (number, seq, name, sha, size) VALUES (?,?,?,?,?)`, number, i, f.Name, sha, len(f.Body)); err != nil {
				return err
			}
		}
		return tx.Audit(ctx, metrics.AuditEntry{Who: who, Action: "report frozen", What: fmt.Sprintf("pack %d", number), Detail: p.Title + ", " + p.Period.Label() + ", SHA-256 " + p.SHA256})
	})
	return number, err
}
