package credential

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
)

// recipe says what a password consists of: words of a list, none twice, and
// after them a number of two digits, or none.
type recipe struct {
	list   string
	words  int
	number bool
}

// recipeOf returns the recipe for a kind of person and, of a pupil, an age band.
// A pupil of whom the school has not said the band gets what the middle gets.
func recipeOf(k person.Kind, b group.Band) recipe {
	switch {
	case k != person.Pupil:
		return recipe{plainWords, 4, true}
	case b == group.Young:
		return recipe{youngWords, 3, false}
	case b == group.Older:
		return recipe{plainWords, 3, true}
	default:
		return recipe{plainWords, 2, true}
	}
}

// NewPassword invents a password that is easy to read and to copy from a sheet,
// for the first sign-in. Its parts are drawn independently of the person:
//
//	young pupils   kat-boom-vis            at least 22 bits
//	middle pupils  uil-maan-47             at least 22 bits
//	older pupils   uil-maan-vijver-47      at least 30 bits
//	others         four words and a number at least 38 bits
//
// Sign-in makes that enough: after five vain attempts each takes twice as long
// as the last, up to a quarter of an hour, which leaves whoever guesses at an
// account about a hundred tries a day, and in a whole year less than one chance
// in a hundred at 22 bits. Members of staff have to choose a password of their
// own before they reach anything.
func NewPassword(k person.Kind, b group.Band) string {
	r := recipeOf(k, b)
	list := words(r.list)
	var parts []string
	for len(parts) < r.words {
		if w := list[below(len(list))]; !slices.Contains(parts, w) {
			parts = append(parts, w)
		}
	}
	if r.number {
		parts = append(parts, number())
	}
	return strings.Join(parts, "-")
}

// number returns two digits from 2 to 9, so that none is read as a letter. Two
// numbers that stand for something offensive are left out.
func number() string {
	for {
		if n := fmt.Sprintf("%d%d", 2+below(8), 2+below(8)); n != "69" && n != "88" {
			return n
		}
	}
}

// below returns a random number from 0 up to n.
func below(n int) int {
	i, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		panic(err) // crypto/rand never fails on a system that runs
	}
	return int(i.Int64())
}
