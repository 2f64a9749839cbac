package returns

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"outcomes/ingest"
	"outcomes/ingest/table"
)

var (
	email    = regexp.MustCompile(`[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+`)
	nhs      = regexp.MustCompile(`(?:^|[^\w.,])(\d{3}[ -]?\d{3}[ -]?\d{4})(?:$|[^\w.,]|[.,](?:$|\W))`)
	postcode = regexp.MustCompile(`(?:^|[^A-Z0-9])([A-Z]{1,2})[0-9][A-Z0-9]? ?([0-9][ABD-HJLNP-UW-Z]{2})(?:$|[^A-Z0-9])`)
	ordinal  = regexp.MustCompile(`^(1ST|2ND|3RD|[04-9]TH)$`)
	phone    = regexp.MustCompile(`(?:^|[^\w.,-])(?:\(?(?:\+|00)44\)?[ -]?(?:\(0\)[ -]?)?|\(?0)(?:[1-3]\d{1,4}|7\d{2,4})\)?(?:[ -]?\d{2,6}){1,3}(?:$|[^\w,.]|[.,](?:$|\W))`)
	born     = regexp.MustCompile(`(?i)\b(d\.?o\.?b\.?|date of birth|birth ?date|born)\b[^\d]{0,12}\d{1,4}[ ./-]`)
)

// areasOfPostcodes are the letters that a postcode can begin with.
var areasOfPostcodes = func() map[string]bool {
	m := map[string]bool{}
	for _, a := range strings.Fields(`AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX
		FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX
		PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE`) {
		m[a] = true
	}
	return m
}()

// A heading is read word by word, so that “Names of young people” and
// “Child's name” are known as “Name” is.
var (
	// fields are headings of columns that hold what a return must not, whatever
	// else the heading says.
	fields = []struct {
		heading *regexp.Regexp
		what    string
	}{
		{regexp.MustCompile(`\b(d\.?o\.?b|dates? of birth|birth ?(date|day)s?)\b|^(born|birth)( on)?$`), "dates of birth"},
		{regexp.MustCompile(`\b(first|fore|given|last|family|full|middle|maiden|nick|preferred|sur) ?names?\b|\binitials\b`), "names"},
		{regexp.MustCompile(`\b(child(ren)?|kid|yp|young (person|people|adult)|pupil|student|client|participant|patient|victim|suspect)('?s|s'?)? names?\b`), "names"},
		{regexp.MustCompile(`\bnhs ?(no|number|num|id)\b`), "NHS numbers"},
		{regexp.MustCompile(`\b(upn|unique pupil (no|number)|uln|unique learner (no|number)|national insurance|ni (no|number)|pnc (id|no|number)|case ?(ref|reference|id)|client (ref|reference|id|no|number)|hospital (no|number))s?\b`), "numbers of persons"},
		{regexp.MustCompile(`\b(home|postal|street) address(es)?\b`), "addresses"},
	}
	// maybes are headings of such columns too, and words that also stand beside a
	// line to fill in, as “Name” does on a cover.
	// words is how many words a cell under it can have that is about a person.
	maybes = []struct {
		heading *regexp.Regexp
		what    string
		words   int
	}{
		{regexp.MustCompile(`^(e-?mail)s?( address(es)?)?$`), "e-mail addresses", 2},
		{regexp.MustCompile(`^((tele|mobile )?phone|mobile|contact)( (no|number))?s?$`), "telephone numbers", 4},
		{regexp.MustCompile(`\bpost ?codes?\b`), "postcodes", 2},
		{regexp.MustCompile(`^address(es)?$`), "addresses", 12},
		{regexp.MustCompile(`\bnames?\b`), "names", 5},
		{regexp.MustCompile(`^(the )?(child|children|kid|yp|young (person|people|adult|adults)|pupil|student|client|participant|patient|victim|suspect|offender|attendee|service user|who|person|key ?worker)s?$`), "names", 3},
	}
	// ofThings are names that are nobody's.
	ofThings = regexp.MustCompile(`\b(measure|indicator|project|programme|kpi|breakdown|dimension|group|item|category|sheet|file|school|organisation|organization|provider|area|ward|team|panel|event|activity|service name|column|quarter|period)s?\b`)
)

