package table

import (
	"strings"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
	"cool.example/sync/shared/school"
)

// How says why a column holds what it holds.
type How string

// The ways in which a column is decided on.
const (
	ByHeading  How = "heading"   // its heading is known
	BySchool   How = "school"    // the school has said so
	Forbidden  How = "forbidden" // what it holds may never be kept
	LikeBSN    How = "like_bsn"  // its values pass the test of citizen service numbers
	Other      How = "other"     // another column holds the same, and counts
	NotUsed    How = "not_used"  // known, and of no use for these people
	NotDecided How = "unknown"   // nobody knows what it holds
)

// Column is one column of a table, for the school to see.
type Column struct {
	Place   int    // from 1
	Heading string // as it stands in the file
	Field   string // its entry in the field register, "" where it is left out
	How     How
}

// Mapping is what was made of the headings of one table.
type Mapping struct {
	File    string      // its place: see roster.TablePlace
	Kind    person.Kind // whom the table lists; "" where that is unclear
	Preset  string      // "magister" or "somtoday" where it is recognised
	Columns []Column
}

// Map returns what would be made of each table, in the order of files. Of one
// whose first row is no heading it tells nothing: that row may be somebody's.
func Map(files []roster.File, w roster.Wanted) ([]Mapping, error) {
	var list []Mapping
	for i, f := range files {
		s, err := inspect(f, w)
		if _, ok := rows.Finding(err, ""); err != nil && !ok {
			return nil, err
		}
		m := Mapping{File: roster.TablePlace(i, files)}
		if err == nil && s.recognised {
			m.File = roster.SheetPlace(m.File, s.source.Sheet)
			m.Kind, m.Preset = s.kind, s.preset
			m.Columns = s.shown()
		}
		list = append(list, m)
	}
	return list, nil
}

// headingRunes is how much of a heading is shown.
const headingRunes = 64

func (s *sheet) shown() []Column {
	var list []Column
	for i, c := range s.columns {
		column := Column{Place: i + 1, How: c.how}
		if shown := []rune(c.text); !rows.HoldsBSN(c.text) {
			column.Heading = string(shown[:min(len(shown), headingRunes)])
		}
		if bit(c.field) != 0 || c.field == wholeName || c.field == location {
			column.Field = c.field.name()
		}
		list = append(list, column)
	}
	return list
}

// column is a column while the table is read.
type column struct {
	text    string // the heading as it stands
	heading string // folded
	at      int    // its column in the file, for findings
	field   field  // what it is read as
	counted string // the name under which its values are left out, "" for none
	rank    int    // among the aliases of the field
	how     How
}

// name returns what findings call the column: its folded heading where that is
// one of ours, else the field. A heading of the school's own stays out.
func (c column) name() string {
	if c.how == ByHeading {
		return c.heading
	}
	return c.field.name()
}

// bind decides on one column by itself.
func bind(text string, own map[string]string) column {
	text = strings.Clone(text) // the rest of the table is not kept
	c := column{text: text, heading: rows.Heading(text), counted: unknown, how: NotDecided}
	if name, refused := rows.Refused(c.heading); refused {
		c.counted, c.how = name, Forbidden
		return c
	}
	if name, said := own[c.heading]; said && c.heading != "" {
		c.how = BySchool
		if f := registered(name); f != none {
			c.field, c.counted, c.rank = f, "", -1
		}
		return c
	}
	if f, rank, ok := meaning(c.heading); ok {
		c.field, c.counted, c.rank, c.how = f, "", rank, ByHeading
	}
	return c
}

// decide decides on the columns together. The order in which they stand does
// not matter.
func (s *sheet) decide(w roster.Wanted) {
	for i := range s.columns {
		c := &s.columns[i]
		if c.field != number && c.how != Forbidden && s.values[i].BSN() {
			c.field, c.counted, c.how = none, bsn, LikeBSN
			s.suspects = append(s.suspects, i)
		}
	}
	for _, f := range fields() {
		s.choose(f)
	}
	s.groups(w.Sector)
	if s.has(surname) {
		s.drop(wholeName, Other)
	}
	s.kind, s.unclear = s.whom()
	for _, f := range fields() {
		switch {
		case f == study, s.kind == person.Staff && (pupilOnly(f) || f == period || f == begins || f == ends),
			s.kind == person.Pupil && (f == function || f == code || f == login):
			s.drop(f, NotUsed)
		}
	}
	s.preset = s.recognise()
}

