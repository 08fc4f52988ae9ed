package store

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"time"

	"cloud.google.com/go/firestore"
	"golang.org/x/sync/errgroup"

	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/tenant"
)

// Treatment says what backups do with a collection.
type Treatment int

// The treatments. Restoring goes through the collections in the order of Copies.
const (
	// Replaced: copied; restoring empties it first.
	Replaced Treatment = iota
	// Added: copied; restoring adds what is missing and takes nothing away, such
	// as what the log says of the time after the backup.
	Added
	// Last: copied; removed before and written after everything else, so that
	// nobody can sign in at an institution that is half restored.
	Last
	// Dropped: not copied; restoring empties it, since it belongs to a state that
	// is gone.
	Dropped
	// Apart: not copied, and left alone by restoring.
	Apart
)

// Copy says how backups treat one collection.
type Copy struct {
	Collection string
	Treatment  Treatment
	Below      string   // it lies below the documents of this one: "connections"
	Shared     bool     // it lies at the root; its documents name their tenant
	Database   string   // "" for the main one
	Batch      string   // path of the field with the key of the day under which a document lies sealed; "" where in the clear
	Without    []string // paths of the fields that no backup holds
}

// Copies lists every collection of an institution, in the order in which they
// are restored. What the present knows better than a copy is only added to: the
// log, the bin, what targets have. What was withdrawn since must not come back:
// import tokens stand apart. A restriction keeps what is sealed beyond its day;
// in a backup it is over with its day, since nobody could lift the restriction
// there. What verifies people is in no backup, only when it was issued.
func Copies() []Copy {
	return []Copy{
		{Collection: "sessions", Treatment: Dropped, Shared: true},
		{Collection: "codes", Treatment: Dropped, Shared: true},
		{Collection: "grants", Treatment: Dropped, Shared: true},
		{Collection: "outbox", Treatment: Dropped, Shared: true},
		{Collection: "tenants", Treatment: Last, Shared: true},
		{Collection: "domains", Treatment: Last, Shared: true},
		{Collection: "schools"},
		{Collection: "accounts"},
		{Collection: "groups"},
		{Collection: "names", Shared: true},
		{Collection: "usednames", Treatment: Added},
		{Collection: "bin", Treatment: Added, Batch: "envelope.batch", Without: []string{"envelope.hold"}},
		{Collection: "apps"},
		{Collection: "supervision"},
		{Collection: "linkrules"},
		{Collection: "rights"},
		{Collection: "connections", Treatment: Added},
		{Collection: "links", Below: "connections", Treatment: Added},
		{Collection: "groups", Below: "connections", Treatment: Added},
		{Collection: "budgets", Below: "connections", Treatment: Dropped},
		{Collection: "pulls", Treatment: Added},
		{Collection: "imports"},
		{Collection: "lanes", Below: "imports", Treatment: Dropped},
		{Collection: "slots", Treatment: Dropped},
		{Collection: "recalculations", Treatment: Dropped},
		{Collection: "mails", Treatment: Dropped},
		{Collection: "mailboxes", Treatment: Dropped},
		{Collection: "revisions", Treatment: Added, Batch: "batch"},
		{Collection: "log", Treatment: Added},
		{Collection: "private", Treatment: Added, Batch: "envelope.batch", Without: []string{"envelope.hold"}},
		{Collection: "receipts", Treatment: Added},
		{Collection: "heads", Treatment: Added},
		{Collection: "people", Treatment: Added, Database: CredentialsDatabase, Without: []string{"verifier", "badge", "failures", "retryAt"}},
		{Collection: "badges", Treatment: Apart, Shared: true, Database: CredentialsDatabase},
		{Collection: "sheets", Treatment: Dropped, Database: CredentialsDatabase},
		{Collection: "ledger", Treatment: Apart, Database: LedgerDatabase},
		{Collection: "tokens", Treatment: Apart},
		{Collection: "backups", Treatment: Apart},
		{Collection: "restores", Treatment: Apart},
	}
}

// Copied reports whether backups hold the collection.
func (c Copy) Copied() bool {
	return c.Treatment == Replaced || c.Treatment == Added || c.Treatment == Last
}

