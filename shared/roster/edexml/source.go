package edexml

import (
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

var (
	errTooLarge = errors.New("more bytes than the limit")
	errToken    = errors.New("a token longer than the limit")
	errEncoding = errors.New("an encoding that is not read")
)

// mostEmpty is how often a reader may return nothing in a row.
const mostEmpty = 100

// source feeds the XML decoder byte by byte, so that nothing is read ahead of
// a token. It bounds the whole and each token, and turns Windows-1252 into
// UTF-8 where the XML header declares it.
type source struct {
	r          io.Reader
	buf        []byte
	start, end int
	total      int64 // bytes taken from r
	most       int64
	token      int // bytes handed out since the token began
	mostToken  int
	failed     error // why r could not be read, other than its end
	begun      bool
	utf8       bool // a byte order mark said so
	latin      bool
	tail       []byte // rest of a converted character
	extra      int    // bytes that conversion added on this line
}

func newSource(r io.Reader, limits Parser) *source {
	return &source{r: r, buf: make([]byte, 32<<10), most: limits.Bytes, mostToken: limits.Token}
}

// begin says that a new token begins.
func (s *source) begin() { s.token = 0 }

// ReadByte returns the next byte in UTF-8.
func (s *source) ReadByte() (byte, error) {
	if s.token++; s.token > s.mostToken {
		return 0, errToken
	}
	if len(s.tail) > 0 {
		b := s.tail[0]
		s.tail = s.tail[1:]
		return b, nil
	}
	if s.start == s.end {
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	b := s.buf[s.start]
	s.start++
	if s.latin {
		return s.convert(b), nil
	}
	return b, nil
}

// convert returns the first byte of b's character and keeps the others.
func (s *source) convert(b byte) byte {
	if b == '\n' {
		s.extra = 0
	}
	if b < utf8.RuneSelf {
		return b
	}
	whole := utf8.AppendRune(s.tail[:0:0], charmap.Windows1252.DecodeByte(b))
	s.tail = whole[1:]
	s.extra += len(s.tail)
	return whole[0]
}

// Read fills into from ReadByte; the decoder asks for an io.Reader but reads
// by the byte.
func (s *source) Read(into []byte) (int, error) {
	for i := range into {
		b, err := s.ReadByte()
		if err != nil {
			return i, err
		}
		into[i] = b
	}
	return len(into), nil
}

func (s *source) fill() error {
	for range mostEmpty {
		n, err := s.r.Read(s.buf)
		s.start, s.end = 0, n
		if s.total += int64(n); s.total > s.most {
			return errTooLarge
		}
		if err != nil && err != io.EOF {
			s.failed = err
			return err
		}
		if n > 0 && !s.begun {
			if err := s.mark(); err != nil {
				return err
			}
		}
		if s.start < s.end {
			return nil
		}
		if err == io.EOF {
			return io.EOF
		}
	}
	s.failed = io.ErrNoProgress
	return s.failed
}

// mark skips the byte order mark of UTF-8 and refuses those of UTF-16.
func (s *source) mark() error {
	s.begun = true
	for tries := 0; s.end < 3 && tries < mostEmpty; tries++ {
		n, err := s.r.Read(s.buf[s.end : s.end+1])
		s.end += n
		s.total += int64(n)
		if err == io.EOF {
			break
		}
		if err != nil {
			s.failed = err
			return err
		}
	}
	head := string(s.buf[:min(3, s.end)])
	switch {
	case head == "\xef\xbb\xbf":
		s.start, s.utf8 = 3, true
	case strings.HasPrefix(head, "\xff\xfe"), strings.HasPrefix(head, "\xfe\xff"):
		return errEncoding
	}
	return nil
}

// charset answers the encoding that the XML header declares. ISO-8859-1 is
// read as Windows-1252, which differs only where ISO-8859-1 has invisible
// control characters: see the label table of the WHATWG Encoding Standard.
func (s *source) charset(label string, _ io.Reader) (io.Reader, error) {
	switch strings.ToLower(strings.TrimSpace(label)) {
	case "utf8", "us-ascii", "ascii":
	case "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "windows-1252", "cp1252":
		s.latin = !s.utf8
	default:
		return nil, errEncoding
	}
	return s, nil
}
