package api

import "encoding/json"

// ProblemType is the content type of an error.
const ProblemType = "application/problem+json; charset=utf-8"

// Problem is an error as RFC 9457 has it, for a program, with sentences for
// the person who reads them after all.
type Problem struct {
	Type      string `json:"type"`   // where the kind of problem is described
	Title     string `json:"title"`  // what kind it is
	Status    int    `json:"status"` // of the answer
	Detail    string `json:"detail"` // what to do about it
	Instance  string `json:"instance"`
	Reference string `json:"reference"` // by which the log has it
}

// JSON is the problem as it is sent.
func (p Problem) JSON() []byte {
	b, _ := json.Marshal(p) // of texts and a number: it does not fail
	return append(b, '\n')
}
