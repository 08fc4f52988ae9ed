package synthetic

import (
	"crypto/sha512"
	"encoding/hex"
	"slices"
	"strconv"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
)

// mostChildren is how many children of one household go to the school.
const mostChildren = 4

// household is a family with the call names and years of its children.
type household struct {
	family family
	calls  []string
	years  []string
}

// pupils fills the classes. Some have brothers and sisters anywhere in the
// school, a few are twins, and a few have a namesake in their class.
func (m *maker) pupils() {
	for at, c := range m.classes {
		for seat := range c.size {
			m.pupil(at, seat)
		}
	}
}

func (m *maker) pupil(at, seat int) {
	i, c := len(m.People), m.classes[at]
	p := roster.Person{
		Key: strconv.Itoa(200_000 + i), Kind: person.Pupil,
		Year: c.years[m.rng.IntN(len(c.years))], Groups: []string{c.Key},
	}
	twin, namesake := seat > 0 && m.one(50), seat > 1 && i%97 == 96
	home := len(m.houses)
	switch {
	case namesake:
	case twin:
		home, p.Year = m.homes[i-1], m.People[i-1].Year
	case i > 0 && m.one(4):
		other := m.homes[m.rng.IntN(i)]
		if h := m.houses[other]; len(h.calls) < mostChildren && !slices.Contains(h.years, p.Year) {
			home = other
		}
	}
	if home == len(m.houses) {
		m.houses = append(m.houses, household{family: m.pool.family(m.rng)})
	}
	h := &m.houses[home]
	for p.Name.Call == "" || slices.Contains(h.calls, p.Name.Call) {
		p.Name, p.Gender = m.pool.invent(m.rng, h.family)
	}
	if namesake {
		p.Name, p.Gender = m.People[i-2].Name, m.People[i-2].Gender
	}
	h.calls, h.years = append(h.calls, p.Name.Call), append(h.years, p.Year)
	m.homes = append(m.homes, home)
	p.Groups = append(p.Groups, m.lessonsOf(p)...)
	m.plant(p, twin && !namesake)
	if m.Options.ECK {
		p.ECK = eckID(m.Options.Seed, p.Key)
	}
	m.add(p)
}

// eckID invents the ECK iD of a pupil: an address of the chain's production
// that names nobody.
func eckID(seed uint64, key string) string {
	sum := sha512.Sum512([]byte(strconv.FormatUint(seed, 10) + "/" + key))
	return "https://ketenid.nl/201703/" + hex.EncodeToString(sum[:])
}

// lessonsOf returns the keys of p's lesson groups: one of each subject in
// secondary education, now and then one in primary.
func (m *maker) lessonsOf(p roster.Person) []string {
	if !m.Options.Secondary {
		if m.one(8) {
			return []string{m.lessons[m.rng.IntN(len(m.lessons))].Key}
		}
		return nil
	}
	var keys []string
	for from := 0; from < len(m.lessons); {
		to := from + 1
		for to < len(m.lessons) && m.lessons[to].subject == m.lessons[from].subject && m.lessons[to].year == m.lessons[from].year {
			to++
		}
		if m.lessons[from].year == p.Year {
			keys = append(keys, m.lessons[from+m.rng.IntN(to-from)].Key)
		}
		from = to
	}
	return keys
}

// staff gives the school its head, care and support, and every class and
// lesson group a teacher. Where there are more teachers than classes, two
// part-timers share one.
func (m *maker) staff() {
	n := m.Options.Staff
	if n == 0 {
		n = max(3, (m.Options.Pupils+pupilsPerStaff/2)/pupilsPerStaff)
	}
	office := []string{"DIR", "IB", "ADM", "CON", "ICT", "ADJ"}
	office = office[:min(len(office), n/3)]
	var teachers []roster.Person
	for i := range n {
		p := roster.Person{Key: "M" + strconv.Itoa(1000+i), Kind: person.Staff, Roles: []string{"LRK"}}
		p.Name, _ = m.pool.invent(m.rng, m.pool.family(m.rng))
		switch {
		case i < len(office):
			p.Roles = []string{office[i]}
			m.add(p)
		case i%7 == 6:
			p.Roles = []string{[]string{"OWA", "KLA", "STA", "LOS"}[i/7%4]}
			p.Groups = []string{m.classes[m.rng.IntN(len(m.classes))].Key}
			m.add(p)
		default:
			if i%11 == 10 {
				p.Roles = append(p.Roles, []string{"RT", "ICT", "IB"}[i/11%3])
			}
			teachers = append(teachers, p)
		}
	}
	for i := range max(len(teachers), len(m.classes)) {
		t := &teachers[i%len(teachers)]
		t.Groups = append(t.Groups, m.classes[i%len(m.classes)].Key)
	}
	for i, l := range m.lessons {
		t := &teachers[i%len(teachers)]
		t.Groups = append(t.Groups, l.Key)
	}
	for _, t := range teachers {
		m.add(t)
	}
}
