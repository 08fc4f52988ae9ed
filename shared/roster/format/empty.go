package format

import (
	"bytes"
	"io"
	"slices"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/mapping"
)

// EmptyFile says that a file of a set holds nothing, so that no format takes the
// set, while it would take the others, or while there are none.
const EmptyFile = "format.empty_file"

// unclaimed tells what is wrong with a set that no format takes.
func unclaimed(files []roster.File, found *roster.Findings) {
	empty := []int{}
	for i, f := range files {
		if void(f) {
			empty = append(empty, i)
		}
	}
	var others []roster.File
	for i, f := range files {
		if !slices.Contains(empty, i) {
			others = append(others, f)
		}
	}
	if len(empty) == 0 || len(others) > 0 && !claimed(others) {
		found.Add(roster.Finding{Code: UnknownSet, Severity: roster.Stop})
		return
	}
	for _, i := range empty {
		found.Add(roster.Finding{Code: EmptyFile, Severity: roster.Stop, File: roster.TablePlace(i, files)})
	}
}

// claimed reports whether any format takes files.
func claimed(files []roster.File) bool {
	return mapping.Claims(files) || slices.ContainsFunc(All(), func(f roster.Format) bool { return f.Claims(files) })
}

// void reports whether a file holds nothing, or only white space. One that
// cannot be read is not known to.
func void(f roster.File) bool {
	r, err := f.Open()
	if err != nil {
		return false
	}
	defer r.Close()
	head, err := io.ReadAll(io.LimitReader(r, 512))
	return err == nil && len(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))) == 0
}
