package store

import (
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/tenant"
)

type connectionDoc struct {
	Target   string `firestore:"target" register:"-"`
	On       bool   `firestore:"on" register:"-"`
	Customer string `firestore:"customer" register:"-"`
	Admin    string `firestore:"admin" register:"-"`
	Secret   string `firestore:"secret" register:"-"`

	Trouble string    `firestore:"trouble" register:"-"`
	Rests   time.Time `firestore:"rests" register:"-"`
}

// Connections returns the table of targets.
func (db *DB) Connections() Table[connection.ID, connection.Connection, connectionDoc] {
	return Table[connection.ID, connection.Connection, connectionDoc]{
		db: db, collection: "connections",
		toDoc: func(_ tenant.ID, c connection.Connection) connectionDoc {
			return connectionDoc{string(c.Target), c.On, c.Customer, c.Admin, c.Secret, string(c.Trouble), c.Rests}
		},
		fromDoc: func(id connection.ID, d connectionDoc) (connection.Connection, error) {
			return connection.Connection{
				ID: id, Target: connection.Target(d.Target), On: d.On, Customer: d.Customer, Admin: d.Admin, Secret: d.Secret,
				Trouble: connection.Trouble(d.Trouble), Rests: d.Rests,
			}, nil
		},
	}
}

type linkDoc struct {
	Remote  string    `firestore:"remote" register:"-"`
	State   string    `firestore:"state" register:"-"`
	Reason  string    `firestore:"reason" register:"-"`
	Digest  string    `firestore:"digest" register:"-"`
	Version int64     `firestore:"version" register:"-"`
	Groups  []string  `firestore:"groups" register:"class"`
	Until   time.Time `firestore:"until" register:"-"`
	Fence   int64     `firestore:"fence" register:"-"`
	Begun   time.Time `firestore:"begun" register:"-"`
}

// Links returns the table of accounts' counterparts at target c.
func (db *DB) Links(c connection.ID) Table[account.ID, connection.Link, linkDoc] {
	return Table[account.ID, connection.Link, linkDoc]{
		db: db, collection: "connections/" + string(c) + "/links",
		toDoc: func(_ tenant.ID, l connection.Link) linkDoc {
			return linkDoc{l.Remote, string(l.State), l.Reason, l.Digest, l.Version, texts(l.Groups), l.Until, l.Fence, l.Begun}
		},
		fromDoc: func(id account.ID, d linkDoc) (connection.Link, error) {
			return connection.Link{
				Account: id, Remote: d.Remote, State: connection.LinkState(d.State), Reason: d.Reason, Digest: d.Digest,
				Version: d.Version, Groups: named[group.ID](d.Groups), Until: d.Until, Fence: d.Fence, Begun: d.Begun,
			}, nil
		},
	}
}

type groupLinkDoc struct {
	Remote string    `firestore:"remote" register:"-"`
	Digest string    `firestore:"digest" register:"-"`
	Reason string    `firestore:"reason" register:"-"`
	Begun  time.Time `firestore:"begun" register:"-"`
}

// GroupLinks returns the table of groups' counterparts at target c.
func (db *DB) GroupLinks(c connection.ID) Table[group.ID, connection.GroupLink, groupLinkDoc] {
	return Table[group.ID, connection.GroupLink, groupLinkDoc]{
		db: db, collection: "connections/" + string(c) + "/groups",
		toDoc: func(_ tenant.ID, l connection.GroupLink) groupLinkDoc {
			return groupLinkDoc{l.Remote, l.Digest, l.Reason, l.Begun}
		},
		fromDoc: func(id group.ID, d groupLinkDoc) (connection.GroupLink, error) {
			return connection.GroupLink{Group: id, Remote: d.Remote, Digest: d.Digest, Reason: d.Reason, Begun: d.Begun}, nil
		},
	}
}

// Budget is the identity of a rate budget of a connection.
type Budget string

type budgetDoc struct {
	Free time.Time `firestore:"free" register:"-"`
}

// Budgets returns the table of rate budgets of target c: for each the moment
// from which calls are unspoken for.
func (db *DB) Budgets(c connection.ID) Table[Budget, time.Time, budgetDoc] {
	return Table[Budget, time.Time, budgetDoc]{
		db: db, collection: "connections/" + string(c) + "/budgets",
		toDoc:   func(_ tenant.ID, free time.Time) budgetDoc { return budgetDoc{free} },
		fromDoc: func(_ Budget, d budgetDoc) (time.Time, error) { return d.Free, nil },
	}
}
