package rows

import (
	"encoding/xml"
	"math"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// check returns the first thing that is wrong with the cells of the sheet, and
// that its rows do not tell: see cells.
func (s *sheet) check() error {
	name, err := s.part()
	if err != nil {
		return &Problem{Code: DamagedWorkbook}
	}
	if _, ok := s.book.Pkg.Load(name); !ok {
		return &Problem{Code: DamagedWorkbook}
	}
	if p := s.problems[partName(name)]; p != nil {
		return p
	}
	return nil
}

// cells is where a check of cells stands. It looks for what the rows of a sheet
// do not tell: formulas, whose values may be stale; long numbers, which Excel
// shortens; texts that are not there; and rows and cells out of order, of which
// a reader makes others.
type cells struct {
	texts       int // how many there are
	row, column int
	kind        string // of the cell: "s" for one of the texts
	within      bool   // a value
	value       []byte
	problem     *Problem // the first
}

// enter looks at an element that begins.
func (c *cells) enter(e xml.StartElement) {
	switch e.Name.Local {
	case "row":
		if !c.enterRow(e) {
			c.fail(DamagedWorkbook)
		}
	case "c":
		if !c.enterCell(e) {
			c.fail(DamagedWorkbook)
		}
	case "f":
		if c.column > 0 {
			c.fail(Formula)
		}
	case "v":
		c.within, c.value = true, c.value[:0]
	}
}

// gather takes a piece of a value.
func (c *cells) gather(text []byte) {
	if c.within && len(c.value) <= longestNumber {
		c.value = append(c.value, text...)
	}
}

// longestNumber is more bytes than any number in a cell has.
const longestNumber = 512

// leave looks at a value that has ended. What stands behind the rows, such as
// which values a column may have, is no cell.
func (c *cells) leave(e xml.EndElement) {
	switch e.Name.Local {
	case "row":
		c.column = 0
		return
	case "v":
		c.within = false
	default:
		return
	}
	switch value := string(c.value); {
	case !c.there(value):
		c.fail(DamagedWorkbook)
	case c.lost(value):
		c.fail(NumberLost)
	}
}

// fail keeps the first problem.
func (c *cells) fail(code string) {
	if c.problem == nil {
		c.problem = &Problem{Code: code, Line: c.row, Column: c.column}
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

// there reports whether a cell that holds one of the texts names one that is
// there.
func (c *cells) there(value string) bool {
	if c.kind != "s" {
		return true
	}
	n, err := strconv.Atoi(value)
	return err == nil && n >= 0 && n < c.texts
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
