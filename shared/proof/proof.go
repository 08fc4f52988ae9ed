// Package proof verifies an institution's log against the manifests that the
// notary signed: it names every entry that was altered, that is gone before its
// time, or that the notary has not signed, and every manifest that is not as it
// was written. What it cannot see is what happens to an entry before it is
// signed, which takes a minute.
package proof

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/manifest"
	"cool.example/sync/shared/tenant"
)

// Log is what is stored: see store.DB.
type Log interface {
	// LogLeaves and PrivateLeaves yield everything that is stored.
	LogLeaves(ctx context.Context, owner tenant.ID) iter.Seq2[audit.Leaf, error]
	PrivateLeaves(ctx context.Context, owner tenant.ID) iter.Seq2[audit.Leaf, error]
	LogHead(ctx context.Context, owner tenant.ID) (manifest.Head, error)
}

// Shelf holds the manifests: see blob.Bucket.
type Shelf interface {
	Names(ctx context.Context, prefix string) iter.Seq2[string, error]
	Reader(ctx context.Context, name string) (io.ReadCloser, error)
}

// Keys returns the public keys that a manifest may be signed with which names a
// version of a key. It answers NotFound where the version is none of the
// notary's.
type Keys func(ctx context.Context, version string) ([]*ecdsa.PublicKey, error)

// Verifier verifies logs.
type Verifier struct {
	Log   Log
	Shelf Shelf
	Keys  Keys
	Clock clock.Clock
}

const (
	// grace is how long an entry may be unsigned: the notary's minute, and the
	// time that a run takes.
	grace = 10 * time.Minute
	// silence is how long a chain may go without a manifest.
	silence = 25 * time.Hour
	// behind is how much later than its moment an entry may become visible: see
	// the notary's overlap.
	behind = 5 * time.Minute
	// listed is how many findings a report holds.
	listed = 100
)

// Kind is what is wrong.
type Kind string

// The kinds of findings.
const (
	Altered  Kind = "altered"  // the entry is not the one that was signed
	Missing  Kind = "missing"  // the entry is gone before its time
	Added    Kind = "added"    // the entry was never signed, though what came after it was
	Unsigned Kind = "unsigned" // the notary has not come to the entry
	Private  Kind = "private"  // from where it was done was altered, is gone before its time, or belongs to no entry
	Broken   Kind = "broken"   // the manifest is not as it was written, or does not follow the one before
	Cut      Kind = "cut"      // manifests are gone
	Silent   Kind = "silent"   // the notary does not work
)

// Finding is one thing that is wrong.
type Finding struct {
	Kind     Kind
	At       time.Time // of the entry or manifest; where it is gone, when it was there
	Place    string    // path of the document, or name of the object
	Sequence int64     // of the manifest that tells; 0 for none
	Note     string
}

// Report is what was found.
type Report struct {
	Tenant      tenant.ID
	First, Last int64 // the manifests that there are; 0 for none
	Signed      int   // entries that are as they were signed
	Over        int   // signed entries whose time is over, there or not
	Pending     int   // entries that are too young to be signed
	Unproven    int   // entries of times whose manifests are gone or broken: nobody can tell
	Until       time.Time
	Findings    []Finding // the oldest first
	More        int       // how many are not listed
}

// Verify compares all that is stored of owner's log with what was signed. Its
// error means that it could not be done.
func (v Verifier) Verify(ctx context.Context, owner tenant.ID) (Report, error) {
	head, err := v.Log.LogHead(ctx, owner) // before the manifests: it is never ahead of them
	if err != nil {
		return Report{}, fmt.Errorf("read the head: %w", err)
	}
	c := &check{Verifier: v, owner: owner, begun: v.Clock.Now(), head: head, expected: map[audit.ID]*line{}}
	if err := c.chain(ctx); err != nil {
		return Report{}, fmt.Errorf("read the manifests: %w", err)
	}
	if err := c.entries(ctx); err != nil {
		return Report{}, fmt.Errorf("read the log: %w", err)
	}
	return c.report(), nil
}

// check is one verification on its way.
type check struct {
	Verifier
	owner    tenant.ID
	begun    time.Time
	head     manifest.Head
	last     manifest.Manifest
	first    int64
	gaps     []gap
	expected map[audit.ID]*line
	tally
}

// gap is a time of which no good manifest tells.
type gap struct{ from, to time.Time }

// line is what was signed of an entry.
type line struct {
	manifest.Line
	sequence int64
	made     time.Time // when it was signed
	seen     bool
	good     bool     // it is there as it was signed
	private  *vouched // its private part; nil where it has none
}

// vouched is what an entry says of its private part.
type vouched struct {
	audit.Private
	created time.Time // the entry
	there   bool
}

// tally is what was counted and found.
type tally struct {
	signed, pending, unproven int
	found                     []Finding
}

func (t *tally) add(f Finding) { t.found = append(t.found, f) }

// place returns the path of an entry, or of its private part.
func (c *check) place(collection string, id audit.ID) string {
	return "tenants/" + string(c.owner) + "/" + collection + "/" + string(id)
}

// report sorts what was found.
func (c *check) report() Report {
	r := Report{
		Tenant: c.owner, First: c.first, Last: c.last.Sequence, Signed: c.signed, Pending: c.pending, Unproven: c.unproven, Until: c.last.To,
	}
	now := c.Clock.Now()
	for id, l := range c.expected {
		switch {
		case !l.ExpireAt.After(now):
			r.Over++
			if l.good {
				r.Signed--
			}
		case !l.seen:
			c.add(Finding{Kind: Missing, At: l.made, Place: c.place("log", id), Sequence: l.sequence, Note: "it was to be kept until " + day(l.ExpireAt)})
		}
	}
	slices.SortFunc(c.found, func(a, b Finding) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Sequence, b.Sequence), cmp.Compare(a.Place, b.Place), cmp.Compare(a.Kind, b.Kind))
	})
	r.Findings = c.found[:min(len(c.found), listed)]
	r.More = len(c.found) - len(r.Findings)
	return r
}

func day(at time.Time) string { return at.UTC().Format(time.DateOnly) }
