package returns

import (
	"regexp"
	"slices"
	"strings"

	"outcomes/ingest/table"
)

var (
	email    = regexp.MustCompile(`[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+`)
	nhs      = regexp.MustCompile(`(?:^|[^\w.,])(\d{3}[ -]?\d{3}[ -]?\d{4})(?:$|[^\w.,]|[.,](?:$|\W))`)
	postcode = regexp.MustCompile(`(?:^|[^A-Z0-9])([A-Z]{1,2})[0-9][A-Z0-9]? ?[0-9][ABD-HJLNP-UW-Z]{2}(?:$|[^A-Z0-9])`)
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

// aboutPersons are headings of columns that hold what a return must not.
var aboutPersons = map[string]string{
	"dob": "dates of birth", "d.o.b.": "dates of birth", "d.o.b": "dates of birth", "date of birth": "dates of birth", "birth date": "dates of birth", "birthdate": "dates of birth",
	"first name": "names", "forename": "names", "forenames": "names", "given name": "names", "surname": "names", "last name": "names", "family name": "names", "full name": "names",
	"client name": "names", "participant name": "names", "name of participant": "names", "young person name": "names", "young person's name": "names", "name of young person": "names",
	"pupil name": "names", "patient name": "names", "victim name": "names", "home address": "addresses", "nhs number": "NHS numbers", "nhs no": "NHS numbers", "nhs no.": "NHS numbers",
}

// maybePersons are headings of such columns too, and words that also stand
// beside a line to fill in, as “Name” does on a cover. They count in a row of
// three words or more, and as the first thing in their column.
var maybePersons = map[string]string{
	"name": "names", "names": "names", "initials": "initials", "address": "addresses", "postcode": "postcodes", "post code": "postcodes", "e-mail": "e-mail addresses", "email": "e-mail addresses",
	"email address": "e-mail addresses", "e-mail address": "e-mail addresses", "phone": "telephone numbers", "telephone": "telephone numbers", "phone number": "telephone numbers", "mobile": "telephone numbers",
}

// groupOrPerson are headings of columns of names, and names of groups. They
// count as the first thing in their column.
var groupOrPerson = map[string]bool{"client": true, "participant": true, "young person": true, "pupil": true, "patient": true, "victim": true}

// columnOf says what a heading's column holds about persons, "" for nothing.
func columnOf(rows []row, i int, c cell) string {
	name := table.Header(c.text)
	definite, maybe := aboutPersons[name], maybePersons[name]
	if groupOrPerson[name] {
		maybe = "names"
	}
	if definite == "" && maybe == "" || c.kind != textCell || !heads(rows[i+1:], rows[i].number, c.col) {
		return ""
	}
	first := !slices.ContainsFunc(rows[:i], func(r row) bool { return !r.at(c.col).blank() })
	words := 0
	for _, other := range rows[i].cells {
		if other.kind == textCell && !other.blank() {
			words++
		}
	}
	switch {
	case definite != "":
		return definite
	case first, words >= 3 && !groupOrPerson[name]:
		return maybe
	}
	return ""
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
	case hasPostcode(text):
		return "a postcode"
	case born.MatchString(text):
		return "a date of birth"
	}
	return ""
}

func hasNHS(text string) bool {
	for _, m := range nhs.FindAllStringSubmatch(text, -1) {
		if nhsNumber(strings.NewReplacer(" ", "", "-", "").Replace(m[1])) {
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

// hasPostcode looks for postcodes in capitals, and in any letters where they
// are all that the text holds.
func hasPostcode(text string) bool {
	if len(text) <= 8 {
		text = strings.ToUpper(text)
	}
	for _, m := range postcode.FindAllStringSubmatch(text, -1) {
		if areasOfPostcodes[m[1]] {
			return true
		}
	}
	return false
}

// person looks for what is about a person: in every cell of every sheet, in
// comments, and in the names of the file and the sheets. A finding never
// repeats what it found.
func (s *screen) person() bool {
	found := 0
	add := func(sheet, cell, message string) {
		found++
		s.add("person_data", sheet, cell, "%s", message)
	}
	if what := personIn(s.h.Name); what != "" {
		add("", "", "The name of the file looks as if it held "+what+".")
	}
	for _, text := range s.book.asides {
		if what := personIn(text); what != "" {
			add("", "", "A comment or text box looks as if it held "+what+".")
		}
	}
	for _, sh := range s.book.sheets {
		name := sh.name
		if what := personIn(name); what != "" {
			add("", "", "The name of a sheet looks as if it held "+what+".")
			name = "" // not to be repeated
		}
		for j, r := range sh.rows {
			for _, c := range r.cells {
				what := personIn(c.text)
				if what == "" {
					if column := columnOf(sh.rows, j, c); column != "" {
						what = "a column of " + column
					}
				}
				if what != "" {
					add(name, ref(c.col, r.number), "The cell looks as if it held "+what+".")
				}
			}
		}
	}
	s.personal = found > 0
	return found == 0
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
