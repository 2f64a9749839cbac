package dashboard

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"outcomes/dashboard/account"
	"outcomes/metrics"
)

// Returns is what is on record of the projects' quarterly returns.
type Returns interface {
	// Standings gives what is on record by project and quarter.
	Standings(ctx context.Context) ([]metrics.Standing, error)
	// Submissions lists what was handed in for a project and a quarter, the
	// newest first, without values and findings.
	Submissions(ctx context.Context, project, quarter string) ([]metrics.Submission, error)
	// Submission gives one, with its values and findings.
	Submission(ctx context.Context, id int64) (metrics.Submission, error)
	// RawFile gives a file as it came.
	RawFile(ctx context.Context, sha string) ([]byte, error)
}

// Round is what people do with returns. Who does it is an e-mail address.
type Round interface {
	Returns
	// Template writes the workbook that a project fills in for a quarter.
	Template(ctx context.Context, w io.Writer, project metrics.Project, quarter metrics.Period) error
	// HandIn keeps a file, reads and screens it.
	HandIn(ctx context.Context, h HandIn) (Handed, error)
	// Preview gives a return as it would stand, screened against what is in force
	// now while it waits.
	Preview(ctx context.Context, id int64) (Preview, error)
	// Accept puts a return in force, figures and all, by what is found in it now.
	Accept(ctx context.Context, id int64, a Acceptance) error
	// Withdraw takes an accepted return out of force, or sets aside one that waits.
	Withdraw(ctx context.Context, id int64, who, reason string) error
	// Marked writes the workbook that was handed in with its findings marked in it.
	Marked(ctx context.Context, w io.Writer, id int64) error
}

// HandIn is a file that somebody hands in for a project and a quarter.
type HandIn struct {
	Project metrics.Project
	Quarter metrics.Period
	Name    string // the file's
	Body    []byte
	SHA     string // of a file that was kept before, in the place of Body
	Seen    int64  // the newest submission that the person knew of; 0 for none
	Who     string
}

// Handed is what became of it. One of the three is set.
type Handed struct {
	ID      int64               // of the new submission
	Refused []metrics.Finding   // why the file was not kept: it seems to hold personal data, cannot be read and looked through for it, or is of another project
	Ahead   *metrics.Submission // handed in by somebody else meanwhile; the file is kept under SHA, and is no submission yet
	SHA     string
}

// Preview is a return with all that stands beside it.
type Preview struct {
	metrics.Submission
	Held   []metrics.ReturnValue // in force for the quarter now
	Before []metrics.ReturnValue // accepted for the quarter before
	// At tells where in the file a number of the return stands, also one that
	// could not be read, and Read what was found in a cell.
	At   map[metrics.ReturnCell]Place
	Read map[Place]string
}

// Place is a cell of a workbook.
type Place struct{ Sheet, Cell string }

// Acceptance is the decision to accept a return.
type Acceptance struct {
	Who     string
	Reason  string            // of the decision
	Reasons map[string]string // of the warnings, by findingKey
	// Same is the reason of every warning that Reasons has none for.
	Same string
	// Hide says that the return is accepted although [Hiding] figures.
	Hide bool
}

// Hiding is the error of a return that cannot be accepted without taking
// figures away that are shown now: with it, they would let a small count of
// people be worked out. Each is named with its period.
type Hiding []string

func (h Hiding) Error() string {
	return "accepting it hides what is shown now, for a small count of people could be worked out: " + strings.Join(h, "; ")
}

// FindingKey names a warning, so that its reason finds it again when the return
// is screened anew.
func FindingKey(f metrics.Finding) string {
	return strings.Join([]string{f.Rule, f.Sheet, f.Cell}, "|")
}

// largestReturn is how large an upload may be: the file and what a form adds.
const largestReturn = 10 << 20

func returnURL(project string, quarter metrics.Period) string {
	return "/returns/" + url.PathEscape(project) + "/" + quarter.Code()
}

func submissionURL(id int64) string { return "/returns/submissions/" + strconv.FormatInt(id, 10) }

// stateSigns are how the states look.
var stateSigns = map[metrics.ReturnState]verdict{
	metrics.NotDue:    {"same", "unknown", "Not due"},
	metrics.Due:       {"same", "wait", "Due"},
	metrics.Overdue:   {"worse", "cross", "Overdue"},
	metrics.InHand:    {"none", "wait", "Received"},
	metrics.InForce:   {"better", "tick", "Accepted"},
	metrics.TakenBack: {"none", "cross", "Withdrawn"},
}

