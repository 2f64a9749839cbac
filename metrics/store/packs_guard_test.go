package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"outcomes/metrics"
)

var packQuarter, _ = metrics.ParsePeriod("2019-Q1")

// packWith is a pack with one file.
func packWith(number int, at string, body []byte) metrics.Pack {
	r := metrics.Report{Number: number, Title: "Report", Period: packQuarter, FrozenAt: at}.Hashed()
	return metrics.Pack{Number: number, Title: r.Title, Period: r.Period, Choice: metrics.ReportChoice{Period: packQuarter}, FrozenAt: at, FrozenBy: "Sam Officer", SHA256: r.SHA256, Report: &r,
		Files: []metrics.PackFile{{Name: "report.txt", Body: body}}}
}

func freeze(t testing.TB, s *Store, body []byte) (int, error) {
	t.Helper()
	return s.Freeze(t.Context(), "sam@example.org", func(number int, at string) (metrics.Pack, error) { return packWith(number, at, body), nil })
}

// contents are all rows of the tables that packs are kept in.
func contents(t testing.TB, s *Store) string {
	t.Helper()
	var b strings.Builder
	for _, table := range []string{"pack", "pack_file", "commentary", "raw_file", "audit"} {
		rows, err := s.r.Query("SELECT * FROM " + table)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			row := make([]any, len(columns))
			for i := range row {
				row[i] = new(any)
			}
			if err := rows.Scan(row...); err != nil {
				t.Fatal(err)
			}
			b.WriteString(table)
			for _, v := range row {
				fmt.Fprintf(&b, " %x", fmt.Sprint(*v.(*any)))
			}
			b.WriteString("\n")
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		rows.Close()
	}
	return b.String()
}

// The database itself refuses to change what was frozen, written or kept.
func TestPacksAreNeverChanged(t *testing.T) {
	s := open(t)
	if n, err := freeze(t, s, []byte("as it was")); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if err := s.Comment(t.Context(), metrics.Comment{Period: packQuarter, Indicator: "violence-rate", By: "Sam", Email: "sam@example.org", Text: "As it was."}, 0); err != nil {
		t.Fatal(err)
	}
	before := contents(t, s)
	for _, query := range []string{
		`UPDATE pack SET title = 'another'`, `UPDATE pack SET number = 7`, `DELETE FROM pack`, `INSERT OR REPLACE INTO pack SELECT * FROM pack`,
		`UPDATE pack_file SET sha = sha`, `DELETE FROM pack_file`, `INSERT OR REPLACE INTO pack_file SELECT * FROM pack_file`,
		`UPDATE commentary SET text = ''`, `DELETE FROM commentary`, `INSERT OR REPLACE INTO commentary SELECT * FROM commentary`,
		`UPDATE raw_file SET body = x'00'`, `DELETE FROM raw_file`, `INSERT OR REPLACE INTO raw_file SELECT * FROM raw_file`,
	} {
		_, err := s.w.Exec(query)
		if err == nil || !strings.Contains(err.Error(), "never") && !strings.Contains(err.Error(), "only ever added to") {
			t.Errorf("%s: %v", query, err)
		}
	}
	if contents(t, s) != before {
		t.Error("something was changed")
	}
}

// Packs are numbered without gaps, whoever freezes at once, and whatever fails.
func TestPacksAreNumberedWithoutGaps(t *testing.T) {
	s := open(t)
	var wait sync.WaitGroup
	var mu sync.Mutex
	var got []int
	for i := range 12 {
		wait.Go(func() {
			number, err := s.Freeze(context.Background(), "sam@example.org", func(number int, at string) (metrics.Pack, error) {
				if i%3 == 0 {
					return metrics.Pack{}, metrics.Errorf(metrics.Conflict, "It cannot be frozen yet.")
				}
				return packWith(number, at, fmt.Appendf(nil, "the file of pack %d", number)), nil
			})
			if i%3 == 0 {
				if metrics.KindOf(err) != metrics.Conflict {
					t.Errorf("a refusal is %v", err)
				}
				return
			}
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			got = append(got, number)
		})
	}
	wait.Wait()
	slices.Sort(got)
	if !slices.Equal(got, []int{1, 2, 3, 4, 5, 6, 7, 8}) {
		t.Fatalf("the numbers are %v", got)
	}
	list, err := s.Packs(t.Context())
	if err != nil || len(list) != 8 {
		t.Fatal(len(list), err)
	}
	for _, p := range list {
		f, err := s.PackFile(t.Context(), p.Number, "report.txt")
		if err != nil || string(f.Body) != fmt.Sprintf("the file of pack %d", p.Number) || f.SHA256 != fmt.Sprintf("%x", sha256.Sum256(f.Body)) {
			t.Errorf("pack %d holds %q (%v)", p.Number, f.Body, err)
		}
		if newest := map[bool]int{true: 0, false: 8}[p.Number == 8]; p.SupersededBy != newest {
			t.Errorf("pack %d is superseded by %d", p.Number, p.SupersededBy)
		}
	}
}

