package dashboard

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"outcomes/dashboard/account"
	"outcomes/dashboard/api"
	"outcomes/dashboard/chart"
	"outcomes/dashboard/export"
	"outcomes/dashboard/export/word"
	"outcomes/metrics"
)

// Packs is what is kept of reports: what people wrote for them, and those that
// were frozen.
type Packs interface {
	// Comments gives what stands beside indicators for the reports of a quarter.
	Comments(ctx context.Context, quarter metrics.Period) ([]metrics.Comment, error)
	// Comment writes a new version; seen is the one that its writer knew of.
	Comment(ctx context.Context, c metrics.Comment, seen int64) error
	// Packs lists the packs without their reports, the newest first.
	Packs(ctx context.Context) ([]metrics.Pack, error)
	// Pack gives one with its report.
	Pack(ctx context.Context, number int) (metrics.Pack, error)
	// PackFile gives a file of one, with its content.
	PackFile(ctx context.Context, number int, name string) (metrics.PackFile, error)
	// Freeze makes the next pack, all of it or nothing: freeze is told its number
	// and the moment.
	Freeze(ctx context.Context, who string, freeze func(number int, at string) (metrics.Pack, error)) (int, error)
	// PacksWith gives the numbers of the packs that a reading of a figure stands in.
	PacksWith(ctx context.Context, figure int64) ([]int, error)
	// Ledger sets a pack's figures beside what they read now.
	Ledger(ctx context.Context, number int, strategy *metrics.Strategy) ([]metrics.LedgerLine, error)
}

// longestComment is how many bytes a comment may have.
const longestComment = 100 << 10

// bodyFile is the pack's file that its page shows.
const bodyFile = "report.html"

// packsForAPI are the packs as the API lists them.
type packsForAPI struct{ s *Server }

func (p packsForAPI) Packs(ctx context.Context) ([]api.Pack, error) {
	list, err := p.s.reports.Packs(ctx)
	if err != nil {
		return nil, err
	}
	var out []api.Pack
	for _, pack := range list {
		one := api.Pack{Number: pack.Number, Title: pack.Title, Period: pack.Period, FrozenAt: pack.FrozenAt, FrozenBy: pack.FrozenBy, Address: packURL(pack.Number), SupersededBy: pack.SupersededBy}
		for _, f := range pack.Files {
			one.Files = append(one.Files, api.PackFile{Name: f.Name, SHA256: f.SHA256, Size: f.Size, URL: packFileURL(pack.Number, f.Name)})
		}
		out = append(out, one)
	}
	return out, nil
}

func (p packsForAPI) PackReport(ctx context.Context, number int) (*metrics.Report, error) {
	pack, err := p.s.reports.Pack(ctx, number)
	return pack.Report, err
}

func packURL(number int) string { return "/reports/" + strconv.Itoa(number) }

func packFileURL(number int, name string) string {
	return packURL(number) + "/files/" + strings.ReplaceAll(url.PathEscape(name), "%2F", "/")
}

// exportLinks are where the figures in force of a choice are had as files. A
// choice without a period is of the newest quarter.
func exportLinks(choice metrics.ReportChoice) []link {
	var out []link
	for _, format := range ReportFormats {
		if format != "json" { // which programs have from the API
			out = append(out, link{Text: formatWords[format], URL: strings.TrimSuffix(strings.Replace(DraftURL(choice), "/reports/draft?", "/reports/export/"+format+"?", 1), "?")})
		}
	}
	return out
}

type reportsPage struct {
	layout
	Packs      []packView
	Drafts     bool // whoever looks may see drafts
	Quarters   []option
	Priorities []option
	Indicators []optionGroup
	Problems   account.Problems
}

type optionGroup struct {
	Title   string
	Options []option
}

type packView struct {
	Number   int
	URL      string
	Title    string
	Period   string
	FrozenAt string
	FrozenBy string
	Newer    *link // the pack that supersedes it
	Changes  string
	SHA256   string
}

func packViewOf(p metrics.Pack) packView {
	v := packView{Number: p.Number, URL: packURL(p.Number), Title: p.Title, Period: p.Period.Label(), FrozenAt: day(p.FrozenAt), FrozenBy: p.FrozenBy, Changes: packURL(p.Number) + "/changes", SHA256: p.SHA256}
	if p.SupersededBy != 0 {
		v.Newer = &link{Text: fmt.Sprintf("report pack %d", p.SupersededBy), URL: packURL(p.SupersededBy)}
	}
	return v
}

