package store

import (
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/tenant"
)

type groupDoc struct {
	School string `firestore:"school" register:"-"`
	Year   int    `firestore:"year" register:"-"`
	Key    string `firestore:"key" register:"-"`
	Kind   string `firestore:"kind" register:"-"`
	Name   string `firestore:"name" register:"class"`
	Grade  string `firestore:"grade,omitempty" register:"year"`
	Ended  bool   `firestore:"ended,omitempty" register:"-"`
	Band   string `firestore:"band,omitempty" register:"age_band"`
}

// Groups returns the table of groups.
func (db *DB) Groups() Table[group.ID, group.Group, groupDoc] {
	return Table[group.ID, group.Group, groupDoc]{
		db: db, collection: "groups",
		toDoc: func(_ tenant.ID, g group.Group) groupDoc {
			return groupDoc{string(g.School), int(g.Year), g.Key, string(g.Kind), g.Name, g.Grade, g.Ended, string(g.Band)}
		},
		fromDoc: func(id group.ID, d groupDoc) (group.Group, error) {
			return group.Group{
				ID: id, School: school.ID(d.School), Year: school.Year(d.Year), Key: d.Key,
				Kind: group.Kind(d.Kind), Name: d.Name, Grade: d.Grade, Ended: d.Ended, Band: group.Band(d.Band),
			}, nil
		},
	}
}
