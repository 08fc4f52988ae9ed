// Package emulators starts everything outside the product on one machine: the
// Firestore and Pub/Sub emulators, and fakes of Cloud Storage, Secret Manager
// and Cloud KMS that Google's own clients talk to. It is also the harness of
// the tests, which share one running set.
package emulators

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sync/errgroup"

	"cool.example/sync/emulators/keys"
	"cool.example/sync/emulators/secrets"
)

// Options say how to start a set. The zero value is good.
type Options struct {
	Dir           string // where logs go; a temporary folder, removed by Stop, where empty
	FirestoreHeap string // -Xmx of the Firestore emulator: "1g"
	PubSubHeap    string // -Xmx of the Pub/Sub emulator: "512m"
	Find          Finder // how programs are found; the machine's own where nil
}

// Set is a running set of emulators.
type Set struct {
	secrets   *secrets.Server
	keys      *keys.Server
	storage   *objectStore
	processes []*process
	hosts     map[string]string // host:port by the name of a service
	scratch   string            // folder to remove at the end, "" where the caller chose it
	stop      sync.Once
	stopped   error
}

// Start starts a set and returns when every part has answered a request. The
// error says in one sentence what is missing and which command mends it, or
// ends with the log of what did not start. ctx bounds the start only: the set
// runs until Stop.
func Start(ctx context.Context, o Options) (*Set, error) {
	s := &Set{}
	if err := s.start(ctx, o); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func (s *Set) start(ctx context.Context, o Options) error {
	if o.Find == nil {
		o.Find = Machine{}
	}
	o.FirestoreHeap, o.PubSubHeap = cmp.Or(o.FirestoreHeap, "1g"), cmp.Or(o.PubSubHeap, "512m")
	found, err := locate(o.Find)
	if err != nil {
		return err
	}
	if err := oldJava(ctx, found.java); err != nil {
		return err
	}
	if o.Dir, err = s.folder(o.Dir); err != nil {
		return fmt.Errorf("folder for the logs: %w", err)
	}
	if s.secrets, err = secrets.Start(); err != nil {
		return err
	}
	if s.keys, err = keys.Start(); err != nil {
		return err
	}
	if s.storage, err = startStorage(); err != nil {
		return err
	}
	programs, err := found.programs(o)
	if err != nil {
		return err
	}
	return s.launch(ctx, programs)
}

// folder returns the absolute path of the folder for logs.
func (s *Set) folder(dir string) (string, error) {
	if dir == "" {
		var err error
		s.scratch, err = os.MkdirTemp("", "emulators-")
		return s.scratch, err
	}
	dir, err := filepath.Abs(dir) // the programs run in it, so a relative one would mislead them
	if err != nil {
		return "", err
	}
	return dir, os.MkdirAll(dir, 0o755)
}

// launch starts programs side by side.
func (s *Set) launch(ctx context.Context, programs []program) error {
	s.processes, s.hosts = make([]*process, len(programs)), map[string]string{}
	g, ctx := errgroup.WithContext(ctx)
	for i, p := range programs {
		g.Go(func() (err error) {
			s.processes[i], err = launch(ctx, p)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for _, p := range s.processes {
		for name, host := range p.hosts {
			s.hosts[name] = host
		}
	}
	return nil
}

// Stop ends everything that Start began. Further calls do nothing and return
// what the first one did.
func (s *Set) Stop() error {
	s.stop.Do(func() {
		var g errgroup.Group
		for _, p := range s.processes {
			g.Go(p.stop)
		}
		s.stopped = g.Wait()
		s.storage.stop()
		if s.secrets != nil {
			s.secrets.Stop()
		}
		if s.keys != nil {
			s.keys.Stop()
		}
		if s.scratch != "" {
			s.stopped = errors.Join(s.stopped, os.RemoveAll(s.scratch))
		}
	})
	return s.stopped
}

// Environ returns the variables that lead Google's clients, and ours, to the
// set: NAME=host:port.
func (s *Set) Environ() []string {
	return []string{
		"FIRESTORE_EMULATOR_HOST=" + s.hosts[firestoreName],
		"PUBSUB_EMULATOR_HOST=" + s.hosts[pubsubName],
		"STORAGE_EMULATOR_HOST=" + s.storage.host,
		"SECRET_MANAGER_ENDPOINT=" + s.secrets.Addr(),
		"KMS_ENDPOINT=" + s.keys.Addr(),
	}
}

// Secrets returns the fake of Secret Manager, to put secrets into.
func (s *Set) Secrets() *secrets.Server { return s.secrets }

// Keys returns the fake of Cloud KMS, to make keys in and to move its clock.
func (s *Set) Keys() *keys.Server { return s.keys }
