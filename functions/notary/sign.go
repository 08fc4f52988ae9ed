package notary

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/manifest"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

const (
	// overlap is how far behind the newest signed entry a run looks for entries
	// that came in late. It is longer than the longest transaction, 270 seconds:
	// https://firebase.google.com/docs/firestore/quotas#writes_and_transactions.
	overlap = 5 * time.Minute
	// ahead is how much later than its own moment the database may say that it
	// took an entry in. Whoever writes a later moment hides something.
	ahead = time.Minute
	// heartbeat is how long a chain may go without a manifest: at least one a day
	// shows that the notary is at work. Between two, nothing is lost by minutes
	// without one, since each manifest names the one before.
	heartbeat = 23 * time.Hour
	// mostFresh bounds how many entries of one institution are read at once,
	// mostTaken how many manifests are taken over from other runs at once, and
	// mostTurns how often a run looks again.
	mostFresh, mostTaken, mostTurns = 100_000, 1000, 50
	// largestObject bounds a manifest that is read.
	largestObject = 64 << 20
)

// errBroken says that a chain is not as it was left. The notary does not go on
// with it: that would hide what happened.
var errBroken = errors.New("the chain of manifests is broken")

// errAbsent says that a manifest is not there.
var errAbsent = errors.New("the manifest is not there")

// institution signs what is new in owner's log. Several runs may do so at once:
// each manifest is written by one of them, and the others take it over.
func (d Deps) institution(ctx context.Context, owner tenant.ID) error {
	head, err := d.DB.Heads().Get(ctx, owner, store.LogHead)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return fmt.Errorf("read the head: %w", err)
	}
	for again, n := true, 0; again && n < mostTurns; n++ {
		if head, again, err = d.turn(ctx, owner, head); err != nil {
			return err
		}
	}
	return nil
}

// turn reads the log once and signs what is new in it. It returns the head after
// that, and reports whether there may be more.
func (d Deps) turn(ctx context.Context, owner tenant.ID, head manifest.Head) (manifest.Head, bool, error) {
	since := d.since(head)
	signed, err := d.recent(ctx, owner, head, since)
	if err != nil {
		return head, false, err
	}
	most := cmp.Or(d.Most, mostEntries)
	fresh, err := d.fresh(ctx, owner, since, signed)
	if err != nil {
		return head, false, fmt.Errorf("read the log: %w", err)
	}
	parts := slices.Collect(slices.Chunk(fresh, most))
	if len(fresh) == 0 {
		if head.Sequence == 0 || d.Clock.Now().Sub(head.Made) < heartbeat {
			return head, false, d.settle(ctx, owner, head)
		}
		parts = [][]audit.Leaf{nil}
	}
	for _, part := range parts {
		next, mine, err := d.write(ctx, d.manifest(owner, head, since, part), head)
		if err != nil {
			return head, false, err
		}
		if err := d.keep(ctx, owner, next); err != nil {
			return head, false, fmt.Errorf("keep the head: %w", err)
		}
		if head = next; !mine {
			return head, true, nil // another run is at work: what is new is something else by now
		}
	}
	return head, len(fresh) == mostFresh, nil
}

// settle notes that nothing of before the newest signed entry can still come in.
func (d Deps) settle(ctx context.Context, owner tenant.ID, head manifest.Head) error {
	if head.Sequence == 0 || head.Settled || d.Clock.Now().Sub(head.To) <= overlap {
		return nil
	}
	head.Settled = true
	return d.keep(ctx, owner, head)
}

// manifest returns the manifest of some entries that follows the head.
func (d Deps) manifest(owner tenant.ID, head manifest.Head, since time.Time, part []audit.Leaf) manifest.Manifest {
	m := manifest.Manifest{
		Tenant: owner, Sequence: head.Sequence + 1, Before: head.Hash, Made: d.Clock.Now().Truncate(time.Microsecond), From: since, To: head.To,
		Key: d.Signer.Version(),
	}
	for _, l := range part {
		m.Entries = append(m.Entries, manifest.Line{ID: l.ID, Hash: l.Hash, ExpireAt: l.ExpireAt})
		if l.Recorded.After(m.To) {
			m.To = l.Recorded
		}
	}
	return m
}

// since returns from when on the log may hold something that is not signed.
func (d Deps) since(head manifest.Head) time.Time {
	now := d.Clock.Now()
	switch {
	case head.To.IsZero():
		return time.Time{}
	case head.Settled && head.To.Before(now):
		return head.To.Add(time.Microsecond)
	case head.To.After(now):
		return now.Add(-overlap).Truncate(time.Microsecond)
	default:
		return head.To.Add(-overlap)
	}
}

