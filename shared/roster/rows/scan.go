package rows

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
)

// scanner reads the records of a delimited text: RFC 4180, with the liberties
// that spreadsheets take where it is not strict. It takes a text apart as
// encoding/csv does (with LazyQuotes where it is not strict), in one pass over
// the bytes and within a bound for each record. An error is a *Problem where
// the text is at fault.
type scanner struct {
	r      io.Reader
	comma  byte
	strict bool // quotation marks only where they are allowed
	most   int  // bytes of one record

	buf        []byte
	start, end int    // what of buf is read and not handed out
	shown      string // what of buf cells are parts of; "" while nothing asked
	marks      int    // where the next quotation mark stands, or none up to end
	failed     error  // of the reader, once it has ended
	unended    bool   // the last line had no end

	line    int // of the record, from 1
	next    int // line of the next record
	cells   []string
	columns []int // 1-based bytes in their lines
	breaks  bool  // a cell may hold a line break
	text    []byte
	ends    []int // of the cells, in text
}

// block is how much is read at a time.
const block = 64 << 10

// patience is how often a reader may return nothing in a row.
const patience = 100

func newScanner(r io.Reader, comma byte, most int) *scanner {
	return &scanner{r: r, comma: comma, most: most, buf: make([]byte, block), next: 1, marks: -1}
}

// record reads the next record into cells and columns. Lines without anything
// are no records. It answers io.EOF after the last.
func (s *scanner) record() error {
	for {
		s.line = s.next
		n, err := s.until(0)
		if err != nil {
			return err
		}
		s.next++
		line := unended(s.buf[s.start : s.start+n])
		switch {
		case len(line) == 0:
			s.start += n
		case !s.marked(len(line)):
			s.breaks = bytes.IndexByte(line, '\r') >= 0
			s.plain(len(line))
			s.start += n
			return nil
		default:
			s.breaks = true
			return s.quoted(n)
		}
	}
}

// until returns where the line ends that begins at from, counted from the
// record's beginning, its end included. The last line may have none.
func (s *scanner) until(from int) (int, error) {
	searched := from
	for {
		if i := bytes.IndexByte(s.buf[s.start+searched:s.end], '\n'); i >= 0 {
			s.unended = false
			return searched + i + 1, s.within(searched + i + 1)
		}
		searched = s.end - s.start
		if err := s.within(searched); err != nil {
			return 0, err
		}
		if s.failed == nil {
			s.fill()
			continue
		}
		if errors.Is(s.failed, io.EOF) && searched > from {
			s.unended = true
			return searched, nil
		}
		return 0, s.failed
	}
}

// within reports a record that is longer than the bound.
func (s *scanner) within(n int) error {
	if n > s.most {
		return &Problem{Code: RecordTooLong, Line: s.line}
	}
	return nil
}

// fill reads more behind what is there, and makes room for it first.
func (s *scanner) fill() {
	s.shown, s.marks = "", -1
	if s.start > 0 {
		copy(s.buf, s.buf[s.start:s.end])
		s.end -= s.start
		s.start = 0
	}
	if s.end == len(s.buf) {
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	for range patience {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		s.failed = err
		if n > 0 || err != nil {
			return
		}
	}
	s.failed = io.ErrNoProgress
}

// marked reports whether a quotation mark stands within n bytes. Most texts have
// none: they are looked through once.
func (s *scanner) marked(n int) bool {
	if s.marks < s.start {
		s.marks = s.end
		if i := bytes.IndexByte(s.buf[s.start:s.end], '"'); i >= 0 {
			s.marks = s.start + i
		}
	}
	return s.marks < s.start+n
}

// unended returns line without its end.
func unended(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte{'\n'})
	return bytes.TrimSuffix(line, []byte{'\r'})
}

