package rows

import (
	"bytes"
	"io"

	"cool.example/sync/shared/roster"
)

// Source is a table in a file of either kind. Rows may be called again, and
// reads from the beginning each time.
type Source struct {
	Excel bool
	Sheet int // the number of the sheet in its workbook, from 1; 0 for a text
	Rows  func() Rows
}

// Open finds out how a file is written. Of a workbook it takes the first
// visible sheet whose first row heading accepts, else the first that holds
// anything. An error is a *Problem where the file is at fault.
func Open(f roster.File, l Limits, heading func(cells []string) bool) (Source, error) {
	switch head := Head(f); {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return openWorkbook(f, l, heading)
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return Source{}, &Problem{Code: OldExcel}
	}
	d, err := Detect(f.Open, l)
	if err != nil {
		return Source{}, err
	}
	return Source{Rows: Text{Open: f.Open, Limits: l, Dialect: d}.Rows}, nil
}

// Head returns the first bytes of a file, none where it cannot be read.
func Head(f roster.File) []byte {
	r, err := f.Open()
	if err != nil {
		return nil
	}
	defer r.Close()
	head := make([]byte, 512)
	n, _ := io.ReadFull(r, head)
	return bytes.TrimLeft(bytes.TrimPrefix(head[:n], []byte("\xef\xbb\xbf")), " \t\r\n")
}
