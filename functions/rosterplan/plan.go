package rosterplan

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"sync"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/hold"
	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/plan"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
	"cool.example/sync/shared/upload"
)

// Deps is what planning needs.
type Deps struct {
	DB      *store.DB
	Uploads upload.Shelf
	Plans   plan.Shelf
	Index   seal.Index
	ECK     Ring // seals ECK-iDs
	Bin     Bin
	Post    outbox.Post
	Clock   clock.Clock
}

// Ring seals under a secret that can change: see seal.Ring.
type Ring interface {
	Seal(plain, context []byte) ([]byte, error)
}

// Bin opens deleted accounts: see erase.Keeper.
type Bin interface {
	Open(ctx context.Context, owner tenant.ID, e bin.Entry) (account.Account, error)
}

type server struct {
	Deps
	hold hold.Keeper
}

// New returns the handler of the topic roster-received, at its path.
func New(d Deps) http.Handler {
	s := &server{d, hold.Keeper{DB: d.DB, Clock: d.Clock, As: "rosterplan", During: roster.Received}}
	mux := http.NewServeMux()
	mux.Handle("POST /"+topic.RosterReceived.Name, event.Handler(topic.RosterReceived, s.handle, s.drop))
	return mux
}

// handle plans one upload. Whatever happens, the upload is gone when it is
// done: planned, refused, or found planned by an earlier delivery.
func (s *server) handle(ctx context.Context, m event.Message[topic.Received]) error {
	owner := m.Body.Tenant
	run, err := s.DB.Runs().Get(ctx, owner, m.Body.Import)
	if err != nil {
		return fmt.Errorf("read run: %w", err)
	}
	if run.Status == roster.Received {
		if err := s.plan(ctx, owner, run); err != nil {
			return fmt.Errorf("plan run %s: %w", run.ID, err)
		}
	}
	return s.remove(ctx, run)
}

func (s *server) remove(ctx context.Context, run roster.Run) error {
	if err := s.Uploads.Remove(ctx, run); err != nil {
		return fmt.Errorf("remove upload: %w", err)
	}
	return nil
}

// drop ends a run that can never be planned, and removes its upload.
func (s *server) drop(ctx context.Context, m event.Message[topic.Received], cause error) error {
	if err := s.hold.Drop(ctx, m.Body.Tenant, m.Body.Import, cause); err != nil {
		return err
	}
	run, err := s.DB.Runs().Get(ctx, m.Body.Tenant, m.Body.Import)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read run: %w", err)
	}
	return s.remove(ctx, run)
}

// plan takes the school, plans what the run is for, and settles it.
func (s *server) plan(ctx context.Context, owner tenant.ID, run roster.Run) error {
	run, err := s.take(ctx, owner, run)
	if err != nil {
		return err
	}
	o, err := s.outcome(ctx, owner, run)
	if err != nil {
		return err
	}
	if o.found.Stopped() {
		return s.refuse(ctx, owner, run, o)
	}
	if !o.plan.Empty() {
		if o.stored, err = s.Plans.Write(ctx, owner, run.ID, o.plan); err != nil {
			return err
		}
	}
	return s.accept(ctx, owner, run, o)
}

// outcome plans a run by its kind.
func (s *server) outcome(ctx context.Context, owner tenant.ID, run roster.Run) (o outcome, err error) {
	know := &knower{server: s, owner: owner, closed: map[naming.UsedID]bool{}}
	if run.Kind != roster.Import {
		known, err := know.all(ctx, run)
		if err != nil {
			return o, err
		}
		know.keys(&known, "")
		switch run.Kind {
		case roster.Switch:
			o.plan = roster.SwitchYear(known, &o.found)
		case roster.Naming:
			o.plan = roster.RenameAll(run.Of, known, &o.found)
		default:
			o.plan = roster.Merge(run.From, known, &o.found)
		}
		return o, know.failed
	}
	file, known, err := s.gather(ctx, run, know, &o.found)
	o.roster = file.roster
	if err != nil || o.found.Stopped() {
		return o, err
	}
	family := ""
	if file.roster != nil {
		family = roster.FamilyOf(file.roster.Format)
	}
	know.keys(&known, family)
	if file.pairs != nil {
		o.plan = roster.Rekey(file.pairs, known, &o.found)
	} else {
		o.plan = roster.Compare(file.roster, known, &o.found)
	}
	return o, know.failed
}

// gather reads the upload and, meanwhile, what is stored. An upload that stops the
// plan ends the reading.
func (s *server) gather(ctx context.Context, run roster.Run, know *knower, found *roster.Findings) (file, roster.Known, error) {
	ctx, cancel := context.WithCancel(ctx)
	var stored struct {
		known roster.Known
		err   error
	}
	var reading sync.WaitGroup
	defer reading.Wait()
	defer cancel()
	reading.Go(func() {
		defer func() {
			if p := recover(); p != nil { // a failure like any other; what it says may be somebody's
				stored.err = fmt.Errorf("a panic of type %T while reading what is stored: %s", p, debug.Stack())
			}
		}()
		stored.known, stored.err = know.all(ctx, run)
	})
	f, err := s.parse(ctx, know.owner, run, found)
	if err != nil || found.Stopped() {
		return f, roster.Known{}, err
	}
	reading.Wait()
	return f, stored.known, stored.err
}

// take makes the run the only one that imports its school. It answers Busy
// while another does: the message comes back.
func (s *server) take(ctx context.Context, owner tenant.ID, run roster.Run) (held roster.Run, err error) {
	err = s.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		var write func() error
		if held, write, err = s.hold.Take(tx, owner, run); err != nil {
			return err
		}
		return write()
	})
	return held, err
}
