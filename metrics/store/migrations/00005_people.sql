-- Who may sign in, and what was done by whom.

-- +goose Up

CREATE TABLE person (
    id           INTEGER PRIMARY KEY,
    email        TEXT NOT NULL UNIQUE, -- lower case; '' while the first administrator has not given it
    name         TEXT NOT NULL,
    role         TEXT NOT NULL CHECK (role IN ('viewer', 'analyst', 'scrutiny', 'administrator')),
    password     TEXT NOT NULL DEFAULT '', -- argon2id, encoded; '' until the invitation is taken
    created_at   TEXT NOT NULL,
    removed_at   TEXT NOT NULL DEFAULT '',
    failed       INTEGER NOT NULL DEFAULT 0, -- wrong passwords since the last right one
    locked_until TEXT NOT NULL DEFAULT '',
    epoch        INTEGER NOT NULL DEFAULT 0 -- rises with role, password and removal; a session of an earlier epoch has ended
) STRICT;

-- A link that is good once: it sets a password, or in the demo signs in.
CREATE TABLE invitation (
    hash      TEXT PRIMARY KEY, -- SHA-256 of the token, which only the link holds
    person_id INTEGER NOT NULL REFERENCES person (id),
    expires   TEXT NOT NULL,
    used_at   TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE session (
    token  TEXT PRIMARY KEY, -- SHA-256 of the cookie
    data   BLOB NOT NULL,
    expiry INTEGER NOT NULL -- Unix seconds
) STRICT;
CREATE INDEX session_expiry ON session (expiry);

-- Append-only.
CREATE TABLE audit (
    id     INTEGER PRIMARY KEY,
    at     TEXT NOT NULL,
    who    TEXT NOT NULL, -- e-mail address, or 'command line'
    action TEXT NOT NULL, -- 'sign-in', 'return accepted', …
    what   TEXT NOT NULL, -- what it was done to
    detail TEXT NOT NULL
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER audit_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is only ever added to'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is only ever added to'); END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE audit;
DROP TABLE session;
DROP TABLE invitation;
DROP TABLE person;
