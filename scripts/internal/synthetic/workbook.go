package synthetic

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// The parts of a workbook that do not depend on its cells (ECMA-376).
const (
	xmlHead  = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	mainXML  = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	relXML   = "http://schemas.openxmlformats.org/package/2006/relationships"
	officeRl = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	typeXML  = "application/vnd.openxmlformats-officedocument.spreadsheetml."
)

// workbook writes the rows as a workbook with one sheet, of texts in their
// cells but for those that are numbers or formulas.
func (t *table) workbook(w io.Writer) error {
	part := func(name, text string) File { return File{name, []byte(xmlHead + text)} }
	return pack(w, []File{
		part("[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">`+
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>`+
			`<Default Extension="xml" ContentType="application/xml"/>`+
			`<Override PartName="/xl/workbook.xml" ContentType="`+typeXML+`sheet.main+xml"/>`+
			`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="`+typeXML+`worksheet+xml"/></Types>`),
		part("_rels/.rels", `<Relationships xmlns="`+relXML+`"><Relationship Id="rId1" Type="`+officeRl+`/officeDocument" Target="xl/workbook.xml"/></Relationships>`),
		part("xl/workbook.xml", `<workbook xmlns="`+mainXML+`" xmlns:r="`+officeRl+`"><sheets><sheet name="Leerlingen" sheetId="1" r:id="rId1"/></sheets></workbook>`),
		part("xl/_rels/workbook.xml.rels", `<Relationships xmlns="`+relXML+`"><Relationship Id="rId1" Type="`+officeRl+`/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`),
		part("xl/worksheets/sheet1.xml", t.sheet()),
	})
}

// sheet writes the cells. One that is empty is not written.
func (t *table) sheet() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<worksheet xmlns="%s"><sheetData>`, mainXML)
	for i, row := range t.rows {
		fmt.Fprintf(&b, `<row r="%d">`, i+1)
		for j, text := range row {
			at := cellName(i, j)
			switch value, numeric := t.number[[2]int{i, j}]; {
			case numeric && strings.HasPrefix(value, "="):
				fmt.Fprintf(&b, `<c r="%s"><f>%s</f><v>%s</v></c>`, at, escape(value[1:]), escape(text))
			case numeric:
				fmt.Fprintf(&b, `<c r="%s"><v>%s</v></c>`, at, value)
			case text != "":
				fmt.Fprintf(&b, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, at, escape(text))
			}
		}
		b.WriteString("</row>")
	}
	b.WriteString("</sheetData></worksheet>")
	return b.String()
}

// cellName names a cell by its row and column from 0: "B3".
func cellName(row, column int) string {
	name := ""
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return fmt.Sprintf("%s%d", name, row+1)
}