var statusWords = map[metrics.SubmissionStatus]string{
	metrics.SubmissionReceived: "Received, waits for a decision", metrics.SubmissionAccepted: "Accepted, in the figures",
	metrics.SubmissionReplaced: "Accepted once, replaced by a later one", metrics.SubmissionWithdrawn: "Withdrawn", metrics.SubmissionDiscarded: "Set aside",
}

// months is a quarter for a heading: "Jul to Sep 2019".
func months(q metrics.Period) string {
	return q.First.Name()[:3] + " to " + q.Last.Name()[:3] + fmt.Sprintf(" %d", q.Last.Year())
}

// quarterWords is a quarter in full: "July to September 2019".
func quarterWords(q metrics.Period) string {
	return fmt.Sprintf("%s to %s", q.First.Of(), q.Last.Name())
}

type returnsPage struct {
	layout
	Heading  string
	Said     string
	Overdue  []owing
	Waiting  []owing
	Quarters []quarterHead
	Columns  int
	Groups   []returnGroup
	Older    string
	Newer    string
	None     string
}

// owing is a project with the quarters of which something is to be done.
type owing struct {
	Project string
	Links   []link
}

type quarterHead struct {
	Months, Due string
}

type returnGroup struct {
	Title string
	URL   string
	Rows  []returnRow
}

type returnRow struct {
	Project, Lead string
	Cells         []returnCell
}

type returnCell struct {
	Quarter  string
	Sign     verdict
	URL      string
	Template string // address of the template, where one is of use
	Name     string // "Strengthening Families, July to September 2019"
}

// quartersShown is how many quarters the matrix shows at a time.
const quartersShown = 8

func (s *Server) returns(c echo.Context) error {
	ctx := c.Request().Context()
	state, err := s.store.State(ctx)
	if err != nil {
		return fmt.Errorf("the store's state: %w", err)
	}
	standings, err := s.round.Standings(ctx)
	if err != nil {
		return err
	}
	all := s.strategy.Quarters(s.now())
	last := len(all)
	if to := c.QueryParam("to"); to != "" {
		p, err := metrics.ParsePeriod(to)
		at := slices.Index(all, p)
		if err != nil || at < 0 {
			return metrics.Errorf(metrics.Invalid, "There are no returns of the quarter %q. Write a quarter as 2019-Q3; the matrix goes from the first project’s start to now.", to)
		}
		last = at + 1
	}
	who, _ := account.Of(ctx)
	page := s.returnsPageOf(standings, all, last, account.ReturnsWrite.Allows(who.Role))
	page.layout = s.layout(state, "Returns", "returns")
	page.Here = true
	return s.render(c, 200, "returns", page)
}

func (s *Server) returnsPageOf(standings []metrics.Standing, all []metrics.Period, last int, decides bool) returnsPage {
	type key struct {
		project string
		quarter metrics.Period
	}
	on := make(map[key]metrics.Standing, len(standings))
	for _, st := range standings {
		on[key{st.Project, st.Quarter}] = st
	}
	today := s.now()
	page := returnsPage{}
	if len(all) == 0 {
		page.Heading, page.None = "The strategy has no projects that return anything.", "Projects and their measures are declared in the strategy file."
		return page
	}
	overdue, waiting := 0, 0
	for _, p := range s.strategy.Projects {
		late, open := owing{Project: p.Name}, owing{Project: p.Name}
		for _, q := range slices.Backward(all) {
			st := on[key{p.ID, q}]
			if s.strategy.Owes(p, q, st, today) {
				text := quarterWords(q)
				if st.Broken {
					text += " (what was handed in cannot be accepted as it is)"
				}
				late.Links = append(late.Links, link{Text: text, URL: returnURL(p.ID, q)})
			}
			if st.Waiting != 0 {
				open.Links = append(open.Links, link{Text: quarterWords(q), URL: submissionURL(st.Waiting)})
			}
		}
		overdue, waiting = overdue+len(late.Links), waiting+len(open.Links)
		if len(late.Links) > 0 {
			page.Overdue = append(page.Overdue, late)
		}
		if len(open.Links) > 0 {
			page.Waiting = append(page.Waiting, open)
		}
	}
	page.Heading = standingWords(overdue, waiting)
	first := max(0, last-quartersShown)
	if first > 0 {
		page.Older = "/returns?to=" + all[first-1].Code()
	}
	if last < len(all) {
		page.Newer = "/returns?to=" + all[min(len(all), last+quartersShown)-1].Code()
	}
	shown := slices.Clone(all[first:last])
	slices.Reverse(shown)
	for _, q := range shown {
		page.Quarters = append(page.Quarters, quarterHead{months(q), s.strategy.Returns.Due(q).Format("2 January 2006")})
	}
	page.Columns = len(shown) + 1
	for _, pri := range s.strategy.Priorities {
		g := returnGroup{Title: fmt.Sprintf("%d. %s", pri.Number, pri.Title), URL: priorityURL(pri.ID)}
		for _, p := range s.strategy.Projects {
			if p.Priority != pri.ID {
				continue
			}
			row := returnRow{Project: p.Name, Lead: p.Lead}
			for _, q := range shown {
				st := on[key{p.ID, q}]
				state := s.strategy.State(p, q, st, today)
				cell := returnCell{Quarter: months(q), Sign: s.standingSign(p, q, st), Name: p.Name + ", " + quarterWords(q)}
				switch state {
				case metrics.NothingExpects:
				case metrics.InHand:
					cell.URL = submissionURL(st.Waiting)
				default:
					cell.URL = returnURL(p.ID, q)
				}
				switch {
				case !decides:
				case slices.Contains([]metrics.ReturnState{metrics.Due, metrics.Overdue, metrics.NotDue, metrics.TakenBack}, state):
					cell.Template = returnURL(p.ID, q) + "/template.xlsx"
				}
				row.Cells = append(row.Cells, cell)
			}
			g.Rows = append(g.Rows, row)
		}
		if len(g.Rows) > 0 {
			page.Groups = append(page.Groups, g)
		}
	}
	return page
}

