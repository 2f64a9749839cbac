package metrics

import (
	"errors"
	"fmt"
)

// Kind says what sort of thing went wrong; the dashboard maps it to a status
// code and the command line to an exit status.
type Kind string

const (
	Invalid      Kind = "invalid"      // what was given is wrong
	NotFound     Kind = "not found"    // there is no such thing
	Conflict     Kind = "conflict"     // it contradicts what is held
	Unauthorized Kind = "unauthorized" // sign in first
	Forbidden    Kind = "forbidden"    // not for this person
	TooLarge     Kind = "too large"    // over a limit
	Unavailable  Kind = "unavailable"  // try again later
	Internal     Kind = "internal"     // ours to mend
)

// Error is an error that people read. Msg is plain English and says what to do
// next; Err is the cause, for errors.Is and the log.
type Error struct {
	Kind Kind
	Msg  string
	Err  error
}

func (e *Error) Error() string {
	return e.Msg
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error of a kind. A %w in the format keeps its cause.
func Errorf(kind Kind, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Kind: kind, Msg: err.Error(), Err: errors.Unwrap(err)}
}

// KindOf gives the kind of the first Error in err's chain, Internal when there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}