func (s *Server) reportList(c echo.Context) error {
	return s.showReports(c, http.StatusOK, nil)
}

func (s *Server) showReports(c echo.Context, status int, problems account.Problems) error {
	ctx := c.Request().Context()
	state, err := s.store.State(ctx)
	if err != nil {
		return fmt.Errorf("the store's state: %w", err)
	}
	list, err := s.reports.Packs(ctx)
	if err != nil {
		return err
	}
	who, _ := account.Of(ctx)
	page := reportsPage{layout: s.layout(state, titled("Reports", problems), "reports"), Drafts: account.ReportsDraft.Allows(who.Role), Problems: problems}
	page.Here = true
	for _, p := range list {
		page.Packs = append(page.Packs, packViewOf(p))
	}
	if page.Drafts {
		if err := s.choices(ctx, &page); err != nil {
			return err
		}
	}
	return s.render(c, status, "reports", page)
}

// choices are what a report can be of.
func (s *Server) choices(ctx context.Context, page *reportsPage) error {
	quarters, err := s.quarters(ctx)
	if err != nil {
		return err
	}
	for i, q := range quarters {
		page.Quarters = append(page.Quarters, option{q.Code(), upperFirst(metrics.QuarterInWords(q)), i == 0})
	}
	for _, p := range s.strategy.Priorities {
		page.Priorities = append(page.Priorities, option{p.ID, fmt.Sprintf("%d. %s", p.Number, p.Title), false})
		group := optionGroup{Title: p.Title}
		for _, ind := range s.strategy.ByPriority(p.ID) {
			if len(ind.Periods) > 0 {
				group.Options = append(group.Options, option{ind.ID, ind.Title, false})
			}
		}
		if len(group.Options) > 0 {
			page.Indicators = append(page.Indicators, group)
		}
	}
	return nil
}

// quarters are those of which there are figures, the newest first.
func (s *Server) quarters(ctx context.Context) ([]metrics.Period, error) {
	var out []metrics.Period
	for _, ind := range s.strategy.Indicators {
		if !slices.Contains(ind.Periods, metrics.Quarter) || !ind.Headline {
			continue
		}
		figures, err := s.store.Figures(ctx, metrics.FigureFilter{Indicator: ind.ID, Areas: []string{s.strategy.Area.Code}, Kind: metrics.Quarter, Brief: true})
		if err != nil {
			return nil, fmt.Errorf("figures of %s: %w", ind.ID, err)
		}
		for _, f := range figures {
			if f.Status != metrics.Missing && !slices.Contains(out, f.Period) {
				out = append(out, f.Period)
			}
		}
	}
	slices.SortFunc(out, func(a, b metrics.Period) int { return int(b.Last - a.Last) })
	return out, nil
}

// choiceOf reads what a report is of; without a period it is the newest quarter
// that there are figures of.
func (s *Server) choiceOf(ctx context.Context, form url.Values) (metrics.ReportChoice, error) {
	var out metrics.ReportChoice
	for _, name := range []string{"period", "years"} {
		if len(form[name]) > 1 {
			return out, metrics.Errorf(metrics.Invalid, "%q is given %d times: a report has one.", name, len(form[name]))
		}
	}
	out.Priorities, out.Indicators = form["priority"], form["indicator"]
	out = out.Tidy()
	if years := form.Get("years"); years != "" {
		n, err := strconv.Atoi(years)
		if err != nil || n < 1 || n > 50 {
			return out, metrics.Errorf(metrics.Invalid, "A report goes back from 1 to 50 years, not %q.", years)
		}
		out.Years = n
	}
	code := form.Get("period")
	if code == "" {
		quarters, err := s.quarters(ctx)
		if err != nil {
			return out, err
		}
		if len(quarters) == 0 {
			return out, metrics.Errorf(metrics.NotFound, "There are no figures yet: import the sources first.")
		}
		out.Period = quarters[0]
		return out, nil
	}
	p, err := metrics.ParsePeriod(code)
	if err != nil || p.Kind != metrics.Quarter {
		return out, metrics.Errorf(metrics.Invalid, "%q is not a quarter: write it as 2019-Q1, the first quarter of the calendar year.", code)
	}
	out.Period = p
	return out, nil
}

