// Package vault makes the daily backup of an institution, proves it by restoring
// every piece of it into a scratch database, and restores it. Backups are
// written and read as streams: however large an institution is, memory holds a
// few hundred documents.
package vault

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// Bucket is where backups lie: see blob.Bucket.
type Bucket interface {
	Create(ctx context.Context, name string, write func(io.Writer) error) (int64, error)
	Reader(ctx context.Context, name string) (io.ReadCloser, error)
	Names(ctx context.Context, prefix string) iter.Seq2[string, error]
	Folders(ctx context.Context) iter.Seq2[string, error]
	Delete(ctx context.Context, name string) error
}

var _ Bucket = (*blob.Bucket)(nil)

// Box makes and opens data keys: see seal.Sealer.
type Box interface {
	Today(ctx context.Context) (seal.Key, error)
	NewKeyOf(ctx context.Context, day string) (seal.Key, error)
	Unwrap(ctx context.Context, wrapped []byte) (seal.Key, error)
}

// Vault makes, proves and restores backups.
type Vault struct {
	DB          *store.DB // the main database
	Credentials *store.DB // the database of that name
	Scratch     *store.DB // the database of that name; nil where nothing is proven
	Bucket      Bucket
	Box         Box
	Clock       clock.Clock
	Most        int // documents of one piece; mostDocuments where 0
}

const (
	// mostDocuments and mostBytes bound a piece, before it is compressed: it is
	// what one step of a message reads and restores.
	mostDocuments, mostBytes = 20_000, 64 << 20
	// readable is how long the database can be read as of a moment:
	// https://firebase.google.com/docs/firestore/understand-reads-writes-scale#stale_reads.
	// A backup that takes longer begins anew.
	readable = 55 * time.Minute
	// over is how long after its day a backup is removed: by then its key is
	// destroyed, which takes up to three days beyond the ninety.
	over = account.Kept + 3*24*time.Hour
	// largestManifest bounds a manifest that is read.
	largestManifest = 64 << 20
)

// unit is one table of an institution with how it is treated.
type unit struct {
	store.Copy
	db    *store.DB
	table string
}

// units returns the tables of owner that backups hold, as of a moment.
func (v Vault) units(ctx context.Context, owner tenant.ID, at time.Time) ([]unit, error) {
	var all []unit
	for _, c := range store.Copies() {
		if !c.Copied() {
			continue
		}
		db := v.DB
		if c.Database == store.CredentialsDatabase {
			db = v.Credentials
		}
		tables, err := db.Folders(ctx, owner, c, at)
		if err != nil {
			return nil, fmt.Errorf("list the tables: %w", err)
		}
		for _, table := range tables {
			all = append(all, unit{c, db, table})
		}
	}
	return all, nil
}

// copyOf returns how a table of a backup is treated. It answers ErrDamaged for
// one that no backup holds.
func copyOf(table string) (store.Copy, error) {
	for _, c := range store.Copies() {
		if c.Copied() && c.Holds(table) {
			return c, nil
		}
	}
	return store.Copy{}, fmt.Errorf("%w: it holds a table that is none", backup.ErrDamaged)
}

// ErrElsewhere says that another run is at the same backup.
var ErrElsewhere = errors.New("another run is at the backup")

// Advance takes the backup of a day one step further: it is begun, written piece
// by piece, and then each piece is restored into the scratch database and
// compared. It returns how far it has come; of one that is Whole or Failed
// nothing changes. It answers ErrElsewhere where another run has taken the backup
// over. A run that was cut off is taken up by the next.
func (v Vault) Advance(ctx context.Context, owner tenant.ID, id backup.ID) (backup.Record, error) {
	e, err := v.record(ctx, owner, id)
	if err != nil || !underWay(e.Value) {
		return e.Value, err
	}
	if err := v.claim(ctx, owner, &e); err != nil {
		return e.Value, err
	}
	if e.Value.State == backup.Verifying {
		err = v.prove(ctx, owner, &e.Value)
	} else if err = v.write(ctx, owner, &e.Value); errors.Is(err, errLost) {
		return v.again(ctx, owner, e)
	}
	if err != nil {
		return e.Value, err
	}
	e.Value.Changed = v.Clock.Now()
	if e.Value.State == backup.Whole {
		return e.Value, elsewhere(v.finish(ctx, owner, e))
	}
	_, err = v.DB.Backups().SetIf(ctx, owner, e)
	return e.Value, elsewhere(err)
}

// underWay reports whether a backup is being made.
func underWay(r backup.Record) bool { return r.State == backup.Writing || r.State == backup.Verifying }

// claim takes a backup, so that whoever had it before changes it no more.
func (v Vault) claim(ctx context.Context, owner tenant.ID, e *recorded) error {
	e.Value.Changed = v.Clock.Now()
	written, err := v.DB.Backups().SetIf(ctx, owner, *e)
	e.Written = written
	return elsewhere(err)
}

// elsewhere makes ErrElsewhere of the answer to a write of a record that was
// written meanwhile.
func elsewhere(err error) error {
	if err != nil && fault.KindOf(err) == fault.Conflict {
		return fault.As(fault.Conflict, fmt.Errorf("%w: %w", ErrElsewhere, err))
	}
	return err
}

type recorded = store.Entry[backup.ID, backup.Record]

