package conform

import (
	"errors"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"cool.example/sync/shared/roster"
)

// cuts is in how many places a source is broken off.
const cuts = 60

// places returns where to break off n bytes: at the first and last ones, and
// evenly between.
func places(n int) []int {
	list := []int{}
	for i := range cuts {
		list = append(list, i*n/cuts)
	}
	for i := range 4 {
		if n-1-i > 0 {
			list = append(list, n-1-i)
		}
	}
	return list
}

// cutOff breaks the source off. One with an end is refused. Of a table what is
// taken is as it stood, but for the last row, of which the last cell may have
// lost something.
func cutOff(t *testing.T, c Case) {
	main := c.Files[c.Main]
	all, _ := c.read(t, open(c.Files))
	for _, at := range places(len(main)) {
		list, found := c.read(t, open(c.with(main[:at])))
		switch {
		case found.Stopped():
		case c.Closed && strings.TrimSpace(main[at:]) != "":
			t.Errorf("broken off at %d of %d and taken", at, len(main))
		case len(list.People) > len(all.People):
			t.Errorf("broken off at %d: more people than there are", at)
		default:
			for i := range max(0, len(list.People)-1) {
				if p, whole := list.People[i], all.People[i]; p.Key != whole.Key || p.Name != whole.Name || !reflect.DeepEqual(p.Number, whole.Number) {
					t.Errorf("broken off at %d: row %d is another", at, p.Line)
				}
			}
		}
	}
}

// encodings writes the source in ways of its own: it is read whole or refused.
func encodings(t *testing.T, c Case) {
	main := c.Files[c.Main]
	if c.Binary {
		return
	}
	c.whole(t, "a byte order mark", c.with("\ufeff"+main))
	c.whole(t, "Windows-1252", c.with(strings.Replace(main, "Bo", "B\xf6", 1)))
	c.whole(t, "lines of Windows", c.with(strings.ReplaceAll(strings.ReplaceAll(main, "\r\n", "\n"), "\n", "\r\n")))
	c.whole(t, "blank lines around", c.with("\n"+main+"\n\n"))
	for _, big := range []bool{false, true} {
		c.whole(t, "UTF-16", c.with(wide(main, big)))
	}
	marked, found := c.read(t, open(c.with("\ufeff"+main)))
	if found.Stopped() || len(marked.People) != c.People {
		t.Errorf("a byte order mark is no reason: %+v", found.List)
	}
	for _, at := range places(len(main)) {
		if _, found := c.read(t, open(c.with(main[:at]+"\x00"+main[at:]))); !found.Stopped() {
			t.Errorf("a NUL byte at %d is taken", at)
		}
	}
}

// wide is a text in UTF-16 with its mark.
func wide(text string, big bool) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
		low, high := byte(unit), byte(unit>>8)
		if big {
			low, high = high, low
		}
		b.WriteByte(low)
		b.WriteByte(high)
	}
	return b.String()
}

// junk puts what belongs to nothing before and behind the source: neither goes
// unsaid.
func junk(t *testing.T, c Case) {
	main := c.Files[c.Main]
	for what, text := range map[string]string{
		"before": "hierbij de lijst van " + main, "behind": main + "einde van de lijst", "nothing": "", "spaces": " \r\n\t", "a photo": "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
		"twice": main + main,
	} {
		list, found := c.read(t, open(c.with(text)))
		zip := c.Binary && (strings.HasPrefix(text, main) || strings.HasSuffix(text, main)) // which may stand beside anything
		if len(found.List) == 0 && !zip {
			t.Errorf("junk %s: nothing is said, %d people", what, len(list.People))
		}
	}
}

// errBroken is why a reader fails.
var errBroken = errors.New("the line is broken")

// brokenReader fails once its text has ended.
type brokenReader struct{ io.Reader }

// Read reads on, and fails at the end.
func (r brokenReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = errBroken
	}
	return n, err
}

// failing expects the error of a reader to be passed on: it says nothing of the
// source.
func failing(t *testing.T, c Case) {
	main := c.Files[c.Main]
	for _, at := range []int{0, len(main) / 2} {
		files := open(c.Files)
		for i := range files {
			if files[i].Name == c.Main {
				files[i].Open = func() (io.ReadCloser, error) { return io.NopCloser(brokenReader{strings.NewReader(main[:at])}), nil }
			}
		}
		c.Format.Claims(files)
		var found roster.Findings
		if _, err := c.Format.Read(files, c.Wanted, &found); !errors.Is(err, errBroken) {
			t.Errorf("broken at %d: %v, %+v", at, err, found.List)
		}
	}
}

// endlessReader never ends.
type endlessReader struct{ given int64 }

// Read gives letters without end.
func (r *endlessReader) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	r.given += int64(len(p))
	return len(p), nil
}

// The bounds on what a source without an end may cost.
const (
	mostHeap = 192 << 20 // bytes that stay, with those of the tests that run beside
	mostRead = 1 << 30   // bytes that are read of it
)

// endless lets a value go on without end: it is refused, at a bounded cost.
func endless(t *testing.T, c Case) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	main, more := c.Files[c.Main], &endlessReader{}
	files := open(c.Files)
	for i := range files {
		if files[i].Name == c.Main {
			files[i].Open = func() (io.ReadCloser, error) {
				return io.NopCloser(io.MultiReader(strings.NewReader(main[:len(main)*2/3]), more)), nil
			}
		}
	}
	list, found := c.read(t, files)
	if !found.Stopped() {
		t.Error("not refused")
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if after.HeapAlloc > before.HeapAlloc+mostHeap || more.given > mostRead {
		t.Errorf("it costs %d bytes of memory, and %d are read", int64(after.HeapAlloc)-int64(before.HeapAlloc), more.given)
	}
	runtime.KeepAlive(list)
}