// said is what people wrote beside indicators for the reports of a quarter.
func (s *Server) said(ctx context.Context, quarter metrics.Period) ([]metrics.Comment, []metrics.Commentary, error) {
	list, err := s.reports.Comments(ctx, quarter)
	if err != nil {
		return nil, nil, err
	}
	var out []metrics.Commentary
	for _, c := range list {
		out = append(out, metrics.Commentary{Indicator: c.Indicator, By: c.By, At: c.At, Text: c.Text})
	}
	return list, out, nil
}

// before is the report that a draft follows: the newest pack of the same report,
// which it would supersede; else that of the same selection of the latest quarter
// before; nil where there is none.
func (s *Server) before(ctx context.Context, choice metrics.ReportChoice) (*metrics.Report, error) {
	list, err := s.reports.Packs(ctx)
	if err != nil {
		return nil, err
	}
	var last metrics.Pack
	for _, p := range list { // the newest first
		of := p.Choice
		if of.Period = choice.Period; of.Same(choice) && p.Period.Last <= choice.Period.Last && (last.Number == 0 || p.Period.Last > last.Period.Last) {
			last = p
		}
	}
	if last.Number == 0 {
		return nil, nil
	}
	pack, err := s.reports.Pack(ctx, last.Number)
	return pack.Report, err
}

// Draft composes the draft of a choice, with the commentary and the changes
// since the last pack.
func (s *Server) Draft(ctx context.Context, choice metrics.ReportChoice) (*metrics.Report, []metrics.ReportCheck, error) {
	_, told, err := s.said(ctx, choice.Period)
	if err != nil {
		return nil, nil, err
	}
	last, err := s.before(ctx, choice)
	if err != nil {
		return nil, nil, err
	}
	return s.Compose(ctx, choice, told, last)
}

type draftPage struct {
	layout
	Heading  string
	Body     template.HTML
	Stops    []metrics.ReportCheck
	Notes    []metrics.ReportCheck
	Files    []link
	Freezes  bool
	Choice   []hidden // the form's fields that say what the report is of
	Digest   string
	Comments []commentForm
	Written  int // how many indicators have a comment
	Writing  bool
	Problems account.Problems
	Said     string
}

// hidden is a field of a form that is not for the person to change.
type hidden struct{ Name, Value string }

type commentForm struct {
	ID        string
	Title     string
	Seen      int64
	Text      string
	By        string
	Open      bool
	Wrong     string
	Indicator string
	Under     string // the priority's title, at its first indicator
}

func (s *Server) draft(c echo.Context) error {
	choice, err := s.choiceOf(c.Request().Context(), c.QueryParams())
	if err != nil {
		return err
	}
	said := map[string]string{"comment": "The comment was kept. It stands beside its indicator.", "back": "The comment was taken back."}[c.QueryParam("said")]
	return s.showDraft(c, http.StatusOK, choice, func(page *draftPage) { page.Said = said })
}

func (s *Server) showDraft(c echo.Context, status int, choice metrics.ReportChoice, change func(*draftPage)) error {
	ctx := c.Request().Context()
	r, checks, err := s.Draft(ctx, choice)
	if err != nil {
		return err
	}
	state, err := s.store.State(ctx)
	if err != nil {
		return fmt.Errorf("the store's state: %w", err)
	}
	comments, _, err := s.said(ctx, choice.Period)
	if err != nil {
		return err
	}
	who, _ := account.Of(ctx)
	page := draftPage{Heading: r.Title + ", " + r.Period.Label(), Freezes: account.ReportsFreeze.Allows(who.Role), Digest: r.Hashed().SHA256, Choice: fieldsOf(choice)}
	if page.Body, err = s.reportBody(r); err != nil {
		return err
	}
	for _, check := range checks {
		if check.Stops {
			page.Stops = append(page.Stops, check)
		} else {
			page.Notes = append(page.Notes, check)
		}
	}
	for _, format := range ReportFormats {
		page.Files = append(page.Files, link{Text: formatWords[format], URL: strings.Replace(DraftURL(choice), "/reports/draft?", "/reports/draft/"+format+"?", 1)})
	}
	if page.Freezes {
		chosen, err := (&composer{Server: s, choice: choice}).chosen()
		if err != nil {
			return err
		}
		priority := ""
		for _, ind := range chosen {
			f := commentForm{ID: "comment-" + ind.ID, Title: ind.Title, Indicator: ind.ID}
			if p, _ := s.strategy.Priority(ind.Priority); ind.Priority != priority {
				priority, f.Under = ind.Priority, p.Title
			}
			for _, one := range comments {
				if one.Indicator == ind.ID {
					f.Seen, f.Text, f.By = one.ID, one.Text, one.By+", "+day(one.At)
					page.Written++
				}
			}
			page.Comments = append(page.Comments, f)
		}
	}
	change(&page)
	page.Writing = page.Said != "" || slices.ContainsFunc(page.Comments, func(f commentForm) bool { return f.Open })
	page.layout = s.layout(state, titled("Draft: "+page.Heading, page.Problems), "reports")
	return s.render(c, status, "draft", page)
}

