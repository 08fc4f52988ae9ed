// Package inventory reads everything that a running product stores: every
// document of every database, and every object of every bucket, opened where
// a key for it exists. It is for searching what must not be there.
package inventory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"cloud.google.com/go/firestore"
	"cloud.google.com/go/storage"
	"google.golang.org/api/iterator"
	"google.golang.org/api/option"

	"cool.example/sync/emulators/demo"
	"cool.example/sync/emulators/stack"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/plan"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
)

// Inventory is what was found.
type Inventory struct {
	Documents, Objects int
	contents           map[string]string // where → what
}

// Take reads everything of a stack.
func Take(ctx context.Context, s *stack.Stack) (*Inventory, error) {
	all := &Inventory{contents: map[string]string{}}
	for _, database := range []string{firestore.DefaultDatabaseID, store.CredentialsDatabase} {
		client, err := firestore.NewClientWithDatabase(ctx, s.Space.Project, database)
		if err != nil {
			return nil, err
		}
		err = all.collections(ctx, client.Collections(ctx))
		if err := errors.Join(err, client.Close()); err != nil {
			return nil, fmt.Errorf("read database %s: %w", database, err)
		}
	}
	for _, bucket := range []string{s.Uploads, s.Plans} {
		if err := all.objects(ctx, s, bucket); err != nil {
			return nil, fmt.Errorf("read bucket: %w", err)
		}
	}
	return all, all.plans(ctx, s)
}

// Find returns where value lies, "" where it lies nowhere.
func (all *Inventory) Find(value string) string {
	for where, what := range all.contents {
		if strings.Contains(what, value) || strings.Contains(where, value) {
			return where
		}
	}
	return ""
}

func (all *Inventory) collections(ctx context.Context, list *firestore.CollectionIterator) error {
	for {
		c, err := list.Next()
		if errors.Is(err, iterator.Done) {
			return nil
		}
		if err != nil {
			return err
		}
		refs, err := c.DocumentRefs(ctx).GetAll()
		if err != nil {
			return err
		}
		for _, ref := range refs {
			if err := all.document(ctx, ref); err != nil {
				return err
			}
		}
	}
}

func (all *Inventory) document(ctx context.Context, ref *firestore.DocumentRef) error {
	snap, err := ref.Get(ctx)
	if err == nil {
		all.Documents++
		all.contents[ref.Path] = fmt.Sprintf("%v %s", snap.Data(), raw(snap.Data()))
	}
	// Only institutions and what lies in them have collections below.
	depth := strings.Count(ref.Path, "/") - strings.Count(ref.Parent.Path[:strings.Index(ref.Parent.Path, "/documents")], "/")
	if strings.Contains(ref.Path, "/tenants/") && (depth <= 3 || strings.Contains(ref.Path, "/imports/") || strings.Contains(ref.Path, "/connections/")) {
		return all.collections(ctx, ref.Collections(ctx))
	}
	return nil
}

// raw shows bytes within a document as text: messages wait as such.
func raw(data map[string]any) string {
	var b strings.Builder
	var walk func(any)
	walk = func(v any) {
		switch x := v.(type) {
		case []byte:
			b.Write(x)
		case map[string]any:
			for _, inner := range x {
				walk(inner)
			}
		case []any:
			for _, inner := range x {
				walk(inner)
			}
		}
	}
	walk(data)
	return b.String()
}

func (all *Inventory) objects(ctx context.Context, s *stack.Stack, bucket string) error {
	client, err := storage.NewClient(ctx, option.WithoutAuthentication(),
		option.WithEndpoint("http://"+s.Space.Environ()["STORAGE_EMULATOR_HOST"]+"/storage/v1/"))
	if err != nil {
		return err
	}
	defer client.Close()
	list := client.Bucket(bucket).Objects(ctx, nil)
	for {
		attrs, err := list.Next()
		if errors.Is(err, iterator.Done) {
			return nil
		}
		if err != nil {
			return err
		}
		r, err := client.Bucket(bucket).Object(attrs.Name).NewReader(ctx)
		if err != nil {
			return err
		}
		body, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			return err
		}
		all.Objects++
		all.contents[bucket+"/"+attrs.Name] = string(body)
	}
}

// plans opens every plan with its key, so that what is sealed is searched too.
func (all *Inventory) plans(ctx context.Context, s *stack.Stack) error {
	db, err := s.Database(ctx, "")
	if err != nil {
		return err
	}
	defer db.Close()
	env := s.Space.Environ()
	bucket, err := blob.Open(ctx, blob.Config{Bucket: s.Plans, Emulator: env["STORAGE_EMULATOR_HOST"]})
	if err != nil {
		return err
	}
	defer bucket.Close()
	day, _ := s.Lookup()("KMS_KEY")
	sealer, err := seal.Open(ctx, seal.Config{Key: day, Endpoint: env["KMS_ENDPOINT"]})
	if err != nil {
		return err
	}
	defer sealer.Close()
	shelf := plan.Shelf{Bucket: bucket, Keys: sealer}
	for e, err := range db.Runs().All(ctx, demo.Tenant) {
		if err != nil {
			return err
		}
		for _, phase := range roster.Phases() {
			for i := range e.Value.Plan.Steps[phase] {
				step, err := shelf.Read(ctx, demo.Tenant, e.Value, phase, i)
				if err != nil {
					return err
				}
				body, err := json.Marshal(step)
				if err != nil {
					return err
				}
				all.contents[fmt.Sprintf("plan of %s, %s %d", e.ID, phase, i)] = string(body)
			}
		}
	}
	return nil
}
