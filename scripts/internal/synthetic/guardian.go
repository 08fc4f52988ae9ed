package synthetic

import (
	"fmt"
	"math/rand/v2"

	"cool.example/sync/shared/person"
)

// Guardian is an invented parent or carer, whom no EDEXML file delivers.
type Guardian struct {
	Name  person.Name
	Email string   // private, under example.org
	Of    []string // keys of pupils
}

// Guardians invents one guardian for each of the first n pupils.
func (s *School) Guardians(n int) []Guardian {
	rng := rand.New(rand.NewPCG(s.Options.Seed, 2))
	var out []Guardian
	for _, p := range s.People {
		if len(out) == n || p.Kind != person.Pupil {
			break
		}
		name, _ := invent(rng, family{p.Name.Infix, p.Name.Surname})
		out = append(out, Guardian{Name: name, Email: fmt.Sprintf("ouder%d@example.org", len(out)+1), Of: []string{p.Key}})
	}
	return out
}
