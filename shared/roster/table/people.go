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
	day     time.Time // on which rows are looked at: today, or the first day of the year that is read
	found   *roster.Findings
	roster  *roster.Roster
	presets []string
	drafts  []draft
	people  map[who]int     // how many rows each has
	chains  map[string]bool // ECK iDs met
	once    map[string]bool // what has been noted once
}

// who is whom a row is about.
type who struct {
	kind person.Kind
	key  string
}

// draft is a person as one row has it.
type draft struct {
	roster.Person
	file   string
	number place  // where the administration number stands
	class  string // its name
	when   when
	own    bool // the row of a member of staff's own account
}

// place is where something stands in its row.
type place struct {
	column int
	field  string
}

// today sets the day on which rows are looked at.
func (r *reader) today() {
	r.day = r.wanted.Today
	if y := r.wanted.YearOf(); school.YearAt(r.day) != y {
		r.day = y.Begins()
	}
}

// line is one row of a table while it is read.
type line struct {
	*reader
	sheet *sheet
	row   rows.Row
	draft draft
}

// cell returns what a row holds of a field, "" for nothing. It is a copy: the
// row's own text holds what may not be kept.
func (l *line) cell(field string) string { return l.at(l.sheet.place(field)) }

// at returns what the row holds in a column.
func (l *line) at(i int) string {
	if i < 0 || i >= len(l.row.Cells) {
		return ""
	}
	return strings.Clone(rows.Trim(l.row.Cells[i]))
}

// add adds a finding about a field of this row.
func (l *line) add(code, field string) {
	f := roster.Finding{Code: code, Severity: severity(code), File: l.sheet.file, Line: l.row.Line}
	if i := l.sheet.place(field); i >= 0 {
		f.Field = l.sheet.columns[i].name()
		if i < len(l.row.Columns) {
			f.Column = l.row.Columns[i]
		}
	}
	l.found.Add(f)
}

// note adds a finding about a field once for each table.
func (l *line) note(code, field string) {
	if id := code + "\x00" + l.sheet.file; !l.once[id] {
		l.once[id] = true
		l.add(code, field)
	}
}

// row reads one row.
func (r *reader) row(s *sheet, row rows.Row) {
	l := &line{reader: r, sheet: s, row: row}
	l.count()
	if l.wide() || l.repeated() {
		return
	}
	l.draft.Kind, l.draft.Line, l.draft.file = s.kind, row.Line, s.file
	if !l.key() {
		return
	}
	l.names()
	if l.draft.Name.Given() == "" && l.draft.Name.Surname == "" {
		l.add(MissingName, firstOf(s, surname, wholeName, callName, firstNames))
		return
	}
	if given := firstOf(s, callName, wholeName, firstNames, initials); l.draft.Name.Given() == "" && given != "" {
		l.add(MissingGivenName, given)
	} else if given == "" {
		l.note(MissingGivenName, surname)
	}
	l.presence()
	l.text(&l.draft.Location, location, mostText)
	l.email()
	l.gender()
	if s.kind == person.Pupil {
		l.chain()
		l.placed()
		l.education()
	} else if l.roles() {
		return
	}
	r.people[who{l.draft.Kind, l.draft.Key}]++
	r.drafts = append(r.drafts, l.draft)
}

func firstOf(s *sheet, fields ...string) string {
	for _, f := range fields {
		if s.has(f) {
			return f
		}
	}
	return ""
}

// count counts what the row holds that is left out.
func (l *line) count() {
	for i, cell := range l.row.Cells {
		if i < len(l.sheet.columns) && cell != "" {
			switch c := l.sheet.columns[i]; {
			case c.counted != "":
				l.roster.LeftOut[c.counted]++
			case passing(c.field):
				l.roster.LeftOut[c.field]++
			}
		}
	}
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
	key, cell := l.sheet.columns[l.sheet.place(number)], l.cell(number)
	if rows.Digits(cell) || rows.Heading(cell) != key.heading || key.heading == "" {
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
	raw := rows.Number(l.cell(number))
	switch {
	case raw == "":
		l.add(MissingNumber, number)
	case rows.Scientific(raw):
		l.add(Shortened, number)
	case !sound(raw):
		l.add(NumberInvalid, number)
	default:
		l.draft.Key = roster.PlainNumber(raw)
		at := l.sheet.place(number)
		l.draft.number = place{l.row.Columns[at], l.sheet.columns[at].name()}
		if l.sheet.kind == person.Pupil {
			l.draft.Number = raw
			l.draft.Fields |= roster.Number
		}
		return true
	}
	return false
}

// text reads a field that is kept as it stands. A value that is left out
// leaves what is stored as it is.
func (l *line) text(into *string, field string, most int) {
	i := l.sheet.place(field)
	if i < 0 || !l.sheet.values[i].Filled() {
		return
	}
	value := l.at(i)
	if !rows.Plain(value) || len(value) > most {
		switch {
		case utf8.RuneCountInString(value) > most:
			l.add(TooLong, field)
			l.leave(field)
			return
		case strings.ContainsFunc(value, unicode.IsControl), strings.ContainsRune(value, utf8.RuneError):
			l.add(ControlCharacter, field)
			l.leave(field)
			return
		}
	}
	if worded(field) && rows.HoldsBSN(value) {
		l.add(BSNInText, field)
		l.leave("bsn")
		l.draft.Fields &^= bit(field)
		return
	}
	*into = value
	l.draft.Fields |= bit(field)
}

// leave counts a value that is left out, and lets the field keep what is
// stored.
func (l *line) leave(field string) {
	l.roster.LeftOut[field]++
	l.draft.Fields &^= bit(field)
}

// The longest values, in runes; those of edexml.
const (
	longName  = 200
	shortName = 32
	mostText  = 64
	mostEmail = 254
)