// fieldsOf are a choice as fields of a form.
func fieldsOf(choice metrics.ReportChoice) []hidden {
	out := []hidden{{"period", choice.Period.Code()}}
	for _, id := range choice.Priorities {
		out = append(out, hidden{"priority", id})
	}
	for _, id := range choice.Indicators {
		out = append(out, hidden{"indicator", id})
	}
	if choice.Years > 0 {
		out = append(out, hidden{"years", strconv.Itoa(choice.Years)})
	}
	return out
}

var formatWords = map[string]string{"docx": "Word", "xlsx": "Workbook", "csv": "CSV", "json": "JSON", "zip": "Everything in a zip"}

var mediaTypes = map[string]string{
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".csv": "text/csv; charset=utf-8; header=present", ".json": "application/json", ".zip": "application/zip", ".png": "image/png", ".svg": "image/svg+xml", ".html": "text/plain; charset=utf-8", "": "text/plain; charset=utf-8",
}

// sendReport sends a report as a file. It is made whole before its first byte
// is sent, so that a fault becomes an error page and not half a file.
func sendReport(c echo.Context, r *metrics.Report, format string) error {
	var b bytes.Buffer
	if err := WriteReport(&b, r, format); err != nil {
		return err
	}
	return sendFile(c, r.FileName()+"."+format, b.Bytes())
}

func sendFile(c echo.Context, name string, body []byte) error {
	header := c.Response().Header()
	header.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", path.Base(name)))
	if header.Get("Cache-Control") == "" {
		header.Set("Cache-Control", "no-cache")
	}
	return c.Blob(http.StatusOK, mediaTypes[path.Ext(name)], body)
}

func formatOf(c echo.Context) (string, error) {
	format := c.Param("format")
	if !slices.Contains(ReportFormats, format) {
		return "", metrics.Errorf(metrics.NotFound, "There is no format %q. A report can be had as %s.", format, strings.Join(ReportFormats, ", "))
	}
	return format, nil
}

// draftFile sends the draft as a file, commentary and all.
func (s *Server) draftFile(c echo.Context) error {
	ctx := c.Request().Context()
	format, err := formatOf(c)
	if err != nil {
		return err
	}
	choice, err := s.choiceOf(ctx, c.QueryParams())
	if err != nil {
		return err
	}
	r, _, err := s.Draft(ctx, choice)
	if err != nil {
		return err
	}
	return sendReport(c, r, format)
}

// exported sends the figures in force as a file: what the pages show, and
// nothing of a draft.
func (s *Server) exported(c echo.Context) error {
	ctx := c.Request().Context()
	format, err := formatOf(c)
	if err != nil {
		return err
	}
	choice, err := s.choiceOf(ctx, c.QueryParams())
	if err != nil {
		return err
	}
	r, _, err := s.Compose(ctx, choice, nil, nil)
	if err != nil {
		return err
	}
	s.asOnPages(r, choice)
	return sendReport(c, r, format)
}

// asOnPages makes a draft what the pages show: its address is theirs, which who
// may not see drafts can open, and nothing is said of earlier reports.
func (s *Server) asOnPages(r *metrics.Report, choice metrics.ReportChoice) {
	at := "/"
	if len(choice.Indicators) == 1 && len(choice.Priorities) == 0 {
		at = indicatorURL(choice.Indicators[0], "", "", "", "", "")
	}
	r.Address, r.OfPages = s.site+at, true
	if choice.Standard() {
		r.Name = "overview"
	}
	r.Cite = cited(r)
	r.Sections = slices.DeleteFunc(r.Sections, func(sec metrics.ReportSection) bool { return sec.Title == changesTitle })
	for i := range r.Sections {
		r.Sections[i].Number = i + 1
	}
}

