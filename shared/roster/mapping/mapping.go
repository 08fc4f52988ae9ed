// Package mapping reads the file with which a school tells, at a change of
// administration system, under which new key everybody is known: a table with
// the columns soort (leerling, medewerker, ouder), oude sleutel and nieuwe
// sleutel.
package mapping

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
)

// The codes of findings.
const (
	Incomplete  = "mapping.incomplete"   // a row without one of its keys
	UnknownKind = "mapping.unknown_kind" // neither pupil nor staff nor guardian
	NoRows      = "mapping.no_rows"
)

// Codes returns every code.
func Codes() []string { return []string{Incomplete, UnknownKind, NoRows} }

//go:embed nl.json en.json
var catalogues embed.FS

// Messages returns what people read about the findings: see roster.Messages.
func Messages() (map[string]map[string]string, error) { return roster.Messages(catalogues) }

// columns are the places of the three columns; kind is -1 where there is none.
type columns struct{ kind, old, now int }

// Claims reports whether the one file has the headings of a mapping.
func Claims(files []roster.File) bool {
	if len(files) != 1 {
		return false
	}
	table, err := open(files[0])
	if err != nil {
		return false
	}
	for row, err := range table.Rows() {
		if err != nil {
			return false
		}
		_, ok := headings(row.Cells)
		return ok
	}
	return false
}

func open(f roster.File) (rows.Text, error) {
	d, err := rows.Detect(f.Open, rows.Usual())
	return rows.Text{Open: f.Open, Limits: rows.Usual(), Dialect: d}, err
}

func headings(cells []string) (columns, bool) {
	c := columns{-1, -1, -1}
	for i, cell := range cells {
		switch folded := roster.Fold(cell); {
		case slices.Contains([]string{"soort", "kind", "type"}, folded):
			c.kind = i
		case slices.Contains([]string{"oud", "oudesleutel", "oudnummer", "old", "oldkey"}, folded):
			c.old = i
		case slices.Contains([]string{"nieuw", "nieuwesleutel", "nieuwnummer", "new", "newkey"}, folded):
			c.now = i
		}
	}
	return c, c.old >= 0 && c.now >= 0
}

// Read reads a mapping. Whatever is wrong with it becomes a finding.
func Read(files []roster.File, found *roster.Findings) ([]roster.Pair, error) {
	table, err := open(files[0])
	if err != nil {
		return nil, refuse(err, found)
	}
	pairs := []roster.Pair{}
	var at columns
	first := true
	for row, err := range table.Rows() {
		if err != nil {
			return pairs, refuse(err, found)
		}
		if first {
			at, _ = headings(row.Cells)
			first = false
			continue
		}
		if !row.Blank() {
			pairs = add(pairs, at, row, found)
		}
	}
	if len(pairs) == 0 {
		found.Add(roster.Finding{Code: NoRows, Severity: roster.Stop})
	}
	return pairs, nil
}

func add(pairs []roster.Pair, at columns, row rows.Row, found *roster.Findings) []roster.Pair {
	kind, ok := kindOf(cell(row, at.kind))
	if !ok {
		found.Add(roster.Finding{Code: UnknownKind, Severity: roster.Stop, Line: row.Line, Field: "soort"})
		return pairs
	}
	// The keys of a table are written so that a spreadsheet keeps their zeros.
	p := roster.Pair{Kind: kind, Old: rows.Number(cell(row, at.old)), New: rows.Number(cell(row, at.now)), Line: row.Line}
	if p.Old == "" || p.New == "" {
		found.Add(roster.Finding{Code: Incomplete, Severity: roster.Stop, Line: row.Line})
		return pairs
	}
	return append(pairs, p)
}

func cell(row rows.Row, i int) string {
	if i < 0 || i >= len(row.Cells) {
		return ""
	}
	return strings.Clone(row.Cells[i])
}

// kindOf reads the kind of person; without one it is a pupil.
func kindOf(s string) (person.Kind, bool) {
	switch roster.Fold(s) {
	case "", "leerling", "pupil", "student":
		return person.Pupil, true
	case "medewerker", "leerkracht", "docent", "personeel", "staff":
		return person.Staff, true
	case "ouder", "verzorger", "guardian", "ouderofverzorger":
		return person.Guardian, true
	}
	return "", false
}

// refuse turns a table's problem into a finding, and passes on what is none.
func refuse(err error, found *roster.Findings) error {
	if f, ok := rows.Finding(err, ""); ok {
		found.Add(f)
		return nil
	}
	return fmt.Errorf("read mapping: %w", err)
}
