// Package conform is what every format of roster must satisfy, for their tests:
// whatever becomes of a good source, it is read whole, or refused with a reason
// that tells a place and never a value.
package conform

import (
	"fmt"
	"io"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cool.example/sync/shared/roster"
)

// Case is a format with a good source of at least two people.
type Case struct {
	Format roster.Format
	Wanted roster.Wanted
	Codes  []string          // of every finding that it may give
	Files  map[string]string // the source: the name of each file → what it holds
	Main   string            // the file that holds the people
	People int               // how many there are
	// Closed says that the source has an end, as XML and zips have: one that
	// breaks off anywhere is refused. Of a table nobody knows whether more rows
	// were meant to come.
	Closed bool
	Binary bool // no text, of which nobody can say what stands where
	// Twice gives two people one key.
	Twice func(main string) string
	// Plant puts value where it may not be kept, in as many places as there are.
	Plant func(main, value string) string
	// Text puts value into a name of the first person, and wherever else people
	// read a text.
	Text func(main, value string) string
	// One gives one person the citizen service number (BSN) as key, in every file,
	// as chance does.
	One func(files map[string]string, bsn string) map[string]string
	// Keys gives everybody a citizen service number (BSN) as key, in every file;
	// nil where the format has other tests for that.
	Keys func(files map[string]string) map[string]string
}

// Run runs everything.
func Run(t *testing.T, c Case) {
	t.Helper()
	for name, check := range map[string]func(*testing.T, Case){
		"good": good, "cut off": cutOff, "planted": planted, "two with one key": twice, "BSNs as keys": keys,
		"BSNs in texts": worded, "a number by chance": chance, "a reader that fails": failing,
		"marks and encodings": encodings, "junk": junk,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, c)
		})
	}
	t.Run("endless", func(t *testing.T) { endless(t, c) }) // measures memory
}

// with returns the files with another main file.
func (c Case) with(main string) map[string]string {
	files := maps.Clone(c.Files)
	files[c.Main] = main
	return files
}

// open returns files in the order of their names.
func open(files map[string]string) []roster.File {
	var list []roster.File
	for _, name := range slices.Sorted(maps.Keys(files)) {
		list = append(list, roster.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(files[name])), nil }})
	}
	return list
}

// field is what a finding may call an element or a column: a name of the
// standard's, in ASCII.
var field = regexp.MustCompile(`^[A-Za-z0-9_.-]{0,64}$`)

// read reads files and checks what every finding must be like.
func (c Case) read(t *testing.T, files []roster.File) (*roster.Roster, *roster.Findings) {
	t.Helper()
	c.Format.Claims(files) // never panics
	var found roster.Findings
	list, err := c.Format.Read(files, c.Wanted, &found)
	if err != nil {
		t.Fatalf("what is wrong with a source is a finding, no error: %v", err)
	}
	for _, f := range found.List {
		if !slices.Contains(c.Codes, f.Code) || !field.MatchString(f.Field) || f.Line < 0 || f.Column < 0 || f.Column > 0 && f.Line == 0 {
			t.Errorf("a finding that none may be like: %+v", f)
		}
		if _, listed := c.Files[f.File]; f.File != "" && !listed && !standard(f.File) {
			t.Errorf("a finding in a file with a name of somebody's own: %+v", f)
		}
	}
	if list == nil && !found.Stopped() {
		t.Error("there is neither a roster nor a reason")
	}
	if list == nil {
		list = &roster.Roster{}
	}
	return list, &found
}

// standard reports whether a file is called by its place, or as a standard
// calls it.
func standard(file string) bool {
	_, _, place := roster.ParsePlace(file)
	return place || strings.HasSuffix(file, ".csv") || strings.HasSuffix(file, "_antwoord")
}

// whole expects everybody, or that the source is refused.
func (c Case) whole(t *testing.T, what string, files map[string]string) {
	t.Helper()
	if list, found := c.read(t, open(files)); !found.Stopped() && len(list.People) != c.People {
		t.Errorf("%s: read in part, %d people of %d: %+v", what, len(list.People), c.People, found.List)
	}
}

// good reads the source as it should be, twice with the same outcome.
func good(t *testing.T, c Case) {
	files := open(c.Files)
	if !c.Format.Claims(files) {
		t.Fatal("the format does not claim its own")
	}
	list, found := c.read(t, files)
	if found.Stopped() || len(list.People) != c.People {
		t.Fatalf("%d people of %d: %+v", len(list.People), c.People, found.List)
	}
	again, more := c.read(t, files)
	if !reflect.DeepEqual(list, again) || !reflect.DeepEqual(found.List, more.List) {
		t.Error("the same source gives another roster")
	}
	seen, groups := map[string]bool{}, map[string]bool{}
	for _, g := range list.Groups {
		groups[g.Key] = true
	}
	for _, p := range list.People {
		if id := string(p.Kind) + " " + p.Key; p.Key == "" || seen[id] {
			t.Errorf("row %d has no key of its own", p.Line)
		} else {
			seen[id] = true
		}
		if !p.Kind.Valid() || p.Name.Display() == "" || p.Line == 0 {
			t.Errorf("row %d is nobody", p.Line)
		}
		for _, g := range p.Groups {
			if !groups[g] {
				t.Errorf("row %d is in a group that is not there", p.Line)
			}
		}
	}
}

// twice expects that two people with one key are told of, where they stand.
func twice(t *testing.T, c Case) {
	_, found := c.read(t, open(c.with(c.Twice(c.Files[c.Main]))))
	if !found.Stopped() {
		t.Fatalf("not refused: %+v", found.List)
	}
	if !slices.ContainsFunc(found.List, func(f roster.Finding) bool { return f.Severity == roster.Stop && f.Line > 0 && f.Column > 0 }) {
		t.Errorf("no place: %+v", found.List)
	}
}

// value is what may not be kept: no word that stands anywhere else.
const value = "zqx4711kwj"

// planted expects a value to be counted, and to come out nowhere.
func planted(t *testing.T, c Case) {
	list, found := c.read(t, open(c.with(c.Plant(c.Files[c.Main], value))))
	if found.Stopped() || len(list.LeftOut) == 0 {
		t.Errorf("not left out: %v %+v", list.LeftOut, found.List)
	}
	hidden(t, list, found)
	// Also where the source breaks off behind it.
	main := c.Plant(c.Files[c.Main], value)
	for _, at := range places(len(main)) {
		list, found := c.read(t, open(c.with(main[:at])))
		hidden(t, list, found)
	}
}

func hidden(t *testing.T, list *roster.Roster, found *roster.Findings) {
	t.Helper()
	for i := range list.Columns {
		list.Columns[i].Heading = "" // shown to the school that wrote it
	}
	if strings.Contains(fmt.Sprintf("%+v %+v", list, *found), value) {
		t.Error("a value that may not be kept comes out")
	}
}

// keys expects that citizen service numbers as keys refuse the source, and that
// no finding tells one.
func keys(t *testing.T, c Case) {
	if c.Keys == nil {
		return
	}
	_, found := c.read(t, open(c.Keys(maps.Clone(c.Files))))
	if !found.Stopped() {
		t.Errorf("not refused: %+v", found.List)
	}
	if bsn.MatchString(fmt.Sprintf("%+v", *found)) {
		t.Error("a finding tells a number")
	}
}

var bsn = regexp.MustCompile(`\d{8}`)