// comment keeps what somebody wrote beside an indicator.
func (s *Server) comment(c echo.Context) error {
	ctx := c.Request().Context()
	r := c.Request()
	r.Body = http.MaxBytesReader(c.Response(), r.Body, 4*longestComment)
	if err := r.ParseForm(); err != nil {
		return metrics.Errorf(metrics.TooLarge, "The comment holds more than it can: %s bytes at most. Nothing was changed.", metrics.Whole(longestComment))
	}
	form := r.PostForm
	choice, err := s.choiceOf(ctx, form)
	if err != nil {
		return err
	}
	ind, ok := s.strategy.Indicator(form.Get("beside"))
	if !ok {
		return metrics.Errorf(metrics.NotFound, "The strategy has no indicator called %q: nothing was kept.", form.Get("beside"))
	}
	seen, _ := strconv.ParseInt(form.Get("seen"), 10, 64)
	text := plainText(form.Get("text"))
	wrong := ""
	switch {
	case len(text) > longestComment:
		wrong = fmt.Sprintf("The comment is too long by %s: it can have %s. Shorten it.", plural(int64(len(text)-longestComment), "byte", "bytes"), metrics.Whole(longestComment))
	case text == "" && seen == 0:
		wrong = "Write something, or leave it."
	}
	who, _ := account.Of(ctx)
	if wrong == "" {
		err := s.reports.Comment(ctx, metrics.Comment{Period: choice.Period, Indicator: ind.ID, By: who.Name, Email: who.Email, Text: text}, seen)
		if err == nil {
			said := "comment"
			if text == "" {
				said = "back"
			}
			return c.Redirect(http.StatusSeeOther, DraftURL(choice)+"&said="+said)
		}
		if metrics.KindOf(err) != metrics.Conflict {
			return err
		}
		wrong = upperFirst(err.Error())
	}
	return s.showDraft(c, http.StatusConflict, choice, func(page *draftPage) {
		for i, f := range page.Comments {
			if f.Indicator == ind.ID {
				page.Comments[i].Text, page.Comments[i].Open, page.Comments[i].Wrong = text, true, wrong
				page.Problems = account.Problems{{Field: f.ID, Message: ind.Title + ": " + wrong}}
			}
		}
	})
}

// plainText is a text without what no page or document has a use for: control
// characters, also those that turn the direction of writing, and line ends of
// other systems.
func plainText(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ").Replace(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, s))
}

// freeze makes a draft a pack, if it is still what the officer read.
func (s *Server) freeze(c echo.Context) error {
	ctx := c.Request().Context()
	form, err := posted(c)
	if err != nil {
		return err
	}
	choice, err := s.choiceOf(ctx, form)
	if err != nil {
		return err
	}
	if form.Get("sure") == "" {
		return s.showDraft(c, http.StatusUnprocessableEntity, choice, func(page *draftPage) {
			page.Problems = account.Problems{{Field: "sure", Message: "Say that you have read the draft: a report pack cannot be changed or taken back. Nothing was frozen."}}
		})
	}
	who, _ := account.Of(ctx)
	number, err := s.Freeze(ctx, choice, form.Get("digest"), who)
	if err != nil {
		if metrics.KindOf(err) != metrics.Conflict {
			return err
		}
		return s.showDraft(c, http.StatusConflict, choice, func(page *draftPage) {
			page.Problems = account.Problems{{Field: "freeze", Message: err.Error()}}
		})
	}
	return c.Redirect(http.StatusSeeOther, packURL(number))
}

