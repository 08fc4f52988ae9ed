package vault

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"time"

	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// ScratchDatabase is the Firestore database in which backups are restored to be
// compared. Nothing stays there.
const ScratchDatabase = "scratch"

// Problems that a record names.
const (
	ProblemDamaged  = "damaged"  // a piece is not as it was written
	ProblemDiffers  = "differs"  // what was restored is not what had been copied
	ProblemUnusable = "unusable" // it cannot be opened
	ProblemGivenUp  = "given_up" // it could not be made, again and again
)

// errDiffers says that restoring did not bring back what had been copied.
var errDiffers = errors.New("what was restored is not what had been copied")

// prove restores the next piece into the scratch database and compares it.
func (v Vault) prove(ctx context.Context, owner tenant.ID, r *backup.Record) error {
	m, err := v.Open(ctx, owner, r.ID)
	if err == nil && r.Verified < len(m.Pieces) {
		err = v.Compare(ctx, m, m.Pieces[r.Verified])
	}
	switch {
	case err == nil && r.Verified+1 >= len(m.Pieces):
		r.State, r.Verified = backup.Whole, len(m.Pieces)
	case err == nil:
		r.Verified++
	case errors.Is(err, errDiffers):
		r.State, r.Problem = backup.Failed, ProblemDiffers
	case errors.Is(err, backup.ErrDamaged), errors.Is(err, backup.ErrForeign):
		r.State, r.Problem = backup.Failed, ProblemDamaged
	case errors.Is(err, backup.ErrAbsent), errors.Is(err, backup.ErrUnreadable), errors.Is(err, backup.ErrFormat):
		r.State, r.Problem = backup.Failed, ProblemUnusable
	default:
		return err
	}
	return nil
}

// Compare restores a piece into the scratch database, reads it from there, and
// compares the two document by document. It leaves nothing there. It answers Busy
// where another run has the institution's part of the scratch database.
func (v Vault) Compare(ctx context.Context, m backup.Manifest, p backup.Piece) (err error) {
	c, err := copyOf(p.Table)
	if err != nil {
		return fault.As(fault.Invalid, err)
	}
	release, err := v.lease(ctx, m)
	if err != nil {
		return err
	}
	defer release()
	if _, err := v.Scratch.Empty(ctx, m.Tenant, c, p.Table); err != nil { // of a run that was cut off
		return fmt.Errorf("empty the scratch database: %w", err)
	}
	defer func() {
		_, failed := v.Scratch.Empty(context.WithoutCancel(ctx), m.Tenant, c, p.Table)
		err = errors.Join(err, failed)
	}()
	kept := newTally()
	for some, err := range v.chunked(ctx, m, p) {
		if err == nil {
			err = errors.Join(kept.add(some...), v.Scratch.Put(ctx, m.Tenant, c, some))
		}
		if err != nil {
			return err
		}
	}
	restored := newTally()
	for d, err := range v.Scratch.Documents(ctx, m.Tenant, c, store.Span{Table: p.Table}) {
		if err == nil {
			err = restored.add(d)
		}
		if err != nil {
			return err
		}
	}
	if !kept.equals(restored) {
		return fmt.Errorf("%w: %d documents of %s, and %d of the backup", errDiffers, restored.n, p.Table, kept.n)
	}
	return nil
}

// leased is how long a run has an institution's part of the scratch database to
// itself; a piece takes seconds.
const leased = 10 * time.Minute

// inScratch names the record of who has it.
const inScratch store.RestoreID = "scratch"

// lease takes an institution's part of the scratch database.
func (v Vault) lease(ctx context.Context, m backup.Manifest) (release func(), err error) {
	table, now := v.Scratch.Restores(), v.Clock.Now()
	mine := backup.Restoring{Backup: m.ID, Order: rand.Text(), Begun: now}
	err = v.Scratch.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		held, err := table.GetTx(tx, m.Tenant, inScratch)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if err == nil && now.Sub(held.Begun) < leased {
			return fault.As(fault.Busy, errors.New("another run has the scratch database"))
		}
		return table.SetTx(tx, m.Tenant, inScratch, mine)
	})
	return func() {
		_ = v.Scratch.InTx(context.WithoutCancel(ctx), func(_ context.Context, tx *store.Tx) error { // else it ends by itself
			held, err := table.GetTx(tx, m.Tenant, inScratch)
			if err != nil || held.Order != mine.Order {
				return err
			}
			return table.DeleteTx(tx, m.Tenant, inScratch)
		})
	}, err
}

// tally is the number and the hash of some documents in their order.
type tally struct {
	n   int
	sum hash.Hash
}

func newTally() *tally { return &tally{sum: sha256.New()} }

func (t *tally) add(docs ...backup.Document) error {
	for _, d := range docs {
		line, err := backup.MarshalDocument(d)
		if err != nil {
			return err
		}
		t.n++
		t.sum.Write(append(line, '\n'))
	}
	return nil
}

func (t *tally) equals(other *tally) bool {
	return t.n == other.n && bytes.Equal(t.sum.Sum(nil), other.sum.Sum(nil))
}
