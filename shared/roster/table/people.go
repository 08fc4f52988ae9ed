package table

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
	"cool.example/sync/shared/school"
)

// reader reads the tables of one set.
type reader struct {
	format  Format
	wanted  roster.Wanted
	day     time.Time   // on which rows are looked at: today, or the first day of the year that is read
	today   time.Time   // the day itself
	year    school.Year // that is read
	found   *roster.Findings
	roster  *roster.Roster // whose people are those of every row, until finish
	presets []string
	rest    []rest                         // of the people, what they do not hold
	people  map[person.Kind]map[string]int // how many rows each has
	chains  map[string]bool                // ECK iDs met
	once    map[string]bool                // what has been noted once
	copies  rows.Copies
	words   words
}

// rest is what is known of a person beside what the roster tells.
type rest struct {
	sheet  *sheet
	column int    // where the administration number stands
	class  string // its name
	when   when
	own    bool // the row of a member of staff's own account
}

// days sets the days on which rows are looked at.
func (r *reader) days() {
	r.year, r.today = r.wanted.YearOf(), midnight(r.wanted.Today)
	if r.day = r.today; school.YearAt(r.wanted.Today) != r.year {
		r.day = midnight(r.year.Begins())
	}
}

// line is one row of a table while it is read.
type line struct {
	*reader
	sheet *sheet
	row   rows.Row
	draft *roster.Person // the newest of the roster
	rest  *rest
}

// cell returns what a row holds of a field, "" for nothing. It is part of the
// row, which may not be kept: see rows.Copies.
func (l *line) cell(f field) string {
	if i := l.sheet.places[f] - 1; i >= 0 && i < len(l.row.Cells) {
		return l.row.Cells[i]
	}
	return ""
}

// add adds a finding about a field of this row.
func (l *line) add(code string, of field) {
	f := roster.Finding{Code: code, Severity: severity(code), File: l.sheet.file, Line: l.row.Line}
	if i := l.sheet.place(of); i >= 0 {
		f.Field = l.sheet.columns[i].name()
		if i < len(l.row.Columns) {
			f.Column = l.row.Columns[i]
		}
	}
	l.found.Add(f)
}

// note adds a finding about a field once for each table.
func (l *line) note(code string, of field) {
	if id := code + "\x00" + l.sheet.file; !l.once[id] {
		l.once[id] = true
		l.add(code, of)
	}
}

// row reads one row.
func (r *reader) row(s *sheet, row rows.Row) {
	l := line{reader: r, sheet: s, row: row}
	s.left.Row(row)
	if l.wide() || l.repeated() {
		return
	}
	n := len(r.roster.People)
	r.roster.People, r.rest = longer(r.roster.People), longer(r.rest)
	l.draft, l.rest = &r.roster.People[n], &r.rest[n]
	l.draft.Kind, l.draft.Line, l.rest.sheet = s.kind, row.Line, s
	if !l.person() {
		*l.draft, *l.rest = roster.Person{}, rest{}
		r.roster.People, r.rest = r.roster.People[:n], r.rest[:n]
		return
	}
	s.met[l.draft.Key]++
}

// longer returns a list with room for one more, which is zero: what is behind the
// end of a list is, as long as it was never used.
func longer[T any](list []T) []T {
	if n := len(list); n < cap(list) {
		return list[:n+1]
	}
	var zero T
	return append(list, zero)
}

// person reads whom the row is about, and reports whether it is somebody.
func (l *line) person() bool {
	s := l.sheet
	if !l.key() {
		return false
	}
	l.names()
	given := l.draft.Name.Given()
	if given == "" && l.draft.Name.Surname == "" {
		l.add(MissingName, firstOf(s, surname, wholeName, callName, firstNames))
		return false
	}
	if given == "" {
		if f := firstOf(s, callName, wholeName, firstNames, initials); f != none {
			l.add(MissingGivenName, f)
		} else {
			l.note(MissingGivenName, surname)
		}
	}
	l.presence()
	l.draft.Location = l.words.text(l.checked(location, mostText))
	l.email()
	l.gender()
	if s.kind != person.Pupil {
		return !l.roles()
	}
	l.chain()
	l.placed()
	l.education()
	return true
}

