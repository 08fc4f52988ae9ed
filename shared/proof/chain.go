package proof

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/manifest"
)

// largestObject bounds a manifest that is read.
const largestObject = 64 << 20

// side is how many manifests are read side by side.
const side = 16

// object is a manifest on its way from the bucket.
type object struct {
	sequence int64
	name     string
	body     []byte
	err      error
}

// chain reads every manifest in order, and notes what they say was signed.
func (c *check) chain(ctx context.Context) error {
	var sequences []int64
	for name, err := range c.Shelf.Names(ctx, manifest.Folder(c.owner)) {
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(strings.TrimPrefix(name, manifest.Folder(c.owner)), 10, 64)
		if err != nil || n < 1 || manifest.Name(c.owner, n) != name {
			c.add(Finding{Kind: Broken, Place: name, Note: "it is no manifest's name"})
			continue
		}
		sequences = append(sequences, n)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // where something fails, the other reads are given up
	var before manifest.Head
	for next := range c.fetch(ctx, sequences) {
		o := <-next
		if o.err != nil {
			return o.err
		}
		var err error
		if before, err = c.link(ctx, o, before); err != nil {
			return err
		}
	}
	c.ends(before)
	return nil
}

// fetch reads objects side by side and hands them over in their order.
func (c *check) fetch(ctx context.Context, sequences []int64) <-chan chan object {
	out := make(chan chan object, side)
	go func() {
		defer close(out)
		for _, n := range sequences {
			one := make(chan object, 1)
			select {
			case out <- one:
			case <-ctx.Done():
				return
			}
			go func() { one <- c.read(ctx, n) }()
		}
	}()
	return out
}

func (c *check) read(ctx context.Context, sequence int64) object {
	o := object{sequence: sequence, name: manifest.Name(c.owner, sequence)}
	r, err := c.Shelf.Reader(ctx, o.name)
	if err != nil {
		o.err = err
		return o
	}
	defer r.Close()
	var body bytes.Buffer
	_, o.err = body.ReadFrom(io.LimitReader(r, largestObject))
	o.body = body.Bytes()
	return o
}

// link checks one manifest against the one before, and returns where the chain
// then ends. Its error means that this could not be done.
func (c *check) link(ctx context.Context, o object, before manifest.Head) (manifest.Head, error) {
	end := manifest.Head{Sequence: o.sequence, Hash: manifest.Digest(o.body), To: before.To, Made: before.Made}
	m, err := manifest.Parse(o.body)
	if err == nil {
		err = c.genuine(ctx, m, o)
	}
	if kind := fault.KindOf(err); err != nil && kind != fault.Invalid {
		return end, err
	}
	if err != nil {
		c.broken(end, "%v", err)
		return end, nil
	}
	end.Made, end.To = m.Made, m.To
	if before.Sequence+1 != m.Sequence {
		c.skipped(before, m)
	} else if m.Before != before.Hash {
		c.broken(end, "it does not follow the manifest before it, as that is now")
	}
	if m.To.Before(before.To) || m.Made.Before(before.Made.Add(-time.Hour)) {
		c.broken(end, "it goes back in time")
	}
	if c.last.Sequence+1 != m.Sequence && c.first > 0 || c.first == 0 && o.sequence > 1 { // not the one after the last good one
		c.gaps = append(c.gaps, gap{from: c.last.Made.Add(-behind), to: m.Made})
	}
	if c.first == 0 {
		c.first = m.Sequence
	}
	c.last = m.Manifest
	for _, l := range m.Entries {
		c.expect(l, m.Manifest)
	}
	return end, nil
}

// genuine answers Invalid where m is not what its name says, or not the
// notary's.
func (c *check) genuine(ctx context.Context, m manifest.Signed, o object) error {
	if m.Tenant != c.owner || m.Sequence != o.sequence {
		return fault.As(fault.Invalid, fmt.Errorf("it holds the manifest %s", m))
	}
	keys, err := c.Keys(ctx, m.Key)
	if fault.KindOf(err) == fault.NotFound {
		return fault.As(fault.Invalid, fmt.Errorf("its key %s is not one of the notary's", m.Key))
	}
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(keys, m.Verify) {
		return fault.As(fault.Invalid, errors.New("its signature is not good"))
	}
	return nil
}

func (c *check) broken(at manifest.Head, format string, a ...any) {
	c.add(Finding{
		Kind: Broken, At: at.Made, Place: manifest.Name(c.owner, at.Sequence), Sequence: at.Sequence, Note: fmt.Sprintf(format, a...),
	})
}

// skipped notes that manifests before m are gone. Those at the beginning may be,
// once the time of everything that they signed is over.
func (c *check) skipped(before manifest.Head, m manifest.Signed) {
	if before.Sequence == 0 && !m.Made.Add(audit.Longest).After(c.begun) {
		return
	}
	at := before.Made
	if before.Sequence == 0 {
		at = m.Made
	}
	c.cut(before, m.Sequence, at)
}

// cut notes that the manifests between are gone.
func (c *check) cut(before manifest.Head, next int64, at time.Time) {
	c.add(Finding{
		Kind: Cut, At: at, Place: manifest.Name(c.owner, before.Sequence+1), Sequence: before.Sequence + 1,
		Note: fmt.Sprintf("%d manifests are gone", next-before.Sequence-1),
	})
}

// expect notes what a manifest says of an entry.
func (c *check) expect(l manifest.Line, m manifest.Manifest) {
	known, ok := c.expected[l.ID]
	if !ok {
		c.expected[l.ID] = &line{Line: l, sequence: m.Sequence, made: m.Made}
		return
	}
	if known.Hash != l.Hash {
		c.add(Finding{
			Kind: Altered, At: m.Made, Place: c.place("log", l.ID), Sequence: m.Sequence,
			Note: fmt.Sprintf("it was signed otherwise in manifest %d", known.sequence),
		})
	}
}

// ends compares the end of the chain with the head, which is kept elsewhere.
func (c *check) ends(last manifest.Head) {
	switch {
	case last.Sequence < c.head.Sequence:
		c.cut(last, c.head.Sequence+1, last.Made)
	case last.Sequence == c.head.Sequence && last.Hash != c.head.Hash:
		c.broken(last, "it is not the one that the head names")
	case last.Sequence > 0 && c.head.Sequence == 0:
		c.add(Finding{Kind: Cut, At: last.Made, Place: "tenants/" + string(c.owner) + "/heads/log", Sequence: last.Sequence, Note: "the head is gone"})
	}
	if last.Sequence > c.last.Sequence || c.head.Sequence > last.Sequence { // the end is broken or gone
		c.gaps = append(c.gaps, gap{from: c.last.Made.Add(-behind), to: c.begun})
	}
	if last.Sequence > 0 && c.begun.Sub(last.Made) > silence {
		c.add(Finding{
			Kind: Silent, At: last.Made, Place: manifest.Name(c.owner, last.Sequence), Sequence: last.Sequence,
			Note: "the notary has written nothing since",
		})
	}
}
