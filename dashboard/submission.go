package dashboard

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"outcomes/dashboard/account"
	"outcomes/metrics"
)

type submissionPage struct {
	layout
	submissionView
	Project     metrics.Project
	Quarter     string
	Months      string
	ReturnURL   string
	Heading     string
	Said        string
	Found       string // what the checks found, for those who do not see where
	Decides     bool   // whoever looks decides on this return and sees its numbers
	Withdraws   bool   // whoever looks can take it back
	Waits       bool   // for a decision
	InForce     bool
	CanAccept   bool
	Problems    account.Problems // what stands in the way, each with its place
	Failures    []findingView
	Warnings    []findingView
	Notes       []findingView
	Groups      []valueGroup
	Elsewhere   []elsewhereView // what was found in cells that hold no number of the return
	BeforeHead  string
	HasHeld     bool
	Changed     int // numbers that are others than those held
	Written     string
	WithdrawAsk string
	Same        string // the reason for all warnings that have none of their own, as it was sent
	Note        string
	Hides       []string // figures shown now that accepting it would hide
}

// findingView is a finding with its place on the page.
type findingView struct {
	Key     string
	Field   string // of the form
	Place   string
	URL     string // of the place on the page, "" for the file's own
	Message string
	Mend    string
	Reason  string
	Rule    string
	Sign    verdict
}

// valueGroup is a measure of the return.
type valueGroup struct {
	Title string
	Rows  []valueRow
}

type valueRow struct {
	ID     string // of the row on the page, "" where the number stands in no cell
	Group  string
	Part   string
	Before string
	Held   string
	Now    string
	Change string
	Cell   string
	Marks  []markView
}

// markView marks a number of which something is to be said.
type markView struct {
	Sign verdict
	Text string
}

type elsewhereView struct {
	ID    string
	Place string
	Text  string
	Marks []markView
}

func (s *Server) submission(c echo.Context) error {
	id, err := submissionID(c)
	if err != nil {
		return err
	}
	return s.showSubmission(c, 200, id, nil)
}

func submissionID(c echo.Context) (int64, error) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil || id < 1 {
		return 0, metrics.Errorf(metrics.NotFound, "There is no return with the number %q. The matrix of returns leads to those there are.", c.Param("id"))
	}
	return id, nil
}

// showSubmission renders the preview; with adds what this answer has to say.
func (s *Server) showSubmission(c echo.Context, status int, id int64, with func(*submissionPage)) error {
	ctx := c.Request().Context()
	state, err := s.store.State(ctx)
	if err != nil {
		return fmt.Errorf("the store's state: %w", err)
	}
	preview, err := s.round.Preview(ctx, id)
	if err != nil {
		return err
	}
	page, err := s.submissionPageOf(preview)
	if err != nil {
		return err
	}
	page.Said = saidWords[c.QueryParam("said")]
	who, _ := account.Of(ctx)
	page.Withdraws = account.ReturnsWrite.Allows(who.Role)
	if page.Decides = seesNumbers(who, preview.ReceivedBy); !page.Decides {
		page.withoutNumbers()
	}
	if with != nil {
		with(&page)
	}
	title := page.Project.Name + ", " + page.Months
	if len(page.Problems) > 0 {
		title = "Error: " + title
	}
	page.layout = s.layout(state, title, "returns")
	c.Response().Header().Set("Cache-Control", "private, no-store")
	return s.render(c, status, "submission", page)
}

// seesNumbers says whether somebody sees the numbers of a return as they came,
// and so can accept it: of their own upload alone. Administrators see all, and
// what came from the command line is every analyst's.
func seesNumbers(who metrics.Person, receivedBy string) bool {
	return who.Role == metrics.Administrator || account.ReturnsWrite.Allows(who.Role) && (receivedBy == who.Email || receivedBy == account.CommandLine)
}

// ownReturn gives a return whose numbers whoever asks may see; another is forbidden.
func (s *Server) ownReturn(c echo.Context, id int64) (metrics.Submission, error) {
	ctx := c.Request().Context()
	sub, err := s.round.Submission(ctx, id)
	if err != nil {
		return sub, err
	}
	if who, _ := account.Of(ctx); !seesNumbers(who, sub.ReceivedBy) {
		return sub, metrics.Errorf(metrics.Forbidden, "The numbers of this return as they came are for %s, who handed it in, and for administrators. Nothing was changed. To decide on the return, hand the project's workbook in yourself.", sub.ReceivedBy)
	}
	return sub, nil
}

