package rows

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path/filepath"
	"strings"
)

// inspect checks the parts of a workbook before a library that trusts them
// reads them: their number, names and sizes, and that each is sound XML of a
// reasonable shape. It returns what is wrong with the cells of each sheet: the
// folded name of its part → the first problem.
func inspect(body []byte) (map[string]*Problem, error) {
	archive, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return nil, &Problem{Code: DamagedWorkbook}
	}
	if err := inspectNames(archive.File); err != nil {
		return nil, err
	}
	texts, problems := 0, map[string]*Problem{}
	for _, sheets := range []bool{false, true} { // cells refer to texts, which stand in a part of their own
		for _, f := range archive.File {
			name := partName(f.Name)
			if stream(name) != sheets {
				continue
			}
			shape, err := inspectPart(f, name, texts)
			if err != nil {
				return nil, err
			}
			texts += shape.strings
			problems[name] = shape.cells.problem
		}
	}
	return problems, nil
}

// partName folds the name of a part.
func partName(name string) string { return strings.ToLower(strings.ReplaceAll(name, `\`, "/")) }

// stream reports whether a part is a sheet, which is read row by row.
func stream(name string) bool {
	return strings.HasPrefix(name, "xl/worksheets/") && !strings.HasSuffix(name, ".rels")
}

// inspectNames checks what the zip says of its parts.
func inspectNames(files []*zip.File) error {
	if len(files) > mostParts {
		return &Problem{Code: TooLarge}
	}
	var total uint64
	there := map[string]bool{}
	for _, f := range files {
		name := strings.ReplaceAll(f.Name, `\`, "/")
		folded := strings.ToLower(name)
		if !filepath.IsLocal(name) || strings.ContainsAny(name, ":\x00") || there[folded] {
			return &Problem{Code: UnsafeWorkbook}
		}
		there[folded] = true
		total += f.UncompressedSize64
		if f.UncompressedSize64 > mostUnpacked || total > mostUnpacked {
			return &Problem{Code: TooLarge}
		}
	}
	if !there["xl/workbook.xml"] {
		return &Problem{Code: NotWorkbook}
	}
	return nil
}

// inspectPart reads one part to its end. The zip itself refuses one that is
// longer than it says. texts is how many texts of cells there are.
func inspectPart(f *zip.File, name string, texts int) (shape, error) {
	s := shape{stream: stream(name), texts: name == "xl/sharedstrings.xml", cells: cells{texts: texts}}
	if !strings.HasSuffix(name, ".xml") && !strings.HasSuffix(name, ".rels") || f.FileInfo().IsDir() {
		return s, nil
	}
	if !s.stream && !s.texts && f.UncompressedSize64 > mostPart {
		return s, &Problem{Code: TooLarge}
	}
	r, err := f.Open()
	if err != nil {
		return s, &Problem{Code: DamagedWorkbook}
	}
	defer r.Close()
	err = s.read(r)
	return s, err
}

// shape is what a part is like, while it is read.
type shape struct {
	stream   bool       // read row by row, and not kept
	texts    bool       // the texts of cells
	open     []xml.Name // elements that are not closed yet
	elements int        // in a stream those of the row
	strings  int
	cells    cells // of a sheet
}

// read reads a part. It closes elements itself: the decoder's own way of doing
// so translates every name.
func (s *shape) read(r io.Reader) error {
	d := xml.NewDecoder(r)
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) && len(s.open) == 0 {
			return nil
		}
		if err != nil {
			return &Problem{Code: DamagedWorkbook}
		}
		switch t := token.(type) {
		case xml.Directive:
			return &Problem{Code: UnsafeWorkbook} // no workbook declares a document type
		case xml.StartElement:
			if err := s.enter(t); err != nil {
				return err
			}
		case xml.EndElement:
			last := len(s.open) - 1
			if last < 0 || s.open[last] != t.Name {
				return &Problem{Code: DamagedWorkbook}
			}
			s.open = s.open[:last]
			if s.stream {
				s.cells.leave(t)
			}
		case xml.CharData:
			if s.stream {
				s.cells.gather(t)
			}
		}
	}
}

func (s *shape) enter(e xml.StartElement) error {
	s.open = append(s.open, e.Name)
	s.elements++
	most := mostElements
	if s.stream {
		most = mostOfRow
		if e.Name.Local == "row" {
			s.elements = 0
		}
	}
	if s.texts && e.Name.Local == "si" {
		s.strings++
	}
	if len(s.open) > deepest || s.elements > most || s.strings > mostTexts {
		return &Problem{Code: TooLarge}
	}
	if s.stream {
		s.cells.enter(e)
	}
	return nil
}
