package metrics

// ChangeKind is what a computation did to a figure.
type ChangeKind string

const (
	ChangeMade    ChangeKind = "made"    // there was none before
	ChangeRevised ChangeKind = "revised" // it read otherwise before
	ChangeRetired ChangeKind = "retired" // it is no longer made
)

// Change is one figure reading otherwise from a time on.
type Change struct {
	Kind     ChangeKind
	At       string  // RFC 3339
	Cause    string  // of the computation: "import police"
	From, To *Figure // its readings before and after, without what they are compared with; nil where there is none
	InForce  bool    // To is what it reads now
	Key      ChangeKey
}

// Figure is the change's newest reading, which tells what the figure is of.
func (c Change) Figure() Figure {
	if c.To != nil {
		return *c.To
	}
	return *c.From
}

// ChangeKey is a change's place in the list of all changes, which grows only at
// its end.
type ChangeKey struct {
	Computation int64 // by the store's number
	Retired     bool
	Figure      int64 // the reading that was made or retired
}

// ChangeFilter chooses changes.
type ChangeFilter struct {
	Since string // RFC 3339 in UTC; those of this moment are among them
	// Compared are the indicators whose revisions are left out where only words
	// changed. Of the others every revision is a change: to tell one in which the
	// numbers stayed would tell the numbers before.
	Compared []string
	After    *ChangeKey
	Limit    int
}