// withoutNumbers takes out all that could tell a number as it came: messages and
// reasons quote them, and the place where a check found a small count tells it
// from one that is hidden for another's sake.
func (p *submissionPage) withoutNumbers() {
	p.Found = fmt.Sprintf("The checks found %s and %s.", plural(int64(len(p.Failures)), "thing to be mended", "things to be mended"), plural(int64(len(p.Warnings)), "warning", "warnings"))
	p.Groups, p.Elsewhere, p.Problems, p.CanAccept, p.Failures, p.Warnings, p.Notes, p.Reason = nil, nil, nil, false, nil, nil, nil, ""
	p.Heading = p.Status + "."
}

// slug is a place of a workbook as an id on the page.
func (p Place) slug() string {
	if p.Cell == "" {
		return ""
	}
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, p.Sheet)
	return "cell-" + clean + "-" + strings.ToLower(p.Cell)
}

func (s *Server) submissionPageOf(v Preview) (submissionPage, error) {
	project, ok := s.strategy.Project(v.Project)
	if !ok {
		project = metrics.Project{ID: v.Project, Name: v.Project} // the strategy has it no longer
	}
	page := submissionPage{
		submissionView: submissionViewOf(v.Submission), Project: project, Quarter: metrics.QuarterInWords(v.Quarter), Months: quarterWords(v.Quarter),
		ReturnURL: returnURL(v.Project, v.Quarter), Waits: v.Status == metrics.SubmissionReceived, InForce: v.Status == metrics.SubmissionAccepted,
		BeforeHead: months(metrics.QuarterOf(v.Quarter.First - 1)), HasHeld: len(v.Held) > 0 && v.Status != metrics.SubmissionAccepted,
	}
	marks := map[Place][]markView{}
	var places []Place
	for i, f := range v.Findings {
		at := Place{f.Sheet, f.Cell}
		sign := verdict{"worse", "cross", "Wrong"}
		switch f.Severity {
		case metrics.Warn:
			sign = verdict{"none", "unknown", "Warning"}
		case metrics.Note:
			sign = verdict{"none", "dot", "For information"}
		}
		view := findingView{Sign: sign, Key: FindingKey(f), Field: "reason-" + strconv.Itoa(i), Place: strings.TrimSuffix(placeWords(f), ": "), Message: f.Message, Mend: f.Mend, Reason: f.Reason, Rule: f.Rule}
		if f.Cell != "" {
			view.URL = "#" + at.slug()
			if _, seen := marks[at]; !seen {
				places = append(places, at)
			}
			marks[at] = append(marks[at], markView{sign, f.Message})
		}
		switch f.Severity {
		case metrics.Fail:
			page.Failures = append(page.Failures, view)
		case metrics.Warn:
			page.Warnings = append(page.Warnings, view)
		default:
			page.Notes = append(page.Notes, view)
		}
	}
	if page.Waits {
		for _, f := range page.Failures {
			address := strings.TrimPrefix(f.URL, "#")
			if address == "" {
				address = "failures"
			}
			page.Problems = append(page.Problems, account.Problem{Field: address, Message: strings.TrimSpace(place(f.Place) + f.Message)})
		}
	}
	page.CanAccept = page.Waits && len(page.Failures) == 0 && len(v.Values) > 0

	now, held, before := byCell(v.Values), byCell(v.Held), byCell(v.Before)
	shown := map[Place]bool{}
	for _, id := range project.Measures {
		m, ok := s.strategy.ReturnMeasure(id)
		if !ok {
			continue
		}
		group := valueGroup{Title: m.Title}
		for _, cell := range s.strategy.Cells(metrics.Project{Measures: []string{id}}) {
			at := v.At[cell]
			if got, ok := now[cell]; ok && at == (Place{}) {
				at = Place{got.Sheet, got.Cell}
			}
			row := valueRow{Group: s.groupWords(cell), Part: partWords(m, cell.Part), Now: "Not read", Cell: strings.TrimSpace(at.Sheet + " " + at.Cell)}
			if got, ok := now[cell]; ok {
				row.Now = returned(m, got)
			} else if text := v.Read[at]; text != "" && at.Cell != "" {
				row.Now = "“" + text + "”"
			}
			row.Before, row.Held, row.Change = oldWords(m, before, cell), oldWords(m, held, cell), change(m, now, held, cell)
			if row.Change != "" && row.Change != "0" {
				page.Changed++
			}
			if !shown[at] {
				row.ID, row.Marks, shown[at] = at.slug(), marks[at], true
			}
			group.Rows = append(group.Rows, row)
		}
		page.Groups = append(page.Groups, group)
	}
	for _, at := range places {
		if !shown[at] {
			shown[at] = true
			page.Elsewhere = append(page.Elsewhere, elsewhereView{at.slug(), at.Sheet + " " + at.Cell, v.Read[at], marks[at]})
		}
	}
	page.Heading = submissionHeading(page, len(v.Values))
	return page, nil
}

