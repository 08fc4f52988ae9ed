// Package unpack opens what a school uploads: a bare file, or one packed with
// gzip or zip, within bounds that no bomb passes.
package unpack

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"path"
	"strings"

	"cool.example/sync/shared/fault"
)

// Limits bound what is unpacked.
type Limits struct {
	Packed   int64 // bytes of a packed upload
	Unpacked int64 // bytes of the file within
	Ratio    int64 // unpacked bytes for each packed one, beyond the first mebibyte
}

// Usual returns the limits for source files: real ones pack about twenty to
// one, a bomb a thousand to one.
func Usual() Limits { return Limits{Packed: 33 << 20, Unpacked: 256 << 20, Ratio: 200} }

// grace is how many bytes any upload may unpack to, whatever its ratio.
const grace = 1 << 20

// The ways in which unpacking fails; each is Invalid or TooLarge, and names
// the finding that the school sees.
var (
	ErrTooLarge = fault.New(fault.TooLarge, "upload.too_large")
	ErrBomb     = fault.New(fault.TooLarge, "upload.bomb")
	ErrDamaged  = fault.New(fault.Invalid, "upload.damaged")
	ErrEntries  = fault.New(fault.Invalid, "upload.entries")
)

// Open returns a reader of the file within r. Reading it fails with one of
// the errors above where a bound is passed or the packing is damaged.
func Open(r io.Reader, l Limits) (io.Reader, error) {
	counted := &counter{r: r, limit: l.Packed}
	buffered := bufio.NewReader(counted)
	magic, err := buffered.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		return openGzip(buffered, counted, l)
	case bytes.HasPrefix(magic, []byte("PK\x03\x04")), bytes.HasPrefix(magic, []byte("PK\x05\x06")):
		return openZip(buffered, l)
	default:
		counted.limit = l.Unpacked
		return buffered, nil
	}
}

func openGzip(r io.Reader, packed *counter, l Limits) (io.Reader, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, errors.Join(ErrDamaged, err)
	}
	return &bounded{r: z, limits: l, packed: packed.read}, nil
}

// openZip reads the whole of a packed upload, which is small, since the
// directory of a zip stands at its end.
func openZip(r io.Reader, l Limits) (io.Reader, error) {
	body, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return nil, errors.Join(ErrDamaged, err)
	}
	var found *zip.File
	for _, f := range archive.File {
		if f.FileInfo().IsDir() || !strings.EqualFold(path.Ext(f.Name), ".xml") {
			continue
		}
		if found != nil {
			return nil, ErrEntries
		}
		found = f
	}
	if found == nil {
		return nil, ErrEntries
	}
	file, err := found.Open()
	if err != nil {
		return nil, errors.Join(ErrDamaged, err)
	}
	size := int64(found.CompressedSize64)
	return &bounded{r: file, limits: l, packed: func() int64 { return size }}, nil
}

// counter counts and bounds what is read from the upload.
type counter struct {
	r     io.Reader
	n     int64
	limit int64
}

func (c *counter) read() int64 { return c.n }

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if c.n > c.limit {
		return 0, ErrTooLarge
	}
	return n, err
}

// bounded reads unpacked bytes within the limits.
type bounded struct {
	r      io.Reader
	limits Limits
	packed func() int64
	n      int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.n += int64(n)
	switch {
	case b.n > b.limits.Unpacked:
		return 0, ErrTooLarge
	case b.n > grace && b.n > b.limits.Ratio*max(1, b.packed()):
		return 0, ErrBomb
	case err != nil && !errors.Is(err, io.EOF) && fault.KindOf(err) == fault.Internal:
		return n, errors.Join(ErrDamaged, err)
	}
	return n, err
}
