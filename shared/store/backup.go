package store

import (
	"encoding/json"
	"time"

	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/tenant"
)

type backupDoc struct {
	State    string    `firestore:"state" register:"-"`
	Manifest []byte    `firestore:"manifest" register:"-"` // JSON: see backup.Manifest
	Table    string    `firestore:"table" register:"-"`
	After    string    `firestore:"after" register:"-"`
	Verified int       `firestore:"verified" register:"-"`
	Problem  string    `firestore:"problem" register:"-"`
	Begun    time.Time `firestore:"begun" register:"-"`
	Changed  time.Time `firestore:"changed" register:"-"`
	ExpireAt time.Time `firestore:"expireAt" register:"-"`
}

// Backups returns the table that says how far the backups of an institution
// have come.
func (db *DB) Backups() Table[backup.ID, backup.Record, backupDoc] {
	return Table[backup.ID, backup.Record, backupDoc]{
		db: db, collection: "backups", toDoc: backupToDoc, fromDoc: backupFromDoc,
		expires: func(d backupDoc) time.Time { return d.ExpireAt },
	}
}

func backupToDoc(_ tenant.ID, r backup.Record) backupDoc {
	manifest, err := json.Marshal(r.Manifest)
	if err != nil {
		panic(err) // texts, numbers and bytes always marshal
	}
	return backupDoc{string(r.State), manifest, r.Next.Table, r.Next.After, r.Verified, r.Problem, r.Begun, r.Changed, r.ExpireAt}
}

func backupFromDoc(id backup.ID, d backupDoc) (backup.Record, error) {
	r := backup.Record{
		ID: id, State: backup.State(d.State), Next: backup.Cursor{Table: d.Table, After: d.After}, Verified: d.Verified,
		Problem: d.Problem, Begun: d.Begun, Changed: d.Changed, ExpireAt: d.ExpireAt,
	}
	return r, json.Unmarshal(d.Manifest, &r.Manifest)
}

// RestoreID names a record of restoring.
type RestoreID string

// LastRestore is the record of the last time that an institution was restored.
const LastRestore RestoreID = "last"

type restoreDoc struct {
	Backup  string    `firestore:"backup" register:"-"`
	Order   string    `firestore:"order" register:"-"`
	Begun   time.Time `firestore:"begun" register:"-"`
	Done    time.Time `firestore:"done" register:"-"`
	Written int       `firestore:"written" register:"-"`
}

// Restores returns the table that says whether an institution is being restored.
func (db *DB) Restores() Table[RestoreID, backup.Restoring, restoreDoc] {
	return Table[RestoreID, backup.Restoring, restoreDoc]{
		db: db, collection: "restores",
		toDoc: func(_ tenant.ID, r backup.Restoring) restoreDoc {
			return restoreDoc{string(r.Backup), r.Order, r.Begun, r.Done, r.Written}
		},
		fromDoc: func(_ RestoreID, d restoreDoc) (backup.Restoring, error) {
			return backup.Restoring{Backup: backup.ID(d.Backup), Order: d.Order, Begun: d.Begun, Done: d.Done, Written: d.Written}, nil
		},
	}
}
