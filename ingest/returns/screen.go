package returns

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"outcomes/ingest"
	"outcomes/metrics"
)

// Handed is a workbook that was handed in, and what it is to be screened against.
type Handed struct {
	Name     string // of the file, as it came
	Body     []byte
	Project  metrics.Project
	Quarter  metrics.Period
	Strategy *metrics.Strategy
	Held     Held
	Today    time.Time
}

// maxFindings is how many findings are kept.
const maxFindings = 1000

// Screening is what was read from a workbook and what is wrong with it.
type Screening struct {
	Template string // its version; "" for a workbook of the project's own
	Sample   bool   // it says that it is invented
	Values   []metrics.ReturnValue
	// Unread are numbers that are asked for and given in a cell that could not be
	// understood: a finding says why.
	Unread   []metrics.ReturnValue
	Findings []metrics.Finding // by stage, 1,000 at most, failures kept before warnings
	More     int               // findings that were not kept
	// PersonalData says that the file looks as if it held something about a
	// person: it must not be kept. Values and Grid are empty then, and no
	// finding repeats what was found.
	PersonalData bool
	// Unscreened says that the file was not looked through for what is about a
	// person, because it could not be read: it must not be kept either.
	Unscreened bool
	Grid       []Sheet // the sheets as they were read, for a preview
}

// Sheet is one sheet as it was read.
type Sheet struct {
	Name   string
	Hidden bool
	Header int   // the number of the row of headings, 0 where no table was found
	Rows   []Row // those that hold something
	Cut    bool  // there are more rows than a preview shows
}

// Row is one row of a sheet, from column A to the last that holds something.
type Row struct {
	Number int
	Cells  []Cell
}

// Cell is one cell of a sheet. Text is as stored: a number has no thousands commas.
type Cell struct {
	Ref     string // "D7"
	Text    string
	Numeric bool
}

// screen is the screening of one workbook.
type screen struct {
	h        Handed
	book     *book
	template string
	sample   bool
	about    map[string]string // the sheet “About this file”, nil where there is none
	personal bool
	screened bool // it was looked through for what is about a person
	tables   []*grid
	entries  []*entry
	findings []metrics.Finding
	said     bool            // the file says which quarter it is of
	styles   map[string]bool // of the periods seen
	told     map[string]bool // near spellings told of already
	repeats  map[string]*repeat
	names    names
}

// Screen reads a workbook and looks for everything that is wrong with it. It
// never fails: what is wrong with a file, whatever it is, is a finding.
func Screen(ctx context.Context, h Handed) (out Screening) {
	s := &screen{h: h, styles: map[string]bool{}, told: map[string]bool{}, repeats: map[string]*repeat{}}
	defer func() {
		if p := recover(); p != nil {
			s.add("file_broken", "", "", "The file could not be read to its end (%v).", shorten(fmt.Sprint(p)))
		}
		out = s.result()
	}()
	for _, step := range []func() bool{s.file, s.person, s.origin, s.shape, s.period, s.rows, s.relations, s.history, s.duplicates, s.small, s.missing} {
		if ctx.Err() != nil {
			s.add("screening_stopped", "", "", "The screening was stopped before it had looked at everything.")
			return
		}
		if !step() {
			if s.book == nil { // what cannot be read as a workbook may be readable all the same
				s.plain()
			}
			return
		}
	}
	return
}

// repeat is a finding that more than one row of a sheet has.
type repeat struct {
	at      int // among the findings
	rows    int
	message string
}

// addRow notes a finding of a row: once where several rows of a sheet have the
// same, at the first of them, with how many they are. Rows of whichever other
// quarter are the same.
func (s *screen) addRow(rule string, sh *sheet, cell, message string) {
	key, words := rule+"\x00"+sh.name+"\x00"+message, "%s It is so in %d rows; this is the first."
	if rule == "wrong_quarter" {
		key, words = rule+"\x00"+sh.name, "%s %d rows are of another quarter; this is the first."
	}
	if r := s.repeats[key]; r != nil {
		r.rows++
		s.findings[r.at].Message = fmt.Sprintf(words, r.message, r.rows)
		return
	}
	s.repeats[key] = &repeat{len(s.findings), 1, message}
	s.add(rule, sh.name, cell, "%s", message)
}

// add notes a finding; severity and mending are the check's.
func (s *screen) add(rule, sheet, cell, format string, args ...any) {
	c := checkOf[rule]
	s.findings = append(s.findings, metrics.Finding{Rule: rule, Severity: c.Severity, Sheet: sheet, Cell: cell, Message: fmt.Sprintf(format, args...), Mend: c.Mend})
}

// failed says whether a check of one of the stages found a failure.
func (s *screen) failed(stages ...Stage) bool {
	return slices.ContainsFunc(s.findings, func(f metrics.Finding) bool {
		return f.Severity == metrics.Fail && slices.Contains(stages, checkOf[f.Rule].Stage)
	})
}