// columnOf says what a heading's column holds about persons, "" for nothing.
// A heading that may also be of something else counts where what stands under
// it are words that this return has no use for.
func (s *screen) columnOf(rows []row, i int, c cell) string {
	if c.kind != textCell || len(c.text) > 80 || !heads(rows[i+1:], rows[i].number, c.col) {
		return ""
	}
	name := normal(table.Header(c.text))
	for _, f := range fields {
		if f.heading.MatchString(name) {
			return f.what
		}
	}
	// “Name / activity attended” is two headings in one.
	names := slices.DeleteFunc(headingsIn(name), func(n string) bool {
		return ofThings.MatchString(n) || headings[n] != unknownRole || s.names.words[n] || len(strings.Fields(n)) > 5
	})
	if s.names.words[name] || len(names) == 0 {
		return ""
	}
	// A note among others may speak of a young person; a heading stands first in
	// its column, or in a row of words alone.
	words, numbers := 0, 0
	for _, other := range rows[i].cells {
		switch {
		case other.kind != textCell:
			numbers++
		case !other.blank():
			words++
		}
	}
	below := i > 0 && rows[i-1].number == rows[i].number-1 && len(rows[i-1].cells) > 1 // a row among others
	if slices.ContainsFunc(rows[:i], func(r row) bool { return !r.at(c.col).blank() }) && (words < 2 || numbers > 0 || below) {
		return ""
	}
	for _, m := range maybes {
		words := m.words
		if len(names) > 1 || names[0] != name {
			words += 5 // what else the heading speaks of stands in the cell, too
		}
		if slices.ContainsFunc(names, m.heading.MatchString) && s.ofPersons(rows[i+1:], c.col, words) {
			return m.what
		}
	}
	return ""
}

var (
	betweenHeadings = regexp.MustCompile(` ?[/|,;+] ?`)
	orAnd           = regexp.MustCompile(` ?[/|,;+] ?| and `)
)

// headingsIn takes a heading apart where it is of several things: “name” and
// “activity attended”, not “name” and “address” of “name and address of school”.
func headingsIn(name string) []string {
	if strings.Contains(name, " of ") {
		return betweenHeadings.Split(name, -1)
	}
	return orAnd.Split(name, -1)
}

// ofPersons says whether what stands in a column could be about persons: most of
// it texts of so many words at most that are no measure, no group and no shorthand.
func (s *screen) ofPersons(below []row, col, words int) bool {
	texts, others := 0, 0
	for _, r := range below {
		c := r.at(col)
		if c.blank() {
			continue
		}
		if c.kind == textCell && len(strings.Fields(c.text)) <= words && s.foreign(c.text) {
			texts++
		} else {
			others++
		}
	}
	return texts > others
}

// foreign says whether a text is none that a return is made of.
func (s *screen) foreign(text string) bool {
	name := normal(text)
	if utf8.RuneCountInString(text) > 80 || nullWords[name] || noGroup[name] || legacySymbols[strings.ToLower(strings.TrimSpace(text))] || shorthand.MatchString(name) || headings[name] != unknownRole || s.names.words[name] {
		return false
	}
	if _, ok := s.names.measures[name]; ok {
		return false
	}
	for _, items := range s.names.items {
		if _, ok := items[name]; ok {
			return false
		}
	}
	return s.dimension(name) == nil
}

