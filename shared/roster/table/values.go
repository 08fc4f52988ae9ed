package table

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
	"cool.example/sync/shared/school"
)

var (
	inWords = regexp.MustCompile(`(?i)^(?:groep|leerjaar|klas|jaar)?\s*(\d{1,2})(?:e|de|ste)?$`)
	inGroup = regexp.MustCompile(`(?i)^(?:groep\s*)?([1-8])$`)
)

func (l *line) email() {
	text := l.checked(email, mostEmail)
	if text != "" && !rows.Address(text) {
		l.add(EmailInvalid, email)
		l.leave(email)
		return
	}
	l.draft.Email = l.copies.Of(text)
}

func (l *line) gender() {
	text := l.checked(gender, mostText)
	if text == "" {
		return
	}
	g, ok := remember(&l.words.genders, text, Gendered)
	if !ok {
		l.add(UnknownGender, gender)
		l.leave(gender)
	}
	l.draft.Gender = g
}

// chain reads a pupil's ECK-iD. One that stands twice names two people as one.
func (l *line) chain() {
	text := l.checked(eckID, longName)
	if text == "" {
		return
	}
	eck, mended, ok := roster.ReadECK(text, l.format.Pilot)
	if !ok {
		l.add(ECKiDInvalid, eckID)
		l.leave(eckID)
		return
	}
	if mended {
		l.add(ECKiDMended, eckID)
	}
	l.draft.ECK = l.copies.Of(eck)
}

// placed reads class and year. In primary schools a class may be called after
// its year.
func (l *line) placed() {
	l.rest.class = l.words.text(l.checked(class, mostText))
	if rows.Scientific(l.rest.class) {
		l.add(Shortened, class)
	}
	primary := l.wanted.Sector != school.VO && l.wanted.Sector != school.VSO
	if !l.sheet.has(year) && primary {
		if m := inGroup.FindStringSubmatch(l.rest.class); m != nil {
			l.draft.Year = m[1]
			l.draft.Fields |= roster.Grade
		}
		return
	}
	text := l.checked(year, mostText)
	if text == "" {
		return
	}
	y, ok := remember(&l.words.years, text, func(word string) (string, bool) { return yearOf(word, primary) })
	if !ok {
		l.add(UnknownYear, year)
		l.leave(year)
	}
	l.draft.Year = y
	l.draft.Left = l.draft.Left || y == historical
}

// historical is the year of those who left.
const historical = "H"

// yearOf returns the code of a jaargroep, as EDEXML names them: 1 to 8 in
// primary schools, 11 to 16 for the years of secondary ones.
func yearOf(text string, primary bool) (string, bool) {
	if upper := strings.ToUpper(text); slices.Contains([]string{"B", "D", "S", "V", "N", historical}, upper) {
		return upper, true
	}
	number := text
	if len(text) > 2 || !rows.Digits(text) {
		m := inWords.FindStringSubmatch(text)
		if m == nil {
			return "", false
		}
		number = m[1]
	}
	digits := roster.PlainNumber(number)
	switch {
	case primary && len(digits) == 1 && digits <= "8":
		return digits, true
	case !primary && len(digits) == 1 && digits >= "1" && digits <= "6":
		return "1" + digits, true
	case len(digits) == 2 && digits >= "11" && digits <= "16":
		return digits, true
	}
	return "", false
}

// digitsOfILT is how many digits the code of an education has.
const digitsOfILT = 4

// education reads the four-digit code, of which spreadsheets take the zeros
// away.
func (l *line) education() {
	text := rows.Number(l.checked(ilt, mostText))
	switch {
	case text == "":
	case rows.Scientific(text):
		l.add(Shortened, ilt)
	case rows.Digits(text) && len(text) == digitsOfILT:
		l.draft.ILT = l.words.text(text)
	case rows.Digits(text) && len(text) < digitsOfILT:
		l.add(ILTPadded, ilt)
		l.draft.ILT = strings.Repeat("0", digitsOfILT-len(text)) + text
	default:
		l.add(ILTInvalid, ilt)
		l.leave(ilt)
	}
}

// roles reads the functions of a member of staff, and reports whether the
// person is a parent, who has no account of the staff.
func (l *line) roles() bool {
	text := l.checked(function, longName)
	if text == "" {
		return false
	}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '|' || r == '/' }) {
		role, ok := roleOf(rows.Trim(word))
		switch {
		case !ok:
			l.add(UnknownRole, function)
			l.leave(function)
		case role == parent:
			l.add(ParentRole, function)
			l.roster.LeftOut[function.name()]++
			return true
		case !slices.Contains(l.draft.Roles, role):
			l.draft.Roles = append(l.draft.Roles, role)
		}
	}
	if len(l.draft.Roles) > 0 {
		l.draft.Fields |= roster.Roles
	}
	return false
}

// presence reads whether the person is there, and of a pupil when the row
// counts.
func (l *line) presence() {
	d := l.draft
	switch rows.Heading(l.cell(state)) {
	case "", "actief", "active", "indienst", "ja", "j", "true", "waar", "1", "x":
	case "inactief", "nietactief", "inactive", "uitdienst", "nee", "n", "false", "onwaar", "0":
		d.Left = true
	default:
		l.add(UnknownState, state)
	}
	if day, ok := l.date(leaves); ok {
		d.Left = d.Left || day.Before(l.today)
	}
	code, account := l.cell(code), l.cell(login)
	l.rest.own = code != "" && strings.EqualFold(code, account)
	if d.Kind == person.Pupil {
		l.rest.when = l.when()
	}
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// date reads a date of which nothing but its order is used. Magister writes
// 1899/12/30 for none.
func (l *line) date(f field) (time.Time, bool) {
	text := l.cell(f)
	if text == "" {
		return time.Time{}, false
	}
	text, _, _ = strings.Cut(text, " ")
	text, _, _ = strings.Cut(text, "T")
	for _, layout := range []string{"2006-01-02", "2006/01/02", "2-1-2006", "2/1/2006", "2.1.2006", "20060102"} {
		if day, err := time.Parse(layout, text); err == nil {
			return day, day.Year() > 1900
		}
	}
	l.add(DateInvalid, f)
	return time.Time{}, false
}
