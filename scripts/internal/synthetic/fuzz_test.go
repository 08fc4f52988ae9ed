package synthetic_test

import (
	"bytes"
	"io"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/scripts/internal/synthetic"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/format"
)

// FuzzEveryFormat reads anything in the place of the file that holds the people,
// beginning with a small school in every format and with every defect: its
// format is found out, and there is a roster or a reason.
func FuzzEveryFormat(f *testing.F) {
	o := rich()
	o.Pupils, o.Staff = 3, 1
	s := synthetic.Generate(o)
	all := synthetic.Formats()
	for i, of := range all {
		for _, d := range append([]synthetic.Defect{""}, of.Defects()...) {
			var defects []synthetic.Defect
			if d != "" {
				defects = append(defects, d)
			}
			files, err := s.Files(of, defects...)
			require.NoError(f, err)
			f.Add(uint8(i), files[people(files)].Body)
		}
	}
	messages, err := format.Messages()
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		files, err := s.Files(all[int(which)%len(all)])
		require.NoError(t, err)
		files[people(files)].Body = body
		w := roster.Wanted{School: o.Code, Sector: "PO", Year: o.Year}
		var found roster.Findings
		list, pairs, err := format.Read(handed(files), w, &found)
		require.NoError(t, err)
		require.True(t, list != nil || pairs != nil || found.Stopped())
		for _, x := range found.List {
			require.Contains(t, messages["en"], x.Code)
		}
		if found.Stopped() || list == nil {
			return
		}
		for _, p := range list.People {
			require.NotEmpty(t, p.Key)
			require.NotEmpty(t, p.Name.Display())
			require.Contains(t, []person.Kind{person.Pupil, person.Staff, person.Guardian}, p.Kind)
		}
	})
}

// people returns which of files holds the people.
func people(files []synthetic.File) int {
	return max(0, slices.IndexFunc(files, func(f synthetic.File) bool { return f.Name == "users.csv" }))
}

// handed returns files as they are handed over.
func handed(files []synthetic.File) []roster.File {
	var list []roster.File
	for _, f := range files {
		list = append(list, roster.File{Name: f.Name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(f.Body)), nil }})
	}
	return list
}