// givenNames are names often given to children in England and Wales: a column
// of them needs no heading to be known. Those that are also common words,
// months and places are left out.
var givenNames = func() map[string]bool {
	m := map[string]bool{}
	for _, n := range strings.Fields(`aaliyah aaron abdul abdullah abigail adam adrian ahmed aidan aisha aiden alan alex alexander alexandra alfie ali alice alicia alisha
		amber amelia amelie amina amir amy andrew angela anna anthony anya arthur ashley ayaan ayesha barbara bartosz ben benjamin beth bethany bilal brandon brian
		caitlin callum cameron carl caroline catherine charlotte chelsea chloe chris christian christopher claire connor courtney daisy daniel danielle darren
		david deborah declan dominic dylan edward eleanor elijah elizabeth ella ellie elliot emily emma erin ethan eve evie fatima finley florence francesca
		freddie freya gabriel gareth gary george georgia georgina hamza hannah harriet harris harrison harry harvey hassan hayden heather helen henry hollie holly
		hussain ibrahim imran isaac isabel isabella isabelle isla ismail jack jacob jade jake jakub james jamie jane jasmine jason jay jayden jennifer jessica jo joanne
		joe joel john jordan joseph josh joshua julia julie kai karen kate katherine katie kayleigh keira kelly kevin khadija kian kieran kyle lara laura lauren layla leah
		lee leo leon leah lewis lexi liam libby lily linda logan louis louise luca lucas lucy luke lydia madison maisie maria marie martin maryam mason
		matilda matthew max megan mia michael michelle millie mohamed mohammad mohammed molly morgan muhammad musa natalie natasha nathan niamh nicholas nicole noah
		nicola oliver olivia omar oscar owen patrick paul peter philip phoebe poppy rachel rebecca reece rhys richard riley robert robin ruby ryan sam samantha samuel
		sara sarah scarlett scott sean sebastian shannon sharon sian simon skye sofia sophia sophie stephanie stephen steven susan syed tariq taylor teddy
		thomas tia toby tom tyler victoria wiktoria william yasmin yusuf zachary zahra zain zainab zara zoe
		abena ade adebayo adeola akua ama amara ananya anika arjun arun asha babajide chidi chinedu chioma deepa divya ebony efua emeka esi fatou femi folake gurpreet harpreet
		ifeoma imani jaspreet jing kamal karim kavita kehinde kofi kojo kwabena kwame kwesi lakshmi li ling manpreet mei meera neha nia nikhil nisha ngozi obinna oluwaseun olamide pooja
		praveen priya rahul raj ravi rohan sandeep sanjay seun simran sunita tunde uchenna vikram wei xin yetunde yusuf zhang`) {
		m[n] = true
	}
	return m
}()

// places are words in the names of schools, streets and buildings that are
// called after people.
var places = regexp.MustCompile(`\b(schools?|academy|primary|secondary|college|university|nursery|infants?|juniors?|road|street|avenue|lane|close|way|square|park|hall|house|church|centre|center|hospital|clinic|club|trust|ward|estate|library|station|st)\b`)

var fullName = regexp.MustCompile(`^[\p{L}'-]+(?: [\p{L}'.-]+){0,2}$`)

// isName says whether a text is one to three words that begin with a given name,
// or with a family name before one.
func isName(text string) bool {
	text = strings.Join(strings.Fields(strings.NewReplacer("’", "'", ",", " ").Replace(text)), " ")
	words := strings.Fields(strings.ToLower(text))
	return fullName.MatchString(text) && !places.MatchString(normal(text)) && !ofThings.MatchString(normal(text)) &&
		slices.ContainsFunc(words[:min(2, len(words))], func(w string) bool { return givenNames[w] })
}

var betweenNames = regexp.MustCompile(`[,;/&|\n\r\t"]|\band\b`)

// namesListed is how many names a text lists, one after the other. “Smith, John” is one.
func namesListed(text string) int {
	n := 0
	for _, one := range betweenNames.Split(text, -1) {
		if isName(one) {
			n++
		}
	}
	return n
}

// someNames is how many names a text has to list before it is taken for a list
// of persons by itself: a firm can be called after two.
const someNames = 3

// namesIn finds columns and rows that hold names by what stands in them: two
// cells of a column or more, three of a row, that are names or lists of them,
// and at least half of its words. It gives the first cell of each column and row.
func (s *screen) namesIn(rows []row) (columns, inRows map[int]int) {
	named, all := map[int]int{}, map[int]int{}
	columns, inRows = map[int]int{}, map[int]int{}
	ofPlaces := map[int]bool{} // by the heading
	for _, r := range rows {
		namedInRow, allInRow, first := 0, 0, 0
		for _, c := range r.cells {
			if all[c.col] == 0 && c.kind == textCell && places.MatchString(normal(c.text)) {
				ofPlaces[c.col] = true
			}
			if c.kind != textCell || c.blank() || !s.foreign(c.text) {
				continue
			}
			all[c.col]++
			allInRow++
			if ofPlaces[c.col] || !isName(c.text) && namesListed(c.text) < 2 {
				continue
			}
			if named[c.col]++; named[c.col] == 1 {
				columns[c.col] = r.number
			}
			if namedInRow++; namedInRow == 1 {
				first = c.col
			}
		}
		if namedInRow >= 3 && 2*namedInRow >= allInRow {
			inRows[r.number] = first
		}
	}
	for col, n := range named {
		if n < 2 || 2*n < all[col] {
			delete(columns, col)
		}
	}
	return columns, inRows
}

