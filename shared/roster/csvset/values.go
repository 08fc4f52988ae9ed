package csvset

import (
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
	first := cell
	if strings.Contains(cell, ",") {
		first = ""
		if values := List(cell); len(values) > 0 {
			first = values[0]
		}
	}
	if first = strings.TrimSpace(first); first == "" {
		return "", true
	}
	n, err := strconv.Atoi(first)
	secondary := sector == school.VO || sector == school.VSO
	switch {
	case err == nil && secondary && n >= 1 && n <= 6:
		return strconv.Itoa(10 + n), true
	case err == nil && !secondary && n >= 1 && n <= 8:
		return strconv.Itoa(n), true
	}
	return "", false
}
