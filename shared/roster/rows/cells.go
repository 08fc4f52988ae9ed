package rows

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// check reads the cells of the sheet once for what its rows do not tell:
// formulas, whose values may be stale; long numbers, which Excel shortens; texts
// that are not there; and rows and cells out of order, of which a reader makes
// others.
func (s *sheet) check() error {
	name, err := s.part()
	if err != nil {
		return &Problem{Code: DamagedWorkbook}
	}
	raw, ok := s.book.Pkg.Load(name)
	if !ok {
		return &Problem{Code: DamagedWorkbook}
	}
	c := cells{decoder: xml.NewDecoder(bytes.NewReader(raw.([]byte))), texts: s.texts}
	return c.read()
}

// cells is where a check of cells stands.
type cells struct {
	decoder     *xml.Decoder
	texts       int // how many there are
	row, column int
	kind        string // of the cell: "s" for one of the texts
}

func (c *cells) read() error {
	for {
		token, err := c.decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return &Problem{Code: DamagedWorkbook}
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		sound := true
		switch e.Name.Local {
		case "row":
			sound = c.enterRow(e)
		case "c":
			sound = c.enterCell(e)
		case "f":
			if c.column > 0 {
				return &Problem{Code: Formula, Line: c.row, Column: c.column}
			}
		case "v":
			var value string
			if c.decoder.DecodeElement(&value, &e) != nil {
				return &Problem{Code: DamagedWorkbook}
			}
			if sound = c.value(value); sound && c.lost(value) {
				return &Problem{Code: NumberLost, Line: c.row, Column: c.column}
			}
		}
		if !sound {
			return &Problem{Code: DamagedWorkbook, Line: c.row, Column: c.column}
		}
	}
}

// enterRow reports whether a row stands below the last one.
func (c *cells) enterRow(e xml.StartElement) bool {
	last := c.row
	c.row, c.column = last+1, 0
	if text, ok := attribute(e, "r"); ok {
		n, err := strconv.Atoi(text)
		if err != nil {
			return false
		}
		c.row = n
	}
	return c.row > last
}

// enterCell reports whether a cell stands in its row, to the right of the last
// one.
func (c *cells) enterCell(e xml.StartElement) bool {
	last := c.column
	c.column = last + 1
	c.kind, _ = attribute(e, "t")
	if name, ok := attribute(e, "r"); ok {
		column, row, err := excelize.CellNameToCoordinates(name)
		if err != nil || row != c.row {
			return false
		}
		c.column = column
	}
	return c.column > last
}

// value reports whether a cell that holds one of the texts names one that is
// there.
func (c *cells) value(value string) bool {
	n, err := strconv.Atoi(value)
	return c.kind != "s" || err == nil && n >= 0 && n < c.texts
}

// precise is where whole numbers begin of which Excel keeps no more than the
// first fifteen digits.
const precise = 1e15

// lost reports whether a cell is a number that has lost digits.
func (c *cells) lost(value string) bool {
	if c.kind != "" && c.kind != "n" {
		return false
	}
	n, err := strconv.ParseFloat(value, 64)
	return err == nil && math.Abs(n) >= precise
}

func attribute(e xml.StartElement, name string) (string, bool) {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value, true
		}
	}
	return "", false
}
