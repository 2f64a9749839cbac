package metrics

// Severity says what a finding asks for.
type Severity string

const (
	Fail Severity = "fail"    // the return cannot be accepted
	Warn Severity = "warning" // it can, once somebody says why
	Note Severity = "note"    // it can: nothing is asked, and the finding has no Mend
)

// Severities lists them, the one that weighs most first.
var Severities = []Severity{Fail, Warn, Note}

// Finding is what a check found in a return: where, what is wrong, and what to do.
type Finding struct {
	Rule     string // the check's id: "parts_ne_total"
	Severity Severity
	Sheet    string // "" where it is the file's
	Cell     string // "D7"; "" where it is the sheet's or the file's
	Message  string // what is wrong, a sentence
	Mend     string // what to do, a sentence; "" of a note
	Reason   string // why a warning was let pass; "" while it waits for one
}

// SubmissionStatus is where a return that was handed in stands.
type SubmissionStatus string

const (
	SubmissionReceived  SubmissionStatus = "received"  // waits for a decision
	SubmissionAccepted  SubmissionStatus = "accepted"  // its numbers are in the figures
	SubmissionReplaced  SubmissionStatus = "replaced"  // by one accepted later
	SubmissionWithdrawn SubmissionStatus = "withdrawn" // was accepted, and taken back
	SubmissionDiscarded SubmissionStatus = "discarded" // never accepted: a newer one took its place in the queue
)

// Submission is one workbook that was handed in for a project and a quarter.
type Submission struct {
	ID         int64
	Project    string
	Quarter    Period
	File       string // its name as it came
	SHA        string // SHA-256 of the file, in hex: by it the file is found again
	Size       int64
	Template   string // version of the template; "" for a workbook of the project's own
	Sample     bool   // invented
	Status     SubmissionStatus
	ReceivedBy string // e-mail address, or "command line"
	ReceivedAt string // RFC 3339
	DecidedBy  string
	DecidedAt  string
	Reason     string // of the decision
	Batch      int64  // 0 until it is accepted
	Values     []ReturnValue
	Findings   []Finding
}

// Failures are the findings that stand in the way of accepting it.
func (s Submission) Failures() []Finding { return s.of(Fail) }

// Warnings are the findings that need a reason.
func (s Submission) Warnings() []Finding { return s.of(Warn) }

// Notes are the findings of which nothing is asked.
func (s Submission) Notes() []Finding { return s.of(Note) }

func (s Submission) of(v Severity) []Finding {
	var out []Finding
	for _, f := range s.Findings {
		if f.Severity == v {
			out = append(out, f)
		}
	}
	return out
}

// ReturnState is a project's standing for a quarter, as the matrix of returns shows it.
type ReturnState string

const (
	NotDue         ReturnState = "not due"  // the quarter has not ended, or the day has not come
	Due            ReturnState = "due"      // the quarter has ended and the due day has not passed
	Overdue        ReturnState = "overdue"  // it has
	InHand         ReturnState = "received" // one waits for a decision
	InForce        ReturnState = "accepted"
	TakenBack      ReturnState = "withdrawn"
	NothingExpects ReturnState = "" // the project did not run in the quarter
)

// Role is what a person may do.
type Role string

const (
	Viewer        Role = "viewer"        // reads the pages
	Analyst       Role = "analyst"       // uploads, accepts and withdraws returns
	Scrutiny      Role = "scrutiny"      // writes and freezes reports
	Administrator Role = "administrator" // all of it, and who may do what
)

// Roles lists them, the least powerful first.
var Roles = []Role{Viewer, Analyst, Scrutiny, Administrator}

// Person is somebody who may sign in.
type Person struct {
	ID          int64
	Email       string // lower case; "" while the first administrator has not given it
	Name        string
	Role        Role
	Password    string // argon2id, encoded; "" until the invitation is taken
	CreatedAt   string // RFC 3339
	RemovedAt   string // "" while the person may sign in
	Failed      int    // wrong passwords since the last right one
	LockedUntil string // RFC 3339; "" when not locked
	Epoch       int64  // rises with role, password and removal; the store counts it
}

// AuditEntry is one line of the audit trail: who did what, when.
type AuditEntry struct {
	ID     int64
	At     string // RFC 3339
	Who    string // e-mail address, or "command line"
	Action string // "return accepted"
	What   string // what it was done to: "early-intervention-youth-fund 2019-Q1"
	Detail string
}