func place(words string) string {
	if words == "" {
		return ""
	}
	return words + ": "
}

func submissionHeading(page submissionPage, values int) string {
	n, w := len(page.Failures), len(page.Warnings)
	switch {
	case !page.Waits:
		return page.Status
	case n == 1:
		return "One thing has to be mended before this return can be accepted."
	case n > 1:
		return fmt.Sprintf("%d things have to be mended before this return can be accepted.", n)
	case values == 0:
		return "This return holds no number: there is nothing to accept."
	case w == 1:
		return "This return can be accepted once you say why one warning may pass."
	case w > 1:
		return fmt.Sprintf("This return can be accepted once you say why %d warnings may pass.", w)
	}
	return "Nothing is wrong with this return: it can be accepted."
}

func byCell(values []metrics.ReturnValue) map[metrics.ReturnCell]metrics.ReturnValue {
	out := make(map[metrics.ReturnCell]metrics.ReturnValue, len(values))
	for _, v := range values {
		out[v.ReturnCell] = v
	}
	return out
}

// groupWords is whom a number of a return counts: "All", or "Age band: 10 to 14".
func (s *Server) groupWords(cell metrics.ReturnCell) string {
	d, ok := s.strategy.Dimension(cell.Dimension)
	if !ok {
		return "All"
	}
	for _, item := range d.Items {
		if item.ID == cell.Item {
			return d.Title + ": " + item.Title
		}
	}
	return d.Title + ": " + cell.Item
}

func partWords(m metrics.ReturnMeasure, part string) string {
	switch part {
	case metrics.Numerator:
		return upperFirst(m.Unit)
	case metrics.Denominator:
		return "Out of " + m.Of
	}
	return upperFirst(m.Unit)
}

// returned writes a number of a return, true as it came: for the previews of
// those who decide upon it, and for nothing else.
func returned(m metrics.ReturnMeasure, v metrics.ReturnValue) string {
	if v.NotAvailable {
		return metrics.Missing.Shorthand()
	}
	return returnedNumber(m, v.Value)
}

func returnedNumber(m metrics.ReturnMeasure, v float64) string {
	if m.Whole() {
		return metrics.Decimal(v, 0)
	}
	return "£" + metrics.Decimal(v, 2)
}

func oldWords(m metrics.ReturnMeasure, old map[metrics.ReturnCell]metrics.ReturnValue, cell metrics.ReturnCell) string {
	v, ok := old[cell]
	if !ok {
		return "None"
	}
	return returned(m, v)
}

// change is the difference from what is held, "" where there is nothing to
// take it from.
func change(m metrics.ReturnMeasure, now, held map[metrics.ReturnCell]metrics.ReturnValue, cell metrics.ReturnCell) string {
	a, ok := now[cell]
	b, old := held[cell]
	switch {
	case !ok || !old:
		return ""
	case a.NotAvailable && b.NotAvailable:
		return "0"
	case a.NotAvailable != b.NotAvailable:
		return "Changed"
	}
	d := a.Value - b.Value
	switch {
	case d > 0:
		return "+" + returnedNumber(m, d)
	case d < 0:
		return "−" + returnedNumber(m, -d)
	}
	return "0"
}