// record returns how far a backup has come, and begins it where it is not there.
func (v Vault) record(ctx context.Context, owner tenant.ID, id backup.ID) (recorded, error) {
	e, err := v.DB.Backups().Read(ctx, owner, id)
	if fault.KindOf(err) != fault.NotFound || err == nil {
		return e, err
	}
	fresh, err := v.fresh(ctx, owner, id)
	if err != nil {
		return recorded{}, err
	}
	if err := v.DB.Backups().Create(ctx, owner, id, fresh); err != nil && fault.KindOf(err) != fault.Conflict {
		return recorded{}, fmt.Errorf("begin the backup: %w", err)
	}
	return v.DB.Backups().Read(ctx, owner, id)
}

// fresh returns the record of a backup that begins. It answers NotFound where
// there is no such institution, and Busy while it is restored.
func (v Vault) fresh(ctx context.Context, owner tenant.ID, id backup.ID) (backup.Record, error) {
	if _, err := v.DB.Tenants().Get(ctx, owner, owner); err != nil {
		was, unknown := v.DB.Restores().Get(ctx, owner, store.LastRestore)
		if unknown == nil && was.Unfinished() {
			err = fault.As(fault.Busy, fmt.Errorf("the institution is being restored: %w", err))
		}
		return backup.Record{}, err
	}
	at, err := v.DB.Moment(ctx)
	if err != nil {
		return backup.Record{}, err
	}
	now := v.Clock.Now()
	return backup.Record{
		ID: id, State: backup.Writing, Begun: now, Changed: now, ExpireAt: id.Begin().Add(over),
		Manifest: backup.Manifest{Format: backup.Format, Tenant: owner, ID: id, At: at},
	}, nil
}

// Retry begins a backup anew that failed: of another, or where there is none, it
// does nothing.
func (v Vault) Retry(ctx context.Context, owner tenant.ID, id backup.ID) error {
	e, err := v.DB.Backups().Read(ctx, owner, id)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return nil
	}
	if err != nil || e.Value.State != backup.Failed {
		return err
	}
	if err := v.claim(ctx, owner, &e); err != nil {
		return err
	}
	_, err = v.again(ctx, owner, e)
	return err
}

// GiveUp notes that a backup which could not be made, try as one might, has
// failed. It answers NotFound where there is no such institution, and
// ErrElsewhere where another run is at the backup.
func (v Vault) GiveUp(ctx context.Context, owner tenant.ID, id backup.ID) error {
	e, err := v.DB.Backups().Read(ctx, owner, id)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		_, err = v.DB.Tenants().Get(ctx, owner, owner)
		return err // nothing was begun
	}
	if err != nil || !underWay(e.Value) {
		return err
	}
	e.Value.State, e.Value.Problem = backup.Failed, ProblemGivenUp
	return v.claim(ctx, owner, &e)
}

// again begins a claimed backup anew: its moment cannot be read any more, or it
// failed. Only the pieces that its record names are removed: those that another
// run is writing are that run's.
func (v Vault) again(ctx context.Context, owner tenant.ID, e recorded) (backup.Record, error) {
	fresh, err := v.fresh(ctx, owner, e.ID)
	if err != nil {
		return e.Value, err
	}
	folder := backup.Of(owner, e.ID)
	names := []string{folder + backup.ManifestName}
	for _, p := range e.Value.Manifest.Pieces {
		names = append(names, folder+p.Object)
	}
	for _, name := range names {
		if err := v.Bucket.Delete(ctx, name); err != nil {
			return e.Value, fmt.Errorf("remove a piece: %w", err)
		}
	}
	e.Value = fresh
	_, err = v.DB.Backups().SetIf(ctx, owner, e)
	return e.Value, elsewhere(err)
}

// finish notes that a backup is whole, in its record and in the log.
func (v Vault) finish(ctx context.Context, owner tenant.ID, e recorded) error {
	entry := audit.New(v.Clock.Now(), audit.Actor{System: "backup"}, audit.BackedUp).On(string(e.ID))
	return v.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		return errors.Join(
			v.DB.Backups().ReplaceTx(tx, owner, e, "state", "verified", "changed"),
			v.DB.Log().CreateTx(tx, owner, entry.ID, entry),
		)
	})
}

// close writes the manifest, with which the backup is there.
func (v Vault) close(ctx context.Context, m backup.Manifest) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	key, err := v.Box.Today(ctx)
	if err != nil {
		return err
	}
	sealed, err := key.Seal(backup.Digest(body), backup.SealPlace(m.Tenant, m.ID))
	if err != nil {
		return err
	}
	object, err := json.Marshal(backup.Signed{Manifest: body, Key: key.Wrapped(), Seal: sealed})
	if err != nil {
		return err
	}
	name := backup.Of(m.Tenant, m.ID) + backup.ManifestName
	if err := v.Bucket.Delete(ctx, name); err != nil { // of a run that was cut off
		return fmt.Errorf("store the manifest: %w", err)
	}
	_, err = v.Bucket.Create(ctx, name, func(w io.Writer) error {
		_, err := io.Copy(w, bytes.NewReader(object))
		return err
	})
	return err
}

// discard removes every object of a backup, the manifest first.
func (v Vault) discard(ctx context.Context, owner tenant.ID, id backup.ID) error {
	if err := v.Bucket.Delete(ctx, backup.Of(owner, id)+backup.ManifestName); err != nil {
		return err
	}
	for name, err := range v.Bucket.Names(ctx, backup.Of(owner, id)) {
		if err == nil {
			err = v.Bucket.Delete(ctx, name)
		}
		if err != nil {
			return fmt.Errorf("remove a backup: %w", err)
		}
	}
	return nil
}