// A disk that fills while a report is frozen leaves the database as it was.
func TestDiskFillsWhileFreezing(t *testing.T) {
	s := open(t)
	if _, err := freeze(t, s, []byte("the first")); err != nil {
		t.Fatal(err)
	}
	before := contents(t, s)
	big := make([]byte, 4<<20)
	source := rand.NewChaCha8([32]byte{})
	if _, err := source.Read(big); err != nil {
		t.Fatal(err)
	}
	var pages, most int
	if err := s.w.QueryRow(`PRAGMA page_count`).Scan(&pages); err != nil {
		t.Fatal(err)
	}
	if err := s.w.QueryRow(fmt.Sprintf(`PRAGMA max_page_count = %d`, pages+20)).Scan(&most); err != nil || most != pages+20 {
		t.Fatal(most, err)
	}
	_, err := freeze(t, s, big)
	if metrics.KindOf(err) != metrics.Unavailable || !strings.Contains(fmt.Sprint(err), "the disk is full: make room and run it again, nothing was changed") {
		t.Fatalf("freezing on a full disk: %v", err)
	}
	if contents(t, s) != before {
		t.Error("something of it was kept")
	}
	var sound string
	if err := s.w.QueryRow(`PRAGMA integrity_check`).Scan(&sound); err != nil || sound != "ok" {
		t.Error(sound, err)
	}
	if err := s.w.QueryRow(`PRAGMA max_page_count = 1000000`).Scan(&most); err != nil {
		t.Fatal(err)
	}
	n, err := freeze(t, s, big)
	if n != 2 || err != nil {
		t.Fatalf("with room again it is pack %d: %v", n, err)
	}
	if f, err := s.PackFile(t.Context(), 2, "report.txt"); err != nil || !bytes.Equal(f.Body, big) {
		t.Error("the file is another", err)
	}
}

// Of two who write beside one indicator the second is told; a comment that was
// taken back leaves room for the next.
func TestCommentsInTurn(t *testing.T) {
	s := open(t)
	write := func(by, text string, seen int64) error {
		return s.Comment(t.Context(), metrics.Comment{Period: packQuarter, Indicator: "violence-rate", By: by, Email: by + "@example.org", Text: text}, seen)
	}
	stands := func(want string) int64 {
		t.Helper()
		list, err := s.Comments(t.Context(), packQuarter)
		if err != nil {
			t.Fatal(err)
		}
		text, id := "", int64(0)
		for _, c := range list {
			text, id = text+c.By+": "+c.Text, c.ID
		}
		if text != want {
			t.Fatalf("there stands %q, not %q", text, want)
		}
		return id
	}
	told := func(err error, by string) {
		t.Helper()
		if metrics.KindOf(err) != metrics.Conflict || !strings.Contains(fmt.Sprint(err), by) {
			t.Fatalf("the second is told %v", err)
		}
	}
	if err := write("ann", "one", 0); err != nil {
		t.Fatal(err)
	}
	told(write("bob", "two", 0), "ann")
	first := stands("ann: one")
	if err := write("bob", "two", first); err != nil {
		t.Fatal(err)
	}
	told(write("ann", "", first), "bob") // nor can the older be taken back under the newer
	second := stands("bob: two")
	if err := write("ann", "", second); err != nil {
		t.Fatal(err)
	}
	stands("")
	told(write("bob", "three", second), "ann")
	if err := write("bob", "three", 0); err != nil {
		t.Fatal(err)
	}
	stands("bob: three")
	var versions int
	if err := s.r.QueryRow(`SELECT count(*) FROM commentary`).Scan(&versions); err != nil || versions != 4 {
		t.Errorf("%d versions are kept (%v)", versions, err)
	}
	trail, err := s.AuditTrail(t.Context(), 0, 0)
	if err != nil || len(trail) != 4 || trail[1].Action != "comment taken back" {
		t.Errorf("the audit trail says %+v, %v", trail, err)
	}
}
