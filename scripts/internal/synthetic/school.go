// Package synthetic invents schools: people, classes and lesson groups that
// look like a Dutch school's and belong to nobody. The same options give the
// same school, byte for byte.
package synthetic

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
)

// Options say what school to invent.
type Options struct {
	Seed      uint64
	Pupils    int
	Code      school.Code
	Year      school.Year
	Secondary bool // secondary education: years 11 to 16; else groep 1 to 8
	Forbidden bool // plant invented values that no import may keep
}

// School is an invented school.
type School struct {
	Options Options
	Groups  []roster.Group
	People  []roster.Person

	extra map[string]forbidden // by kind and key
}

// forbidden are values that stand in a source file and may not be kept.
type forbidden struct{ bsn, born, postcode, country string }

const (
	classSize      = 26
	pupilsPerStaff = 12
	lessonShare    = 5 // one composed group for so many classes
)

// Generate invents a school.
func Generate(o Options) *School {
	s := &School{Options: o, extra: map[string]forbidden{}}
	rng := rand.New(rand.NewPCG(o.Seed, uint64(o.Pupils)))
	classes := s.classes(rng)
	s.pupils(rng, classes)
	s.staff(rng, classes)
	return s
}

// classes makes the classes, some of them for two years at once, and the
// composed groups.
func (s *School) classes(rng *rand.Rand) []roster.Group {
	years := []string{"1", "2", "3", "4", "5", "6", "7", "8"}
	if s.Options.Secondary {
		years = []string{"11", "12", "13", "14", "15", "16"}
	}
	n := max(1, (s.Options.Pupils+classSize-1)/classSize)
	var classes []roster.Group
	for i := range n {
		year := years[i*len(years)/n]
		g := roster.Group{Key: "K" + strconv.Itoa(100+i), Kind: roster.Class, Year: year, Name: s.className(year, i)}
		if !s.Options.Secondary && rng.IntN(6) == 0 && year != "8" {
			next, _ := strconv.Atoi(year)
			g.Year, g.Name = "C", fmt.Sprintf("%s/%d %c", year, next+1, 'a'+rune(i%3))
		}
		classes = append(classes, g)
	}
	s.Groups = append(s.Groups, classes...)
	for i := range max(1, n/lessonShare) {
		s.Groups = append(s.Groups, roster.Group{Key: "S" + strconv.Itoa(i+1), Kind: roster.Lesson, Name: fmt.Sprintf("Plusgroep %d", i+1)})
	}
	return classes
}

func (s *School) className(year string, i int) string {
	if s.Options.Secondary {
		n, _ := strconv.Atoi(year)
		return fmt.Sprintf("%d%s%d", n-10, []string{"v", "h", "m"}[i%3], i%4+1)
	}
	return year + string(rune('a'+i%3))
}

// pupils fills the classes. Some are siblings, a few have a namesake.
func (s *School) pupils(rng *rand.Rand, classes []roster.Group) {
	names := families()
	var last family
	for i := range s.Options.Pupils {
		class := classes[i*len(classes)/max(1, s.Options.Pupils)]
		f := names[rng.IntN(len(names))]
		if i > 0 && rng.IntN(8) == 0 {
			f = last // a brother or sister
		}
		last = f
		p := roster.Person{Key: strconv.Itoa(20_0000 + i), Kind: person.Pupil, Groups: []string{class.Key}, Year: ownYear(rng, class)}
		p.Name, p.Gender = invent(rng, f)
		if i > 0 && i%97 == 0 {
			p.Name = s.People[i-1].Name // a namesake
		}
		if rng.IntN(10) == 0 {
			p.Groups = append(p.Groups, s.Groups[len(classes)+rng.IntN(len(s.Groups)-len(classes))].Key)
		}
		s.plant(rng, p)
		s.People = append(s.People, p)
	}
}

// ownYear returns a pupil's year: in a class of two years, one of them.
func ownYear(rng *rand.Rand, class roster.Group) string {
	if class.Year != "C" {
		return class.Year
	}
	first := int(class.Name[0] - '0')
	return strconv.Itoa(first + rng.IntN(2))
}

// staff gives every class a teacher, half of them two, and the school its
// head, care, support and desk.
func (s *School) staff(rng *rand.Rand, classes []roster.Group) {
	names := families()
	n := max(3, s.Options.Pupils/pupilsPerStaff)
	special := []string{"DIR", "IB", "ADM", "CON", "ICT", "OWA"}
	for i := range n {
		p := roster.Person{Key: "M" + strconv.Itoa(1000+i), Kind: person.Staff}
		p.Name, p.Gender = invent(rng, names[rng.IntN(len(names))])
		p.Gender = "" // EDEXML has none of staff
		switch {
		case i < len(special) && n > len(special):
			p.Roles = []string{special[i]}
		case i%9 == 8:
			p.Roles = []string{"OWA"}
			p.Groups = []string{classes[rng.IntN(len(classes))].Key}
		default:
			p.Roles = []string{"LRK"}
			p.Groups = []string{classes[i%len(classes)].Key}
		}
		s.plant(rng, p)
		s.People = append(s.People, p)
	}
}

// invent makes a name of family f.
func invent(rng *rand.Rand, f family) (person.Name, person.Gender) {
	pool, gender := girls(), person.Female
	if rng.IntN(2) == 0 {
		pool, gender = boys(), person.Male
	}
	call := pool[rng.IntN(len(pool))]
	n := person.Name{Call: call, FirstNames: call, Infix: f.infix, Surname: f.surname}
	if rng.IntN(3) == 0 {
		n.FirstNames += " " + pool[rng.IntN(len(pool))]
	}
	for word := range wordsOf(n.FirstNames) {
		n.Initials += word
	}
	return n, gender
}

// wordsOf yields the first letter of each word.
func wordsOf(s string) func(func(string) bool) {
	return func(yield func(string) bool) {
		begin := true
		for _, r := range s {
			if begin && !yield(string(r)) {
				return
			}
			begin = r == ' '
		}
	}
}

// plant invents the values of a person that may never be kept. The numbers
// fail the eleven test of a BSN, so that they are nobody's.
func (s *School) plant(rng *rand.Rand, p roster.Person) {
	if !s.Options.Forbidden {
		return
	}
	n := 900_000_000 + rng.IntN(99_000_000)
	for elevenTest(n) {
		n++
	}
	s.extra[string(p.Kind)+p.Key] = forbidden{
		bsn:      strconv.Itoa(n),
		born:     fmt.Sprintf("%d-%02d-%02d", int(s.Options.Year)-5-rng.IntN(8), 1+rng.IntN(12), 1+rng.IntN(28)),
		postcode: fmt.Sprintf("%d%c%c", 1000+rng.IntN(9000), 'A'+rune(rng.IntN(26)), 'A'+rune(rng.IntN(26))),
		country:  "XX",
	}
}

// elevenTest reports whether a number of nine digits could be a BSN.
func elevenTest(n int) bool {
	sum := -(n % 10)
	for i := 2; i <= 9; i++ {
		n /= 10
		sum += i * (n % 10)
	}
	return sum%11 == 0
}

// Planted returns every value that no import may keep anywhere.
func (s *School) Planted() []string {
	var all []string
	for _, p := range s.People {
		if x, ok := s.extra[string(p.Kind)+p.Key]; ok && p.Kind == person.Pupil {
			all = append(all, x.bsn, x.born, x.postcode)
		}
	}
	return all
}