// Holds reports whether documents of a table of a backup belong to c.
func (c Copy) Holds(table string) bool {
	if c.Below == "" {
		return table == c.Collection
	}
	parts := strings.Split(table, "/")
	return len(parts) == 3 && parts[0] == c.Below && parts[2] == c.Collection && possible(parts[1]) == nil
}

// Folders returns the tables of owner that c stands for, in their order: one, or
// one for each document that it lies below. At tells as of when; zero for now.
func (db *DB) Folders(ctx context.Context, owner tenant.ID, c Copy, at time.Time) ([]string, error) {
	if err := check(owner, "x"); err != nil {
		return nil, err
	}
	if c.Below == "" {
		return []string{c.Collection}, nil
	}
	q := db.client.Collection("tenants/"+string(owner)+"/"+c.Below).OrderBy(firestore.DocumentID, firestore.Asc).Select()
	var tables []string
	for snap, err := range snapshots(ctx, asOf(q, at)) {
		if err != nil {
			return nil, err
		}
		tables = append(tables, c.Below+"/"+snap.Ref.ID+"/"+c.Collection)
	}
	return tables, nil
}

// asOf returns q as of a moment; zero for now.
func asOf(q firestore.Query, at time.Time) firestore.Query {
	if at.IsZero() {
		return q
	}
	return *q.WithReadOptions(firestore.ReadTime(at))
}

// Span is a stretch of a table.
type Span struct {
	Table string
	After string    // id of the document before; "" for the first
	Limit int       // 0 for all
	At    time.Time // as of when; zero for now
}

// Documents yields documents of a table of c as they are stored, in the order of
// their ids, expired ones too.
func (db *DB) Documents(ctx context.Context, owner tenant.ID, c Copy, s Span) iter.Seq2[backup.Document, error] {
	return func(yield func(backup.Document, error) bool) {
		if err := errors.Join(check(owner, "x"), refuse(c.Holds(s.Table))); err != nil {
			yield(backup.Document{}, err)
			return
		}
		q := db.table(owner, c, s.Table).OrderBy(firestore.DocumentID, firestore.Asc)
		if s.Limit > 0 {
			q = q.Limit(s.Limit)
		}
		if s.After != "" {
			q = q.StartAfter(s.After)
		}
		for snap, err := range snapshots(ctx, asOf(q, s.At)) {
			if err != nil {
				yield(backup.Document{}, err)
				return
			}
			if !yield(backup.Document{Path: s.Table + "/" + snap.Ref.ID, Fields: snap.Data()}, nil) {
				return
			}
		}
	}
}

// table returns what finds the documents of a table of owner.
func (db *DB) table(owner tenant.ID, c Copy, table string) firestore.Query {
	if c.Shared {
		return db.client.Collection(c.Collection).Where("tenant", "==", string(owner))
	}
	return db.client.Collection("tenants/" + string(owner) + "/" + table).Query
}

func refuse(ok bool) error {
	if ok {
		return nil
	}
	return fault.New(fault.Internal, "no table of this collection")
}

const (
	// putDocuments and putBytes bound one commit: Firestore takes 10 MiB, its
	// emulator 4, and one more document may be 1.
	putDocuments, putBytes = 400, 2 << 20
	// putSide is how many commits are under way at once.
	putSide = 4
)

// Put stores documents of c as they are: over what is there, or only what is
// missing where c is Added. It answers Conflict where a document of a shared
// collection is another institution's, Invalid where one is not of c.
func (db *DB) Put(ctx context.Context, owner tenant.ID, c Copy, docs []backup.Document) error {
	if err := check(owner, "x"); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(putSide)
	for len(docs) > 0 {
		n, size := 0, 0
		for n < len(docs) && n < putDocuments && (n == 0 || size < putBytes) {
			size += weight(docs[n].Fields)
			n++
		}
		some := docs[:n]
		docs = docs[n:]
		g.Go(func() error { return db.put(ctx, owner, c, some) })
	}
	return g.Wait()
}

