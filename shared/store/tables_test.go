package store_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/app"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/envelope"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/ledger"
	"cool.example/sync/shared/link"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/pull"
	"cool.example/sync/shared/receipt"
	"cool.example/sync/shared/revision"
	"cool.example/sync/shared/right"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// The two institutions of these tests.
const (
	ours   = tenant.ID("golfbreker")
	theirs = tenant.ID("duinrand")
)

// open returns an empty database whose clock stands at today.
func open(t *testing.T) (*store.DB, *clock.Manual) {
	t.Helper()
	now := clock.NewManual(today)
	return openAt(t, emulators.Firestore(t), now), now
}

func openAt(t *testing.T, project string, now clock.Clock) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{Project: project, Clock: now})
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() }) // nothing is left to send
	return db
}

// contract is what every table keeps to.
type contract struct {
	method   string // of store.DB, which returns the table
	keeps    func(*testing.T, *store.DB)
	isolates func(*testing.T, *store.DB)
	guards   func(*testing.T, *store.DB)
	refuses  func(*testing.T, *store.DB)
}

// subject is a table with a document to try it with.
type subject[ID ~string, V, D any] struct {
	store.Table[ID, V, D]
	id ID
	// named returns v as it is read back: what lies in the path is the path's.
	named func(v V, owner tenant.ID, id ID) V
}

// of makes the contract of one table.
func of[ID ~string, V, D any](method string, table func(*store.DB) store.Table[ID, V, D], named func(V, tenant.ID, ID) V) contract {
	on := func(try func(*testing.T, subject[ID, V, D], *store.DB)) func(*testing.T, *store.DB) {
		return func(t *testing.T, db *store.DB) {
			t.Helper()
			try(t, subject[ID, V, D]{Table: table(db), id: ID("een"), named: named}, db)
		}
	}
	return contract{
		method: method,
		keeps:  on(keeps[ID, V, D]), isolates: on(isolates[ID, V, D]),
		guards: on(guards[ID, V, D]), refuses: on(refuses[ID, V, D]),
	}
}

// value returns a filled value of owner as id; another seed makes another.
func (s subject[ID, V, D]) value(t *testing.T, owner tenant.ID, id ID, seed int) V {
	t.Helper()
	return s.named(filled[V](t, seed), owner, id)
}

// as is for values that do not hold their own id.
func as[ID ~string, V any](v V, _ tenant.ID, _ ID) V { return v }

// at leads to a table below a connection.
func at[T any](table func(*store.DB, connection.ID) T, c connection.ID) func(*store.DB) T {
	return func(db *store.DB) T { return table(db, c) }
}

// lanes leads to the lanes of a run that expire within the hour.
func lanes[T any](table func(*store.DB, roster.RunID, time.Time) T) func(*store.DB) T {
	return func(db *store.DB) T { return table(db, "ione", today.Add(time.Hour)) }
}

// contracts lists every table.
func contracts() []contract {
	return append(peopleTables(), otherTables()...)
}

func peopleTables() []contract {
	return []contract{
		of("Accounts", (*store.DB).Accounts, func(v account.Account, _ tenant.ID, id account.ID) account.Account {
			v.ID = id
			return v
		}),
		of("Groups", (*store.DB).Groups, func(v group.Group, _ tenant.ID, id group.ID) group.Group {
			v.ID = id
			return v
		}),
		of("Schools", (*store.DB).Schools, func(v school.School, _ tenant.ID, id school.ID) school.School {
			v.ID = id
			return v
		}),
		of("Tenants", (*store.DB).Tenants, func(v tenant.Tenant, _, id tenant.ID) tenant.Tenant {
			v.ID = id
			return v
		}),
		of("Domains", (*store.DB).Domains, func(_, owner tenant.ID, _ store.Domain) tenant.ID { return owner }),
		of("Names", (*store.DB).Names, as),
		of("Bin", (*store.DB).Bin, func(v bin.Entry, _ tenant.ID, id account.ID) bin.Entry {
			v.Account = id
			return v
		}),
		of("Credentials", (*store.DB).Credentials, as),
		of("Badges", (*store.DB).Badges, as),
		of("Sheets", (*store.DB).Sheets, as),
		of("Sessions", (*store.DB).Sessions, as),
		of("Codes", (*store.DB).Codes, as),
		of("Grants", (*store.DB).Grants, as),
	}
}

