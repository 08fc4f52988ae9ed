// Package unpack opens what a school uploads: a bare file, one packed with
// gzip, or a zip of one or more files, within bounds that no bomb passes.
package unpack

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/roster"
)

// Limits bound what is unpacked.
type Limits struct {
	Packed   int64 // bytes of an upload
	Unpacked int64 // bytes of each file within
	Ratio    int64 // unpacked bytes for each packed one, beyond the first mebibyte
	Entries  int   // files in a zip
}

// Usual returns the limits for source files: real ones pack about twenty to
// one, a bomb a thousand to one.
func Usual() Limits { return Limits{Packed: 33 << 20, Unpacked: 256 << 20, Ratio: 200, Entries: 100} }

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

// Errors returns every way in which unpacking fails.
func Errors() []error { return []error{ErrTooLarge, ErrBomb, ErrDamaged, ErrEntries} }

// Files returns the files within r, which it reads to its end. Opening and
// reading one fails with one of the errors above where a bound is passed or
// the packing is damaged. A bare file has no name; an Excel workbook, which is
// a zip itself, is one file.
func Files(r io.Reader, l Limits) ([]roster.File, error) {
	body, err := io.ReadAll(io.LimitReader(r, l.Packed+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > l.Packed {
		return nil, ErrTooLarge
	}
	switch {
	case bytes.HasPrefix(body, []byte{0x1f, 0x8b}):
		return gzipped(body, l)
	case bytes.HasPrefix(body, []byte("PK\x03\x04")), bytes.HasPrefix(body, []byte("PK\x05\x06")):
		return zipped(body, l)
	default:
		return []roster.File{bare("", body)}, nil
	}
}

func bare(name string, body []byte) roster.File {
	return roster.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }}
}

// gzipped returns the file within; one that holds a zip is unpacked further.
func gzipped(body []byte, l Limits) ([]roster.File, error) {
	open := func() (io.ReadCloser, error) {
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, errors.Join(ErrDamaged, err)
		}
		return &bounded{r: z, limits: l, packed: int64(len(body))}, nil
	}
	f, err := open()
	if err != nil {
		return nil, err
	}
	magic := make([]byte, 4)
	n, err := io.ReadFull(f, magic)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	if string(magic[:n]) == "PK\x03\x04" {
		inner, err := io.ReadAll(io.LimitReader(io.MultiReader(bytes.NewReader(magic), f), l.Packed+1))
		if err != nil {
			return nil, err
		}
		if int64(len(inner)) > l.Packed {
			return nil, ErrTooLarge
		}
		return zipped(inner, l)
	}
	return []roster.File{{Open: open}}, nil
}

// zipped returns the files of a zip by their names: those at its root, or those
// in its one folder. Names that lead elsewhere are refused, and so is one that is there
// twice.
func zipped(body []byte, l Limits) ([]roster.File, error) {
	archive, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return nil, errors.Join(ErrDamaged, err)
	}
	if len(archive.File) > l.Entries*10 {
		return nil, ErrEntries
	}
	var files []roster.File
	folders, names := map[string]bool{}, map[string]bool{}
	for _, f := range archive.File {
		name := f.Name
		if name == "xl/workbook.xml" {
			return []roster.File{bare("", body)}, nil
		}
		if name != path.Clean(name) && !f.FileInfo().IsDir() || path.IsAbs(name) || strings.HasPrefix(name, "..") || strings.ContainsAny(name, "\\:\x00") {
			return nil, ErrEntries
		}
		if f.FileInfo().IsDir() || hidden(name) {
			continue
		}
		folder, base := path.Split(name)
		if names[base] {
			return nil, ErrEntries
		}
		folders[folder], names[base] = true, true
		files = append(files, entry(base, f, l))
	}
	if len(files) == 0 || len(files) > l.Entries || len(folders) > 1 {
		return nil, ErrEntries
	}
	slices.SortFunc(files, func(a, b roster.File) int { return strings.Compare(a.Name, b.Name) })
	return files, nil
}

// hidden reports whether a name is what an operating system adds of itself.
func hidden(name string) bool {
	return strings.HasPrefix(name, "__MACOSX/") || strings.HasPrefix(path.Base(name), ".") || path.Base(name) == "Thumbs.db"
}

func entry(name string, f *zip.File, l Limits) roster.File {
	return roster.File{Name: name, Open: func() (io.ReadCloser, error) {
		r, err := f.Open()
		if err != nil {
			return nil, errors.Join(ErrDamaged, err)
		}
		return &bounded{r: r, limits: l, packed: int64(f.CompressedSize64)}, nil
	}}
}

// bounded reads unpacked bytes within the limits.
type bounded struct {
	r      io.ReadCloser
	limits Limits
	packed int64
	n      int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.n += int64(n)
	switch {
	case b.n > b.limits.Unpacked:
		return 0, ErrTooLarge
	case b.n > grace && b.n > b.limits.Ratio*max(1, b.packed):
		return 0, ErrBomb
	case err != nil && !errors.Is(err, io.EOF) && fault.KindOf(err) == fault.Internal:
		return n, errors.Join(ErrDamaged, err)
	}
	return n, err
}

func (b *bounded) Close() error { return b.r.Close() }