// weight is roughly how many bytes a value takes.
func weight(v any) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case []byte:
		return len(v)
	case []any:
		n := 8
		for _, x := range v {
			n += weight(x)
		}
		return n
	case map[string]any:
		n := 8
		for name, x := range v {
			n += len(name) + weight(x)
		}
		return n
	default:
		return 8
	}
}

func (db *DB) put(ctx context.Context, owner tenant.ID, c Copy, docs []backup.Document) error {
	refs := make([]*firestore.DocumentRef, len(docs))
	for i, d := range docs {
		ref, err := db.placed(owner, c, d)
		if err != nil {
			return err
		}
		refs[i] = ref
	}
	there := map[string]bool{}
	if c.Treatment == Added || c.Shared {
		snaps, err := db.client.GetAll(ctx, refs)
		if err != nil {
			return classify(err)
		}
		for _, s := range snaps {
			if whose, _ := s.DataAt("tenant"); c.Shared && s.Exists() && whose != string(owner) {
				return fault.New(fault.Conflict, "backup.taken")
			}
			there[s.Ref.Path] = s.Exists() && c.Treatment == Added
		}
	}
	batch, n := db.client.Batch(), 0
	for i, d := range docs {
		if !there[refs[i].Path] {
			batch.Set(refs[i], d.Fields)
			n++
		}
	}
	if n == 0 {
		return nil
	}
	_, err := batch.Commit(ctx)
	return classify(err)
}

// placed returns where a document of c belongs, which has to be owner's.
func (db *DB) placed(owner tenant.ID, c Copy, d backup.Document) (*firestore.DocumentRef, error) {
	cut := strings.LastIndexByte(d.Path, '/')
	if cut < 0 || !c.Holds(d.Path[:cut]) || possible(d.Path[cut+1:]) != nil || (c.Shared && d.Fields["tenant"] != string(owner)) {
		return nil, fault.New(fault.Invalid, "backup.misplaced")
	}
	if c.Shared {
		return db.client.Doc(d.Path), nil
	}
	return db.client.Doc("tenants/" + string(owner) + "/" + d.Path), nil
}

// Empty deletes every document of owner in a table of c, and returns how many.
func (db *DB) Empty(ctx context.Context, owner tenant.ID, c Copy, table string) (int, error) {
	if err := errors.Join(check(owner, "x"), refuse(c.Holds(table))); err != nil {
		return 0, err
	}
	for total := 0; ; {
		var refs []*firestore.DocumentRef
		for snap, err := range snapshots(ctx, db.table(owner, c, table).Select().Limit(putDocuments*putSide)) {
			if err != nil {
				return total, err
			}
			refs = append(refs, snap.Ref)
		}
		if len(refs) == 0 {
			return total, nil
		}
		if err := db.remove(ctx, refs); err != nil {
			return total, err
		}
		total += len(refs)
	}
}

func (db *DB) remove(ctx context.Context, refs []*firestore.DocumentRef) error {
	g, ctx := errgroup.WithContext(ctx)
	for some := range slices.Chunk(refs, putDocuments) {
		g.Go(func() error {
			batch := db.client.Batch()
			for _, ref := range some {
				batch.Delete(ref)
			}
			_, err := batch.Commit(ctx)
			return classify(err)
		})
	}
	return g.Wait()
}

// Has reports whether owner has any document in a table of c.
func (db *DB) Has(ctx context.Context, owner tenant.ID, c Copy, table string) (bool, error) {
	if err := errors.Join(check(owner, "x"), refuse(c.Holds(table))); err != nil {
		return false, err
	}
	for _, err := range snapshots(ctx, db.table(owner, c, table).Select().Limit(1)) {
		return err == nil, err
	}
	return false, nil
}

// Moment returns the present as the database tells it, as of which it can be
// read within the hour.
func (db *DB) Moment(ctx context.Context) (time.Time, error) {
	snap, err := db.client.Doc("rounds/moment").Get(ctx)
	if snap != nil && !snap.ReadTime.IsZero() && fault.KindOf(classify(err)) == fault.NotFound {
		return snap.ReadTime.Truncate(time.Microsecond), nil
	}
	return time.Time{}, errors.Join(classify(err), errors.New("the database tells no time"))
}