// standingSign is how a return stands today, on every page that tells it.
func (s *Server) standingSign(p metrics.Project, q metrics.Period, on metrics.Standing) verdict {
	state := s.strategy.State(p, q, on, s.now())
	switch {
	case state == metrics.InHand && on.Broken:
		return verdict{"worse", "wait", "Received, to be mended"}
	case state == metrics.TakenBack && s.strategy.Owes(p, q, on, s.now()):
		return verdict{"worse", "cross", "Overdue, withdrawn"}
	}
	return stateSigns[state]
}

// overdue is how many returns the projects owe.
func (s *Server) overdue(ctx context.Context) (int, error) {
	if s.round == nil {
		return 0, nil
	}
	standings, err := s.round.Standings(ctx)
	if err != nil {
		return 0, err
	}
	type key struct {
		project string
		quarter metrics.Period
	}
	on := make(map[key]metrics.Standing, len(standings))
	for _, st := range standings {
		on[key{st.Project, st.Quarter}] = st
	}
	n := 0
	for _, q := range s.strategy.Quarters(s.now()) {
		for _, p := range s.strategy.Projects {
			if s.strategy.Owes(p, q, on[key{p.ID, q}], s.now()) {
				n++
			}
		}
	}
	return n, nil
}

// standingWords is how the round stands, in a sentence.
func standingWords(overdue, waiting int) string {
	late := "No return is overdue"
	switch {
	case overdue == 1:
		late = "One return is overdue"
	case overdue > 1:
		late = metrics.Whole(int64(overdue)) + " returns are overdue"
	}
	switch {
	case waiting == 1:
		return late + ", one waits for a decision."
	case waiting > 1:
		return late + ", " + metrics.Whole(int64(waiting)) + " wait for a decision."
	}
	return late + ", none waits for a decision."
}

type returnPage struct {
	layout
	Project      metrics.Project
	PriorityURL  string
	Priority     string
	Quarter      string // "July to September 2019 (quarter 2 of 2019-20)"
	Due          string
	Sign         verdict
	Held         *submissionView
	History      []submissionView
	Measures     []string
	TemplateURL  string
	URL          string
	Seen         int64
	Decides      bool // whoever looks may hand in
	TakesReturns bool
	NotYet       string
	Said         string
	Problems     account.Problems // what is wrong with what was sent
	Ahead        *submissionView
	KeptName     string // of a file that was kept and is no submission yet
	KeptSHA      string
}

// submissionView is a submission in a list.
type submissionView struct {
	ID         int64
	URL        string
	File       string
	Size       string
	FileURL    string
	MarkedURL  string
	Status     string
	ReceivedBy string
	ReceivedAt string
	DecidedBy  string
	DecidedAt  string
	Reason     string
	Template   string
	Invented   bool
	Numbers    bool // whoever looks may see its numbers as they came
}

func submissionViewOf(sub metrics.Submission) submissionView {
	v := submissionView{
		ID: sub.ID, URL: submissionURL(sub.ID), File: sub.File, Size: bytesWritten(sub.Size),
		FileURL: submissionURL(sub.ID) + "/file", MarkedURL: submissionURL(sub.ID) + "/marked.xlsx",
		Status: statusWords[sub.Status], ReceivedBy: sub.ReceivedBy, ReceivedAt: moment(sub.ReceivedAt),
		DecidedBy: sub.DecidedBy, DecidedAt: moment(sub.DecidedAt), Reason: sub.Reason, Invented: sub.Sample,
		Template: "workbook of the project’s own",
	}
	if sub.Template != "" {
		v.Template = "template " + sub.Template
	}
	return v
}

