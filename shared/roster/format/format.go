// Package format knows every format of source file and finds out which one
// was handed over: nobody is asked.
package format

import (
	"embed"
	"maps"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/csvset"
	"cool.example/sync/shared/roster/edexml"
	"cool.example/sync/shared/roster/guardian"
	"cool.example/sync/shared/roster/mapping"
	"cool.example/sync/shared/roster/oneroster"
	"cool.example/sync/shared/roster/rows"
	"cool.example/sync/shared/roster/sds"
	"cool.example/sync/shared/roster/table"
	"cool.example/sync/shared/roster/uwlr"
)

// UnknownSet says that several files were handed over that belong to no
// format together.
const UnknownSet = "format.unknown_set"

//go:embed nl.json en.json
var catalogues embed.FS

// All returns every format, in the order in which they are tried: one that
// looks closer before one that takes more.
func All() []roster.Format {
	return []roster.Format{uwlr.Format{}, edexml.Format{}, oneroster.Format{}, sds.Format{}, guardian.Format{}, table.Format{}}
}

// Read reads what was handed over: a roster, or the pairs of a mapping of
// keys, which are nil for a roster. What is wrong with the files becomes a
// finding; an error means that they could not be read.
func Read(files []roster.File, w roster.Wanted, found *roster.Findings) (*roster.Roster, []roster.Pair, error) {
	if mapping.Claims(files) {
		pairs, err := mapping.Read(files, found)
		return nil, pairs, err
	}
	for _, f := range All() {
		if f.Claims(files) {
			list, err := f.Read(files, w, found)
			return list, nil, err
		}
	}
	if len(files) == 1 {
		list, err := edexml.Format{}.Read(files, w, found) // tells best what is wrong
		return list, nil, err
	}
	unclaimed(files, found)
	return nil, nil, nil
}

// Messages returns what people read about the findings of every format:
// language → code → text.
func Messages() (map[string]map[string]string, error) {
	all := map[string]map[string]string{}
	for _, read := range []func() (map[string]map[string]string, error){
		func() (map[string]map[string]string, error) { return roster.Messages(catalogues) },
		edexml.Messages, uwlr.Messages, mapping.Messages, table.Messages, rows.Messages,
		guardian.Messages, csvset.Messages, oneroster.Messages, sds.Messages,
	} {
		messages, err := read()
		if err != nil {
			return nil, err
		}
		for lang, texts := range messages {
			if all[lang] == nil {
				all[lang] = map[string]string{}
			}
			maps.Copy(all[lang], texts)
		}
	}
	return all, nil
}
