package store

import (
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/tenant"
)

type groupDoc struct {
	School string           `firestore:"school" register:"-"`
	Year   int              `firestore:"year" register:"-"`
	Key    string           `firestore:"key" register:"-"`
	Kind   string           `firestore:"kind" register:"-"`
	Name   string           `firestore:"name" register:"class"`
	Grade  string           `firestore:"grade,omitempty" register:"year"`
	Ended  bool             `firestore:"ended,omitempty" register:"-"`
	Band   string           `firestore:"band,omitempty" register:"age_band"`
	Rule   []alternativeDoc `firestore:"rule,omitempty"`
}

type alternativeDoc struct {
	Terms []termDoc `firestore:"terms"`
}

// termDoc holds what a rule asks for; it says nothing of anybody.
type termDoc struct {
	Field string `firestore:"field" register:"-"`
	Value string `firestore:"value" register:"-"`
	Not   bool   `firestore:"not,omitempty" register:"-"`
}

// DeliveredFields are the stored fields of a group that import writes; what
// the school said beside them stays as it is.
func DeliveredFields() []string {
	return []string{"school", "year", "key", "kind", "name", "grade", "ended"}
}

// Groups returns the table of groups.
func (db *DB) Groups() Table[group.ID, group.Group, groupDoc] {
	return Table[group.ID, group.Group, groupDoc]{
		db: db, collection: "groups", toDoc: groupToDoc, fromDoc: groupFromDoc,
	}
}

func groupToDoc(_ tenant.ID, g group.Group) groupDoc {
	d := groupDoc{
		School: string(g.School), Year: int(g.Year), Key: g.Key, Kind: string(g.Kind), Name: g.Name, Grade: g.Grade,
		Ended: g.Ended, Band: string(g.Band),
	}
	for _, a := range g.Rule.Any {
		var alternative alternativeDoc
		for _, t := range a.Terms {
			alternative.Terms = append(alternative.Terms, termDoc{string(t.Field), t.Value, t.Not})
		}
		d.Rule = append(d.Rule, alternative)
	}
	return d
}

func groupFromDoc(id group.ID, d groupDoc) (group.Group, error) {
	g := group.Group{
		ID: id, School: school.ID(d.School), Year: school.Year(d.Year), Key: d.Key, Kind: group.Kind(d.Kind),
		Name: d.Name, Grade: d.Grade, Ended: d.Ended, Band: group.Band(d.Band),
	}
	for _, alternative := range d.Rule {
		var a group.All
		for _, t := range alternative.Terms {
			a.Terms = append(a.Terms, group.Term{Field: group.Field(t.Field), Value: t.Value, Not: t.Not})
		}
		g.Rule.Any = append(g.Rule.Any, a)
	}
	return g, nil
}
