package guardian

import (
	"math/bits"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
	"cool.example/sync/shared/roster/table"
)

// reader reads the lists of one set.
type reader struct {
	format Format
	wanted roster.Wanted
	found  *roster.Findings
	roster *roster.Roster
	rows   int
	people map[string]int    // key → index in the roster
	slots  map[string]uint16 // child → the slots that are taken, a bit each
	once   map[string]bool
	copies rows.Copies
	free   []roster.Child // room for the children of guardians to come
	words  map[string]title
}

// line is one row of a list while it is read.
type line struct {
	*reader
	sheet  *sheet
	row    rows.Row
	person *roster.Person
	child  roster.Child
}

var numbers = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$`)

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
		f.Field = l.sheet.columns[i].name
		if i < len(l.row.Columns) {
			f.Column = l.row.Columns[i]
		}
	}
	l.found.Add(f)
}

// note adds a finding about a field once for each list.
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
	r.roster.People = append(r.roster.People, roster.Person{Kind: person.Guardian, Line: row.Line, Fields: roster.Children})
	l.person = &r.roster.People[n]
	if !l.read() || !l.admit(n) {
		r.roster.People = r.roster.People[:n]
	}
}

// read reads whom the row is about, and reports whether it is somebody.
func (l *line) read() bool {
	if !l.number(child, &l.child.Number, MissingChild, ChildInvalid) || !l.slot() || !l.key() {
		return false
	}
	l.names()
	if n := &l.person.Name; n.Surname == "" && n.Given() == "" {
		l.add(MissingName, l.sheet.first(surname, wholeName, callName, firstNames, initials))
		return false
	}
	l.email()
	l.titles()
	l.receives()
	return true
}

// leftOut tells what the rows of a sheet held that is left out.
func (r *reader) leftOut(s *sheet) {
	for i, n := range s.left.All() {
		r.roster.LeftOut[s.columns[i].counted] += n
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

// repeated reports whether the row is the headings again.
func (l *line) repeated() bool {
	heading := l.sheet.columns[l.sheet.place(child)].heading
	if cell := l.cell(child); heading == "" || rows.Digits(cell) || rows.Heading(cell) != heading {
		return false
	}
	l.note(RepeatedHeading, child)
	return true
}

// number reads a number of the school's, without the leading zeros in which
// exports differ.
func (l *line) number(f field, into *string, missing, invalid string) bool {
	raw := l.cell(f)
	if !rows.Plain(raw) {
		raw = rows.Number(raw)
	}
	switch {
	case raw == "":
		l.add(missing, f)
	case rows.Scientific(raw):
		l.add(Shortened, f)
	case !(rows.Plain(raw) && len(raw) <= mostNumber) && !numbers.MatchString(raw):
		l.add(invalid, f)
	default:
		*into = l.copies.Of(roster.PlainNumber(raw))
		return true
	}
	return false
}

// mostNumber is how long a number may be.
const mostNumber = 64

// mostSlots is how many guardians a child may have.
const mostSlots = 9

// slot reads which guardian of the child this is; without a column the order
// of the rows says so.
func (l *line) slot() bool {
	taken := l.slots[l.child.Number]
	l.child.Slot = bits.OnesCount16(taken) + 1
	if l.sheet.has(slot) {
		l.child.Slot, _ = slotOf(l.cell(slot))
	}
	mask := uint16(1) << l.child.Slot
	switch {
	case l.child.Slot < 1 || l.child.Slot > mostSlots:
		l.add(SlotInvalid, slot)
		return false
	case taken&mask != 0:
		l.add(DuplicateSlot, slot)
		return false
	}
	l.slots[l.child.Number] = taken | mask
	return true
}

func (l *line) key() bool {
	if l.sheet.has(key) {
		return l.number(key, &l.person.Key, MissingKey, KeyInvalid)
	}
	l.person.Key = l.child.Key()
	return true
}

// text returns what the row holds of a field that is kept as it stands.
func (l *line) text(f field, most int) string { return l.copies.Of(l.checked(f, most)) }

// checked returns what the row holds of a field, where that may be kept: a part
// of the row.
func (l *line) checked(f field, most int) string {
	i := l.sheet.places[f] - 1
	if i < 0 || !l.sheet.values[i].Filled() {
		return ""
	}
	value := l.cell(f)
	if len(value) > most || !rows.Printable(value) {
		switch {
		case utf8.RuneCountInString(value) > most:
			l.add(TooLong, f)
			l.leave(f, f.name())
			return ""
		case strings.ContainsFunc(value, unicode.IsControl), strings.ContainsRune(value, utf8.RuneError):
			l.add(ControlCharacter, f)
			l.leave(f, f.name())
			return ""
		}
	}
	if worded(f) && rows.HoldsBSN(value) {
		l.add(BSNInText, f)
		l.leave(f, bsn)
		return ""
	}
	l.person.Fields |= bit(f)
	return value
}

// leave counts a value that is left out, and lets the field keep what is
// stored.
func (l *line) leave(f field, name string) {
	l.roster.LeftOut[name]++
	l.person.Fields &^= bit(f)
}

// The longest values, in runes.
const (
	longName  = 200
	shortName = 32
	mostEmail = 254
)

func (l *line) names() {
	n := &l.person.Name
	n.Call = l.text(callName, longName)
	n.FirstNames = l.text(firstNames, longName)
	n.Initials = l.text(initials, shortName)
	n.Infix = l.text(infix, shortName)
	n.Surname = l.text(surname, longName)
	l.whole()
	if l.person.Fields.Has(roster.Surname) {
		if !l.sheet.has(infix) && n.Infix == "" {
			if before, rest := table.SplitSurname(n.Surname); before != "" {
				n.Infix, n.Surname = before, rest
				l.note(NameSplit, l.sheet.first(surname, wholeName))
			}
		}
		l.person.Fields |= roster.Infix // a surname says which infix it has, also where it has none
	}
}

// whole reads a name that stands in one column.
func (l *line) whole() {
	text := l.text(wholeName, longName)
	if text == "" {
		return
	}
	split, sure := table.SplitName(text, l.sheet.first(callName, firstNames, initials) != none)
	if l.note(NameSplit, wholeName); !sure {
		l.add(NameUnclear, wholeName)
	}
	n := &l.person.Name
	for f, part := range map[field]struct {
		into  *string
		value string
	}{
		surname: {&n.Surname, split.Surname}, infix: {&n.Infix, split.Infix}, callName: {&n.Call, split.Call}, initials: {&n.Initials, split.Initials},
	} {
		if part.value != "" && !l.sheet.has(f) {
			*part.into = part.value
			l.person.Fields |= bit(f)
		}
	}
}

func (l *line) email() {
	text := l.checked(email, mostEmail)
	if text != "" && !rows.Address(text) {
		l.add(EmailInvalid, email)
		l.leave(email, email.name())
		return
	}
	l.person.Email = l.copies.Of(text)
}

// receives reads whether the guardian may receive messages about the child.
// Only a clear yes is one.
func (l *line) receives() {
	may, ok := yes(l.cell(receives))
	if !ok {
		l.add(UnknownReceives, receives)
	}
	l.child.Receives = may
}

// admit adds the guardian, who stands at n, or the child to whom its key is
// known already: then it reports that the row adds nobody.
func (l *line) admit(n int) bool {
	at, known := l.people[l.person.Key]
	if !known {
		l.person.Children = l.alone(l.child)
		l.people[l.person.Key] = n
		return true
	}
	have := &l.roster.People[at]
	switch {
	case slices.ContainsFunc(have.Children, func(c roster.Child) bool { return c.Number == l.child.Number }):
		l.add(DuplicateChild, child)
		return false
	case have.Name != l.person.Name && roster.Fold(have.Name.Display()) != roster.Fold(l.person.Name.Display()):
		l.add(ConflictingNames, key)
		return false
	}
	l.join(email, ConflictingEmail, &have.Email, l.person.Email)
	l.join(salutation, ConflictingTitle, (*string)(&have.Salutation), string(l.person.Salutation))
	l.join(gender, ConflictingTitle, (*string)(&have.Gender), string(l.person.Gender))
	have.Children = append(have.Children, l.child)
	return false
}

// alone returns a list with one child. Nearly all guardians have no other at the
// school, so room is made for many at once.
func (r *reader) alone(c roster.Child) []roster.Child {
	const many = 256
	if len(r.free) == cap(r.free) {
		r.free = make([]roster.Child, 0, many)
	}
	n := len(r.free)
	r.free = append(r.free, c)
	return r.free[n : n+1 : n+1]
}

// join takes what this row says of a guardian who is known. Of two values that
// differ neither is taken, nor any that follows.
func (l *line) join(f field, code string, have *string, said string) {
	fields := &l.roster.People[l.people[l.person.Key]].Fields
	switch {
	case said == "" || !fields.Has(bit(f)):
	case *have == "":
		*have = said
	case !strings.EqualFold(*have, said):
		l.add(code, f)
		*have = ""
		*fields &^= bit(f)
	}
}