func (s *screen) result() Screening {
	out := Screening{Template: s.template, Sample: s.sample, PersonalData: s.personal, Unscreened: !s.screened && !s.personal, Findings: s.findings}
	slices.SortStableFunc(out.Findings, func(x, y metrics.Finding) int {
		return slices.Index(stages, checkOf[x.Rule].Stage) - slices.Index(stages, checkOf[y.Rule].Stage)
	})
	if len(out.Findings) > maxFindings {
		out.More = len(out.Findings) - maxFindings
		// What stands in the way is kept before what only asks for a reason, or for nothing.
		slices.SortStableFunc(out.Findings, func(x, y metrics.Finding) int {
			return slices.Index(metrics.Severities, x.Severity) - slices.Index(metrics.Severities, y.Severity)
		})
		out.Findings = out.Findings[:maxFindings]
	}
	if s.personal {
		// Other findings quote cells.
		out.Findings = slices.DeleteFunc(out.Findings, func(f metrics.Finding) bool { return f.Rule != "person_data" })
		return out
	}
	seen := map[metrics.ReturnCell]bool{}
	for _, e := range s.entries {
		if e.read && !seen[e.cell] {
			seen[e.cell] = true
			out.Values = append(out.Values, metrics.ReturnValue{ReturnCell: e.cell, Value: e.value, NotAvailable: e.none, Sheet: e.sheet.name, Cell: e.at()})
		}
	}
	for _, e := range s.entries {
		if !e.read && !seen[e.cell] {
			seen[e.cell] = true
			out.Unread = append(out.Unread, metrics.ReturnValue{ReturnCell: e.cell, Sheet: e.sheet.name, Cell: e.at()})
		}
	}
	if s.book != nil {
		out.Grid = s.grid()
	}
	return out
}

// maxGrid is how many cells a preview shows, the blank ones between others among them.
const maxGrid = 100_000

func (s *screen) grid() []Sheet {
	var out []Sheet
	left := maxGrid
	for _, sh := range s.book.sheets {
		g := Sheet{Name: sh.name, Hidden: sh.hidden}
		for _, t := range s.tables {
			if t.sheet == sh {
				g.Header = t.head.number
			}
		}
		for _, r := range sh.rows {
			last := r.cells[len(r.cells)-1].col
			if left -= last; left < 0 {
				g.Cut = true
				break
			}
			line := Row{Number: r.number, Cells: make([]Cell, last)}
			for i := range line.Cells {
				line.Cells[i].Ref = ref(i+1, r.number)
			}
			for _, c := range r.cells {
				line.Cells[c.col-1].Text = c.text
				line.Cells[c.col-1].Numeric = c.kind == numberCell
			}
			g.Rows = append(g.Rows, line)
		}
		out = append(out, g)
	}
	return out
}

// file looks at the file as a whole, and reads it.
func (s *screen) file() bool {
	h := s.h
	ext := strings.ToLower(path.Ext(h.Name))
	switch {
	case len(h.Body) == 0 && h.Name == "":
		s.add("file_selected", "", "", "No file was selected.")
		return false
	case len(h.Body) == 0:
		s.add("file_empty", "", "", "The selected file is empty.")
		return false
	case len(h.Body) > maxFile:
		s.add("file_size", "", "", "The selected file has %.1f MB; it must be smaller than %d MB.", float64(len(h.Body))/(1<<20), maxFile>>20)
		return false
	}
	if strings.ContainsAny(h.Name, `<>:"/\|?*`) || strings.ContainsFunc(h.Name, func(r rune) bool { return r < ' ' || r == 0x7f }) ||
		h.Name != "" && strings.ContainsRune("=+-@", rune(h.Name[0])) {
		s.add("filename_special", "", "", "The name of the file starts with, or has in it, a character that cannot be kept.")
	}
	if !ingest.IsWorkbook(h.Body) {
		switch {
		case ingest.IsOldWorkbook(h.Body) && encrypted(h.Body):
			s.add("file_password", "", "", "The selected file is password protected.")
		case ingest.IsOldWorkbook(h.Body):
			s.add("file_type", "", "", "The selected file must be an .xlsx workbook; this is an old .xls or another file of that kind.")
		default:
			s.add("file_type", "", "", "The selected file must be an .xlsx workbook; this one%s is not.", endsIn(ext))
		}
		return false
	}
	p, err := unzip(h.Body)
	if err != nil {
		return s.refused(err)
	}
	if !p.any("xl/") {
		s.add("file_type", "", "", "The selected file must be an .xlsx workbook; this is a zip archive of another kind%s.", endsIn(ext))
		return false
	}
	if h.Name != "" && ext != ".xlsx" {
		s.add("file_type", "", "", "The selected file must be an .xlsx workbook; this one%s.", strings.Replace(endsIn(ext), ", ", " ", 1))
	}
	if p.any("xl/vbaproject", "xl/macrosheets/", "xl/activex/", "xl/ctrlprops/") {
		s.add("macro_present", "", "", "The workbook holds macros or active controls.")
	}
	if p.any("xl/externallinks/", "xl/connections.xml", "xl/querytables/") {
		s.add("external_links", "", "", "The workbook takes values from another workbook or from a database.")
	}
	if p.any("xl/embeddings/") || p.foreign() != "" {
		s.add("embedded_files", "", "", "Another document lies within the workbook.")
	}
	if p.any("xl/pivotcache/", "xl/model/", "xl/slicercaches/", "xl/timelinecaches/", "xl/richdata/") {
		s.add("hidden_copies", "", "", "The workbook keeps a copy of other data out of sight, as pivot tables and data models do.")
	}
	if p.any("xl/media/") {
		s.add("pictures", "", "", "The workbook holds pictures, which are not read.")
	}
	if s.book, err = readBook(p); err != nil {
		s.book = nil
		return s.refused(err)
	}
	if !slices.ContainsFunc(s.book.sheets, func(sh *sheet) bool { return len(sh.rows) > 0 }) {
		s.add("file_empty", "", "", "Every cell of the workbook is blank.")
		return false
	}
	return true
}

