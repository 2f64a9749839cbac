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
	"strings"
	"sync"
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

// prepared asks a pool and keeps its statements: to prepare one takes as long
// as to run it.
type prepared struct {
	db   *sql.DB
	mu   sync.Mutex
	held map[string]*sql.Stmt
}

// mostPrepared bounds what queries of ever other lengths can make us keep.
const mostPrepared = 100

// statement gives the statement of a query; nil where there are too many.
func (p *prepared) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	p.mu.Lock()
	s, full := p.held[query], len(p.held) >= mostPrepared
	p.mu.Unlock()
	if s != nil || full {
		return s, nil
	}
	s, err := p.db.PrepareContext(ctx, query) // waits for a connection: not under the lock
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if other := p.held[query]; other != nil {
		return other, s.Close()
	}
	p.held[query] = s
	return s, nil
}

func (p *prepared) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := p.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return p.db.QueryContext(ctx, query, args...)
	}
	return s.QueryContext(ctx, args...)
}

func (p *prepared) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	s, err := p.statement(ctx, query)
	if err != nil || s == nil { // asked without a statement, the row tells the error
		return p.db.QueryRowContext(ctx, query, args...)
	}
	return s.QueryRowContext(ctx, args...)
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
	// With recursive triggers a REPLACE cannot take away what nobody may delete.
	w, err := sql.Open("sqlite", file(path)+"?_txlock=immediate&_time_format=sqlite&_dqs=0&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=foreign_keys(1)&_pragma=recursive_triggers(1)&_pragma=temp_store(2)")
	if err != nil {
		return nil, failed("open "+path, err)
	}
	w.SetMaxOpenConns(1)
	s := &Store{w: w, path: path, now: now}
	if err := s.migrate(ctx); err != nil {
		w.Close()
		return nil, err
	}
	if s.r, err = readers(path); err != nil {
		w.Close()
		return nil, err
	}
	s.reading = reading{&prepared{db: s.r, held: map[string]*sql.Stmt{}}}
	return s, nil
}

func file(path string) string { return "file:" + (&url.URL{Path: path}).EscapedPath() }

// readers opens the pool that cannot write.
func readers(path string) (*sql.DB, error) {
	r, err := sql.Open("sqlite", file(path)+"?mode=ro&_dqs=0&_pragma=busy_timeout(5000)&_pragma=query_only(1)&_pragma=temp_store(2)")
	if err != nil {
		return nil, failed("open "+path, err)
	}
	r.SetMaxOpenConns(4)
	return r, nil
}

// Reader is a database that is open for reading only.
type Reader struct {
	reading
	r *sql.DB
}

// OpenToRead opens a database that must be there already, and leaves it as it
// is: one that an older version made has to be brought up to date by a command
// that writes.
func OpenToRead(ctx context.Context, path string) (*Reader, error) {
	if err := exists(path); err != nil {
		return nil, err
	}
	r, err := readers(path)
	if err != nil {
		return nil, err
	}
	if err := upToDate(ctx, r, path); err != nil {
		r.Close()
		return nil, err
	}
	return &Reader{reading{r}, r}, nil
}

// Close closes the database.
func (r *Reader) Close() error { return r.r.Close() }

func upToDate(ctx context.Context, r *sql.DB, path string) error {
	var ours bool
	if err := r.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'goose_db_version')`).Scan(&ours); err != nil {
		return failed("open "+path, err)
	}
	if !ours {
		return metrics.Errorf(metrics.Invalid, "%s is not an outcomes database: name another with --db", path)
	}
	p, err := provider(r)
	if err != nil {
		return err
	}
	db, target, err := p.GetVersions(ctx)
	switch {
	case err != nil:
		return failed("open "+path, err)
	case db > target:
		return newer(path, db, target)
	case db < target:
		return metrics.Errorf(metrics.Conflict, "%s was made by an older version of outcomes (schema %d, this one knows %d): `outcomes serve` or `outcomes import` brings it up to date", path, db, target)
	}
	return nil
}

// OpenExisting opens a database that must be there already.
func OpenExisting(ctx context.Context, path string, now func() time.Time) (*Store, error) {
	if err := exists(path); err != nil {
		return nil, err
	}
	return Open(ctx, path, now)
}

func exists(path string) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return metrics.Errorf(metrics.NotFound, "there is no database %s: `outcomes import` makes one, or name another with --db", path)
	}
	if isDir(path) {
		return metrics.Errorf(metrics.Invalid, "%s is a folder, not a database file", path)
	}
	return nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func provider(db *sql.DB) (*goose.Provider, error) {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, failed("read migrations", err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, sub)
	if err != nil {
		return nil, failed("read migrations", err)
	}
	return p, nil
}

func newer(path string, db, target int64) error {
	return metrics.Errorf(metrics.Conflict, "%s was made by a newer version of outcomes (schema %d, this one knows %d): use that version", path, db, target)
}

func (s *Store) migrate(ctx context.Context) error {
	p, err := provider(s.w)
	if err != nil {
		return err
	}
	db, target, err := p.GetVersions(ctx)
	if err != nil {
		return failed("open "+s.path, err)
	}
	if db > target {
		return newer(s.path, db, target)
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
		case sqlite3.SQLITE_IOERR:
			kind, hint = metrics.Unavailable, "the disk refused: see that it has room and no fault, and run it again, nothing was changed"
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
		// A disk that fails may have undone it all already.
		if undo := tx.Rollback(); undo != nil && !errors.Is(undo, sql.ErrTxDone) && !strings.Contains(undo.Error(), "no transaction is active") {
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
