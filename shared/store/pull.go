package store

import (
	"context"
	"errors"
	"time"

	"cloud.google.com/go/firestore"
	"google.golang.org/api/iterator"

	"cool.example/sync/shared/pull"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/tenant"
)

type pullDoc struct {
	On        bool          `firestore:"on" register:"-"`
	URL       string        `firestore:"url" register:"-"`
	Operation string        `firestore:"operation" register:"-"`
	Version   string        `firestore:"version" register:"-"`
	Set       string        `firestore:"set" register:"-"`
	Minutes   int           `firestore:"minutes" register:"-"`
	Secrets   pullSecretDoc `firestore:"secrets" register:"-"`
	Next      time.Time     `firestore:"next" register:"-"`
	Turn      int64         `firestore:"turn" register:"-"`
	Open      bool          `firestore:"open" register:"-"`
	Last      time.Time     `firestore:"last" register:"-"`
	Result    string        `firestore:"result" register:"-"`
	Failures  int           `firestore:"failures" register:"-"`
	Run       string        `firestore:"run" register:"-"`
	Received  time.Time     `firestore:"received" register:"-"`
	Asked     string        `firestore:"asked" register:"-"`
	At        string        `firestore:"at" register:"-"`
	Ahead     pullAheadDoc  `firestore:"ahead" register:"-"`
}

// pullAheadDoc is how it stands with the next school year's roster.
type pullAheadDoc struct {
	From     time.Time `firestore:"from" register:"-"`
	Result   string    `firestore:"result" register:"-"`
	Run      string    `firestore:"run" register:"-"`
	Received time.Time `firestore:"received" register:"-"`
	Asked    string    `firestore:"asked" register:"-"`
}

// pullSecretDoc names secrets; it holds none.
type pullSecretDoc struct {
	Key         string `firestore:"key" register:"-"`
	Client      string `firestore:"client" register:"-"`
	ClientName  string `firestore:"clientName" register:"-"`
	Certificate string `firestore:"certificate" register:"-"`
}

// Pulls returns the table of connections with administration systems, one per
// school.
func (db *DB) Pulls() Table[school.ID, pull.Connection, pullDoc] {
	return Table[school.ID, pull.Connection, pullDoc]{db: db, collection: "pulls", toDoc: pullToDoc, fromDoc: pullFromDoc}
}

func pullToDoc(_ tenant.ID, c pull.Connection) pullDoc {
	s, st := c.Settings, c.State
	d := pullDoc{
		On: c.On, URL: s.URL, Operation: string(s.Operation), Version: s.Version, Set: s.Set, Minutes: int(s.Every / time.Minute),
		Secrets: pullSecretDoc(s.Secrets),
		Next:    st.Next, Turn: st.Turn, Open: st.Open, Last: st.Last, Result: string(st.Result), Failures: st.Failures,
		Run: string(st.Run), Received: st.Received, Asked: st.Asked, At: s.At,
		Ahead: pullAheadDoc{s.Ahead, string(st.Ahead.Result), string(st.Ahead.Run), st.Ahead.Received, st.Ahead.Asked},
	}
	if !c.On {
		d.Next = pull.Never() // the timer's query looks at this field alone
	}
	return d
}

func pullFromDoc(id school.ID, d pullDoc) (pull.Connection, error) {
	return pull.Connection{
		School: id, On: d.On,
		Settings: pull.Settings{
			URL: d.URL, Operation: pull.Operation(d.Operation), Version: d.Version, Set: d.Set,
			Every: time.Duration(d.Minutes) * time.Minute, At: d.At, Ahead: d.Ahead.From, Secrets: pull.Secrets(d.Secrets),
		},
		State: pull.State{
			Next: d.Next, Turn: d.Turn, Open: d.Open, Last: d.Last, Result: pull.Result(d.Result), Failures: d.Failures,
			Run: roster.RunID(d.Run), Received: d.Received, Asked: d.Asked,
			Ahead: pull.Answer{
				Result: pull.Result(d.Ahead.Result), Run: roster.RunID(d.Ahead.Run), Received: d.Ahead.Received, Asked: d.Ahead.Asked,
			},
		},
	}, nil
}

// DuePull is a connection that is to be pulled, with whose it is.
type DuePull struct {
	Tenant tenant.ID
	School school.ID
}

// DuePulls returns at most limit connections, of any institution, whose next
// pull is due, the longest overdue first.
func (db *DB) DuePulls(ctx context.Context, limit int) ([]DuePull, error) {
	docs := db.client.CollectionGroup("pulls").Where("next", "<=", db.Now()).OrderBy("next", firestore.Asc).Limit(limit).Documents(ctx)
	defer docs.Stop()
	var due []DuePull
	for {
		snap, err := docs.Next()
		if errors.Is(err, iterator.Done) {
			return due, nil
		}
		if err != nil {
			return nil, classify(err)
		}
		due = append(due, DuePull{tenant.ID(snap.Ref.Parent.Parent.ID), school.ID(snap.Ref.ID)})
	}
}