// Freeze makes the draft of a choice the next pack and gives its number. digest
// is that of the draft as it was read, "" for as it is. The error is Conflict,
// and nothing is kept, where the draft is another by now or its checklist stops it.
func (s *Server) Freeze(ctx context.Context, choice metrics.ReportChoice, digest string, who metrics.Person) (int, error) {
	return s.reports.Freeze(ctx, who.Email, func(number int, at string) (metrics.Pack, error) {
		r, checks, err := s.Draft(ctx, choice)
		if err != nil {
			return metrics.Pack{}, err
		}
		for _, check := range checks {
			if check.Stops {
				return metrics.Pack{}, metrics.Errorf(metrics.Conflict, "It cannot be frozen yet. %s %s", check.Message, check.Mend)
			}
		}
		if digest != "" && r.Hashed().SHA256 != digest {
			list, err := s.reports.Packs(ctx)
			if err != nil {
				return metrics.Pack{}, err
			}
			if len(list) > 0 && list[0].Choice.Same(choice) { // the newest; a draft tells of the one before
				p := list[0]
				return metrics.Pack{}, metrics.Errorf(metrics.Conflict, "%s froze this report as report pack %d on %s. Nothing more was frozen. Read the draft again below: it now says what has changed since that pack.", p.FrozenBy, p.Number, day(p.FrozenAt))
			}
			return metrics.Pack{}, metrics.Errorf(metrics.Conflict, "The draft is another than the one you read: figures or comments have changed meanwhile. Nothing was frozen. Read it again below, then freeze it.")
		}
		r.Number, r.FrozenAt, r.FrozenBy, r.Address = number, at, who.Name, s.site+packURL(number)
		r.Cite = cited(r)
		*r = r.Hashed()
		return s.packOf(r, choice)
	})
}

// packOf writes all files of a pack.
func (s *Server) packOf(r *metrics.Report, choice metrics.ReportChoice) (metrics.Pack, error) {
	p := metrics.Pack{Number: r.Number, Title: r.Title, Period: r.Period, Choice: choice, FrozenAt: r.FrozenAt, FrozenBy: r.FrozenBy, SHA256: r.SHA256, Report: r}
	files, err := ReportFiles(r)
	if err != nil {
		return p, err
	}
	var zipped bytes.Buffer
	if err := export.Zip(&zipped, r, files); err != nil {
		return p, err
	}
	body, err := s.reportBody(r)
	if err != nil {
		return p, err
	}
	files = append(files, export.File{Name: r.FileName() + ".zip", Body: zipped.Bytes()}, export.File{Name: bodyFile, Body: []byte(body)})
	files = append(files, export.File{Name: export.SumsName, Body: []byte(export.Sums(files))})
	for _, f := range files {
		p.Files = append(p.Files, metrics.PackFile{Name: f.Name, Body: f.Body})
	}
	return p, nil
}

// PackAs gives a pack and its file in one of ReportFormats.
func (s *Server) PackAs(ctx context.Context, number int, format string) (metrics.Pack, []byte, error) {
	p, err := s.reports.Pack(ctx, number)
	if err != nil {
		return p, nil, err
	}
	f, err := s.reports.PackFile(ctx, number, p.Report.FileName()+"."+format)
	return p, f.Body, err
}

type packPage struct {
	layout
	Pack  packView
	Body  template.HTML
	Files []fileLink
	Sums  string
}

type fileLink struct {
	link
	Size string
}

func packNumber(c echo.Context) (int, error) {
	text := c.Param("number")
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || strconv.Itoa(n) != text {
		return 0, metrics.Errorf(metrics.NotFound, "There is no report pack with the number %q. The list of packs shows those that were frozen.", text)
	}
	return n, nil
}

// pack shows a pack as it was frozen: its body is the stored one.
func (s *Server) pack(c echo.Context) error {
	ctx := c.Request().Context()
	n, err := packNumber(c)
	if err != nil {
		return err
	}
	p, err := s.reports.Pack(ctx, n)
	if err != nil {
		return err
	}
	body, err := s.reports.PackFile(ctx, n, bodyFile)
	if err != nil {
		return err
	}
	page := packPage{Pack: packViewOf(p), Body: template.HTML(body.Body)}
	// Nothing on it depends on the day or on what was imported since.
	page.layout = s.layout(metrics.State{Sample: p.Report.Sample}, fmt.Sprintf("Report pack %d: %s, %s", n, p.Title, p.Period.Label()), "reports")
	page.Today = ""
	for _, f := range p.Files {
		ending := strings.TrimPrefix(path.Ext(f.Name), ".")
		switch {
		case f.Name == export.SumsName:
			page.Sums = packFileURL(n, f.Name)
		case formatWords[ending] != "" && !strings.Contains(f.Name, "/"):
			page.Files = append(page.Files, fileLink{link{Text: formatWords[ending], URL: packFileURL(n, f.Name)}, bytesWritten(f.Size)})
		}
	}
	return s.render(c, http.StatusOK, "pack", page)
}