// personIn says what about a person a text looks like, "" where nothing.
func personIn(text string) string {
	if len(text) < 5 || !strings.ContainsAny(text, "0123456789@") {
		return ""
	}
	text = strings.Join(strings.Fields(text), " ") // a non-breaking space as any other
	switch {
	case email.MatchString(text):
		return "an e-mail address"
	case hasNHS(text):
		return "an NHS number"
	case hasPhone(text):
		return "a telephone number"
	case hasPostcode(text):
		return "a postcode"
	case born.MatchString(text):
		return "a date of birth"
	}
	return ""
}

// inCell is what about a person a cell looks like: a mobile number loses its 0
// where it is taken for a number, and a date becomes one.
func (s *screen) inCell(c cell) string {
	if c.kind == numberCell {
		if len(c.text) == 10 && c.text[0] == '7' && digits(c.text) == c.text {
			return "a telephone number"
		}
		if len(c.text) == 10 && digits(c.text) == c.text && nhsNumber(c.text) {
			return "an NHS number"
		}
		if c.format == dateFormat && s.bornOn(c.text) {
			return "a date of birth"
		}
		return ""
	}
	if what := personIn(c.text); what != "" {
		return what
	}
	what := s.inWords(c.text)
	if what != "" {
		if st, ok := statePeriod(c, s.book.date1904); ok && st.rule == "" && st.style != "date" {
			return ""
		}
	}
	return what
}

// inWords is what about a person a text looks like of which personIn says nothing.
func (s *screen) inWords(text string) string {
	if len(text) < 8 || !strings.ContainsAny(text, "0123456789") || s.names.words[normal(text)] || utf8.RuneCountInString(text) <= 80 && !s.foreign(text) {
		return ""
	}
	text = strings.Join(strings.Fields(text), " ")
	switch {
	case slices.ContainsFunc(datesIn(text), s.isBirth):
		return "a date of birth"
	case hasHome(text):
		return "a person's address"
	}
	return ""
}

var (
	numberDate = regexp.MustCompile(`(?:^|[^\d/.-])(\d{1,2})([/.-])(\d{1,2})([/.-])(\d{4})(?:$|[^\d/.-]|\.(?:$|\D))`)
	isoDay     = regexp.MustCompile(`(?:^|[^\d/.-])(\d{4})-(\d{2})-(\d{2})(?:$|[^\d-])`)
	dayMonth   = regexp.MustCompile(`(?i)(?:^|[^\d/.-])(\d{1,2})(?:st|nd|rd|th)?(?: of)?[ -]([a-z]{3,9})\.?,?[ -](\d{4})(?:$|\D)`)
	monthDay   = regexp.MustCompile(`(?i)\b([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?:$|\D)`)
	// ofEvent stands before the date of what a project or a council did.
	ofEvent = regexp.MustCompile(`(?i)\b(since|from|until|till|to|between|ending|ended|launched|opened|founded|established|started|began|begun|published|dated|signed|agreed|adopted|registered|set up|version)( on| of| in)? $`)
)

// datesIn gives the full dates of a text, those of events left out.
func datesIn(text string) []time.Time {
	var out []time.Time
	add := func(at int, year, month, day string) {
		y, _ := strconv.Atoi(year)
		d, _ := strconv.Atoi(day)
		m, err := strconv.Atoi(month)
		if err != nil {
			named, _ := monthNamed(strings.ToLower(month))
			m = int(named)
		}
		if m > 12 && d <= 12 {
			m, d = d, m // month first
		}
		t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
		if m >= 1 && m <= 12 && t.Day() == d && !ofEvent.MatchString(text[:at]) {
			out = append(out, t)
		}
	}
	for _, m := range numberDate.FindAllStringSubmatchIndex(text, -1) {
		if text[m[4]:m[5]] == text[m[8]:m[9]] {
			add(m[2], text[m[10]:m[11]], text[m[6]:m[7]], text[m[2]:m[3]])
		}
	}
	for _, m := range isoDay.FindAllStringSubmatchIndex(text, -1) {
		add(m[2], text[m[2]:m[3]], text[m[4]:m[5]], text[m[6]:m[7]])
	}
	for _, m := range dayMonth.FindAllStringSubmatchIndex(text, -1) {
		add(m[2], text[m[6]:m[7]], text[m[4]:m[5]], text[m[2]:m[3]])
	}
	for _, m := range monthDay.FindAllStringSubmatchIndex(text, -1) {
		add(m[2], text[m[6]:m[7]], text[m[2]:m[3]], text[m[4]:m[5]])
	}
	return out
}

