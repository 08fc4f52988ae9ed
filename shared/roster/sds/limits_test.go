package sds_test

import (
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/sds"
)

// stream reads as a beginning, and then one text again for so many times.
type stream struct {
	rest, again string
	times       int
}

func (e *stream) Read(p []byte) (int, error) {
	if e.rest == "" {
		if e.times == 0 {
			return 0, io.EOF
		}
		e.rest = e.again
		e.times--
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

func (e *stream) Close() error { return nil }

// TestLargeFiles are refused at the first row too many, and what was read of
// them is let go.
func TestLargeFiles(t *testing.T) {
	for name, c := range map[string]struct {
		file, row, code string
		times           int
	}{
		"more rows than people": {"users.csv", "q,x,Kind,Berg,,,,,\n", "table.too_large", 300_001},
		"a row without an end":  {"users.csv", strings.Repeat("x", 1000), "table.row_too_long", 1000},
	} {
		s := good()
		list := files(s)
		for i := range list {
			if list[i].Name == c.file {
				list[i].Open = func() (io.ReadCloser, error) { return &stream{s[c.file], c.row, c.times}, nil }
			}
		}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		var found roster.Findings
		got, err := sds.Format{}.Read(list, wanted(), &found)
		require.NoError(t, err, name)
		require.Empty(t, got.People, name)
		last := found.List[len(found.List)-1]
		require.Equal(t, [2]string{c.code, c.file}, [2]string{last.Code, last.File}, name)
		runtime.GC()
		runtime.ReadMemStats(&after)
		require.Less(t, after.HeapAlloc, before.HeapAlloc+16<<20, name)
	}
}

// TestManyFindings expects a wholly broken file to cost a bounded list.
func TestManyFindings(t *testing.T) {
	t.Parallel()
	s := good()
	s["enrollments.csv"] += strings.Repeat("c9z,p9,student\n", 5000)
	_, found := read(t, s)
	require.True(t, found.Stopped())
	require.LessOrEqual(t, len(found.List), 300)
	require.Positive(t, found.Dropped)
}