// packFile sends a file of a pack as it was written.
func (s *Server) packFile(c echo.Context) error {
	n, err := packNumber(c)
	if err != nil {
		return err
	}
	f, err := s.reports.PackFile(c.Request().Context(), n, unescaped(c.Param("*")))
	if err != nil {
		return err
	}
	header := c.Response().Header()
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Set("ETag", `"`+f.SHA256[:32]+`"`)
	if held(c.Request(), `"`+f.SHA256[:32]+`"`) {
		return c.NoContent(http.StatusNotModified)
	}
	return sendFile(c, f.Name, f.Body)
}

type changesPage struct {
	layout
	Pack    packView
	Heading string
	Changed []changeView
	Files   []link
}

type changeView struct {
	Title, Place, Period string
	Then, Now            string
	NowURL               string
	Beside               []string // what it is compared with otherwise
	Causes               []string
}

// ledger reads a pack and its ledger. Whoever reads it can read the pack: what a
// figure about people read there is set beside what it reads now, and the control
// of disclosure reckons with both.
func (s *Server) ledger(ctx context.Context, number int) (p metrics.Pack, lines []metrics.LedgerLine, err error) {
	if p, err = s.reports.Pack(ctx, number); err != nil {
		return p, nil, err
	}
	if lines, err = s.reports.Ledger(ctx, number, s.strategy); err != nil {
		return p, nil, err
	}
	for i := range lines {
		l := &lines[i]
		ind, _ := s.indicatorOf(l.Then.Figure)
		l.Was, l.Is, l.Where = reads(ind, l.Then.Figure), "no longer made", s.whereOf(ind, l.Then.Figure)
		switch {
		case l.Now != nil:
			l.Is = reads(ind, *l.Now)
			if l.Changed {
				l.Beside = s.besideWords(ind, l.Then.Figure, *l.Now)
			}
			if l.Changed && l.Is == l.Was && len(l.Beside) == 0 {
				l.Beside = []string{"otherwise only by what does not stand here: decimals, an interval, a rank, a mark or what it is compared with"}
			}
		case !l.Changed:
			l.Is = l.Was
		}
	}
	return p, lines, nil
}

// whereOf is the place of a figure in a list of many indicators: measures of
// several priorities can have one name.
func (s *Server) whereOf(ind metrics.Indicator, f metrics.Figure) string {
	place := placeOf(s.strategy, ind, f.Area)
	if p, ok := s.strategy.Priority(f.Priority); ok && ind.Accountability == metrics.Performance {
		place += ", " + p.Title
	}
	return place
}

// packChanges shows what has changed since a pack, and why.
func (s *Server) packChanges(c echo.Context) error {
	ctx := c.Request().Context()
	n, err := packNumber(c)
	if err != nil {
		return err
	}
	p, lines, err := s.ledger(ctx, n)
	if err != nil {
		return err
	}
	state, err := s.store.State(ctx)
	if err != nil {
		return fmt.Errorf("the store's state: %w", err)
	}
	page := changesPage{Pack: packViewOf(p)}
	for _, format := range LedgerFormats {
		page.Files = append(page.Files, link{Text: formatWords[format], URL: packURL(p.Number) + "/changes." + format})
	}
	page.layout = s.layout(state, fmt.Sprintf("Changes since report pack %d", p.Number), "reports")
	for _, l := range lines {
		if !l.Changed {
			continue
		}
		v := changeView{Title: l.Then.Title, Place: l.Where, Period: l.Then.Period.Label(), Then: l.Was, Now: l.Is, Beside: l.Beside, Causes: l.Causes}
		if l.Now != nil {
			v.NowURL = figureURL(*l.Now)
		}
		page.Changed = append(page.Changed, v)
	}
	page.Heading = strings.TrimSuffix(export.LedgerWords(p, len(page.Changed), len(lines)), ".")
	return s.render(c, http.StatusOK, "changes", page)
}

// LedgerFormats are the files that a pack's ledger can be had as.
var LedgerFormats = []string{"docx", "xlsx", "csv", "json"}