// plain takes a line of n bytes apart that holds no quotation mark. Its cells are
// parts of one text with those of the lines around it.
func (s *scanner) plain(n int) {
	if s.shown == "" {
		s.shown = string(s.buf[:s.end])
	}
	s.cells, s.columns = s.cells[:0], s.columns[:0]
	line, text, from, i := s.buf[s.start:s.start+n], s.shown[s.start:s.start+n], 0, 0
	pattern := uint64(s.comma) * eachByte
	for ; i+8 <= n; i += 8 {
		for found := zeros(binary.LittleEndian.Uint64(line[i:]) ^ pattern); found != 0; found &= found - 1 {
			at := i + bits.TrailingZeros64(found)/8
			s.cells, s.columns = append(s.cells, text[from:at]), append(s.columns, from+1)
			from = at + 1
		}
	}
	for ; i < n; i++ {
		if line[i] == s.comma {
			s.cells, s.columns = append(s.cells, text[from:i]), append(s.columns, from+1)
			from = i + 1
		}
	}
	s.cells, s.columns = append(s.cells, text[from:]), append(s.columns, from+1)
}

// eachByte has a one in each of its eight bytes.
const eachByte = 0x0101010101010101

// zeros marks the bytes of x that are zero, by their highest bits.
func zeros(x uint64) uint64 {
	const low = 0x7f * eachByte
	return ^((x&low + low) | x | low)
}

// quoted takes a record apart that holds quotation marks, and may have several
// lines, of which the first is n bytes long.
func (s *scanner) quoted(n int) error {
	s.cells, s.columns, s.text, s.ends = s.cells[:0], s.columns[:0], s.text[:0], s.ends[:0]
	c := cursor{scanner: s, end: n}
	for more := true; more; {
		s.columns = append(s.columns, c.at-c.begin+1)
		var err error
		if rest := c.rest(); len(rest) > 0 && rest[0] == '"' {
			more, err = c.enclosed()
		} else {
			more, err = c.bare()
		}
		if err != nil {
			return err
		}
		s.ends = append(s.ends, len(s.text))
	}
	text, from := string(s.text), 0
	for _, end := range s.ends {
		s.cells = append(s.cells, text[from:end])
		from = end
	}
	s.start += c.end
	return nil
}

// cursor is where the reading of a record stands, in bytes from where the
// record begins.
type cursor struct {
	*scanner
	at    int
	begin int // of the line
	end   int // of the line, its end included
}

// rest returns the line from where the cursor stands, without its end.
func (c *cursor) rest() []byte { return unended(c.buf[c.start+c.at : c.start+c.end]) }

// bare reads a cell without quotation marks around it, and reports whether
// another one follows.
func (c *cursor) bare() (more bool, err error) {
	cell := c.rest()
	i := bytes.IndexByte(cell, c.comma)
	if i >= 0 {
		cell = cell[:i]
	}
	if j := bytes.IndexByte(cell, '"'); c.strict && j >= 0 {
		return false, c.damaged(c.at + j)
	}
	c.text = append(c.text, cell...)
	c.at += len(cell) + 1
	return i >= 0, nil
}

// enclosed reads a cell in quotation marks, and reports whether another one
// follows. A mark that is never closed would swallow everybody behind it.
func (c *cursor) enclosed() (more bool, err error) {
	open := &Problem{Code: Damaged, Line: c.next - 1, Column: c.at - c.begin + 1}
	for c.at++; ; {
		rest := c.rest()
		i := bytes.IndexByte(rest, '"')
		if i < 0 {
			c.text = append(c.text, rest...)
			if c.end-c.at == len(rest) { // no end of the line, so that of the text
				return false, open
			}
			c.text = append(c.text, '\n')
			n, err := c.until(c.end)
			if errors.Is(err, io.EOF) {
				return false, open
			}
			if err != nil {
				return false, err
			}
			c.at, c.begin, c.end = c.end, c.end, n
			c.next++
			continue
		}
		c.text = append(c.text, rest[:i]...)
		c.at += i + 1
		switch after := c.rest(); {
		case len(after) == 0:
			return false, nil
		case after[0] == c.comma:
			c.at++
			return true, nil
		case after[0] == '"':
			c.at++
		case c.strict:
			return false, c.damaged(c.at - 1)
		}
		c.text = append(c.text, '"')
	}
}

// damaged says where a quotation mark stands that may not.
func (c *cursor) damaged(at int) error {
	return &Problem{Code: Damaged, Line: c.next - 1, Column: at - c.begin + 1}
}