// choose keeps one column of a field: the likeliest. Of two that are as likely
// nobody knows which counts.
func (s *sheet) choose(f field) {
	best := -1
	for i, c := range s.columns {
		switch {
		case c.field != f:
		case best < 0 || c.rank < s.columns[best].rank:
			best = i
		case c.rank == s.columns[best].rank:
			s.twice = append(s.twice, i)
		}
	}
	for i := range s.columns {
		if c := &s.columns[i]; c.field == f && c.rank > s.columns[best].rank {
			c.field, c.counted, c.how = none, f.name(), Other
		}
	}
}

// groups reads a column groep that stands beside the class as the year: so
// primary schools write 5 and 5b.
func (s *sheet) groups(sector school.Sector) {
	if s.has(year) || sector == school.VO || sector == school.VSO {
		return
	}
	for i := range s.columns {
		if c := &s.columns[i]; c.heading == "groep" && c.how == Other {
			c.field, c.counted, c.how = year, "", ByHeading
			return
		}
	}
}

// drop takes a field from its column and counts the values as left out.
func (s *sheet) drop(f field, how How) {
	for i := range s.columns {
		if c := &s.columns[i]; c.field == f {
			c.field, c.counted, c.how = none, f.name(), how
		}
	}
}

// whom decides whom the table lists, by its headings; unclear is the code of
// the finding where they do not tell.
func (s *sheet) whom() (kind person.Kind, unclear string) {
	sure, likely := map[person.Kind]bool{}, map[person.Kind]bool{}
	for _, c := range s.columns {
		switch {
		case c.how == Forbidden, c.how == NotDecided, c.how == LikeBSN:
		case c.how == BySchool && pupilOnly(c.field):
			likely[person.Pupil] = true
		case c.how == BySchool && c.field == function:
			likely[person.Staff] = true
		default:
			if k, certain := kindOf(c.heading); certain {
				sure[k] = true
			} else if k != "" {
				likely[k] = true
			}
		}
	}
	switch {
	case sure[person.Pupil] && sure[person.Staff]:
		return "", BothKinds
	case sure[person.Pupil]:
		return person.Pupil, ""
	case sure[person.Staff]:
		return person.Staff, "" // also where it names the class of which somebody is the mentor
	case likely[person.Pupil] != likely[person.Staff]:
		if likely[person.Pupil] {
			return person.Pupil, ""
		}
		return person.Staff, ""
	case s.has(code) && s.has(login):
		return person.Staff, ""
	}
	return "", UnclearKind
}

func (s *sheet) has(f field) bool { return s.place(f) >= 0 }

// place returns the index of the column of a field, -1 for none.
func (s *sheet) place(f field) int {
	if s.places != nil {
		return s.places[f] - 1
	}
	for i, c := range s.columns {
		if c.field == f && f != none {
			return i
		}
	}
	return -1
}

// recognise returns the system whose export this is, by headings that others
// do not have.
func (s *sheet) recognise() string {
	there := map[string]bool{}
	mentor := false
	for _, c := range s.columns {
		there[c.heading] = true
		mentor = mentor || strings.HasPrefix(c.heading, "klassenmentor")
	}
	switch {
	case there["stamnrstr"], there["stamnr"] && there["studyperiod"], there["stamnr"] && there["firstname"],
		there["stamnummer"] && there["klas"] && (there["studie"] || mentor):
		return magister
	case there["leerlingnummer"] && there["stamgroep"] && (there["opleidingcode"] || there["voorvoegsel"]),
		there["leerlingnummer"] && there["leerlingstamgroep"], there["medewerkernummer"] && (there["datumuitdienst"] || there["medewerkeractiefomschrijving"]):
		return somtoday
	}
	return ""
}

// The systems whose exports are recognised.
const (
	magister = "magister"
	somtoday = "somtoday"
)