// accept puts a return in force.
func (s *Server) accept(c echo.Context) error {
	id, err := submissionID(c)
	if err != nil {
		return err
	}
	if _, err := s.ownReturn(c, id); err != nil {
		return err
	}
	who, _ := account.Of(c.Request().Context())
	req := c.Request()
	req.Body = http.MaxBytesReader(c.Response(), req.Body, 1<<20) // a thousand warnings, each with its reason
	if err := req.ParseForm(); err != nil {
		return metrics.Errorf(metrics.Invalid, "The form was cut short or holds too much: nothing was changed. Go back and try again.")
	}
	form := req.PostForm
	a := Acceptance{Who: who.Email, Reason: strings.TrimSpace(form.Get("note")), Same: strings.TrimSpace(form.Get("same")), Hide: form.Get("hide") != "", Reasons: map[string]string{}}
	keys, reasons := form["finding"], form["reason"]
	for i, key := range keys {
		if i < len(reasons) {
			a.Reasons[key] = strings.TrimSpace(reasons[i])
		}
	}
	err = s.round.Accept(c.Request().Context(), id, a)
	switch metrics.KindOf(err) {
	case metrics.Invalid, metrics.Conflict:
		return s.refused(c, id, err, a)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, submissionURL(id)+"?said=accepted")
}

// refused shows the preview again with what stood in a decision's way, and
// with the reasons as they were typed.
func (s *Server) refused(c echo.Context, id int64, err error, a Acceptance) error {
	status := statusOf[metrics.KindOf(err)]
	message := upperFirst(strings.TrimSuffix(err.Error(), ".")) + "."
	return s.showSubmission(c, status, id, func(page *submissionPage) {
		page.Same, page.Note = a.Same, a.Reason
		if hides := (Hiding)(nil); errors.As(err, &hides) {
			page.Hides = hides
		}
		open := false
		for i, w := range page.Warnings {
			page.Warnings[i].Reason = a.Reasons[w.Key]
			if a.Reasons[w.Key] == "" && a.Same == "" && page.Waits {
				open = true
				page.Problems = append(page.Problems, account.Problem{Field: w.Field, Message: strings.TrimSpace("Say why this may pass. " + place(w.Place) + w.Message)})
			}
		}
		if !open {
			field := "decide"
			if page.Hides != nil {
				field = "hide"
			}
			page.Problems = append(account.Problems{{Field: field, Message: message}}, page.Problems...)
		}
	})
}

func (s *Server) withdraw(c echo.Context) error {
	id, err := submissionID(c)
	if err != nil {
		return err
	}
	who, _ := account.Of(c.Request().Context())
	ctx := c.Request().Context()
	sub, err := s.round.Submission(ctx, id)
	if err != nil {
		return err
	}
	form, err := posted(c)
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(form.Get("reason"))
	if reason == "" {
		return s.showSubmission(c, http.StatusBadRequest, id, func(page *submissionPage) {
			page.Problems = account.Problems{{Field: "withdraw-reason", Message: "Say why: the reason stays in the history."}}
		})
	}
	err = s.round.Withdraw(ctx, id, who.Email, reason)
	switch metrics.KindOf(err) {
	case metrics.Invalid, metrics.Conflict:
		return s.refused(c, id, err, Acceptance{})
	}
	if err != nil {
		return err
	}
	said := "withdrawn"
	if sub.Status == metrics.SubmissionReceived {
		said = "aside"
	}
	return c.Redirect(http.StatusSeeOther, submissionURL(id)+"?said="+said)
}

// submissionFile hands over a file as it came.
func (s *Server) submissionFile(c echo.Context) error {
	id, err := submissionID(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	sub, err := s.ownReturn(c, id)
	if err != nil {
		return err
	}
	body, err := s.round.RawFile(ctx, sub.SHA)
	if err != nil {
		return err
	}
	return attachment(c, sub.File, "application/octet-stream", body)
}

func (s *Server) submissionMarked(c echo.Context) error {
	id, err := submissionID(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	sub, err := s.ownReturn(c, id)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := s.round.Marked(ctx, &b, id); err != nil {
		return err
	}
	return attachment(c, sub.Project+"-"+sub.Quarter.Code()+"-marked.xlsx", workbookType, b.Bytes())
}