func otherTables() []contract {
	return []contract{
		of("Apps", (*store.DB).Apps, func(v app.App, _ tenant.ID, id app.ID) app.App {
			v.ID = id
			return v
		}),
		of("Connections", (*store.DB).Connections, func(v connection.Connection, _ tenant.ID, id connection.ID) connection.Connection {
			v.ID = id
			return v
		}),
		of("Links", at((*store.DB).Links, "google"), func(v connection.Link, _ tenant.ID, id account.ID) connection.Link {
			v.Account = id
			return v
		}),
		of("GroupLinks", at((*store.DB).GroupLinks, "google"), func(v connection.GroupLink, _ tenant.ID, id group.ID) connection.GroupLink {
			v.Group = id
			return v
		}),
		of("Budgets", at((*store.DB).Budgets, "google"), as),
		of("Outbox", (*store.DB).Outbox, func(v outbox.Letter, owner tenant.ID, id outbox.ID) outbox.Letter {
			v.ID, v.Tenant = id, owner
			return v
		}),
		of("Log", (*store.DB).Log, func(v audit.Entry, _ tenant.ID, id audit.ID) audit.Entry {
			v.ID, v.Sealed = id, envelope.Envelope{} // which lies beside it
			return v
		}),
		of("Private", (*store.DB).Private, as),
		of("Heads", (*store.DB).Heads, as),
		of("Revisions", (*store.DB).Revisions, func(v revision.Revision, _ tenant.ID, id revision.ID) revision.Revision {
			v.ID = id
			return v
		}),
		of("Ledger", (*store.DB).Ledger, func(v ledger.Entry, _ tenant.ID, id ledger.ID) ledger.Entry {
			v.ID = id
			return v
		}),
		of("Receipts", (*store.DB).Receipts, func(v receipt.Receipt, _ tenant.ID, id receipt.ID) receipt.Receipt {
			v.ID = id
			return v
		}),
		of("Backups", (*store.DB).Backups, func(v backup.Record, _ tenant.ID, id backup.ID) backup.Record {
			v.ID = id
			return v
		}),
		of("Restores", (*store.DB).Restores, as),
		of("Runs", (*store.DB).Runs, func(v roster.Run, _ tenant.ID, id roster.RunID) roster.Run {
			v.ID = id
			return v
		}),
		of("Lanes", lanes((*store.DB).Lanes), as),
		of("Slots", (*store.DB).Slots, as),
		of("Tokens", (*store.DB).Tokens, as),
		of("Mails", (*store.DB).Mails, as),
		of("Mailboxes", (*store.DB).Mailboxes, as),
		of("UsedNames", (*store.DB).UsedNames, as),
		of("Supervision", (*store.DB).Supervision, func(v link.Supervision, _ tenant.ID, id account.ID) link.Supervision {
			v.Pupil = id
			return v
		}),
		of("LinkRules", (*store.DB).LinkRules, as),
		of("Recalculations", (*store.DB).Recalculations, as),
		of("Rights", (*store.DB).Rights, func(v right.Right, _ tenant.ID, id right.ID) right.Right {
			v.ID = id
			return v
		}),
		of("Pulls", (*store.DB).Pulls, func(v pull.Connection, _ tenant.ID, id school.ID) pull.Connection {
			v.School = id
			return v
		}),
	}
}

// every runs try for every table, side by side in one database.
func every(t *testing.T, try func(*testing.T, *store.DB, contract)) {
	t.Helper()
	db, _ := open(t)
	for _, c := range contracts() {
		t.Run(c.method, func(t *testing.T) {
			t.Parallel()
			try(t, db, c)
		})
	}
}

func TestContractsCoverEveryTable(t *testing.T) {
	t.Parallel()
	var tables, covered []string
	db := reflect.TypeFor[*store.DB]()
	for i := range db.NumMethod() {
		m := db.Method(i)
		if m.Type.NumOut() == 1 && strings.HasPrefix(m.Type.Out(0).Name(), "Table[") {
			tables = append(tables, m.Name)
		}
	}
	for _, c := range contracts() {
		covered = append(covered, c.method)
	}
	slices.Sort(covered)
	require.Equal(t, tables, covered)
}

func TestKeepsEveryField(t *testing.T) {
	t.Parallel()
	every(t, func(t *testing.T, db *store.DB, c contract) { t.Helper(); c.keeps(t, db) })
}

func TestInstitutionsAreIsolated(t *testing.T) {
	t.Parallel()
	every(t, func(t *testing.T, db *store.DB, c contract) { t.Helper(); c.isolates(t, db) })
}

func TestWritesAreGuarded(t *testing.T) {
	t.Parallel()
	every(t, func(t *testing.T, db *store.DB, c contract) { t.Helper(); c.guards(t, db) })
}

func TestImpossibleIDs(t *testing.T) {
	t.Parallel()
	every(t, func(t *testing.T, db *store.DB, c contract) { t.Helper(); c.refuses(t, db) })
}
