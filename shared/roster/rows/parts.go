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
// reasonable shape. It returns how many texts of cells there are.
func inspect(body []byte) (texts int, err error) {
	archive, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return 0, &Problem{Code: DamagedWorkbook}
	}
	if err := inspectNames(archive.File); err != nil {
		return 0, err
	}
	for _, f := range archive.File {
		n, err := inspectPart(f)
		if err != nil {
			return 0, err
		}
		texts += n
	}
	return texts, nil
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
// longer than it says. It returns how many texts of cells there are.
func inspectPart(f *zip.File) (texts int, err error) {
	name := strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))
	if !strings.HasSuffix(name, ".xml") && !strings.HasSuffix(name, ".rels") || f.FileInfo().IsDir() {
		return 0, nil
	}
	stream := strings.HasPrefix(name, "xl/worksheets/") && !strings.HasSuffix(name, ".rels")
	kept := name == "xl/sharedstrings.xml"
	if !stream && !kept && f.UncompressedSize64 > mostPart {
		return 0, &Problem{Code: TooLarge}
	}
	r, err := f.Open()
	if err != nil {
		return 0, &Problem{Code: DamagedWorkbook}
	}
	defer r.Close()
	shape := shape{stream: stream, texts: kept}
	err = shape.read(r)
	return shape.strings, err
}

// shape is what a part is like, while it is read.
type shape struct {
	stream   bool // read row by row, and not kept
	texts    bool // the texts of cells
	depth    int
	elements int // in a stream those of the row
	strings  int
}

func (s *shape) read(r io.Reader) error {
	d := xml.NewDecoder(r)
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
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
			s.depth--
		}
	}
}

func (s *shape) enter(e xml.StartElement) error {
	s.depth++
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
	if s.depth > deepest || s.elements > most || s.strings > mostTexts {
		return &Problem{Code: TooLarge}
	}
	return nil
}
