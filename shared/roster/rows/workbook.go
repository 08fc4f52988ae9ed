package rows

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"cool.example/sync/shared/roster"
)

// The bounds on a workbook, which is a zip of XML: what is read of it stands
// in memory, nothing is written to disk.
const (
	mostPacked   = 32 << 20  // bytes of the zip
	mostUnpacked = 64 << 20  // bytes of all parts together
	mostPart     = 8 << 20   // bytes of a part that is neither a sheet nor the texts of cells
	mostParts    = 2_000     //
	mostTexts    = 500_000   // texts of cells
	mostElements = 2_000_000 // of a part that is kept whole
	mostOfRow    = 100_000   // elements of one row
	deepest      = 64        // elements within each other
)

// sheet is one sheet of a workbook.
type sheet struct {
	book   *excelize.File
	name   string
	number int // among all sheets, from 1
	limits Limits
	// problems are what is wrong with the cells of each part: see inspect.
	problems map[string]*Problem
	kept     []Row // the rows, once they have been read to their end
}

// openWorkbook opens a workbook and takes its first visible sheet whose first
// row heading accepts, else the first visible one that holds anything.
func openWorkbook(f roster.File, l Limits, heading func(cells []string) bool) (Source, error) {
	book, problems, err := readWorkbook(f)
	if err != nil {
		return Source{}, err
	}
	var taken *sheet
	for _, s := range visible(book) {
		s.problems, s.limits = problems, l
		first, err := s.first()
		if err != nil {
			return Source{}, err
		}
		fits := first != nil && (heading == nil || heading(first))
		if first != nil && taken == nil || fits {
			taken = s
		}
		if fits {
			break
		}
	}
	if taken == nil {
		return Source{}, &Problem{Code: Empty}
	}
	if err := taken.check(); err != nil {
		return Source{}, taken.here(err)
	}
	return Source{Excel: true, Sheet: taken.number, Rows: taken.rows}, nil
}

// readWorkbook reads a workbook into memory, once its parts are known to be
// harmless, and returns what is wrong with its cells: see inspect.
func readWorkbook(f roster.File) (book *excelize.File, problems map[string]*Problem, err error) {
	r, err := f.Open()
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	body, err := io.ReadAll(io.LimitReader(r, mostPacked+1))
	if err != nil {
		return nil, nil, err
	}
	if len(body) > mostPacked {
		return nil, nil, &Problem{Code: TooLarge}
	}
	if problems, err = inspect(body); err != nil {
		return nil, nil, err
	}
	book, err = open(body)
	return book, problems, err
}

// open opens a workbook. The limits of the library are equal, which keeps it
// from unpacking large sheets to disk.
func open(body []byte) (book *excelize.File, err error) {
	defer damaged(&err)
	book, err = excelize.OpenReader(bytes.NewReader(body), excelize.Options{
		UnzipSizeLimit: mostUnpacked, UnzipXMLSizeLimit: mostUnpacked, ShortDatePattern: "yyyy-mm-dd", LongDatePattern: "yyyy-mm-dd",
	})
	if err != nil || book.WorkBook == nil {
		return nil, &Problem{Code: DamagedWorkbook}
	}
	return book, nil
}

// damaged turns a panic of the library, which trusts what it reads, into the
// problem that a broken workbook is.
func damaged(err *error) {
	if recover() != nil {
		*err = &Problem{Code: DamagedWorkbook}
	}
}

// visible returns the sheets that are not hidden, in their order.
func visible(book *excelize.File) []*sheet {
	var list []*sheet
	for i, s := range book.WorkBook.Sheets.Sheet {
		if s.State == "" || s.State == "visible" {
			list = append(list, &sheet{book: book, name: s.Name, number: i + 1})
		}
	}
	return list
}

// here says of a problem that it is this sheet's.
func (s *sheet) here(err error) error {
	if p, ok := errors.AsType[*Problem](err); ok {
		p.Sheet = s.number
	}
	return err
}

// first returns the first row that holds anything, nil for none.
func (s *sheet) first() ([]string, error) {
	for row, err := range s.rows() {
		if err != nil {
			return nil, err
		}
		return slices.Clone(row.Cells), nil
	}
	return nil, nil
}

// rows reads the sheet from its beginning. Rows that hold nothing are left
// out. A sheet is read to its end once: taking its cells out of XML costs far
// more than keeping them, which are bounded.
func (s *sheet) rows() Rows {
	return func(yield func(Row, error) bool) {
		if s.kept != nil {
			for _, row := range s.kept {
				if !yield(row, nil) {
					return
				}
			}
			return
		}
		var all []Row
		iterator, err := s.begin()
		if err != nil {
			yield(Row{}, s.here(err))
			return
		}
		var columns []int
		for line := 1; ; line++ {
			cells, more, err := step(iterator)
			if err == nil {
				err = s.sound(cells, line)
			}
			if err != nil {
				yield(Row{}, s.here(err))
				return
			}
			if !more {
				s.kept = all
				return
			}
			for i := len(columns); i < len(cells); i++ {
				columns = append(columns, i+1)
			}
			row := Row{Line: line, Cells: cells, Columns: columns[:len(cells)], Breaks: true}
			if row.Blank() {
				continue
			}
			if all = append(all, row); !yield(row, nil) {
				return
			}
		}
	}
}

func (s *sheet) begin() (iterator *excelize.Rows, err error) {
	defer damaged(&err)
	iterator, err = s.book.Rows(s.name)
	if err != nil {
		return nil, &Problem{Code: DamagedWorkbook}
	}
	return iterator, nil
}

// step reads one row.
func step(iterator *excelize.Rows) (cells []string, more bool, err error) {
	defer damaged(&err)
	if !iterator.Next() {
		if iterator.Error() != nil {
			return nil, false, &Problem{Code: TooLarge}
		}
		return nil, false, nil
	}
	cells, err = iterator.Columns()
	if err != nil {
		return nil, false, &Problem{Code: DamagedWorkbook}
	}
	return cells, true, nil
}

// sound trims the cells of a row, and checks them against the limits.
func (s *sheet) sound(cells []string, line int) error {
	total := 0
	for i := range cells {
		cells[i] = Trim(cells[i])
		total += len(cells[i])
		if strings.Contains(cells[i], "\x00") {
			return &Problem{Code: NotText, Line: line, Column: i + 1}
		}
	}
	switch {
	case len(cells) > s.limits.Columns:
		return &Problem{Code: TooManyColumns, Line: line}
	case total > s.limits.Record:
		return &Problem{Code: RecordTooLong, Line: line}
	case line > s.limits.Rows:
		return &Problem{Code: TooLarge, Line: line}
	}
	return nil
}

// part returns the name of the sheet's part in the zip.
func (s *sheet) part() (string, error) {
	var relations struct {
		List []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	raw, ok := s.book.Pkg.Load("xl/_rels/workbook.xml.rels")
	if !ok {
		return "", errors.New("no relationships")
	}
	if err := xml.Unmarshal(raw.([]byte), &relations); err != nil {
		return "", fmt.Errorf("read relationships: %w", err)
	}
	for _, sheet := range s.book.WorkBook.Sheets.Sheet {
		for _, r := range relations.List {
			if sheet.Name == s.name && sheet.ID == r.ID {
				if path.IsAbs(r.Target) {
					return strings.TrimPrefix(r.Target, "/"), nil
				}
				return path.Join("xl", r.Target), nil
			}
		}
	}
	return "", errors.New("no such sheet")
}