// isBirth says whether somebody whom a project works with could be born on a
// day: 3 to 100 years before the quarter's end, and before the project began,
// whose own days are no births.
func (s *screen) isBirth(t time.Time) bool {
	end := s.h.Quarter.Last.End()
	return t.Before(s.h.Project.From.Start()) && t.AddDate(3, 0, 0).Before(end) && t.AddDate(100, 0, 0).After(end)
}

// bornOn says whether a date that stands in the file as a number of days is
// the birth of a young person: of 3 to 30 years. One that is a day of the
// project when counted from the other year is none.
func (s *screen) bornOn(days string) bool {
	v, err := strconv.ParseFloat(days, 64)
	if err != nil || v < 30_000 || v > 80_000 { // 1982 to 2119, counted from 1900
		return false
	}
	t, err1 := excelize.ExcelDateToTime(v, s.book.date1904)
	other, err2 := excelize.ExcelDateToTime(v, !s.book.date1904)
	return err1 == nil && err2 == nil && s.isBirth(t) && t.AddDate(30, 0, 0).After(s.h.Quarter.Last.End()) &&
		(other.Before(s.h.Project.From.Start()) || other.After(s.h.Quarter.Last.End()))
}

var (
	streets   = `(?:[Ss]treet|[Ss]t|[Rr]oad|[Rr]d|[Aa]venue|[Aa]ve|[Ll]ane|[Cc]lose|[Dd]rive|[Ww]ay|[Cc]rescent|[Tt]errace|[Gg]rove|[Gg]ardens|[Pp]lace|[Cc]ourt|[Rr]ow|[Ww]alk|[Mm]ews|[Hh]ill|[Ss]quare|[Rr]ise)\b`
	atStreet  = regexp.MustCompile(`\b\d{1,4}[A-Za-z]?,? (?:(?:\p{Lu}[\p{L}'’.-]* ){1,3}|\p{Ll}+ )` + streets)
	livesAt   = regexp.MustCompile(`(?i)\b(lives?|living|lived|stays|staying|resides?|residing|home) (at|is|address)\b`)
	oneOrMore = regexp.MustCompile(`[\p{L}'’-]+`)
)

// hasHome says whether a text gives a house in a street and with it a name, or
// says that somebody lives there. Where sessions were held is no home.
func hasHome(text string) bool {
	if !atStreet.MatchString(text) {
		return false
	}
	rest := atStreet.ReplaceAllString(text, ",")
	if livesAt.MatchString(rest) || namesListed(rest) > 0 {
		return true
	}
	words := oneOrMore.FindAllString(rest, -1)
	for i := range len(words) - 1 {
		first, second := words[i], words[i+1]
		if givenNames[strings.ToLower(first)] && isCapital(first) && isCapital(second) && !places.MatchString(normal(second)) && !ofThings.MatchString(normal(second)) &&
			(i == 0 || normal(words[i-1]) != "st") && (i+2 == len(words) || !places.MatchString(normal(words[i+2]))) {
			return true
		}
	}
	return false
}

func isCapital(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(r)
}

func hasNHS(text string) bool {
	for _, m := range nhs.FindAllStringSubmatch(text, -1) {
		if nhsNumber(strings.NewReplacer(" ", "", "-", "").Replace(m[1])) {
			return true
		}
	}
	return false
}

// hasPhone looks for telephone numbers of the United Kingdom: ten or eleven
// digits with the 0.
func hasPhone(text string) bool {
	for _, m := range phone.FindAllString(text, -1) {
		d := strings.TrimPrefix(strings.TrimPrefix(digits(strings.ReplaceAll(m, "(0)", "")), "00"), "44")
		if n := len(strings.TrimPrefix(d, "0")); n == 9 || n == 10 {
			return true
		}
	}
	return false
}

// nhsNumber checks the last of ten digits by the first nine (NHS Data
// Dictionary: weights 10 to 2, modulus 11). 000 000 0000 is nobody's.
func nhsNumber(digits string) bool {
	sum := 0
	for i, d := range digits[:9] {
		sum += int(d-'0') * (10 - i)
	}
	return digits != "0000000000" && (11-sum%11)%11 == int(digits[9]-'0')
}

