package vault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// ErrOccupied says that the institution is there: restoring would replace it.
var ErrOccupied = errors.New("the institution is not empty")

// ErrTaken says that another institution has a mail domain of the backup.
var ErrTaken = errors.New("another institution has a mail domain of the backup by now")

// Target is where a backup is restored.
type Target struct {
	Keeper erase.Keeper // whose databases are written, and whose ledger is replayed
	Empty  bool         // whatever of the institution is there may be replaced
	Found  Contents     // what Check found of the backup; it is read to its end where that is of none, or of another
	Actor  audit.Actor
	Order  string // reference of the institution's order
}

// Restored says what restoring did.
type Restored struct {
	Documents map[string]int // written, or there already, by table
	Over      int            // documents of the backup whose own day is over
	Removed   int            // documents that were there
	Replayed  erase.Replayed
}

// Restore makes an institution what a backup of it holds, and replays the ledger
// over that: whoever was deleted since is deleted again with the original
// deadline. The backup is read to its end before anything is written. Nobody can
// sign in until everything is done, and a run that was cut off is completed by
// the next. It answers as Open does; ErrOccupied where the institution is there
// and may not be replaced; ErrTaken.
func (v Vault) Restore(ctx context.Context, owner tenant.ID, id backup.ID, t Target) (Restored, error) {
	done := Restored{Documents: map[string]int{}}
	m, err := v.Open(ctx, owner, id)
	if err != nil {
		return done, err
	}
	found := t.Found
	if !found.of(m) {
		if found, err = v.Check(ctx, m); err != nil {
			return done, err
		}
	}
	done.Over = found.Over
	mark, err := v.ready(ctx, m, t)
	if err != nil {
		return done, err
	}
	if err := t.Keeper.DB.Restores().Set(ctx, owner, store.LastRestore, mark); err != nil {
		return done, fmt.Errorf("note that restoring begins: %w", err)
	}
	if done.Removed, err = v.clear(ctx, owner, t); err != nil {
		return done, fmt.Errorf("empty the institution: %w", err)
	}
	before := func(c store.Copy) bool { return c.Treatment != store.Last }
	if err := v.pour(ctx, m, t, before, &done); err != nil {
		return done, err
	}
	if done.Replayed, err = t.Keeper.Replay(ctx, owner); err != nil {
		return done, fmt.Errorf("replay the ledger: %w", err)
	}
	if err := v.mend(ctx, owner, t); err != nil {
		return done, fmt.Errorf("mend the bin: %w", err)
	}
	last := func(c store.Copy) bool { return c.Treatment == store.Last }
	if err := v.pour(ctx, m, t, last, &done); err != nil {
		return done, err
	}
	for _, n := range done.Documents {
		mark.Written += n
	}
	return done, v.settle(ctx, owner, t, mark)
}

// ready demands that a backup may be restored here, and returns the mark of one
// that is.
func (v Vault) ready(ctx context.Context, m backup.Manifest, t Target) (backup.Restoring, error) {
	mark := backup.Restoring{Backup: m.ID, Order: t.Order, Begun: v.Clock.Now().UTC().Truncate(time.Microsecond)}
	for _, p := range m.Pieces {
		if p.Table != "domains" {
			continue
		}
		for d, err := range v.documents(ctx, m, p) {
			if err != nil {
				return mark, err
			}
			whose, err := t.Keeper.DB.TenantOf(ctx, store.Domain(strings.TrimPrefix(d.Path, "domains/")))
			if err != nil && fault.KindOf(err) != fault.NotFound {
				return mark, err
			}
			if err == nil && whose != m.Tenant {
				return mark, fault.As(fault.Conflict, ErrTaken)
			}
		}
	}
	was, err := t.Keeper.DB.Restores().Get(ctx, m.Tenant, store.LastRestore)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return mark, err
	}
	if was.Unfinished() || t.Empty {
		return mark, nil
	}
	occupied, err := v.Occupied(ctx, m.Tenant, t)
	if err == nil && occupied {
		err = fault.As(fault.Conflict, ErrOccupied)
	}
	return mark, err
}

// Occupied reports whether there is anything of owner that restoring would
// replace.
func (v Vault) Occupied(ctx context.Context, owner tenant.ID, t Target) (bool, error) {
	for _, c := range store.Copies() {
		if c.Treatment != store.Replaced && c.Treatment != store.Last {
			continue
		}
		db := database(c, t.Keeper.DB, t.Keeper.Credentials)
		tables, err := db.Folders(ctx, owner, c, time.Time{})
		if err != nil {
			return false, err
		}
		for _, table := range tables {
			if has, err := db.Has(ctx, owner, c, table); has || err != nil {
				return has, err
			}
		}
	}
	return false, nil
}

