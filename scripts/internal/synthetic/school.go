// Package synthetic invents schools: people, classes and lesson groups that
// look like a Dutch school's and belong to nobody. The same options give the
// same school, byte for byte.
package synthetic

import (
	"math/rand/v2"

	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
)

// Options say what school to invent.
type Options struct {
	Seed      uint64
	Pupils    int
	Staff     int // 0 for about one to twelve pupils
	Code      school.Code
	Year      school.Year
	Secondary bool   // secondary education: years 11 to 16; else groep 1 to 8
	Domain    string // people have an e-mail address of this domain; "" for none
	Forbidden bool   // plant invented values that no import may keep
	ECK       bool   // pupils have an invented ECK iD
}

// School is an invented school.
type School struct {
	Options Options
	Groups  []roster.Group  // the classes first
	People  []roster.Person // the pupils first, class by class

	homes  []int       // of each pupil: the household
	extras []forbidden // of each pupil; empty where Options do not ask for them
}

// pupilsPerStaff is how many pupils there are for each member of staff.
const pupilsPerStaff = 12

// Generate invents a school.
func Generate(o Options) *School {
	m := &maker{
		School: &School{Options: o},
		rng:    rand.New(rand.NewPCG(o.Seed, uint64(o.Pupils))),
		pool:   newPool(),
		taken:  map[string]bool{},
	}
	m.form()
	m.pupils()
	m.staff()
	return m.School
}

// maker is a school while it is invented.
type maker struct {
	*School
	rng     *rand.Rand
	pool    pool
	classes []class
	lessons []lesson
	houses  []household
	taken   map[string]bool // local parts of addresses
}

// add adds p, with an address where the school has them.
func (m *maker) add(p roster.Person) {
	if m.Options.Domain != "" {
		local := naming.Username(p.Name, func(name string) bool { return m.taken[name] })
		m.taken[local] = true
		p.Email = local + "@" + m.Options.Domain
	}
	m.People = append(m.People, p)
}

// one reports true once in n times.
func (m *maker) one(n int) bool { return m.rng.IntN(n) == 0 }

// Pupils returns the pupils, in the order of People.
func (s *School) Pupils() []roster.Person { return s.People[:len(s.homes)] }

// Staff returns the staff, in the order of People.
func (s *School) Staff() []roster.Person { return s.People[len(s.homes):] }

// Guardian is an invented parent or carer, whom no EDEXML file delivers.
type Guardian struct {
	Name       person.Name
	Salutation string // "mevrouw", "de heer"
	Gender     person.Gender
	Email      string   // private, under example.org
	Of         []string // keys of pupils: brothers and sisters together
}

// Guardians invents one or two guardians for each household of the first n
// pupils.
func (s *School) Guardians(n int) []Guardian {
	rng, names := rand.New(rand.NewPCG(s.Options.Seed, 2)), newPool()
	taken := map[string]bool{}
	children := map[int][]roster.Person{}
	var order []int
	for i, p := range s.Pupils()[:min(n, len(s.homes))] {
		home := s.homes[i]
		if children[home] == nil {
			order = append(order, home)
		}
		children[home] = append(children[home], p)
	}
	var all []Guardian
	for _, home := range order {
		for range 1 + rng.IntN(2) {
			all = append(all, guardian(rng, names, children[home], taken))
		}
	}
	return all
}

func guardian(rng *rand.Rand, names pool, children []roster.Person, taken map[string]bool) Guardian {
	f := family{children[0].Name.Infix, children[0].Name.Surname}
	if rng.IntN(3) == 0 {
		f = names.family(rng)
	}
	g := Guardian{Salutation: "de heer"}
	g.Name, g.Gender = names.invent(rng, f)
	if g.Gender == person.Female {
		g.Salutation = "mevrouw"
	}
	local := naming.Username(g.Name, func(name string) bool { return taken[name] })
	taken[local] = true
	g.Email = local + "@example.org"
	for _, p := range children {
		g.Of = append(g.Of, p.Key)
	}
	return g
}
