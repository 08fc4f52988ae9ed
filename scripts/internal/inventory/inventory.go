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
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"cloud.google.com/go/firestore"
	apiv1 "cloud.google.com/go/firestore/apiv1"
	"cloud.google.com/go/firestore/apiv1/firestorepb"
	"cloud.google.com/go/storage"
	"google.golang.org/api/iterator"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/prototext"

	"cool.example/sync/emulators/demo"
	"cool.example/sync/emulators/stack"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/plan"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/vault"
)

// Inventory is what was found.
type Inventory struct {
	Documents, Objects int
	contents           map[string]string // where → what
	index              index             // of contents, for Find; the zero index is to be made
}

// Take reads everything of a stack.
func Take(ctx context.Context, s *stack.Stack) (*Inventory, error) {
	all := &Inventory{contents: map[string]string{}}
	for _, database := range []string{firestore.DefaultDatabaseID, store.CredentialsDatabase, store.LedgerDatabase, vault.ScratchDatabase} {
		if err := all.Read(ctx, s, database); err != nil {
			return nil, err
		}
	}
	for _, bucket := range []string{s.Uploads, s.Plans, s.Manifests, s.Backups} {
		if err := all.objects(ctx, s, bucket); err != nil {
			return nil, fmt.Errorf("read bucket: %w", err)
		}
	}
	return all, all.plans(ctx, s)
}

// Without returns what was found, by where, but for documents in collections of
// these names and what lies below them.
func (all *Inventory) Without(collections ...string) map[string]string {
	rest := map[string]string{}
	for where, what := range all.contents {
		_, path, _ := strings.Cut(where, "/documents/")
		names := strings.Split(path, "/") // collection, document, collection …
		left := true
		for i := 0; i < len(names); i += 2 {
			left = left && !slices.Contains(collections, names[i])
		}
		if left {
			rest[where] = what
		}
	}
	return rest
}

// Add adds a text of another kind to what is searched.
func (all *Inventory) Add(where, what string) {
	all.contents[where] = what
	all.index = index{}
}

// Find returns where value lies, "" where it lies nowhere.
func (all *Inventory) Find(value string) string {
	if all.index.array == nil {
		all.index = indexOf(all.contents)
	}
	return all.index.find(value)
}

// Read adds every document of a database of the stack's project.
func (all *Inventory) Read(ctx context.Context, s *stack.Stack, database string) error {
	if err := all.documents(ctx, s.Space.Project, database); err != nil {
		return fmt.Errorf("read database %s: %w", database, err)
	}
	all.index = index{}
	return nil
}

// documents reads every document of a database of the emulator, at whatever
// depth: a query that names no collection finds them all. The Firestore library
// offers no such query, so the service is asked for it directly.
func (all *Inventory) documents(ctx context.Context, project, database string) error {
	client, err := apiv1.NewClient(ctx, option.WithEndpoint(os.Getenv("FIRESTORE_EMULATOR_HOST")), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())))
	if err != nil {
		return err
	}
	defer client.Close()
	every := &firestorepb.StructuredQuery{From: []*firestorepb.StructuredQuery_CollectionSelector{{AllDescendants: true}}}
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer owner") // the emulator's word for one whom no rule stops
	found, err := client.RunQuery(ctx, &firestorepb.RunQueryRequest{
		Parent:    "projects/" + project + "/databases/" + database + "/documents",
		QueryType: &firestorepb.RunQueryRequest_StructuredQuery{StructuredQuery: every},
	})
	if err != nil {
		return err
	}
	for {
		answer, err := found.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if doc := answer.GetDocument(); doc != nil {
			all.Documents++
			all.contents[doc.GetName()] = text(doc.GetFields())
		}
	}
}

// text shows the fields of a document, by name. Bytes are shown as they are:
// messages wait as such.
func text(fields map[string]*firestorepb.Value) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		fmt.Fprintf(&b, "%s: %s\n", name, shown(fields[name]))
	}
	return b.String()
}

func shown(v *firestorepb.Value) string {
	switch x := v.GetValueType().(type) {
	case *firestorepb.Value_StringValue:
		return x.StringValue
	case *firestorepb.Value_BytesValue:
		return string(x.BytesValue)
	case *firestorepb.Value_TimestampValue:
		return x.TimestampValue.AsTime().Format(time.RFC3339Nano)
	case *firestorepb.Value_MapValue:
		return "{" + text(x.MapValue.GetFields()) + "}"
	case *firestorepb.Value_ArrayValue:
		var b strings.Builder
		for _, inner := range x.ArrayValue.GetValues() {
			b.WriteString(shown(inner) + "\n")
		}
		return "[" + b.String() + "]"
	default: // numbers, booleans and what else the service has
		return prototext.MarshalOptions{}.Format(v)
	}
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

// plans opens every plan whose key is still there, so that what is sealed is
// searched too.
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
				if fault.KindOf(err) == fault.NotFound {
					continue
				}
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
