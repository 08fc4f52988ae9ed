// Package blob keeps objects in Cloud Storage. What is stored is sealed
// before it comes here.
package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"
	"time"

	"cloud.google.com/go/storage"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/iterator"
	"google.golang.org/api/option"

	"cool.example/sync/shared/fault"
)

// Bucket is one bucket.
type Bucket struct {
	client *storage.Client
	bucket *storage.BucketHandle
}

// Config says which bucket to open.
type Config struct {
	Bucket   string
	Emulator string `env:"STORAGE_EMULATOR_HOST,optional"` // host:port of an emulator; "" for the service
}

// Open connects to Cloud Storage.
func Open(ctx context.Context, c Config) (*Bucket, error) {
	var opts []option.ClientOption
	if c.Emulator != "" {
		opts = append(opts, option.WithoutAuthentication(), option.WithEndpoint("http://"+c.Emulator+"/storage/v1/"))
	}
	client, err := storage.NewClient(ctx, opts...)
	if err != nil {
		return nil, fmt.Errorf("open bucket: %w", err)
	}
	return &Bucket{client: client, bucket: client.Bucket(c.Bucket)}, nil
}

// Close releases the connection.
func (b *Bucket) Close() error { return b.client.Close() }

// Create stores what write writes as a new object and returns its generation.
// The object appears whole or not at all: an error of write leaves nothing.
// It answers Conflict where name exists.
func (b *Bucket) Create(ctx context.Context, name string, write func(io.Writer) error) (int64, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // before Close, this abandons the upload
	w := b.bucket.Object(name).If(storage.Conditions{DoesNotExist: true}).NewWriter(ctx)
	w.ContentType = "application/octet-stream"
	if err := write(w); err != nil {
		return 0, classify(err) // of a large object, the service may refuse while it is written
	}
	if err := w.Close(); err != nil {
		return 0, classify(err)
	}
	return w.Attrs().Generation, nil
}

// Reader reads an object from its beginning. It answers NotFound where there
// is none.
func (b *Bucket) Reader(ctx context.Context, name string) (io.ReadCloser, error) {
	r, err := b.bucket.Object(name).NewReader(ctx)
	return r, classify(err)
}

// Names yields the names of the objects that begin with prefix, in their order.
func (b *Bucket) Names(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		q := &storage.Query{Prefix: prefix}
		if err := q.SetAttrSelection([]string{"Name"}); err != nil {
			yield("", err)
			return
		}
		for list := b.bucket.Objects(ctx, q); ; {
			attrs, err := list.Next()
			if errors.Is(err, iterator.Done) {
				return
			}
			if err != nil {
				yield("", classify(err))
				return
			}
			if !yield(attrs.Name, nil) {
				return
			}
		}
	}
}

// Folders yields the beginnings of names up to their first slash, without it, in
// their order.
func (b *Bucket) Folders(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for list := b.bucket.Objects(ctx, &storage.Query{Delimiter: "/"}); ; {
			attrs, err := list.Next()
			if errors.Is(err, iterator.Done) {
				return
			}
			if err != nil {
				yield("", classify(err))
				return
			}
			if attrs.Prefix != "" && !yield(strings.TrimSuffix(attrs.Prefix, "/"), nil) {
				return
			}
		}
	}
}

// Range reads length bytes at offset of exactly this generation of an object.
func (b *Bucket) Range(ctx context.Context, name string, generation, offset, length int64) ([]byte, error) {
	r, err := b.bucket.Object(name).Generation(generation).NewRangeReader(ctx, offset, length)
	if err != nil {
		return nil, classify(err)
	}
	defer r.Close()
	body, err := io.ReadAll(io.LimitReader(r, length+1))
	if err != nil {
		return nil, classify(err)
	}
	if int64(len(body)) != length {
		return nil, fault.New(fault.Internal, "object is shorter than its plan says")
	}
	return body, nil
}

// Object is an object as it is listed.
type Object struct {
	Name    string
	Created time.Time
}

// All yields the objects whose name begins with prefix, in the order of their
// names.
func (b *Bucket) All(ctx context.Context, prefix string) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		query := &storage.Query{Prefix: prefix}
		if err := query.SetAttrSelection([]string{"Name", "Created"}); err != nil {
			yield(Object{}, err)
			return
		}
		list := b.bucket.Objects(ctx, query)
		for {
			attrs, err := list.Next()
			if errors.Is(err, iterator.Done) {
				return
			}
			if err != nil {
				yield(Object{}, classify(err))
				return
			}
			if !yield(Object{attrs.Name, attrs.Created}, nil) {
				return
			}
		}
	}
}

// Delete removes an object; removing what is not there is no failure.
func (b *Bucket) Delete(ctx context.Context, name string) error {
	err := classify(b.bucket.Object(name).Delete(ctx))
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	return err
}

func classify(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fault.As(fault.Busy, err)
	}
	if errors.Is(err, storage.ErrObjectNotExist) || errors.Is(err, storage.ErrBucketNotExist) {
		return fault.As(fault.NotFound, err)
	}
	if e, ok := errors.AsType[*googleapi.Error](err); ok {
		switch {
		case e.Code == http.StatusPreconditionFailed:
			return fault.As(fault.Conflict, err)
		case e.Code == http.StatusTooManyRequests || e.Code >= http.StatusInternalServerError:
			return fault.As(fault.Busy, err)
		}
	}
	return err
}
