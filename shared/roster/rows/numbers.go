package rows

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	scientific = regexp.MustCompile(`^[+-]?\d([.,]\d+)?E\+\d{1,3}$`)
	quoted     = regexp.MustCompile(`^="([^"]*)"$`)
)

// Scientific reports whether a spreadsheet has shortened a long number, as in
// 1,23E+08: what it was is lost.
func Scientific(cell string) bool {
	return strings.Contains(cell, "E+") && scientific.MatchString(cell)
}

// Number returns the cell without what people write around a number so that
// a spreadsheet keeps its zeros: ="0123" or '0123.
func Number(cell string) string {
	if strings.HasPrefix(cell, "=") {
		if m := quoted.FindStringSubmatch(cell); m != nil {
			return Trim(m[1])
		}
	}
	return Trim(strings.TrimPrefix(cell, "'"))
}

// Eleven reports whether a cell has the form of a citizen service number
// (BSN): nine digits, or eight where the first is a stripped zero, that pass
// the eleven test.
func Eleven(cell string) bool {
	if len(cell) == leastDigits {
		cell = "0" + cell
	}
	if len(cell) != 9 || cell == "000000000" {
		return false
	}
	sum := 0
	for i, c := range []byte(cell) {
		if c < '0' || c > '9' {
			return false
		}
		weight := 9 - i
		if i == 8 {
			weight = -1
		}
		sum += weight * int(c-'0')
	}
	return sum%11 == 0
}

// Elevens counts how many values of a column pass the eleven test.
type Elevens struct{ passed, all int }

// leastDigits is how many digits a citizen service number has at least.
const leastDigits = 8

// Add counts a cell; an empty one says nothing.
func (e *Elevens) Add(cell string) {
	if cell == "" {
		return
	}
	e.all++
	if c := cell[0]; len(cell) < leastDigits || c >= 'A' && c < utf8.RuneSelf {
		return // too short, or neither a digit, a mark before one, nor what stands between them
	}
	if Eleven(strings.Map(ungrouped, Number(cell))) {
		e.passed++
	}
}

// ungrouped drops what people put between the digits of a long number.
func ungrouped(r rune) rune {
	if r == ' ' || r == '.' || r == '-' {
		return -1
	}
	return r
}

// Count returns how many cells hold something.
func (e *Elevens) Count() int { return e.all }

// Filled reports whether the column holds anything.
func (e *Elevens) Filled() bool { return e.all > 0 }

// Of free numbers one in eleven passes: that all of so few do, or most of
// many, cannot be chance.
const (
	elevensFew     = 4
	elevensMany    = 10
	elevensPercent = 80
)

// BSN reports whether the column holds citizen service numbers beyond
// reasonable doubt.
func (e *Elevens) BSN() bool {
	return e.all >= elevensFew && e.passed == e.all || e.all >= elevensMany && e.passed*100 >= e.all*elevensPercent
}
