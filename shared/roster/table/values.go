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
	fours   = regexp.MustCompile(`^\d{4}$`)
	fewer   = regexp.MustCompile(`^\d{1,3}$`)
	inWords = regexp.MustCompile(`(?i)^(?:groep|leerjaar|klas|jaar)?\s*(\d{1,2})(?:e|de|ste)?$`)
	inGroup = regexp.MustCompile(`(?i)^(?:groep\s*)?([1-8])$`)
)

func (l *line) email() {
	var text string
	if l.text(&text, email, mostEmail); text != "" && !rows.Address(text) {
		l.add(EmailInvalid, email)
		l.leave(email)
		return
	}
	l.draft.Email = text
}

func (l *line) gender() {
	var text string
	if l.text(&text, gender, mostText); text == "" {
		return
	}
	g, ok := Gendered(text)
	if !ok {
		l.add(UnknownGender, gender)
		l.leave(gender)
	}
	l.draft.Gender = g
}

// chain reads a pupil's ECK-iD. One that stands twice names two people as one.
func (l *line) chain() {
	var text string
	if l.text(&text, eckID, longName); text == "" {
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
	l.draft.ECK = eck
}

// placed reads class and year. In primary schools a class may be called after
// its year.
func (l *line) placed() {
	l.text(&l.draft.class, class, mostText)
	if rows.Scientific(l.draft.class) {
		l.add(Shortened, class)
	}
	primary := l.wanted.Sector != school.VO && l.wanted.Sector != school.VSO
	if !l.sheet.has(year) && primary {
		if m := inGroup.FindStringSubmatch(l.draft.class); m != nil {
			l.draft.Year = m[1]
			l.draft.Fields |= roster.Grade
		}
		return
	}
	var text string
	if l.text(&text, year, mostText); text == "" {
		return
	}
	y, ok := yearOf(text, primary)
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

// education reads the four-digit code, of which spreadsheets take the zeros
// away.
func (l *line) education() {
	var text string
	l.text(&text, ilt, mostText)
	switch text = rows.Number(text); {
	case text == "":
	case rows.Scientific(text):
		l.add(Shortened, ilt)
	case fours.MatchString(text):
		l.draft.ILT = text
	case fewer.MatchString(text):
		l.add(ILTPadded, ilt)
		l.draft.ILT = strings.Repeat("0", 4-len(text)) + text
	default:
		l.add(ILTInvalid, ilt)
		l.leave(ilt)
	}
}

// roles reads the functions of a member of staff, and reports whether the
// person is a parent, who has no account of the staff.
func (l *line) roles() bool {
	var text string
	if l.text(&text, function, longName); text == "" {
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
			l.roster.LeftOut[function]++
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
	d := &l.draft
	switch rows.Heading(l.cell(state)) {
	case "", "actief", "active", "indienst", "ja", "j", "true", "waar", "1", "x":
	case "inactief", "nietactief", "inactive", "uitdienst", "nee", "n", "false", "onwaar", "0":
		d.Left = true
	default:
		l.add(UnknownState, state)
	}
	if day, ok := l.date(leaves); ok {
		d.Left = d.Left || day.Before(l.midnight(l.wanted.Today))
	}
	code, account := l.cell(code), l.cell(login)
	d.own = code != "" && strings.EqualFold(code, account)
	if d.Kind == person.Pupil {
		d.when = l.when()
	}
}

func (r *reader) midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// date reads a date of which nothing but its order is used. Magister writes
// 1899/12/30 for none.
func (l *line) date(field string) (time.Time, bool) {
	text, _, _ := strings.Cut(l.cell(field), " ")
	text, _, _ = strings.Cut(text, "T")
	if text == "" {
		return time.Time{}, false
	}
	for _, layout := range []string{"2006-01-02", "2006/01/02", "2-1-2006", "2/1/2006", "2.1.2006", "20060102"} {
		if day, err := time.Parse(layout, text); err == nil {
			return day, day.Year() > 1900
		}
	}
	l.add(DateInvalid, field)
	return time.Time{}, false
}