// recent returns the entries that manifests name which reach beyond since, by
// walking back from the head.
func (d Deps) recent(ctx context.Context, owner tenant.ID, head manifest.Head, since time.Time) (map[audit.ID]bool, error) {
	signed := map[audit.ID]bool{}
	if since.After(head.To) {
		return signed, nil
	}
	want := head.Hash
	for n := head.Sequence; n > 0; n-- {
		m, object, err := d.read(ctx, owner, n)
		if err != nil {
			return nil, err
		}
		if manifest.Digest(object) != want {
			return nil, fmt.Errorf("%w: %s is not the one that was written", errBroken, m)
		}
		if m.To.Before(since) {
			break
		}
		for _, l := range m.Entries {
			signed[l.ID] = true
		}
		want = m.Before
	}
	return signed, nil
}

// fresh returns what is not signed yet, the oldest first.
func (d Deps) fresh(ctx context.Context, owner tenant.ID, since time.Time, signed map[audit.ID]bool) ([]audit.Leaf, error) {
	var fresh []audit.Leaf
	for l, err := range d.DB.LeavesSince(ctx, owner, since) {
		switch {
		case err != nil:
			return nil, err
		case signed[l.ID]:
		case l.Recorded.After(l.Created.Add(ahead)):
			slog.ErrorContext(ctx, "a log entry claims to be of later than it is: it is not signed", "tenant", owner, "entry", l.ID)
		default:
			fresh = append(fresh, l)
		}
		if len(fresh) == mostFresh {
			break
		}
	}
	return fresh, nil
}

// write signs m and stores it. Where another run has stored one under that
// number, it returns the head after that one.
func (d Deps) write(ctx context.Context, m manifest.Manifest, head manifest.Head) (next manifest.Head, mine bool, err error) {
	body := m.Body()
	signature, err := d.Signer.Sign(ctx, body)
	if err != nil {
		return head, false, err
	}
	object := manifest.Object(body, signature)
	_, err = d.Shelf.Create(ctx, manifest.Name(m.Tenant, m.Sequence), func(w io.Writer) error {
		_, err := w.Write(object)
		return err
	})
	if fault.KindOf(err) == fault.Conflict {
		next, err = d.catchUp(ctx, m.Tenant, head)
		return next, false, err
	}
	if err != nil {
		return head, false, fmt.Errorf("store %s: %w", m, err)
	}
	return m.Head(object), true, nil
}

// catchUp takes over what other runs have written.
func (d Deps) catchUp(ctx context.Context, owner tenant.ID, head manifest.Head) (manifest.Head, error) {
	for range mostTaken {
		next, err := d.adopt(ctx, owner, head)
		if errors.Is(err, errAbsent) {
			break
		}
		if err != nil {
			return head, err
		}
		head = next
	}
	return head, nil
}

// adopt returns the head after the next manifest, which another run has
// written: it has to be one of the notary's own, and follow the head.
func (d Deps) adopt(ctx context.Context, owner tenant.ID, head manifest.Head) (manifest.Head, error) {
	m, object, err := d.read(ctx, owner, head.Sequence+1)
	if err != nil {
		return head, err
	}
	ours, _, _ := strings.Cut(d.Signer.Version(), "/cryptoKeyVersions/")
	if theirs, _, _ := strings.Cut(m.Key, "/cryptoKeyVersions/"); theirs != ours || m.Before != head.Hash {
		return head, fmt.Errorf("%w: %s does not follow", errBroken, m)
	}
	key, _, err := d.Signer.Public(ctx, m.Key)
	if err != nil {
		return head, err
	}
	if !m.Verify(key) {
		return head, fmt.Errorf("%w: the signature of %s is not good", errBroken, m)
	}
	return m.Head(object), nil
}

// read returns a manifest and its object.
func (d Deps) read(ctx context.Context, owner tenant.ID, sequence int64) (manifest.Signed, []byte, error) {
	name := manifest.Name(owner, sequence)
	r, err := d.Shelf.Reader(ctx, name)
	if fault.KindOf(err) == fault.NotFound {
		return manifest.Signed{}, nil, fmt.Errorf("%w: %w: %s", errBroken, errAbsent, name)
	}
	if err != nil {
		return manifest.Signed{}, nil, fmt.Errorf("read %s: %w", name, err)
	}
	defer r.Close()
	var object bytes.Buffer
	if _, err := object.ReadFrom(io.LimitReader(r, largestObject)); err != nil {
		return manifest.Signed{}, nil, fmt.Errorf("read %s: %w", name, err)
	}
	m, err := manifest.Parse(object.Bytes())
	if err != nil {
		return m, nil, errors.Join(errBroken, fmt.Errorf("read %s: %w", name, err))
	}
	if m.Tenant != owner || m.Sequence != sequence {
		return m, nil, fmt.Errorf("%w: %s holds another manifest", errBroken, name)
	}
	return m, object.Bytes(), nil
}

// keep stores a head, unless a later one is stored.
func (d Deps) keep(ctx context.Context, owner tenant.ID, head manifest.Head) error {
	return d.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		now, err := d.DB.Heads().GetTx(tx, owner, store.LogHead)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if now.Sequence > head.Sequence {
			return nil
		}
		return d.DB.Heads().SetTx(tx, owner, store.LogHead, head)
	})
}