// moment writes an RFC 3339 time with the time of day.
func moment(stamp string) string {
	date := day(stamp)
	if date == stamp || len(stamp) < 16 {
		return date
	}
	return date + ", " + stamp[11:16] + " UTC"
}

// saidWords are what a page says after something was done, by the word in the
// address that it was reached by.
var saidWords = map[string]string{
	"received":  "The file was kept and read. Nothing is in the figures yet: read what was found, then decide.",
	"accepted":  "The return was accepted. Its numbers are in the figures now.",
	"withdrawn": "The return was withdrawn. Its numbers are out of the figures; the file and its history stay.",
	"aside":     "The return was set aside. Nothing had been in the figures; the file and its history stay.",
}

// quarterOf reads a project and a quarter from an address.
func (s *Server) quarterOf(c echo.Context) (metrics.Project, metrics.Period, error) {
	p, ok := s.strategy.Project(c.Param("project"))
	if !ok {
		return p, metrics.Period{}, metrics.Errorf(metrics.NotFound, "The strategy has no project called %q. The matrix of returns lists those it has.", c.Param("project"))
	}
	q, err := metrics.ParsePeriod(c.Param("quarter"))
	if err != nil || q.Kind != metrics.Quarter {
		return p, q, metrics.Errorf(metrics.NotFound, "%q is not a quarter: write it as 2019-Q3, the third quarter of the calendar year.", c.Param("quarter"))
	}
	if !p.Runs(q) {
		return p, q, metrics.Errorf(metrics.NotFound, "%s did not run in %s: there is no return to hand in.", p.Name, quarterWords(q))
	}
	return p, q, nil
}

func (s *Server) returnOf(c echo.Context) error {
	p, q, err := s.quarterOf(c)
	if err != nil {
		return err
	}
	return s.showReturn(c, 200, p, q, func(*returnPage) {})
}

// showReturn renders the page of a project and a quarter; with adds what this
// answer has to say.
func (s *Server) showReturn(c echo.Context, status int, p metrics.Project, q metrics.Period, with func(*returnPage)) error {
	ctx := c.Request().Context()
	state, err := s.store.State(ctx)
	if err != nil {
		return fmt.Errorf("the store's state: %w", err)
	}
	list, err := s.round.Submissions(ctx, p.ID, q.Code())
	if err != nil {
		return err
	}
	who, _ := account.Of(ctx)
	page := returnPage{
		Decides: account.ReturnsWrite.Allows(who.Role), Project: p, Quarter: metrics.QuarterInWords(q), Due: s.strategy.Returns.Due(q).Format("2 January 2006"),
		URL: returnURL(p.ID, q), TemplateURL: returnURL(p.ID, q) + "/template.xlsx",
		TakesReturns: !s.now().Before((q.Last + 1).Start()), Said: saidWords[c.QueryParam("said")],
	}
	if !page.TakesReturns {
		page.NotYet = "The quarter has not ended. A return is taken from " + (q.Last + 1).Start().Format("2 January 2006") + "; the template can be sent out before."
	}
	if pri, ok := s.strategy.Priority(p.Priority); ok {
		page.Priority, page.PriorityURL = pri.Title, priorityURL(pri.ID)
	}
	standings, err := s.round.Standings(ctx)
	if err != nil {
		return err
	}
	on := metrics.Standing{}
	if at := slices.IndexFunc(standings, func(st metrics.Standing) bool { return st.Project == p.ID && st.Quarter == q }); at >= 0 {
		on = standings[at]
	}
	page.Sign = s.standingSign(p, q, on)
	for _, sub := range list {
		v := submissionViewOf(sub)
		if v.Numbers = seesNumbers(who, sub.ReceivedBy); !v.Numbers {
			v.Reason = "" // it may tell a number as it came
		}
		page.Seen = max(page.Seen, sub.ID)
		if sub.Status == metrics.SubmissionAccepted {
			page.Held = &v
		}
		page.History = append(page.History, v)
	}
	for _, id := range p.Measures {
		if m, ok := s.strategy.ReturnMeasure(id); ok {
			page.Measures = append(page.Measures, m.Title)
		}
	}
	with(&page)
	title := p.Name + ", " + quarterWords(q)
	if len(page.Problems) > 0 || page.Ahead != nil {
		title = "Error: " + title
	}
	page.layout = s.layout(state, title, "returns")
	return s.render(c, status, "return", page)
}

