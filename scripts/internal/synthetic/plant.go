package synthetic

import (
	"fmt"
	"strconv"

	"cool.example/sync/shared/roster"
)

// forbidden are values of a pupil that stand in a source file and that no
// import may keep.
type forbidden struct{ bsn, born, postcode string }

// firstBSN is where the planted numbers begin. They have the form of a
// citizen service number, fail its eleven test, and so are nobody's.
const firstBSN = 900_000_000

// plant invents what may never be kept of p, the newest pupil: a number that
// fails the eleven test, a postcode with letters that are not issued, and a
// birth date, which twins share.
func (m *maker) plant(p roster.Person, twin bool) {
	if !m.Options.Forbidden {
		return
	}
	i := len(m.extras)
	n := firstBSN + 17*i
	for elevenTest(n) {
		n++
	}
	age := 3
	if year, err := strconv.Atoi(p.Year); err == nil {
		age += year - year/11*2 // groep 8 is followed by 11, year 1 of secondary education
	}
	x := forbidden{
		bsn:      strconv.Itoa(n),
		born:     fmt.Sprintf("%d-%02d-%02d", int(m.Options.Year)-age, 1+m.rng.IntN(12), 1+m.rng.IntN(28)),
		postcode: strconv.Itoa(1000+i%9000) + []string{"SA", "SD", "SS"}[i/9000%3],
	}
	if twin {
		x.born, x.postcode = m.extras[i-1].born, m.extras[i-1].postcode
	}
	m.extras = append(m.extras, x)
}

// elevenTest reports whether a number of nine digits could be a citizen
// service number (BSN).
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
	for _, x := range s.extras {
		all = append(all, x.bsn, x.born, x.postcode)
	}
	return all
}
