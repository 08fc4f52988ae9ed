package store

import (
	"cool.example/sync/shared/app"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/tenant"
)

type appDoc struct {
	Name         string   `firestore:"name" register:"-"`
	Launch       string   `firestore:"launch" register:"-"`
	Kinds        []string `firestore:"kinds" register:"-"`
	Groups       []string `firestore:"groups,omitempty" register:"-"`
	RedirectURIs []string `firestore:"redirectUris" register:"-"`
	SecretHash   []byte   `firestore:"secretHash" register:"-"`
	Scopes       []string `firestore:"scopes" register:"-"`
}

// Apps returns the table of applications.
func (db *DB) Apps() Table[app.ID, app.App, appDoc] {
	return Table[app.ID, app.App, appDoc]{
		db: db, collection: "apps",
		toDoc: func(_ tenant.ID, p app.App) appDoc {
			return appDoc{p.Name, p.Launch, texts(p.Kinds), texts(p.Groups), p.OIDC.RedirectURIs, p.OIDC.SecretHash, p.OIDC.Scopes}
		},
		fromDoc: func(id app.ID, d appDoc) (app.App, error) {
			return app.App{
				ID: id, Name: d.Name, Launch: d.Launch, Kinds: named[person.Kind](d.Kinds), Groups: named[group.ID](d.Groups),
				OIDC: app.Client{RedirectURIs: d.RedirectURIs, SecretHash: d.SecretHash, Scopes: d.Scopes},
			}, nil
		},
	}
}
