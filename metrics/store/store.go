// Package store keeps facts, batches and figures in the one SQLite file. It is
// the only package that imports the SQLite driver; what is particular to
// SQLite stays here.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"outcomes/metrics"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store is one open database. Writes go through a single connection that takes
// the write lock when a transaction begins; reads have their own, which cannot
// write and go on during a write.
type Store struct {
	reading // through the readers' pool
	w, r    *sql.DB
	path    string
	now     func() time.Time
}

// reading is what can be asked of the store, through either pool: a
// transaction sees what it has written itself.
type reading struct {
	q queryer
}

type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Session is one write transaction. What it writes is there for others, all of
// it at once, when Update returns without an error; else none of it ever was.
type Session struct {
	reading
	tx  *sql.Tx
	now func() time.Time
}

// Open opens the database at path, making or upgrading it as needed. The clock
// dates what is written.
func Open(ctx context.Context, path string, now func() time.Time) (*Store, error) {
	if dir := filepath.Dir(path); !isDir(dir) {
		return nil, metrics.Errorf(metrics.NotFound, "the folder %s for the database does not exist: make it first", dir)
	}
	if isDir(path) {
		return nil, metrics.Errorf(metrics.Invalid, "%s is a folder, not a database file", path)
	}
	file := "file:" + (&url.URL{Path: path}).EscapedPath()
	w, err := sql.Open("sqlite", file+"?_txlock=immediate&_time_format=sqlite&_dqs=0&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=foreign_keys(1)&_pragma=temp_store(2)")
	if err != nil {
		return nil, failed("open "+path, err)
	}
	w.SetMaxOpenConns(1)
	s := &Store{w: w, path: path, now: now}
	if err := s.migrate(ctx); err != nil {
		w.Close()
		return nil, err
	}
	r, err := sql.Open("sqlite", file+"?mode=ro&_dqs=0&_pragma=busy_timeout(5000)&_pragma=query_only(1)&_pragma=temp_store(2)")
	if err != nil {
		w.Close()
		return nil, failed("open "+path, err)
	}
	r.SetMaxOpenConns(4)
	s.r, s.reading = r, reading{r}
	return s, nil
}

// OpenExisting opens a database that must be there already.
func OpenExisting(ctx context.Context, path string, now func() time.Time) (*Store, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, metrics.Errorf(metrics.NotFound, "there is no database %s: `outcomes import` makes one, or name another with --db", path)
	}
	return Open(ctx, path, now)
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func (s *Store) migrate(ctx context.Context) error {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return failed("read migrations", err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, s.w, sub)
	if err != nil {
		return failed("read migrations", err)
	}
	db, target, err := p.GetVersions(ctx)
	if err != nil {
		return failed("open "+s.path, err)
	}
	if db > target {
		return metrics.Errorf(metrics.Conflict, "%s was made by a newer version of outcomes (schema %d, this one knows %d): use that version", s.path, db, target)
	}
	if _, err := p.Up(ctx); err != nil {
		return failed("bring "+s.path+" up to date", err)
	}
	return nil
}

// Close closes both pools.
func (s *Store) Close() error { return errors.Join(s.r.Close(), s.w.Close()) }

// failed names what the store was doing and says in words what the driver's
// code means.
func failed(op string, err error) error {
	if _, ok := errors.AsType[*metrics.Error](err); ok {
		return err
	}
	kind, hint := metrics.Internal, ""
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_NOTADB:
			kind, hint = metrics.Invalid, "the file is not an outcomes database: name another with --db"
		case sqlite3.SQLITE_CORRUPT:
			kind, hint = metrics.Internal, "the database is damaged: restore the last backup"
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			kind, hint = metrics.Unavailable, "another import is writing to the database: wait until it has ended"
		case sqlite3.SQLITE_FULL:
			kind, hint = metrics.Unavailable, "the disk is full: make room and run it again, nothing was changed"
		case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
			kind, hint = metrics.Forbidden, "the database or its folder cannot be written: check who owns it"
		}
	}
	if hint != "" {
		return &metrics.Error{Kind: kind, Msg: fmt.Sprintf("%s: %s (%v)", op, hint, err), Err: err}
	}
	return &metrics.Error{Kind: kind, Msg: fmt.Sprintf("%s: %v", op, err), Err: err}
}

// Update runs f in one transaction; an error from f undoes all that it wrote.
func (s *Store) Update(ctx context.Context, op string, f func(*Session) error) error {
	tx, err := s.w.BeginTx(ctx, nil)
	if err != nil {
		return failed(op, err)
	}
	if err := f(&Session{reading{tx}, tx, s.now}); err != nil {
		if undo := tx.Rollback(); undo != nil && !errors.Is(undo, sql.ErrTxDone) {
			err = errors.Join(err, undo)
		}
		return failed(op, err)
	}
	if err := tx.Commit(); err != nil {
		return failed(op, err)
	}
	return nil
}

func (s *Session) stamp() string { return s.now().UTC().Format(time.RFC3339) }
