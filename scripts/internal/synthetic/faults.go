package synthetic

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// The groups of families that most defects go by.
func xmls() []kind  { return []kind{xmlFirst, xmlSecond, xmlEDEX, xmlUWLR} }
func sets() []kind  { return []kind{setFirst, setOne, setSDS} }
func texts() []kind { return []kind{listOwn, listTerm, listILT} }
func rolls() []kind { return append(texts(), listExcel) } // lists of people
func lists() []kind { return append(rolls(), listOf) }

// delimited are the families that are written as delimited text.
func delimited() []kind { return slices.Concat(sets(), texts(), []kind{listOf}) }

// faults returns what each defect does to each family of formats; one that
// does nothing to a family cannot be had by it.
func faults() map[Defect]map[kind]fault {
	all := map[Defect]map[kind]fault{
		Empty: merged(each(func(s *source) { s.people().raw = func([]byte) []byte { return nil } }, append(xmls(), delimited()...)...),
			each(func(s *source) { s.people().rows = [][]string{} }, listExcel)),
		Truncated: each(func(s *source) { s.bytes(cut) }, slices.Concat(xmls(), delimited(), []kind{listExcel})...),
		NulBytes: merged(each(func(s *source) { s.swap(`<roepnaam>`, "<roepnaam>\x00") }, xmls()...),
			each(func(s *source) { s.bytes(func(b []byte) []byte { return insert(b, len(b)*6/10, 0) }) }, delimited()...)),
		ByteOrderMark: each(func(s *source) { s.bytes(func(b []byte) []byte { return append([]byte("\ufeff"), b...) }) }, append(xmls(), delimited()...)...),
		OtherEncoding: merged(each(narrowText, xmls()...), each(narrowRows, sets()...)),
		MixedEncoding: each(mixed, delimited()...),
		OpenQuote: each(func(s *source) {
			s.bytes(func(b []byte) []byte {
				line := bytes.IndexByte(b, '\n') + 1
				return insert(b, line+bytes.IndexAny(b[line:], ",;")+1, '"')
			})
		}, delimited()...),
		OldExcel: each(func(s *source) {
			s.bytes(func([]byte) []byte { return append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 504)...) })
		}, listExcel),
	}
	for _, more := range []map[Defect]map[kind]fault{textFaults(), tableFaults(), personFaults()} {
		for d, of := range more {
			if all[d] == nil {
				all[d] = map[kind]fault{}
			}
			maps.Copy(all[d], of)
		}
	}
	return all
}

// people returns the file that holds the people: the pupils of a list.
func (s *source) people() *table { return s.file("users.csv") }

// file returns the file with that name, else the first one.
func (s *source) file(name string) *table {
	i := slices.IndexFunc(s.tables, func(t *table) bool { return t.name == name })
	return s.tables[max(i, 0)]
}

// bytes changes the bytes of the file that holds the people, after what
// changed them before.
func (s *source) bytes(change func([]byte) []byte) {
	t := s.people()
	before := t.raw
	t.raw = func(b []byte) []byte {
		if before != nil {
			b = before(b)
		}
		return change(b)
	}
}

// cut breaks a file off after some more than half: a text in the first cell of
// a line.
func cut(b []byte) []byte {
	at := len(b) * 6 / 10
	if bytes.HasPrefix(b, []byte("<")) || bytes.HasPrefix(b, []byte("PK")) {
		return b[:at]
	}
	if next := bytes.IndexByte(b[at:], '\n'); next >= 0 && at+next+4 < len(b) {
		return b[:at+next+4]
	}
	return b[:max(0, len(b)-4)]
}

func insert(b []byte, at int, c byte) []byte {
	return slices.Concat(b[:at], []byte{c}, b[at:])
}

// narrow is how Windows-1252 writes a text, with a question mark for what it
// lacks.
func narrow(b []byte) []byte {
	var out []byte
	for _, r := range string(b) {
		c, ok := charmap.Windows1252.EncodeRune(r)
		if !ok {
			c = '?'
		}
		out = append(out, c)
	}
	return out
}

func narrowText(s *source) {
	s.swap(`<roepnaam>[^<]*`, "<roepnaam>Zoë")
	s.bytes(narrow)
}

func narrowRows(s *source) {
	t := s.people()
	t.rows[1][t.at("givenName")] = "Zoë"
	s.bytes(narrow)
}

// mixed writes the name of one person in UTF-8, and that of the next in
// Windows-1252.
func mixed(s *source) {
	t := s.people()
	i := t.at("givenName", "roepnaam")
	t.rows[1][i], t.rows[2][i] = "Zoë", "Zo\xeb"
}

// at returns the place of the first column with one of these headings,
// whatever its capitals; the first column where there is none.
func (t *table) at(headings ...string) int {
	for _, h := range headings {
		if i := slices.IndexFunc(t.rows[0], func(cell string) bool { return strings.EqualFold(cell, h) }); i >= 0 {
			return i
		}
	}
	return 0
}

// put puts a value into a cell of the first person.
func (t *table) put(value string, headings ...string) { t.rows[1][t.at(headings...)] = value }

// firstTest is where the numbers begin that pass the eleven test: invented
// ones of test persons begin so.
const firstTest = 999_000_000

// bsnOfNobody passes the eleven test, and stands in examples everywhere.
const bsnOfNobody = "123456782"

// elevens returns a function that gives one number after another that passes
// the eleven test.
func elevens() func() string {
	n := firstTest
	return func() string {
		for n++; !elevenTest(n); n++ {
		}
		return strconv.Itoa(n)
	}
}
