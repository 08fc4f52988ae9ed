package synthetic

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Format is a way in which a school is written: a standard with its version,
// or a list as an administration system exports it.
type Format string

// The formats.
const (
	EDEXML103   Format = "edexml-1.03"
	EDEXML20    Format = "edexml-2.0"
	EDEXML21    Format = "edexml-2.1"
	OneRoster11 Format = "oneroster-1.1"
	OneRoster12 Format = "oneroster-1.2"
	SDS21       Format = "sds-2.1"
	CSV         Format = "csv"      // a list of pupils as a school makes it
	Magister    Format = "magister" // lists of pupils and of staff, as of the systems with that name
	SOMtoday    Format = "somtoday" //
	Excel       Format = "xlsx"     // the list of a school, as a workbook
	Guardians   Format = "guardians"
	UWLR22      Format = "uwlr-2.2" // an answer with the whole school
	UWLR23      Format = "uwlr-2.3"
)

// Formats returns every format.
func Formats() []Format {
	return []Format{
		EDEXML103, EDEXML20, EDEXML21, OneRoster11, OneRoster12, SDS21, CSV, Magister, SOMtoday, Excel, Guardians, UWLR22, UWLR23,
	}
}

// ParseFormat returns the format with that name.
func ParseFormat(name string) (Format, error) {
	if f := Format(name); slices.Contains(Formats(), f) {
		return f, nil
	}
	return "", fmt.Errorf("there is no format %q; there are %s", name, join(Formats()))
}

// join returns words with commas between them.
func join[T ~string](words []T) string {
	var list []string
	for _, w := range words {
		list = append(list, string(w))
	}
	return strings.Join(list, ", ")
}

// Set reports whether the format is a set of files, which are handed over as
// a zip.
func (f Format) Set() bool {
	return slices.Contains([]Format{OneRoster11, OneRoster12, SDS21, Magister, SOMtoday}, f)
}

// File is one file of a school as it is handed over.
type File struct {
	Name string // "users.csv"
	Body []byte
}

// Files writes the school in a format, with these defects: see Defects. The
// same school gives the same bytes.
func (s *School) Files(f Format, defects ...Defect) ([]File, error) {
	src, err := s.source(f)
	if err != nil {
		return nil, err
	}
	if err := src.spoil(defects); err != nil {
		return nil, err
	}
	var files []File
	for _, t := range src.tables {
		body, err := t.bytes()
		if err != nil {
			return nil, err
		}
		files = append(files, File{t.name, body})
	}
	return files, nil
}

// Write writes what Files returns: the one file, or a zip of the set.
func (s *School) Write(w io.Writer, f Format, defects ...Defect) error {
	files, err := s.Files(f, defects...)
	if err != nil {
		return err
	}
	if !f.Set() {
		_, err = w.Write(files[0].Body)
		return err
	}
	return pack(w, files)
}

// pack writes a zip of files, which carries no times.
func pack(w io.Writer, files []File) error {
	z := zip.NewWriter(w)
	for _, f := range files {
		part, err := z.Create(f.Name)
		if err != nil {
			return err
		}
		if _, err := part.Write(f.Body); err != nil {
			return err
		}
	}
	return z.Close()
}

// source is a school in a format before it becomes bytes.
type source struct {
	school *School
	format Format
	tables []*table
}

// table is one file of a source: rows, or a text that is none.
type table struct {
	name   string
	rows   [][]string // the headings first; nil for a text
	comma  string
	end    string // of a line
	excel  bool
	text   string            // XML, or what becomes of the rows
	number map[[2]int]string // cells of a workbook that are numbers: row and column from 0 → how the number is written
	raw    func([]byte) []byte
}

// source writes the school in a format.
func (s *School) source(f Format) (*source, error) {
	src := &source{school: s, format: f}
	var text bytes.Buffer
	var err error
	name := "EDEX.XML"
	switch f {
	case EDEXML103:
		err = s.writeEDEXML(&text, edition{version: "1.03", first: true})
	case EDEXML20:
		err = s.writeEDEXML(&text, edition{version: "2.0"})
	case EDEXML21:
		err = s.WriteEDEXML(&text)
	case UWLR22, UWLR23:
		name = "antwoord.xml"
		err = s.writeUWLR(&text, strings.TrimPrefix(string(f), "uwlr-"))
	case OneRoster11, OneRoster12:
		src.tables = s.oneRoster(strings.TrimPrefix(string(f), "oneroster-"))
	case SDS21:
		src.tables = s.schoolDataSync()
	default:
		src.tables = s.lists(f)
	}
	if text.Len() > 0 {
		src.tables = []*table{{name: name, text: text.String()}}
	}
	return src, err
}

// bytes returns the file.
func (t *table) bytes() ([]byte, error) {
	var out []byte
	switch {
	case t.excel:
		var b bytes.Buffer
		if err := t.workbook(&b); err != nil {
			return nil, err
		}
		out = b.Bytes()
	case t.rows != nil:
		out = t.delimited()
	default:
		out = []byte(t.text)
	}
	if t.raw != nil {
		out = t.raw(out)
	}
	return out, nil
}

// delimited writes the rows as RFC 4180 asks.
func (t *table) delimited() []byte {
	var b bytes.Buffer
	for _, row := range t.rows {
		for i, cell := range row {
			if i > 0 {
				b.WriteString(t.comma)
			}
			if strings.ContainsAny(cell, t.comma+"\"\r\n") {
				cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
			}
			b.WriteString(cell)
		}
		b.WriteString(t.end)
	}
	return b.Bytes()
}
