package store

import (
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/tenant"
)

type runDoc struct {
	Kind       string              `firestore:"kind" register:"-"`
	School     string              `firestore:"school" register:"-"`
	From       string              `firestore:"from" register:"-"`
	Of         string              `firestore:"of" register:"-"`
	Status     string              `firestore:"status" register:"-"`
	Format     string              `firestore:"format" register:"-"`
	Upload     string              `firestore:"upload" register:"-"`
	Year       int                 `firestore:"year" register:"-"`
	Prepares   bool                `firestore:"prepares" register:"-"`
	Supplement bool                `firestore:"supplement" register:"-"`
	Switched   []string            `firestore:"switched" register:"-"`
	Space      string              `firestore:"space" register:"-"`
	Counts     map[string]int      `firestore:"counts" register:"-"`
	Tallies    []tallyDoc          `firestore:"tallies" register:"-"`
	LeftOut    map[string]int      `firestore:"leftOut" register:"-"`
	Delivers   map[string][]string `firestore:"delivers" register:"-"`
	Findings   []findingDoc        `firestore:"findings" register:"-"`
	Plan       planDoc             `firestore:"plan" register:"-"`
	Todo       []string            `firestore:"todo" register:"-"`
	Held       []string            `firestore:"heldPhases" register:"-"`
	Columns    []columnDoc         `firestore:"columns" register:"-"`
	Rows       map[string]int      `firestore:"rows" register:"-"`
	Decisions  map[string]decided  `firestore:"decisions" register:"-"`
	Rest       []string            `firestore:"rest" register:"-"`
	Fence      int64               `firestore:"fence" register:"-"`
	Created    time.Time           `firestore:"created" register:"-"`
	Changed    time.Time           `firestore:"changed" register:"-"`
	ExpireAt   time.Time           `firestore:"expireAt" register:"-"`
}

// decided is what was decided of each row of a phase, by account.
type decided map[string]string

type tallyDoc struct {
	Kind   string `firestore:"kind" register:"-"`
	Class  string `firestore:"class" register:"-"`
	Create int    `firestore:"create" register:"-"`
	Change int    `firestore:"change" register:"-"`
	Move   int    `firestore:"move" register:"-"`
	Return int    `firestore:"return" register:"-"`
	Leave  int    `firestore:"leave" register:"-"`
}

// columnDoc holds a heading, which is a word of the school's and nobody's data:
// see table.Map.
type columnDoc struct {
	File    string `firestore:"file,omitempty" register:"-"`
	Place   int    `firestore:"place" register:"-"`
	Heading string `firestore:"heading" register:"-"`
	Field   string `firestore:"field" register:"-"`
	How     string `firestore:"how" register:"-"`
}

type findingDoc struct {
	Code     string `firestore:"code" register:"-"`
	Severity string `firestore:"severity" register:"-"`
	File     string `firestore:"file,omitempty" register:"-"`
	Line     int    `firestore:"line" register:"-"`
	Column   int    `firestore:"column" register:"-"`
	Field    string `firestore:"field" register:"-"`
	Count    int    `firestore:"count,omitempty" register:"-"`
}

type planDoc struct {
	Object     string               `firestore:"object" register:"-"`
	Generation int64                `firestore:"generation" register:"-"`
	Hash       string               `firestore:"hash" register:"-"`
	Key        []byte               `firestore:"key" register:"-"`
	Steps      map[string][]spanDoc `firestore:"steps" register:"-"`
}

type spanDoc struct {
	Offset int64 `firestore:"offset" register:"-"`
	Length int64 `firestore:"length" register:"-"`
}

// Runs returns the table of import runs.
func (db *DB) Runs() Table[roster.RunID, roster.Run, runDoc] {
	return Table[roster.RunID, roster.Run, runDoc]{
		db: db, collection: "imports", toDoc: runToDoc, fromDoc: runFromDoc,
		expires: func(d runDoc) time.Time { return d.ExpireAt },
	}
}