func firstOf(s *sheet, fields ...field) field {
	for _, f := range fields {
		if s.has(f) {
			return f
		}
	}
	return none
}

// leftOut tells what the rows of a sheet held that is left out.
func (r *reader) leftOut(s *sheet) {
	for i, n := range s.left.All() {
		r.roster.LeftOut[s.columns[i].leftAs()] += n
	}
}

// leftAs returns the name under which the values of a column are counted that
// is left out or only used while reading; "" for one that is kept.
func (c column) leftAs() string {
	if c.counted == "" && passing(c.field) {
		return c.field.name()
	}
	return c.counted
}

// wide reports whether the row has cells without a heading.
func (l *line) wide() bool {
	for i := len(l.sheet.columns); i < len(l.row.Cells); i++ {
		if l.row.Cells[i] != "" {
			l.found.Add(roster.Finding{
				Code: TooWide, Severity: severity(TooWide), File: l.sheet.file, Line: l.row.Line, Column: l.row.Columns[i],
			})
			return true
		}
	}
	return false
}

// repeated reports whether the row is the headings again, as printed lists
// have them on every page.
func (l *line) repeated() bool {
	key, cell := l.sheet.columns[l.sheet.place(number)].heading, l.cell(number)
	if rows.Digits(cell) || rows.Heading(cell) != key || key == "" {
		return false
	}
	l.note(RepeatedHeading, number)
	return true
}

var (
	numbers  = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}._/-]{0,63}$`)
	decimals = regexp.MustCompile(`^\d+[.,]\d+$`)
)

// sound reports whether a text may be an administration number. Nearly all are
// plain.
func sound(raw string) bool {
	if rows.Plain(raw) {
		return len(raw) <= mostText
	}
	return numbers.MatchString(raw) && !decimals.MatchString(raw)
}

// key reads the administration number. Without leading zeros it is the key:
// exports of one system differ in them.
func (l *line) key() bool {
	raw := l.cell(number)
	if !rows.Plain(raw) {
		raw = rows.Number(raw)
	}
	switch {
	case raw == "":
		l.add(MissingNumber, number)
	case rows.Scientific(raw):
		l.add(Shortened, number)
	case !sound(raw):
		l.add(NumberInvalid, number)
	default:
		raw = l.copies.Of(raw)
		l.draft.Key = roster.PlainNumber(raw)
		l.rest.column = l.row.Columns[l.sheet.place(number)]
		if l.sheet.kind == person.Pupil {
			l.draft.Number = raw
			l.draft.Fields |= roster.Number
		}
		return true
	}
	return false
}

// text returns what the row holds of a field that is kept as it stands.
func (l *line) text(f field, most int) string { return l.copies.Of(l.checked(f, most)) }

// checked returns what the row holds of a field, where that may be kept: a part
// of the row. A value that is left out leaves what is stored as it is.
func (l *line) checked(f field, most int) string {
	i := l.sheet.places[f] - 1
	if i < 0 || !l.sheet.values[i].Filled() {
		return ""
	}
	var value string
	if i < len(l.row.Cells) {
		value = l.row.Cells[i]
	}
	if len(value) > most || !rows.Printable(value) {
		switch {
		case utf8.RuneCountInString(value) > most:
			l.add(TooLong, f)
			l.leave(f)
			return ""
		case strings.ContainsFunc(value, unicode.IsControl), strings.ContainsRune(value, utf8.RuneError):
			l.add(ControlCharacter, f)
			l.leave(f)
			return ""
		}
	}
	if worded(f) && rows.HoldsBSN(value) {
		l.add(BSNInText, f)
		l.leaveAs(f, bsn)
		return ""
	}
	l.draft.Fields |= bit(f)
	return value
}

// leave counts a value that is left out, and lets the field keep what is
// stored.
func (l *line) leave(f field) { l.leaveAs(f, f.name()) }

func (l *line) leaveAs(f field, name string) {
	l.roster.LeftOut[name]++
	l.draft.Fields &^= bit(f)
}

// The longest values, in runes; those of edexml.
const (
	longName  = 200
	shortName = 32
	mostText  = 64
	mostEmail = 254
)
