// Package emulators starts everything outside the product on one machine: the
// Firestore and Pub/Sub emulators, and fakes of Cloud Storage, Secret Manager
// and Cloud KMS that Google's own clients talk to. It is also the harness of
// the tests, which share one running set.
package emulators

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/fsouza/fake-gcs-server/fakestorage"
	"golang.org/x/sync/errgroup"

	"cool.example/sync/emulators/keys"
	"cool.example/sync/emulators/secrets"
)

// Options say how to start a set. The zero value is good.
type Options struct {
	Dir           string // where logs go; a temporary folder where empty
	FirestoreHeap string // -Xmx of the Firestore emulator: "1g"
	PubSubHeap    string // -Xmx of the Pub/Sub emulator: "512m"
	Find          Finder // how programs are found; the machine's own where nil
}

func (o Options) filled() (Options, error) {
	if o.FirestoreHeap == "" {
		o.FirestoreHeap = "1g"
	}
	if o.PubSubHeap == "" {
		o.PubSubHeap = "512m"
	}
	if o.Find == nil {
		o.Find = Machine{}
	}
	if o.Dir != "" {
		return o, os.MkdirAll(o.Dir, 0o755)
	}
	var err error
	o.Dir, err = os.MkdirTemp("", "emulators-")
	return o, err
}

// Set is a running set of emulators.
type Set struct {
	Secrets *secrets.Server
	Keys    *keys.Server

	firestore, pubsub *process
	storage           *fakestorage.Server
	storageHost       string
	stop              sync.Once
	stopped           error
}

// Start starts a set and returns when every part answers. The error is one
// sentence that says what is missing and the command that mends it.
func Start(ctx context.Context, o Options) (*Set, error) {
	o, err := o.filled()
	if err != nil {
		return nil, err
	}
	found, err := locate(o.Find)
	if err != nil {
		return nil, err
	}
	s := &Set{}
	if s.Secrets, err = secrets.Start(); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	if s.Keys, err = keys.Start(); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	if err := s.startStorage(); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		s.firestore, err = launch(ctx, found.firestore(o.FirestoreHeap), filepath.Join(o.Dir, "firestore.log"), firestoreAnswers)
		return err
	})
	g.Go(func() (err error) {
		s.pubsub, err = launch(ctx, found.pubsub(o.PubSubHeap), filepath.Join(o.Dir, "pubsub.log"), pubsubAnswers)
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// startStorage starts the fake of Cloud Storage in this process.
func (s *Set) startStorage() error {
	port, err := freePort()
	if err != nil {
		return err
	}
	s.storageHost = fmt.Sprintf("127.0.0.1:%d", port)
	s.storage, err = fakestorage.NewServerWithOptions(fakestorage.Options{
		Scheme: "http", Host: "127.0.0.1", Port: uint16(port), BucketsLocation: "EUROPE-WEST4",
		PublicHost: s.storageHost, ExternalURL: "http://" + s.storageHost,
	})
	if err != nil {
		return fmt.Errorf("start the fake of Cloud Storage: %w", err)
	}
	return nil
}

// Stop ends everything that Start began. Further calls do nothing.
func (s *Set) Stop() error {
	s.stop.Do(func() {
		s.stopped = errors.Join(s.firestore.stop(), s.pubsub.stop())
		if s.storage != nil {
			s.storage.Stop()
		}
		if s.Secrets != nil {
			s.Secrets.Stop()
		}
		if s.Keys != nil {
			s.Keys.Stop()
		}
	})
	return s.stopped
}

// Environ returns the variables that lead Google's clients, and ours, to the
// set: NAME=value.
func (s *Set) Environ() []string {
	return []string{
		"FIRESTORE_EMULATOR_HOST=" + s.firestore.host,
		"PUBSUB_EMULATOR_HOST=" + s.pubsub.host,
		"STORAGE_EMULATOR_HOST=" + s.storageHost,
		"SECRET_MANAGER_ENDPOINT=" + s.Secrets.Addr(),
		"KMS_ENDPOINT=" + s.Keys.Addr(),
	}
}

// CreateBucket makes a bucket in the fake of Cloud Storage.
func (s *Set) CreateBucket(name string) {
	s.storage.CreateBucketWithOpts(fakestorage.CreateBucketOpts{Name: name})
}

// Object is one stored object, for a search through everything stored.
type Object struct {
	Bucket, Name string
	Content      []byte
}

// Objects returns every object of a bucket.
func (s *Set) Objects(bucket string) ([]Object, error) {
	listed, _, err := s.storage.ListObjectsWithOptions(bucket, fakestorage.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("list objects: %w", err)
	}
	objects := make([]Object, len(listed))
	for i, o := range listed {
		whole, err := s.storage.GetObject(bucket, o.Name)
		if err != nil {
			return nil, fmt.Errorf("read object: %w", err)
		}
		objects[i] = Object{Bucket: bucket, Name: o.Name, Content: whole.Content}
	}
	return objects, nil
}
