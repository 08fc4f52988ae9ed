package rows

import (
	"bufio"
	"bytes"
	"encoding/binary"
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
	Lines     int    // about how many there are; 0 for unknown
}

// Text is a delimited text: RFC 4180, with the liberties that spreadsheets
// take. Open may be called again; see roster.File.
type Text struct {
	Open    func() (io.ReadCloser, error)
	Limits  Limits
	Dialect Dialect // see Detect
	Strict  bool    // RFC 4180 to the letter: cells as they stand, quotation marks only where allowed
}

// mark is the byte order mark of UTF-8.
const mark = "\xef\xbb\xbf"

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
	case bytes.HasPrefix(head, []byte(mark)):
		d.BOM = true
	}
	if d.Encoding == "utf-8" {
		if d.Encoding, d.Lines, err = encodingOf(r); err != nil {
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

// encodingOf reads r to its end. It tells too how many lines there are.
func encodingOf(r io.Reader) (name string, lines int, err error) {
	c := census{line: 1}
	buffer := make([]byte, block)
	kept := 0 // bytes of a character that may go on
	for {
		n, err := r.Read(buffer[kept:])
		chunk := buffer[:kept+n]
		if problem := c.count(chunk, err == nil, &kept); problem != nil {
			return "", 0, problem
		}
		if errors.Is(err, io.EOF) {
			name, err := nameOf(c.wide, c.narrow)
			return name, c.line, err
		}
		if err != nil {
			return "", 0, err
		}
	}
}

// census counts the lines of a text, and finds the first with a character that
// only UTF-8 explains, and with a byte that UTF-8 does not.
type census struct{ line, wide, narrow int }

// count looks at a chunk. Where more follows it moves the bytes of a character
// that is not whole to the front, and says how many.
func (c *census) count(chunk []byte, more bool, kept *int) error {
	if i := bytes.IndexByte(chunk, 0); i >= 0 {
		return &Problem{Code: NotText, Line: c.line + bytes.Count(chunk[:i], []byte{'\n'})}
	}
	*kept = 0
	for at := 0; at < len(chunk); {
		plain := ascii(chunk[at:])
		c.line += bytes.Count(chunk[at:at+plain], []byte{'\n'})
		if at += plain; at == len(chunk) {
			break
		}
		if more && !utf8.FullRune(chunk[at:]) {
			*kept = copy(chunk, chunk[at:])
			break
		}
		_, size := utf8.DecodeRune(chunk[at:])
		if size > 1 {
			c.wide = first(c.wide, c.line)
		} else {
			c.narrow = first(c.narrow, c.line)
		}
		at += size
	}
	return nil
}

// ascii returns how many bytes of ASCII chunk begins with.
func ascii(chunk []byte) int {
	const high = 0x8080808080808080
	i := 0
	for ; i+8 <= len(chunk) && binary.LittleEndian.Uint64(chunk[i:])&high == 0; i += 8 {
	}
	for i < len(chunk) && chunk[i] < utf8.RuneSelf {
		i++
	}
	return i
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

// decoded returns what r holds as UTF-8, without a byte order mark.
func (d Dialect) decoded(r io.Reader) io.Reader {
	if d.Encoding != "utf-8" {
		return transform.NewReader(r, d.decoder())
	}
	if !d.BOM {
		return r
	}
	marked := bufio.NewReaderSize(r, block)
	_, _ = marked.Discard(len(mark)) // Detect has seen it; what fails now fails again
	return marked
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
	scan := newScanner(t.Dialect.decoded(&bounded{r: f, limit: t.Limits.Bytes}), byte(t.Dialect.Delimiter), t.Limits.Record)
	scan.strict = t.Strict
	width, narrow := 0, false
	for n := 0; ; n++ {
		err := scan.record()
		if errors.Is(err, io.EOF) {
			return
		}
		if err == nil && n == 0 && t.Dialect.Declared {
			continue
		}
		if err == nil {
			err = t.check(scan, n)
		}
		if err != nil {
			yield(Row{}, err)
			return
		}
		if width == 0 {
			width = len(scan.cells)
		}
		// Others that are as short have lost cells that are empty; the last
		// one, without an end to its line, has lost what came.
		if scan.unended && len(scan.cells) < width && !narrow {
			yield(Row{}, &Problem{Code: Truncated, Line: scan.line})
			return
		}
		narrow = narrow || len(scan.cells) < width
		if !t.Strict {
			for i, cell := range scan.cells {
				if cell != "" && (!dark(cell[0]) || !dark(cell[len(cell)-1])) {
					scan.cells[i] = Trim(cell)
				}
			}
		}
		if !yield(Row{Line: scan.line, Cells: scan.cells, Columns: scan.columns, Breaks: scan.breaks}, nil) {
			return
		}
	}
}

func (t Text) check(scan *scanner, row int) error {
	switch {
	case len(scan.cells) > t.Limits.Columns:
		return &Problem{Code: TooManyColumns, Line: scan.line}
	case row > t.Limits.Rows:
		return &Problem{Code: TooLarge, Line: scan.line}
	}
	return nil
}

// Trim cuts the white space around a cell, the space that does not break
// included.
func Trim(cell string) string {
	if cell == "" || dark(cell[0]) && dark(cell[len(cell)-1]) {
		return cell
	}
	return strings.TrimSpace(strings.Trim(cell, "\u00a0\ufeff"))
}

// dark reports whether a byte is a character of its own that is no white space.
func dark(c byte) bool { return c > ' ' && c < utf8.RuneSelf }

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