// attachment hands over a file under a name of ours.
func attachment(c echo.Context, name, kind string, body []byte) error {
	header := c.Response().Header()
	header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	header.Set("Cache-Control", "private, no-store")
	return c.Blob(http.StatusOK, kind, body)
}

const workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

func (s *Server) returnTemplate(c echo.Context) error {
	p, q, err := s.quarterOf(c)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := s.round.Template(c.Request().Context(), &b, p, q); err != nil {
		return err
	}
	return attachment(c, p.ID+"-"+q.Code()+".xlsx", workbookType, b.Bytes())
}

// handIn takes a file in, by upload or one that was kept before.
func (s *Server) handIn(c echo.Context) error {
	ctx := c.Request().Context()
	who, _ := account.Of(ctx)
	p, q, err := s.quarterOf(c)
	if err != nil {
		return err
	}
	h := HandIn{Project: p, Quarter: q, Who: who.Email}
	wrong := func(status int, problems ...account.Problem) error {
		return s.showReturn(c, status, p, q, func(page *returnPage) { page.Problems = problems })
	}
	req := c.Request()
	req.Body = http.MaxBytesReader(c.Response(), req.Body, largestReturn+64<<10)
	if err := req.ParseMultipartForm(1 << 20); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return wrong(http.StatusRequestEntityTooLarge, account.Problem{Field: "file", Message: "The selected file must be smaller than 10 MB. A return needs less than 1 MB: take pictures and other sheets out of the workbook."})
		}
		return wrong(http.StatusBadRequest, account.Problem{Field: "file", Message: "The upload was cut short: nothing was kept. Select the file and upload it again."})
	}
	if req.MultipartForm != nil {
		defer req.MultipartForm.RemoveAll()
	}
	h.Seen, _ = strconv.ParseInt(c.FormValue("seen"), 10, 64) // of a form without it: none was seen
	if h.SHA = c.FormValue("sha"); h.SHA != "" {
		h.Name = fileName(c.FormValue("name"))
		if _, err := s.round.RawFile(ctx, h.SHA); err != nil {
			return wrong(http.StatusNotFound, account.Problem{Field: "file", Message: "The file that was kept is not found. Select it and upload it again."})
		}
	} else {
		file, head, err := req.FormFile("file")
		if err != nil {
			return wrong(http.StatusBadRequest, account.Problem{Field: "file", Message: "Select a file: the project’s workbook for this quarter."})
		}
		defer file.Close()
		if head.Size > largestReturn {
			return wrong(http.StatusRequestEntityTooLarge, account.Problem{Field: "file", Message: "The selected file must be smaller than 10 MB. A return needs less than 1 MB: take pictures and other sheets out of the workbook."})
		}
		h.Name = fileName(head.Filename)
		if h.Body, err = io.ReadAll(file); err != nil {
			return wrong(http.StatusBadRequest, account.Problem{Field: "file", Message: "The upload was cut short: nothing was kept. Select the file and upload it again."})
		}
		if len(h.Body) == 0 {
			return wrong(http.StatusBadRequest, account.Problem{Field: "file", Message: "The selected file is empty. Select the workbook that was filled in."})
		}
	}
	done, err := s.round.HandIn(ctx, h)
	switch {
	case err != nil:
		return err
	case len(done.Refused) > 0:
		var problems account.Problems
		for _, f := range done.Refused {
			message := strings.TrimSpace(placeWords(f) + f.Message + " " + f.Mend)
			if !strings.HasSuffix(message, notKept) {
				message += " " + notKept
			}
			problems = append(problems, account.Problem{Field: "file", Message: message})
		}
		return wrong(http.StatusUnprocessableEntity, problems...)
	case done.Ahead != nil:
		return s.showReturn(c, http.StatusConflict, p, q, func(page *returnPage) {
			v := submissionViewOf(*done.Ahead)
			page.Ahead, page.KeptName, page.KeptSHA = &v, h.Name, done.SHA
		})
	}
	return c.Redirect(http.StatusSeeOther, submissionURL(done.ID)+"?said=received")
}

const notKept = "The file was not kept."

// fileName is the last part of a name, as some browsers send a whole path.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	if name == "." || name == "/" {
		return "workbook.xlsx"
	}
	return name
}

// placeWords are where a finding is, before what it says.
func placeWords(f metrics.Finding) string {
	switch {
	case f.Sheet != "" && f.Cell != "":
		return "Sheet " + f.Sheet + ", cell " + f.Cell + ": "
	case f.Sheet != "":
		return "Sheet " + f.Sheet + ": "
	}
	return ""
}