// WriteLedger writes what has changed since a pack in one of LedgerFormats, and
// gives the name of the file.
func (s *Server) WriteLedger(ctx context.Context, w io.Writer, number int, format string) (name string, err error) {
	p, lines, err := s.ledger(ctx, number)
	if err != nil {
		return "", err
	}
	state, err := s.store.State(ctx)
	if err != nil {
		return "", fmt.Errorf("the store's state: %w", err)
	}
	switch format {
	case "docx":
		err = word.Write(w, export.LedgerReport(p, lines, state.MadeAt))
	case "xlsx":
		err = export.LedgerWorkbook(w, p, lines, state.MadeAt)
	case "csv":
		err = export.Ledger(w, p, lines)
	case "json":
		err = export.LedgerJSON(w, p, lines, state.MadeAt)
	default:
		err = metrics.Errorf(metrics.Invalid, "there is no format %q: one of %s", format, strings.Join(LedgerFormats, ", "))
	}
	return export.LedgerName(p) + "." + format, err
}

// packChangesFile sends the ledger of a pack as a file.
func (s *Server) packChangesFile(format string) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx := c.Request().Context()
		n, err := packNumber(c)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		name, err := s.WriteLedger(ctx, &b, n, format)
		if err != nil {
			return err
		}
		return sendFile(c, name, b.Bytes())
	}
}

// bodyView is a report as its page shows it.
type bodyView struct {
	*metrics.Report
	Frozen   string
	AsAt     string
	Sections []bodySection
}

type bodySection struct {
	ID, Title string
	Number    int
	Blocks    []bodyBlock
}

type bodyBlock struct {
	Heading, Number, Paragraph string
	List                       []string
	Commentary                 *commentaryView
	Chart                      *bodyChart
	Table                      *metrics.ReportTable
}

type commentaryView struct {
	By, At string
	Parts  []commentaryPart
}

// commentaryPart is a paragraph, or a list.
type commentaryPart struct {
	Paragraph string
	List      []string
}

type bodyChart struct {
	*metrics.ReportChart
	Wide, Narrow, Paper template.HTML
	Key                 []chart.Marker
	ShowKey             bool
	Cut                 string // where the axis starts, if not at 0
}

// reportBody is a report as the part of a page, from the report alone.
func (s *Server) reportBody(r *metrics.Report) (template.HTML, error) {
	v := bodyView{Report: r, AsAt: day(r.AsAt), Frozen: day(r.FrozenAt)}
	for _, sec := range r.Sections {
		out := bodySection{ID: fmt.Sprintf("section-%d", sec.Number), Title: sec.Title, Number: sec.Number}
		paragraph := 0
		for _, b := range sec.Blocks {
			one := bodyBlock{Heading: b.Heading, Paragraph: b.Paragraph, List: b.List, Table: b.Table}
			if b.Paragraph != "" {
				paragraph++
				one.Number = fmt.Sprintf("%d.%d", sec.Number, paragraph)
			}
			if b.Commentary != nil {
				one.Commentary = &commentaryView{By: b.Commentary.By, At: day(b.Commentary.At), Parts: partsOfText(b.Commentary.Text)}
			}
			if b.Chart != nil {
				in := chart.Of(*b.Chart)
				one.Chart = &bodyChart{ReportChart: b.Chart, Wide: chart.SVG(in, chart.Wide), Narrow: chart.SVG(in, chart.Narrow), Paper: chart.SVG(in, chart.Paper), Key: in.Markers, ShowKey: in.Crowded()}
				if at, cut := in.Cut(); cut {
					one.Chart.Cut = at
				}
			}
			out.Blocks = append(out.Blocks, one)
		}
		v.Sections = append(v.Sections, out)
	}
	var b bytes.Buffer
	if err := s.pages["pack"].ExecuteTemplate(&b, "reportbody", v); err != nil {
		return "", fmt.Errorf("the report's page: %w", err)
	}
	return template.HTML(b.String()), nil
}

// partsOfText parts a comment into paragraphs and lists.
func partsOfText(text string) []commentaryPart {
	var out []commentaryPart
	for block := range strings.SplitSeq(plainText(text), "\n\n") {
		for line := range strings.SplitSeq(block, "\n") {
			line = strings.TrimSpace(line)
			last := len(out) - 1
			item, listed := strings.CutPrefix(line, "- ")
			switch {
			case line == "":
			case listed && last >= 0 && len(out[last].List) > 0:
				out[last].List = append(out[last].List, item)
			case listed:
				out = append(out, commentaryPart{List: []string{item}})
			default:
				out = append(out, commentaryPart{Paragraph: line})
			}
		}
	}
	return out
}