// clear deletes what restoring replaces: first that by which people get in, then
// the rest, what lies below documents before them.
func (v Vault) clear(ctx context.Context, owner tenant.ID, t Target) (int, error) {
	var order []store.Copy
	for _, c := range store.Copies() {
		if c.Treatment == store.Last {
			order = append(order, c)
		}
	}
	all := store.Copies()
	slices.Reverse(all)
	for _, c := range all {
		if c.Treatment == store.Replaced || c.Treatment == store.Dropped {
			order = append(order, c)
		}
	}
	total := 0
	for _, c := range order {
		db := database(c, t.Keeper.DB, t.Keeper.Credentials)
		tables, err := db.Folders(ctx, owner, c, time.Time{})
		if err != nil {
			return total, err
		}
		for _, table := range tables {
			n, err := db.Empty(ctx, owner, c, table)
			total += n
			if err != nil {
				return total, err
			}
		}
	}
	return total, nil
}

// pour writes the documents of those tables of a backup that are wanted.
func (v Vault) pour(ctx context.Context, m backup.Manifest, t Target, wanted func(store.Copy) bool, done *Restored) error {
	now := v.Clock.Now()
	for _, p := range m.Pieces {
		c, err := copyOf(p.Table)
		if err != nil {
			return err
		}
		if !wanted(c) {
			continue
		}
		db := database(c, t.Keeper.DB, t.Keeper.Credentials)
		for some, err := range v.chunked(ctx, m, p) {
			if err != nil {
				return err
			}
			some = slices.DeleteFunc(some, func(d backup.Document) bool { return expired(d, now) })
			if err := db.Put(ctx, m.Tenant, c, some); err != nil {
				return fmt.Errorf("restore %s: %w", p.Table, err)
			}
			done.Documents[p.Table] += len(some)
		}
	}
	return nil
}

// mend gives those in the bin what a backup does not hold of them: their names
// stay theirs, and a restriction keeps what it kept.
func (v Vault) mend(ctx context.Context, owner tenant.ID, t Target) error {
	k := t.Keeper
	for e, err := range k.DB.Bin().All(ctx, owner) {
		if err != nil {
			return err
		}
		if err := v.names(ctx, owner, t, e.Value); err != nil {
			return err
		}
		if !e.Value.Held() || len(e.Value.Envelope.Hold) > 0 {
			continue
		}
		held, err := k.Box.Hold(ctx, e.Value.Envelope, bin.Place(owner, e.ID))
		if fault.KindOf(err) == fault.NotFound && err != nil {
			continue // its day is over: there is nothing left to hold
		}
		if err != nil {
			return err
		}
		e.Value.Envelope = held
		if err := k.DB.Bin().Set(ctx, owner, e.ID, e.Value); err != nil {
			return err
		}
	}
	return nil
}

// names notes the names of an entry of the bin where nobody has them.
func (v Vault) names(ctx context.Context, owner tenant.ID, t Target, e bin.Entry) error {
	for _, hash := range e.Names {
		err := t.Keeper.DB.Names().Create(ctx, owner, store.NameID(hash), e.Account)
		if err != nil && fault.KindOf(err) != fault.Conflict {
			return err
		}
	}
	return nil
}

// settle notes that an institution is restored, in the log too.
func (v Vault) settle(ctx context.Context, owner tenant.ID, t Target, mark backup.Restoring) error {
	mark.Done = v.Clock.Now().UTC().Truncate(time.Microsecond)
	entry := audit.New(mark.Done, t.Actor, audit.PutBack).On(string(mark.Backup))
	db := t.Keeper.DB
	return db.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		return errors.Join(
			db.Restores().SetTx(tx, owner, store.LastRestore, mark),
			db.Log().CreateTx(tx, owner, entry.ID, entry),
		)
	})
}

// Expire removes the backups of owner whose key is destroyed, and those that
// were begun and never finished, and returns how many.
func (v Vault) Expire(ctx context.Context, owner tenant.ID) (int, error) {
	manifest, seen := map[backup.ID]bool{}, map[backup.ID]bool{}
	for name, err := range v.Bucket.Names(ctx, backup.Folder(owner)) {
		if err != nil {
			return 0, fmt.Errorf("list backups: %w", err)
		}
		day, object, _ := strings.Cut(strings.TrimPrefix(name, backup.Folder(owner)), "/")
		if id, err := backup.ParseID(day); err == nil {
			seen[id] = true
			manifest[id] = manifest[id] || object == backup.ManifestName
		}
	}
	now, n := v.Clock.Now(), 0
	for id := range seen {
		age := now.Sub(id.Begin())
		if age < over && (manifest[id] || age < abandoned) {
			continue
		}
		if err := v.discard(ctx, owner, id); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// abandoned is the age at which a backup without a manifest is nobody's work any
// more.
const abandoned = 3 * 24 * time.Hour