func runToDoc(_ tenant.ID, r roster.Run) runDoc {
	c := r.Counts
	d := runDoc{
		Kind: string(r.Kind), School: string(r.School), From: string(r.From), Of: string(r.Of), Status: string(r.Status), Format: r.Format, Upload: r.Upload,
		Year: int(r.Year), Prepares: r.Prepares, Supplement: r.Supplement, Switched: texts(r.Switched), Space: r.Space,
		Counts: map[string]int{
			"create": c.Create, "change": c.Change, "move": c.Move, "leave": c.Leave, "return": c.Return, "match": c.Match,
			"prepare": c.Prepare, "unchanged": c.Unchanged, "groups": c.Groups, "findings": c.Findings, "leftOut": c.LeftOut,
			"rename": c.Rename, "conflicts": c.Conflicts,
		},
		LeftOut: r.LeftOut, Todo: texts(r.Todo), Held: texts(r.Held),
		Rows:     renamed[string](r.Rows, func(n int) int { return n }),
		Delivers: renamed[string](r.Delivers, func(f []string) []string { return f }),
		Decisions: renamed[string](r.Decisions, func(by map[account.ID]roster.Decision) decided {
			return renamed[string](by, func(d roster.Decision) string { return string(d) })
		}),
		Rest: texts(r.Rest), Fence: r.Fence, Created: r.Created, Changed: r.Changed, ExpireAt: r.ExpireAt,
		Plan: planDoc{Object: r.Plan.Object, Generation: r.Plan.Generation, Hash: r.Plan.Hash, Key: r.Plan.Key, Steps: map[string][]spanDoc{}},
	}
	for _, t := range r.Tallies {
		d.Tallies = append(d.Tallies, tallyDoc{string(t.Kind), t.Class, t.Create, t.Change, t.Move, t.Return, t.Leave})
	}
	for _, c := range r.Columns {
		d.Columns = append(d.Columns, columnDoc(c))
	}
	for _, f := range r.Findings {
		d.Findings = append(d.Findings, findingDoc{f.Code, string(f.Severity), f.File, f.Line, f.Column, f.Field, f.Count})
	}
	for phase, spans := range r.Plan.Steps {
		for _, s := range spans {
			d.Plan.Steps[string(phase)] = append(d.Plan.Steps[string(phase)], spanDoc(s))
		}
	}
	return d
}

func runFromDoc(id roster.RunID, d runDoc) (roster.Run, error) {
	c := d.Counts
	r := roster.Run{
		ID: id, Kind: roster.Kind(d.Kind), School: school.ID(d.School), From: school.ID(d.From), Of: person.Kind(d.Of), Status: roster.Status(d.Status),
		Format: d.Format, Upload: d.Upload, Year: school.Year(d.Year), Prepares: d.Prepares,
		Supplement: d.Supplement, Switched: named[person.Kind](d.Switched), Space: d.Space,
		Counts: roster.Counts{
			Create: c["create"], Change: c["change"], Move: c["move"], Leave: c["leave"], Return: c["return"], Match: c["match"],
			Prepare: c["prepare"], Unchanged: c["unchanged"], Groups: c["groups"], Findings: c["findings"], LeftOut: c["leftOut"],
			Rename: c["rename"], Conflicts: c["conflicts"],
		},
		LeftOut: d.LeftOut, Todo: named[roster.Phase](d.Todo), Held: named[roster.Phase](d.Held),
		Rows:     renamed[roster.Phase](d.Rows, func(n int) int { return n }),
		Delivers: renamed[person.Kind](d.Delivers, func(f []string) []string { return f }),
		Decisions: renamed[roster.Phase](d.Decisions, func(by decided) map[account.ID]roster.Decision {
			return renamed[account.ID](by, func(s string) roster.Decision { return roster.Decision(s) })
		}),
		Rest: named[roster.Phase](d.Rest), Fence: d.Fence, Created: d.Created, Changed: d.Changed, ExpireAt: d.ExpireAt,
		Plan: roster.Stored{
			Object: d.Plan.Object, Generation: d.Plan.Generation, Hash: d.Plan.Hash, Key: d.Plan.Key,
			Steps: map[roster.Phase][]roster.Span{},
		},
	}
	for _, t := range d.Tallies {
		r.Tallies = append(r.Tallies, roster.Tally{
			Kind: person.Kind(t.Kind), Class: t.Class, Create: t.Create, Change: t.Change, Move: t.Move, Return: t.Return, Leave: t.Leave,
		})
	}
	for _, c := range d.Columns {
		r.Columns = append(r.Columns, roster.Column(c))
	}
	for _, f := range d.Findings {
		r.Findings = append(r.Findings, roster.Finding{
			Code: f.Code, Severity: roster.Severity(f.Severity), File: f.File, Line: f.Line, Column: f.Column, Field: f.Field, Count: f.Count,
		})
	}
	for phase, spans := range d.Plan.Steps {
		for _, s := range spans {
			r.Plan.Steps[roster.Phase(phase)] = append(r.Plan.Steps[roster.Phase(phase)], roster.Span(s))
		}
	}
	return r, nil
}

// renamed returns m with its keys and values in their other form, nil for none.
func renamed[B, A ~string, V, W any](m map[A]V, as func(V) W) map[B]W {
	if len(m) == 0 {
		return nil
	}
	out := make(map[B]W, len(m))
	for k, v := range m {
		out[B(k)] = as(v)
	}
	return out
}

// TokenID is the hash of an import token.
type TokenID string

// Token lets a school's administration system hand over its source file.
type Token struct {
	School  school.ID
	Created time.Time
}

type tokenDoc struct {
	School  string    `firestore:"school" register:"-"`
	Created time.Time `firestore:"created" register:"-"`
}

// Tokens returns the table of import tokens.
func (db *DB) Tokens() Table[TokenID, Token, tokenDoc] {
	return Table[TokenID, Token, tokenDoc]{
		db: db, collection: "tokens",
		toDoc:   func(_ tenant.ID, k Token) tokenDoc { return tokenDoc{string(k.School), k.Created} },
		fromDoc: func(_ TokenID, d tokenDoc) (Token, error) { return Token{school.ID(d.School), d.Created}, nil },
	}
}
