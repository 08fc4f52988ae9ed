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
	people map[string]int    // key → index in the roster, 1-based
	slots  map[string]uint16 // child → the slots that are taken, a bit each
	once   map[string]bool
}

// line is one row of a list while it is read.
type line struct {
	*reader
	sheet  *sheet
	row    rows.Row
	person roster.Person
	child  roster.Child
}

var numbers = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$`)

// cell returns a copy of what a row holds of a field, "" for nothing.
func (l *line) cell(field string) string {
	i := l.sheet.place(field)
	if i < 0 || i >= len(l.row.Cells) {
		return ""
	}
	return strings.Clone(rows.Trim(l.row.Cells[i]))
}

// add adds a finding about a field of this row.
func (l *line) add(code, field string) {
	f := roster.Finding{Code: code, Severity: severity(code), File: l.sheet.file, Line: l.row.Line}
	if i := l.sheet.place(field); i >= 0 {
		f.Field = l.sheet.columns[i].name
		if i < len(l.row.Columns) {
			f.Column = l.row.Columns[i]
		}
	}
	l.found.Add(f)
}

// note adds a finding about a field once for each list.
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
	l.person.Kind, l.person.Line, l.person.Fields = person.Guardian, row.Line, roster.Children
	if !l.number(child, &l.child.Number, MissingChild, ChildInvalid) || !l.slot() || !l.key() {
		return
	}
	l.names()
	if n := l.person.Name; n.Given() == "" && n.Surname == "" {
		l.add(MissingName, s.first(surname, wholeName, callName, firstNames, initials))
		return
	}
	l.email()
	l.titles()
	l.receives()
	l.admit()
}

// count counts what the row holds that is left out.
func (l *line) count() {
	for i, cell := range l.row.Cells {
		if i < len(l.sheet.columns) && cell != "" {
			if name := l.sheet.columns[i].counted; name != "" {
				l.roster.LeftOut[name]++
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
func (l *line) number(field string, into *string, missing, invalid string) bool {
	raw := rows.Number(l.cell(field))
	switch {
	case raw == "":
		l.add(missing, field)
	case rows.Scientific(raw):
		l.add(Shortened, field)
	case !(rows.Plain(raw) && len(raw) <= mostNumber) && !numbers.MatchString(raw):
		l.add(invalid, field)
	default:
		*into = roster.PlainNumber(raw)
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

// text reads a field that is kept as it stands.
func (l *line) text(into *string, field string, most int) {
	i := l.sheet.place(field)
	if i < 0 || !l.sheet.values[i].Filled() {
		return
	}
	value := l.cell(field)
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
	if slices.Contains(nameFields(), field) && rows.HoldsBSN(value) {
		l.add(BSNInText, field)
		l.leave("bsn")
		l.person.Fields &^= bit(field)
		return
	}
	*into = value
	l.person.Fields |= bit(field)
}

// leave counts a value that is left out, and lets the field keep what is
// stored.
func (l *line) leave(field string) {
	l.roster.LeftOut[field]++
	l.person.Fields &^= bit(field)
}

// The longest values, in runes.
const (
	longName  = 200
	shortName = 32
	mostEmail = 254
)

func (l *line) names() {
	n := &l.person.Name
	l.text(&n.Call, callName, longName)
	l.text(&n.FirstNames, firstNames, longName)
	l.text(&n.Initials, initials, shortName)
	l.text(&n.Infix, infix, shortName)
	l.text(&n.Surname, surname, longName)
	l.whole()
	if l.person.Fields.Has(roster.Surname) {
		if before, rest := table.SplitSurname(n.Surname); before != "" && !l.sheet.has(infix) && n.Infix == "" {
			n.Infix, n.Surname = before, rest
			l.note(NameSplit, l.sheet.first(surname, wholeName))
		}
		l.person.Fields |= roster.Infix // a surname says which infix it has, also where it has none
	}
}

// whole reads a name that stands in one column.
func (l *line) whole() {
	var text string
	if l.text(&text, wholeName, longName); text == "" {
		return
	}
	split, sure := table.SplitName(text, l.sheet.first(callName, firstNames, initials) != "")
	if l.note(NameSplit, wholeName); !sure {
		l.add(NameUnclear, wholeName)
	}
	n := &l.person.Name
	for field, part := range map[string]struct {
		into  *string
		value string
	}{
		surname: {&n.Surname, split.Surname}, infix: {&n.Infix, split.Infix}, callName: {&n.Call, split.Call}, initials: {&n.Initials, split.Initials},
	} {
		if part.value != "" && !l.sheet.has(field) {
			*part.into = part.value
			l.person.Fields |= bit(field)
		}
	}
}

func (l *line) email() {
	var text string
	if l.text(&text, email, mostEmail); text != "" && !rows.Address(text) {
		l.add(EmailInvalid, email)
		l.leave(email)
		return
	}
	l.person.Email = text
}

// titles reads how the guardian is written to, and the gender.
func (l *line) titles() {
	var text string
	if l.text(&text, salutation, shortName); text != "" {
		said, ok := saluted(text)
		if l.person.Salutation = said; !ok {
			l.add(UnknownSalutation, salutation)
			l.leave(salutation)
		}
	}
	text = ""
	if l.text(&text, gender, shortName); text != "" {
		said, ok := table.Gendered(text)
		if l.person.Gender = said; !ok {
			l.add(UnknownGender, gender)
			l.leave(gender)
		}
	}
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

// admit adds the guardian, or the child to whom its key is known already.
func (l *line) admit() {
	at, known := l.people[l.person.Key]
	if !known {
		l.person.Children = []roster.Child{l.child}
		l.roster.People = append(l.roster.People, l.person)
		l.people[l.person.Key] = len(l.roster.People) - 1
		return
	}
	have := &l.roster.People[at]
	switch {
	case slices.ContainsFunc(have.Children, func(c roster.Child) bool { return c.Number == l.child.Number }):
		l.add(DuplicateChild, child)
		return
	case roster.Fold(have.Name.Display()) != roster.Fold(l.person.Name.Display()):
		l.add(ConflictingNames, key)
		return
	}
	l.join(email, ConflictingEmail, &have.Email, l.person.Email)
	l.join(salutation, ConflictingTitle, (*string)(&have.Salutation), string(l.person.Salutation))
	l.join(gender, ConflictingTitle, (*string)(&have.Gender), string(l.person.Gender))
	have.Children = append(have.Children, l.child)
}

// join takes what this row says of a guardian who is known. Of two values that
// differ neither is taken, nor any that follows.
func (l *line) join(field, code string, have *string, said string) {
	fields := &l.roster.People[l.people[l.person.Key]].Fields
	switch {
	case said == "" || !fields.Has(bit(field)):
	case *have == "":
		*have = said
	case !strings.EqualFold(*have, said):
		l.add(code, field)
		*have = ""
		*fields &^= bit(field)
	}
}
