// Package upload keeps a school's source file between its arrival and its
// plan: sealed while it streams in, so that no clear file ever lands, and
// opened once.
package upload

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/tenant"
)

// Limit is how many bytes an upload may have on the wire: what the platform
// passes on to a function in one request.
const Limit = 32 << 20

// Folder is what the name of every upload begins with.
const Folder = "uploads/"

// Keep is how long an upload may lie at the most before it is planned or
// refused, and gone.
const Keep = 24 * time.Hour

// keyLimit bounds the wrapped key that a stored upload begins with.
const keyLimit = 4096

// ErrUnreadable says that an upload, or the key that sealed it, is gone, or that
// what is stored is damaged. It stays so.
var ErrUnreadable = errors.New("the upload cannot be read any more")

// Bucket keeps objects: see blob.Bucket.
type Bucket interface {
	Create(ctx context.Context, name string, write func(io.Writer) error) (int64, error)
	Reader(ctx context.Context, name string) (io.ReadCloser, error)
	Delete(ctx context.Context, name string) error
}

// Keys makes and opens data keys: see seal.Sealer.
type Keys interface {
	NewKey(ctx context.Context) (seal.Key, error)
	Unwrap(ctx context.Context, wrapped []byte) (seal.Key, error)
}

// Shelf keeps uploads.
type Shelf struct {
	Bucket Bucket
	Keys   Keys
}

// Write seals body as it comes and returns the object that holds it. It
// answers with body's own error where that fails, and keeps nothing then.
func (s Shelf) Write(ctx context.Context, owner tenant.ID, run roster.RunID, body io.Reader) (string, error) {
	key, err := s.Keys.NewKey(ctx)
	if err != nil {
		return "", err
	}
	object := Folder + strings.ToLower(rand.Text())
	_, err = s.Bucket.Create(ctx, object, func(w io.Writer) error {
		header := binary.BigEndian.AppendUint32(nil, uint32(len(key.Wrapped())))
		if _, err := w.Write(append(header, key.Wrapped()...)); err != nil {
			return err
		}
		sealed, err := key.Writer(w, place(owner, run))
		if err != nil {
			return err
		}
		if _, err := io.Copy(sealed, body); err != nil {
			return err
		}
		return sealed.Close()
	})
	if err != nil {
		return "", fmt.Errorf("store upload: %w", err)
	}
	return object, nil
}

// Open returns the clear bytes of run's upload. It answers NotFound where the
// upload, or the key that sealed it, is gone, and Invalid, also while it is
// read, where what is stored is damaged; all of them are ErrUnreadable.
func (s Shelf) Open(ctx context.Context, owner tenant.ID, run roster.Run) (io.ReadCloser, error) {
	object, err := s.Bucket.Reader(ctx, run.Upload)
	if err != nil {
		return nil, unreadable(err)
	}
	stored := &source{r: object}
	clear, err := s.unseal(ctx, stored, place(owner, run.ID))
	if err != nil {
		return nil, errors.Join(unreadable(stored.blame(err)), object.Close())
	}
	return &opened{Reader: clear, Closer: object, from: stored}, nil
}

// opened is an upload that is read.
type opened struct {
	io.Reader
	io.Closer
	from *source
}

// Read reads clear bytes.
func (o *opened) Read(p []byte) (int, error) {
	n, err := o.Reader.Read(p)
	if err == nil || errors.Is(err, io.EOF) {
		return n, err
	}
	return n, unreadable(o.from.blame(err))
}

// source remembers how reading the stored bytes failed: that may pass, where
// bytes that do not open never will.
type source struct {
	r      io.Reader
	failed error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.failed = err
	}
	return n, err
}

// blame returns err as Busy where the stored bytes did not come, as it is where
// it has a kind, and as Invalid where it is about what they hold.
func (s *source) blame(err error) error {
	switch {
	case s.failed != nil:
		return fault.As(fault.Busy, s.failed)
	case errors.Is(err, errKey):
		return err
	default:
		return fault.As(fault.Invalid, err)
	}
}

// errKey says that the key did not open, for reasons of its own.
var errKey = errors.New("unwrap the upload's key")

// unreadable marks an error that stays.
func unreadable(err error) error {
	if kind := fault.KindOf(err); kind == fault.NotFound || kind == fault.Invalid {
		return fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	return err
}

func (s Shelf) unseal(ctx context.Context, stored io.Reader, place []byte) (io.Reader, error) {
	var length [4]byte
	if _, err := io.ReadFull(stored, length[:]); err != nil {
		return nil, fmt.Errorf("read upload: %w", err)
	}
	n := binary.BigEndian.Uint32(length[:])
	if n > keyLimit {
		return nil, errors.New("not a stored upload")
	}
	wrapped := make([]byte, n)
	if _, err := io.ReadFull(stored, wrapped); err != nil {
		return nil, fmt.Errorf("read upload: %w", err)
	}
	key, err := s.Keys.Unwrap(ctx, wrapped)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errKey, err)
	}
	return key.Reader(stored, place)
}

// Remove deletes run's upload; removing one that is gone is no failure.
func (s Shelf) Remove(ctx context.Context, run roster.Run) error {
	if run.Upload == "" {
		return nil
	}
	return s.Bucket.Delete(ctx, run.Upload)
}

// place binds an upload to its run: it opens for no other.
func place(owner tenant.ID, run roster.RunID) []byte {
	return fmt.Appendf(nil, "upload\x00%s\x00%s", owner, run)
}
