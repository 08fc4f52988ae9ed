package synthetic

import (
	"fmt"
	"strconv"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
)

// cell is what a list tells of a person in one column.
type cell struct {
	heading string
	of      func(s *School, i int, p roster.Person) string
}

// lists writes the school as lists: pupils and, of the systems, staff.
func (s *School) lists(f Format) []*table {
	switch f {
	case Guardians:
		return []*table{s.guardianList()}
	case Magister:
		return []*table{s.list("leerlingen.csv", person.Pupil, magisterPupils()), s.list("medewerkers.csv", person.Staff, magisterStaff())}
	case SOMtoday:
		return []*table{s.list("leerlingen.csv", person.Pupil, somtodayPupils()), s.list("medewerkers.csv", person.Staff, somtodayStaff())}
	case Excel:
		t := s.list("leerlingen.xlsx", person.Pupil, ownPupils())
		t.excel = true
		return []*table{t}
	default:
		return []*table{s.list("leerlingen.csv", person.Pupil, ownPupils())}
	}
}

// list writes those of one kind, in lines that end as on Windows.
func (s *School) list(name string, kind person.Kind, cells []cell) *table {
	t := &table{name: name, comma: ";", end: "\r\n", rows: [][]string{nil}}
	for _, c := range cells {
		t.rows[0] = append(t.rows[0], c.heading)
	}
	for i, p := range s.People {
		if p.Kind != kind {
			continue
		}
		var row []string
		for _, c := range cells {
			row = append(row, c.of(s, i, p))
		}
		t.rows = append(t.rows, row)
	}
	return t
}

func (s *School) guardianList() *table {
	return &table{name: "ouders.csv", comma: ";", end: "\r\n", rows: guardianRows(s.Guardians(len(s.Pupils())))}
}

// column returns a column that needs no more than the person.
func column(heading string, of func(p roster.Person) string) cell {
	return cell{heading, func(_ *School, _ int, p roster.Person) string { return of(p) }}
}

func key(heading string) cell {
	return column(heading, func(p roster.Person) string { return p.Key })
}

// nameCells are the parts of a name in this order.
func nameCells(call, infix, surname string) []cell {
	return []cell{
		column(call, func(p roster.Person) string { return p.Name.Call }),
		column(infix, func(p roster.Person) string { return p.Name.Infix }),
		column(surname, func(p roster.Person) string { return p.Name.Surname }),
	}
}

func initials(heading string) cell {
	return column(heading, func(p roster.Person) string { return p.Name.Initials })
}

func email(heading string) cell {
	return column(heading, func(p roster.Person) string { return p.Email })
}

func className(heading string) cell {
	return cell{heading, func(s *School, _ int, p roster.Person) string { return s.name(p.Groups[0]) }}
}

// name returns the name of a group.
func (s *School) name(key string) string {
	for _, g := range s.Groups {
		if g.Key == key {
			return g.Name
		}
	}
	return key
}

// yearCell is the year as schools write it: 3 for the third of secondary
// education.
func yearCell(heading string) cell {
	return column(heading, func(p roster.Person) string {
		if n, err := strconv.Atoi(p.Year); err == nil && n > 10 {
			return strconv.Itoa(n - 10)
		}
		return p.Year
	})
}

// genderCell writes one of three words.
func genderCell(heading, male, female string) cell {
	return column(heading, func(p roster.Person) string {
		switch p.Gender {
		case person.Male:
			return male
		case person.Female:
			return female
		}
		return ""
	})
}

// iltCell is the code of a pupil's education, by class: of four digits, of
// which the first are zeros. Primary education has none.
func iltCell(heading string) cell {
	return cell{heading, func(s *School, _ int, p roster.Person) string {
		if !s.Options.Secondary {
			return ""
		}
		name := s.name(p.Groups[0])
		return map[byte]string{'v': "0170", 'h': "0300", 'm': "0021"}[name[min(1, len(name)-1)]]
	}}
}

// forbiddenCells are columns that no import may keep.
func forbiddenCells() []cell {
	return []cell{
		{"Geboortedatum", func(s *School, i int, _ roster.Person) string { return s.extra(i).born }},
		{"Postcode", func(s *School, i int, _ roster.Person) string { return s.extra(i).postcode }},
		{"BSN", func(s *School, i int, _ roster.Person) string { return s.extra(i).bsn }},
	}
}

func ownPupils() []cell {
	all := append([]cell{key("Leerlingnummer")}, nameCells("Roepnaam", "Tussenvoegsel", "Achternaam")...)
	all = append(all, initials("Voorletters"), genderCell("Geslacht", "M", "V"), className("Klas"), yearCell("Leerjaar"), iltCell("ILT-code"),
		email("E-mailadres"), column("ECK-iD", func(p roster.Person) string { return p.ECK }))
	return append(all, forbiddenCells()...)
}

func magisterPupils() []cell {
	all := append([]cell{key("Stamnummer"), className("Klas")}, nameCells("Roepnaam", "Tussenvoegsel", "Achternaam")...)
	all = append(all, initials("Voorletters"), genderCell("Geslacht", "Man", "Vrouw"), yearCell("Leerfase.Leerjaar"),
		column("Studie", func(p roster.Person) string { return "Jaar " + p.Year }),
		cell{"Lesperiode.Korte_omschrijving", func(s *School, _ int, _ roster.Person) string {
			return fmt.Sprintf("%02d%02d", s.Options.Year%100, (s.Options.Year+1)%100)
		}}, email("Email"))
	return append(all, forbiddenCells()...)
}

func magisterStaff() []cell {
	all := append([]cell{key("stamnr_str")}, nameCells("Roepnaam", "Tussenv", "Achternaam")...)
	return append(all, initials("Voorletters"), key("Code"), key("Loginaccount.Naam"), roleCell("Functie.Omschr"), email("Email"),
		column("dVertrek_str", func(roster.Person) string { return "1899/12/30" }))
}

func somtodayPupils() []cell {
	all := append([]cell{key("leerlingnummer")}, nameCells("roepnaam", "voorvoegsel", "achternaam")...)
	all = append(all, initials("voorletters"), genderCell("geslacht", "MAN", "VROUW"), className("stamgroep"), yearCell("leerjaar"),
		iltCell("opleidingcode"), email("emailadres"), column("eckid", func(p roster.Person) string { return p.ECK }))
	return append(all, forbiddenCells()...)
}

func somtodayStaff() []cell {
	all := append([]cell{key("medewerkernummer")}, nameCells("roepnaam", "voorvoegsel", "achternaam")...)
	return append(all, initials("voorletters"), key("afkorting"), roleCell("functie"), email("emailadres"),
		column("datum_uit_dienst", func(roster.Person) string { return "" }))
}

func roleCell(heading string) cell {
	return column(heading, func(p roster.Person) string { return p.Roles[0] })
}
