package vault

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// errLost says that a backup cannot be gone on with where it had come to.
var errLost = errors.New("the backup cannot be gone on with")

// write writes the next piece, or the manifest where every piece is written. It
// answers errLost where the moment of the backup cannot be read any more, or the
// table that it had come to is gone.
func (v Vault) write(ctx context.Context, owner tenant.ID, r *backup.Record) error {
	if v.Clock.Now().Sub(r.Begun) > readable {
		return errLost
	}
	units, err := v.units(ctx, owner, r.Manifest.At)
	if err != nil {
		return err
	}
	begun := r.Next.Table == ""
	for _, u := range units {
		after := ""
		if !begun {
			if u.table != r.Next.Table {
				continue
			}
			begun, after = true, r.Next.After
		}
		for {
			p, last, err := v.piece(ctx, r, u, after)
			if err != nil {
				return fmt.Errorf("copy %s: %w", u.table, err)
			}
			if last == "" {
				break // the table is at its end
			}
			r.Next, after = backup.Cursor{Table: u.table, After: last}, last
			if p.Documents > 0 {
				r.Manifest.Pieces = append(r.Manifest.Pieces, p)
				return nil
			}
		}
	}
	if !begun {
		return errLost
	}
	if err := v.close(ctx, r.Manifest); err != nil {
		return fmt.Errorf("store the manifest: %w", err)
	}
	r.State = backup.Verifying
	return nil
}

// piece writes the documents behind after as one piece. It returns the id of the
// last document that it read, "" where there is none; of a piece that would be
// empty nothing is written.
func (v Vault) piece(ctx context.Context, r *backup.Record, u unit, after string) (p backup.Piece, last string, err error) {
	key, err := v.Box.Today(ctx)
	if err != nil {
		return p, "", err
	}
	most := v.Most
	if most == 0 {
		most = mostDocuments
	}
	next, stop := iter.Pull2(u.db.Documents(ctx, r.Manifest.Tenant, u.Copy, store.Span{Table: u.table, After: after, Limit: most, At: r.Manifest.At}))
	defer stop()
	c := &copier{box: v.Box, unit: u, next: next, today: seal.Day(key.Wrapped()), keys: map[string]opened{}, now: v.Clock.Now(), record: r}
	first, err := c.line(ctx)
	if err != nil || first == nil {
		return p, c.last, err
	}
	r.Manifest.Needs(c.today)
	p = backup.Piece{Object: backup.NewObject(len(r.Manifest.Pieces)), Table: u.table, Key: key.Wrapped()}
	sum, size := sha256.New(), &counter{}
	name := backup.Of(r.Manifest.Tenant, r.Manifest.ID) + p.Object
	_, err = v.Bucket.Create(ctx, name, func(w io.Writer) error {
		sealed, err := key.Writer(io.MultiWriter(w, sum, size), backup.Place(r.Manifest.Tenant, r.Manifest.ID, p))
		if err != nil {
			return err
		}
		if p.Documents, err = c.pour(ctx, sealed, first); err != nil {
			return err
		}
		return sealed.Close()
	})
	p.Size, p.Sum = size.n, sum.Sum(nil)
	return p, c.last, err
}

// counter counts the bytes that are written to it.
type counter struct{ n int64 }

func (c *counter) Write(b []byte) (int, error) {
	c.n += int64(len(b))
	return len(b), nil
}

// copier turns the documents of a table into lines.
type copier struct {
	box    Box
	unit   unit
	next   func() (backup.Document, error, bool)
	today  string            // the day key of the piece
	keys   map[string]opened // data keys of earlier days, by day key
	now    time.Time
	record *backup.Record
	last   string // id of the last document that was read
}

// pour writes the first line and those that follow, compressed, until the table
// or what a piece may hold is at its end, and returns how many.
func (c *copier) pour(ctx context.Context, w io.Writer, line []byte) (int, error) {
	zip, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return 0, err
	}
	n := 0
	for size := 0; line != nil; {
		n, size = n+1, size+len(line)
		if _, err := zip.Write(append(line, '\n')); err != nil {
			return n, err
		}
		if size >= mostBytes {
			break
		}
		if line, err = c.line(ctx); err != nil {
			return n, err
		}
	}
	return n, zip.Close()
}

// line returns the next line, nil at the end. What has expired is left out, and
// what nobody can open any more.
func (c *copier) line(ctx context.Context) ([]byte, error) {
	for {
		d, err, ok := c.next()
		if err != nil || !ok {
			return nil, err
		}
		c.last = d.Path[strings.LastIndexByte(d.Path, '/')+1:]
		if expired(d, c.now) {
			continue
		}
		for _, path := range c.unit.Without {
			without(d.Fields, path)
		}
		line, err := backup.MarshalDocument(d)
		if err != nil {
			return nil, err
		}
		if c.unit.Batch != "" {
			line, err = c.seal(ctx, d, line)
		}
		if fault.KindOf(err) == fault.NotFound && err != nil {
			c.record.Manifest.LeftOut++
			continue
		}
		return line, err
	}
}

// seal seals a line under the key of the day that its document lies sealed
// under, so that what stands beside the sealed part is over with it. It answers
// NotFound where that key is destroyed.
func (c *copier) seal(ctx context.Context, d backup.Document, line []byte) ([]byte, error) {
	batch, _ := at(d.Fields, c.unit.Batch).([]byte)
	day := seal.Day(batch)
	if day == "" || day == c.today {
		return line, nil
	}
	k, ok := c.keys[day]
	if !ok {
		k.key, k.err = c.box.NewKeyOf(ctx, day)
		if k.err == nil {
			c.record.Manifest.Needs(day)
		}
		c.keys[day] = k // a failure too: the piece ends with it, unless the key is destroyed
	}
	if k.err != nil {
		return nil, k.err
	}
	body, err := k.key.Seal(line, []byte(c.unit.table))
	if err != nil {
		return nil, err
	}
	return backup.MarshalSealed(backup.Sealed{Key: k.key.Wrapped(), Body: body})
}

// expired reports whether the time of a document is over.
func expired(d backup.Document, now time.Time) bool {
	until, ok := d.Fields["expireAt"].(time.Time)
	return ok && !until.IsZero() && !until.After(now)
}

// at returns the value at a path of fields: "envelope.batch".
func at(fields map[string]any, path string) any {
	name, rest, deeper := strings.Cut(path, ".")
	if !deeper {
		return fields[name]
	}
	inner, _ := fields[name].(map[string]any)
	return at(inner, rest)
}

// without empties the value at a path of fields.
func without(fields map[string]any, path string) {
	name, rest, deeper := strings.Cut(path, ".")
	if inner, ok := fields[name].(map[string]any); ok && deeper {
		without(inner, rest)
		return
	}
	if !deeper {
		delete(fields, name)
	}
}
