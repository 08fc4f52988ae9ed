package conform

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"cool.example/sync/shared/roster"
)

// number passes the eleven test of citizen service numbers (BSN).
const number = "123456782"

// inText reports how many findings tell of a number within a text, and whether
// each has its place.
func inText(found *roster.Findings) (n int, placed bool) {
	placed = true
	for _, f := range found.List {
		if strings.HasSuffix(f.Code, ".bsn_in_text") {
			n++
			placed = placed && f.Line > 0 && f.Column > 0
		}
	}
	return n, placed
}

// worded expects that a citizen service number within a name is told of by its
// place, and kept nowhere; and that what only looks like one stays.
func worded(t *testing.T, c Case) {
	main := c.Files[c.Main]
	for _, text := range []string{number, "Jan " + number, number + ", Jan", "Jan (" + number + ") de", "Jan 123 456 782", "1234.56.782 Jan", "Zoë 123-456-782"} {
		list, found := c.read(t, open(c.with(c.Text(main, text))))
		n, placed := inText(found)
		if n == 0 || !placed || list.LeftOut["bsn"] < n {
			t.Errorf("%q is not told of: %v %+v", text, list.LeftOut, found.List)
		}
		printed := fmt.Sprintf("%+v %+v", list, *found)
		for _, part := range []string{number, "123 456 782", "1234.56.782", "123-456-782"} {
			if strings.Contains(printed, part) {
				t.Errorf("%q comes out: %s", text, printed)
			}
		}
	}
	for _, text := range []string{"Jan", "Jan 123456789", "Jan 12345678", "Jan 1234567820", "Jan A" + number, "Jan 0612345678", "Jan 2026-2027"} {
		list, found := c.read(t, open(c.with(c.Text(main, text))))
		if n, _ := inText(found); n > 0 || !strings.Contains(fmt.Sprintf("%+v", list.People), text[len("Jan"):]) {
			t.Errorf("%q is left out: %+v", text, found.List)
		}
	}
}

// chance expects that one key which passes the eleven test is a key as any
// other: of free numbers one in eleven does.
func chance(t *testing.T, c Case) {
	good, _ := c.read(t, open(c.Files))
	list, found := c.read(t, open(c.One(maps.Clone(c.Files), number)))
	if n, _ := inText(found); n > 0 || found.Stopped() || len(list.People) != len(good.People) {
		t.Errorf("refused or left out: %+v", found.List)
	}
	if !strings.Contains(fmt.Sprintf("%+v", list.People), number) {
		t.Error("the key is not kept")
	}
}
