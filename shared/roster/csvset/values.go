package csvset

import (
	"hash/maphash"
	"regexp"
	"strconv"
	"strings"

	"cool.example/sync/shared/roster/rows"
	"cool.example/sync/shared/school"
)

var brin = regexp.MustCompile(`^(\d{2}[A-Z]{2})[-.| ]?(\d{2})?$`)

// Code reads a BRIN with or without a location, in the spellings in use.
func Code(cell string) (school.Code, bool) {
	m := brin.FindStringSubmatch(strings.ToUpper(strings.TrimSpace(cell)))
	if m == nil {
		return school.Code{}, false
	}
	code, err := school.NewCode(m[1], m[2])
	return code, err == nil
}

// Address reports whether cell is an e-mail address.
func Address(cell string) bool { return rows.Address(cell) }

// List splits a cell that holds several values.
func List(cell string) []string {
	var values []string
	for v := range strings.SplitSeq(cell, ",") {
		if v = strings.TrimSpace(v); v != "" {
			values = append(values, v)
		}
	}
	return values
}

// Grade returns the jaargroep code that a cell stands for: a year of the
// sector, in one or two digits. Of several the first counts; an empty cell is
// none.
func Grade(cell string, sector school.Sector) (code string, ok bool) {
	values := List(cell)
	if len(values) == 0 {
		return "", true
	}
	n, err := strconv.Atoi(values[0])
	secondary := sector == school.VO || sector == school.VSO
	switch {
	case err == nil && secondary && n >= 1 && n <= 6:
		return strconv.Itoa(10 + n), true
	case err == nil && !secondary && n >= 1 && n <= 8:
		return strconv.Itoa(n), true
	}
	return "", false
}

// Seen remembers ids, of which there may be a million, by two hashes that are
// others in every run.
type Seen struct {
	seeds [2]maphash.Seed
	met   map[[2]uint64]struct{}
}

// Again reports whether id was asked for before.
func (s *Seen) Again(id string) bool {
	if s.met == nil {
		s.seeds, s.met = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, map[[2]uint64]struct{}{}
	}
	key := [2]uint64{maphash.String(s.seeds[0], id), maphash.String(s.seeds[1], id)}
	_, again := s.met[key]
	s.met[key] = struct{}{}
	return again
}
