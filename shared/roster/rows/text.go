package rows

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Dialect is how a delimited text is written.
type Dialect struct {
	Delimiter rune
	Encoding  string // "utf-8", "utf-16" or "windows-1252"
	BOM       bool   // it begins with a byte order mark
	Declared  bool   // its first line is sep=;, which is no row
}

// Text is a delimited text: RFC 4180, with the liberties that spreadsheets
// take. Open may be called again; see roster.File.
type Text struct {
	Open    func() (io.ReadCloser, error)
	Limits  Limits
	Dialect Dialect // see Detect
	Strict  bool    // RFC 4180 to the letter: cells as they stand, quotation marks only where allowed
}

// Detect reads the whole text once to find out how it is written: UTF-8 where
// it is valid as that, else Windows-1252, as Dutch systems and Excel write it.
func Detect(open func() (io.ReadCloser, error), l Limits) (Dialect, error) {
	f, err := open()
	if err != nil {
		return Dialect{}, err
	}
	defer f.Close()
	r := bufio.NewReaderSize(&bounded{r: f, limit: l.Bytes}, 64<<10)
	head, err := r.Peek(4 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return Dialect{}, err
	}
	d := Dialect{Encoding: "utf-8"}
	switch {
	case len(bytes.TrimSpace(head)) == 0:
		return d, &Problem{Code: Empty}
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		d.Encoding, d.BOM = "utf-16", true
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		d.BOM = true
	}
	if d.Encoding == "utf-8" {
		if d.Encoding, err = encodingOf(r); err != nil {
			return d, err
		}
	}
	text, err := io.ReadAll(io.LimitReader(transform.NewReader(bytes.NewReader(head), d.decoder()), 8<<10))
	if err != nil && !errors.Is(err, transform.ErrShortSrc) {
		return d, &Problem{Code: NotText, Line: 1}
	}
	d.Delimiter, d.Declared = delimiterOf(string(text))
	return d, nil
}

// encodingOf reads r to its end, line by line.
func encodingOf(r *bufio.Reader) (string, error) {
	line, wide, narrow := 1, 0, 0
	var rest []byte // bytes that may be the beginning of a character
	buffer := make([]byte, 64<<10)
	for {
		n, err := r.Read(buffer)
		chunk := append(rest, buffer[:n]...)
		rest = nil
		for i := 0; i < len(chunk); {
			switch c := chunk[i]; {
			case c == 0:
				return "", &Problem{Code: NotText, Line: line}
			case c == '\n':
				line++
				i++
			case c < utf8.RuneSelf:
				i++
			case !utf8.FullRune(chunk[i:]) && err == nil:
				rest = bytes.Clone(chunk[i:])
				i = len(chunk)
			default:
				_, size := utf8.DecodeRune(chunk[i:])
				if size > 1 {
					wide = first(wide, line)
				} else {
					narrow = first(narrow, line)
				}
				i += size
			}
		}
		if errors.Is(err, io.EOF) {
			return nameOf(wide, narrow)
		}
		if err != nil {
			return "", err
		}
	}
}

// first returns the line that was met first.
func first(was, now int) int {
	if was > 0 {
		return was
	}
	return now
}

// nameOf decides on the encoding by the first lines with a character that only
// UTF-8 explains, and with a byte that UTF-8 does not.
func nameOf(wide, narrow int) (string, error) {
	switch {
	case narrow == 0:
		return "utf-8", nil
	case wide > 0:
		return "", &Problem{Code: MixedEncoding, Line: max(wide, narrow)}
	default:
		return "windows-1252", nil
	}
}

func (d Dialect) decoder() transform.Transformer {
	switch d.Encoding {
	case "utf-16":
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()
	case "windows-1252":
		return charmap.Windows1252.NewDecoder()
	default:
		return unicode.BOMOverride(transform.Nop)
	}
}

// delimiterOf counts the candidates outside quotation marks on the first line,
// which holds the headings. A comma is one only where no other is as frequent:
// headings hold commas.
func delimiterOf(text string) (_ rune, declared bool) {
	line, _, _ := strings.Cut(strings.TrimLeft(strings.TrimPrefix(text, "\ufeff"), "\r\n"), "\n")
	line = strings.TrimRight(line, "\r")
	if after, ok := strings.CutPrefix(strings.ToLower(strings.Trim(line, `"`)), "sep="); ok && len(after) == 1 {
		return rune(after[0]), true
	}
	counts, quoted := map[rune]int{}, false
	for _, c := range line {
		if c == '"' {
			quoted = !quoted
		}
		if !quoted {
			counts[c]++
		}
	}
	best := ','
	for _, c := range ";\t|" {
		if counts[c] > 0 && counts[c] >= counts[best] {
			best = c
		}
	}
	return best, false
}

// Rows reads the text from its beginning.
func (t Text) Rows() Rows {
	return func(yield func(Row, error) bool) {
		f, err := t.Open()
		if err != nil {
			yield(Row{}, err)
			return
		}
		defer f.Close()
		t.read(f, yield)
	}
}

func (t Text) read(f io.Reader, yield func(Row, error) bool) {
	guard := &guard{r: transform.NewReader(&bounded{r: f, limit: t.Limits.Bytes}, t.Dialect.decoder()), limit: int64(t.Limits.Record)}
	r := csv.NewReader(guard)
	r.Comma, r.FieldsPerRecord, r.ReuseRecord, r.LazyQuotes = t.Dialect.Delimiter, -1, true, !t.Strict
	row := Row{}
	for n := 0; ; n++ {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err == nil && n == 0 && t.Dialect.Declared {
			continue
		}
		if err == nil {
			err = t.check(r, len(cells), n)
		}
		if err != nil {
			yield(Row{}, problem(err))
			return
		}
		guard.mark(r.InputOffset())
		row.Cells, row.Columns = cells, row.Columns[:0]
		for i := range cells {
			line, column := r.FieldPos(i)
			if i == 0 {
				row.Line = line
			}
			row.Columns = append(row.Columns, column)
			if !t.Strict {
				cells[i] = Trim(cells[i])
			}
		}
		if !yield(row, nil) {
			return
		}
	}
}

func (t Text) check(r *csv.Reader, columns, row int) error {
	line, _ := r.FieldPos(0)
	switch {
	case columns > t.Limits.Columns:
		return &Problem{Code: TooManyColumns, Line: line}
	case row > t.Limits.Rows:
		return &Problem{Code: TooLarge, Line: line}
	}
	return nil
}

// problem returns what is wrong with the text where err says so.
func problem(err error) error {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	if p, ok := errors.AsType[*csv.ParseError](err); ok {
		return &Problem{Code: Damaged, Line: p.Line, Column: p.Column}
	}
	return err
}

// Trim cuts the white space around a cell, the space that does not break
// included.
func Trim(cell string) string { return strings.TrimSpace(strings.Trim(cell, "\u00a0\ufeff")) }

// bounded reads no more than the limit.
type bounded struct {
	r        io.Reader
	n, limit int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.n += int64(n); b.n > b.limit {
		return 0, &Problem{Code: TooLarge}
	}
	return n, err
}

// guard bounds what is read since the last mark, so that one row cannot fill
// memory.
type guard struct {
	r              io.Reader
	n, from, limit int64
}

// ahead is how much a reader buffers beyond the row that it returned.
const ahead = 8 << 10

func (g *guard) Read(p []byte) (int, error) {
	if g.n-g.from > g.limit+ahead {
		return 0, &Problem{Code: RecordTooLong}
	}
	n, err := g.r.Read(p)
	g.n += int64(n)
	return n, err
}

func (g *guard) mark(offset int64) { g.from = offset }
