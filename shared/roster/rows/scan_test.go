package rows

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

// record is a row with its place.
type record struct {
	cells   []string
	columns []int
	line    int
}

// ours reads a text with the scanner.
func ours(r io.Reader, comma byte, strict bool) (all []record, err error) {
	s := newScanner(r, comma, 64<<10)
	s.strict = strict
	for {
		if err = s.record(); err != nil {
			break
		}
		all = append(all, record{append([]string{}, s.cells...), append([]int{}, s.columns...), s.line})
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return all, err
}

// theirs reads a text with the standard library.
func theirs(text string, comma byte, strict bool) (all []record, err error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = rune(comma), !strict, -1
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		one := record{cells: cells}
		for i := range cells {
			line, column := r.FieldPos(i)
			if i == 0 {
				one.line = line
			}
			one.columns = append(one.columns, column)
		}
		all = append(all, one)
	}
}

// texts are texts with every turn that a cell can take.
func texts() []string {
	return []string{
		"", "a", "a\n", "a;b\nc;d\n", "a;b\r\nc;d", "a;\n;b\n;\n", "\n\n\r\na\n\n", "\"a\";\"b;c\"\n", "\"a\"\"b\"\n", "\"a\nb\";c\nd\n",
		"\"a\r\nb\"\r\n", "a\"b;c\n", "\"a\"b;c\n", "\"a\" ;c\n", " \"a\";b\n", "\"\"\n", "\"\";\"\"", "\"\"\"\"\n", "a\r;b\r\n", "a\rb\n", "a\r", "\"a\r",
		"\"a", "\"a\n", "\"", "a;\"", "\"a\"\"", "x\n\"a;b\n", "é;ë\n\"é\n\";ë\n", "\"\n\n\n\";b\nc;d\n", "\"a\"\r\n\"b\"", "\r\n\r", "\"a\"\r",
	}
}

// compared expects the scanner to take a text apart as the standard library
// does, but that a quotation mark which is never closed ends the reading: the
// library lets it swallow what comes behind.
func compared(t *testing.T, text string, comma byte, strict bool) {
	t.Helper()
	want, failed := theirs(text, comma, strict)
	got, err := ours(strings.NewReader(text), comma, strict)
	if err != nil && failed == nil {
		require.False(t, strict)
		var problem *Problem
		require.ErrorAs(t, err, &problem)
		require.Equal(t, Damaged, problem.Code)
		require.Len(t, want, len(got)+1, "it is the last record that has no end")
		require.Equal(t, want[len(got)].line, mostLine(problem.Line, want[len(got)].line), "and the mark stands in it")
		want = want[:len(got)]
	}
	if failed != nil {
		require.Error(t, err)
	}
	require.Len(t, got, len(want), "%q", text)
	for i := range want {
		require.Equal(t, want[i], got[i], "%q", text)
	}
	slow, again := ours(iotest.OneByteReader(strings.NewReader(text)), comma, strict)
	require.Equal(t, got, slow)
	require.Equal(t, err, again)
}

// mostLine returns begin where a line is not before it.
func mostLine(line, begin int) int {
	if line >= begin {
		return begin
	}
	return line
}

func TestScannerIsAsTheStandardLibrary(t *testing.T) {
	t.Parallel()
	for _, text := range texts() {
		for _, comma := range []byte(";,\t") {
			compared(t, text, comma, false)
			compared(t, text, comma, true)
		}
	}
}

func FuzzScanner(f *testing.F) {
	for _, text := range texts() {
		f.Add(text, byte(';'), false)
		f.Add(text, byte(','), true)
	}
	f.Fuzz(func(t *testing.T, text string, comma byte, strict bool) {
		if strings.IndexByte(",;\t|", comma) < 0 || len(text) > 32<<10 {
			return
		}
		compared(t, text, comma, strict)
	})
}

// TestLongRecords are refused where they begin, and long texts are read in
// little memory.
func TestLongRecords(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 70<<10)
	for name, text := range map[string]string{
		"a line": "a\n\n" + long, "a line with an end": "a\n\n" + long + "\n", "in quotation marks": "a\n\n\"" + long, "many lines": "a\n\n\"" + strings.Repeat("x\n", 40<<10),
	} {
		all, err := ours(strings.NewReader(text), ';', false)
		require.Equal(t, &Problem{Code: RecordTooLong, Line: 3}, err, name)
		require.Len(t, all, 1, name)
	}
	s := newScanner(strings.NewReader(strings.Repeat(strings.Repeat("y;", 20_000)+"\n", 50)), ';', 64<<10)
	for s.record() == nil {
		require.LessOrEqual(t, len(s.buf), 4*block)
	}
	require.Equal(t, 51, s.next)
}

// TestAReaderThatFails: its own error comes back, and so does one that never
// says anything.
func TestAReaderThatFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	all, err := ours(io.MultiReader(strings.NewReader("a;b\nc"), iotest.ErrReader(broken)), ';', false)
	require.ErrorIs(t, err, broken)
	require.Len(t, all, 1)
	_, err = ours(silent{}, ';', false)
	require.ErrorIs(t, err, io.ErrNoProgress)
}

// silent never says anything.
type silent struct{}

func (silent) Read([]byte) (int, error) { return 0, nil }

func TestTrim(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"": "", " ": "", "a": "a", " a ": "a", "\u00a0a\u00a0": "a", "\ufeffa": "a", "é": "é", " é\t": "é", "a b": "a b", "\u2003é": "é", "\x01": "\x01",
	} {
		require.Equal(t, want, Trim(cell), "%q", cell)
	}
}