func (s *screen) refused(err error) bool {
	r, ok := errors.AsType[refusal](err)
	if !ok {
		r = refusal{"file_broken", "The file cannot be read."}
	}
	s.add(r.rule, "", "", "%s", r.message)
	return false
}

// endsIn is ", whose name ends in .csv", "" for a name without an ending or .xlsx.
func endsIn(ext string) string {
	if ext == "" || ext == ".xlsx" {
		return ""
	}
	return ", whose name ends in " + shorten(ext)
}

// encrypted says whether an OLE file holds a stream by the name that an
// encrypted .xlsx lies under.
func encrypted(body []byte) bool {
	var name []byte
	for _, r := range "EncryptedPackage" {
		name = append(name, byte(r), 0)
	}
	return strings.Contains(string(body), string(name))
}

// origin looks at which return the file says it is, and stops where it is another's.
func (s *screen) origin() bool {
	if s.failed(FileStage) {
		return false
	}
	s.about = s.book.about()
	if s.about == nil {
		return true
	}
	version, project, quarter := s.about[aboutVersion], s.about[aboutProject], s.about[aboutQuarter]
	s.sample = strings.HasPrefix(s.about[aboutSample], "yes")
	var number int
	var err2 error
	q, err := metrics.ParsePeriod(quarter)
	if number, err2 = strconv.Atoi(version); err2 != nil || err != nil || q.Kind != metrics.Quarter || project == "" || number < 0 || number > Version {
		s.add("file_template", aboutSheet, "", "The sheet does not tell the project, the quarter and a version of the template that is known here.")
		return false
	}
	s.template, s.said = version, true
	switch _, known := s.h.Strategy.Project(project); {
	case !known:
		s.add("unknown_project", aboutSheet, "", "The workbook is of the project “%s”, which the strategy does not have.", shorten(project))
	case project != s.h.Project.ID:
		s.add("not_your_project", aboutSheet, "", "The workbook is of the project “%s”, not of “%s”.", shorten(s.about["Project's name"]), s.h.Project.Name)
	}
	if q != s.h.Quarter {
		s.add("wrong_quarter", aboutSheet, "", "The workbook is of %s, not of %s.", metrics.QuarterInWords(q), metrics.QuarterInWords(s.h.Quarter))
	}
	if s.failed(IDStage, PeriodStage) {
		return false
	}
	if number < Version || s.about[aboutQuestions] != questions(s.h.Strategy, s.h.Project) {
		s.add("template_version_old", aboutSheet, "", "The template was made before its version %d, or before the measures that are asked for changed.", Version)
	}
	return true
}

// about gives the lines of the sheet “About this file”, nil where there is none.
func (b *book) about() map[string]string {
	for _, sh := range b.sheets {
		if !strings.EqualFold(strings.TrimSpace(sh.name), aboutSheet) {
			continue
		}
		lines := map[string]string{}
		for _, r := range sh.rows {
			lines[strings.TrimSpace(r.at(1).text)] = strings.TrimSpace(r.at(2).text)
		}
		return lines
	}
	return nil
}

// Identify gives the project and the quarter that a file says it is of: by its
// sheet “About this file”, else by its name, as in “staying-safe-2019-Q1.xlsx”.
func Identify(name string, body []byte) (project string, quarter metrics.Period, ok bool) {
	defer func() {
		if p := recover(); p != nil {
			project, quarter, ok = "", metrics.Period{}, false // Screen says what is wrong with it
		}
	}()
	if len(body) <= maxFile && ingest.IsWorkbook(body) {
		if p, err := unzip(body); err == nil {
			if b, err := readBook(p); err == nil {
				about := b.about()
				if q, err := metrics.ParsePeriod(about[aboutQuarter]); err == nil && q.Kind == metrics.Quarter && about[aboutProject] != "" {
					return about[aboutProject], q, true
				}
			}
		}
	}
	if m := inFileName.FindStringSubmatch(strings.ToLower(name)); m != nil {
		if q, err := metrics.ParsePeriod(strings.ToUpper(m[2])); err == nil {
			return strings.TrimPrefix(m[1], "return-"), q, true
		}
	}
	return "", metrics.Period{}, false
}