// hasPostcode looks for postcodes in capitals or not. “2nd”, “1st” and their
// like are no second half of one.
func hasPostcode(text string) bool {
	for _, m := range postcode.FindAllStringSubmatch(strings.ToUpper(text), -1) {
		if areasOfPostcodes[m[1]] && !ordinal.MatchString(m[2]) {
			return true
		}
	}
	return false
}

// person looks for what is about a person: in every cell of every sheet, in
// the names of the file and the sheets, and in whatever else the file holds in
// words. A finding never repeats what it found.
func (s *screen) person() bool {
	s.names = namesOf(s.h.Strategy)
	found := 0
	add := func(sheet, cell, message string) {
		found++
		s.add("person_data", sheet, cell, "%s", message)
	}
	if what := personIn(s.h.Name); what != "" {
		add("", "", "The name of the file looks as if it held "+what+".")
	}
	inCells := map[string]bool{}
	for _, sh := range s.book.sheets {
		for _, r := range sh.rows {
			for _, c := range r.cells {
				inCells[strings.TrimSpace(c.text)] = true
			}
		}
	}
	for _, a := range s.book.asides {
		if a.where == deletedText && inCells[a.text] {
			continue // the cell is told of
		}
		what := personIn(a.text)
		if what == "" && a.where != ofFile { // which tells when it was made
			what = s.inWords(a.text)
		}
		if what != "" {
			add("", "", capital(a.where)+" looks as if it held "+what+".")
		} else if namesListed(a.text) >= someNames {
			add("", "", capital(a.where)+" looks as if it held names.")
		}
	}
	persons := map[string]bool{} // sheets that are called after somebody
	for _, sh := range s.book.sheets {
		if isName(sh.name) && s.foreign(sh.name) {
			persons[sh.name] = true
		}
	}
	if len(persons) > 1 {
		add("", "", "Sheets look as if they were called after persons.")
	} else {
		clear(persons)
	}
	type told struct {
		text         string
		kind         cellKind
		date, period bool
	}
	seen := map[told]string{} // what a cell looks as if it held
	for _, sh := range s.book.sheets {
		name := sh.name
		if what := personIn(name); what != "" {
			add("", "", "The name of a sheet looks as if it held "+what+".")
			name = "" // not to be repeated
		}
		if persons[name] {
			name = ""
		}
		columns, inRows := s.namesIn(sh.rows)
		ofPeriods := map[int]bool{} // columns, by their heading
		for j, r := range sh.rows {
			for _, c := range r.cells {
				if role := headings[normal(table.Header(c.text))]; c.kind == textCell && role != unknownRole {
					ofPeriods[c.col] = role == periodRole && normal(c.text) != "date"
				}
				key := told{c.text, c.kind, c.format == dateFormat, ofPeriods[c.col]}
				what, looked := seen[key]
				if !looked { // many cells can show one text
					if what = s.inCell(c); what == "a date of birth" && key.period && !born.MatchString(c.text) {
						what = ""
					}
					if what == "" && c.kind == textCell && namesListed(c.text) >= someNames {
						what = "names"
					}
					seen[key] = what
				}
				if what == "" {
					if column := s.columnOf(sh.rows, j, c); column != "" {
						what = "a column of " + column
					} else if columns[c.col] == r.number {
						what = "the first of a column of names"
					} else if inRows[r.number] == c.col {
						what = "the first of a row of names"
					}
				}
				if what != "" {
					add(name, ref(c.col, r.number), "The cell looks as if it held "+what+".")
				}
			}
		}
	}
	s.personal, s.screened = found > 0, true
	return found == 0
}

// plain looks through a file that is no workbook, a CSV or a page under another
// name, for what is about a person: its name, and its lines as far as they are
// text.
func (s *screen) plain() {
	if what := personIn(s.h.Name); what != "" {
		s.add("person_data", "", "", "The name of the file looks as if it held %s.", what)
		s.personal = true
	}
	body := s.h.Body
	if ingest.IsWorkbook(body) || ingest.IsOldWorkbook(body) {
		return
	}
	for n, line := range bytes.Split(body[:min(len(body), maxCellText)], []byte("\n")) {
		if what := personIn(string(line)); what != "" {
			s.add("person_data", "", "", "Line %d of the file looks as if it held %s.", n+1, what)
			s.personal = true
			return
		}
	}
}

// heads says whether a cell stands over something, as a heading does.
func heads(below []row, row, col int) bool {
	for _, r := range below {
		if r.number > row+3 {
			return false
		}
		if !r.at(col).blank() {
			return true
		}
	}
	return false
}
