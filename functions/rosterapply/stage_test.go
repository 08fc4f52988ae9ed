package rosterapply_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/functions/rosterapply"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/hold"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/plan"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

const (
	board = tenant.ID("bestuur")
	place = school.ID("school")
)

// queue delivers what is published to the handler, as Pub/Sub does: at least
// once, in any order.
type queue struct {
	mu    sync.Mutex
	wait  []outbox.Message
	mails []outbox.Message // of another function
	rules []outbox.Message // and of another
}

func (q *queue) Publish(_ context.Context, messages []outbox.Message) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range messages {
		switch m.Topic {
		case topic.Mail.Name:
			q.mails = append(q.mails, m)
			continue
		case topic.Recalculate.Name:
			q.rules = append(q.rules, m)
			continue
		}
		q.wait = append(q.wait, m)
	}
	return nil
}

func (q *queue) take(last bool) (outbox.Message, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.wait) == 0 {
		return outbox.Message{}, false
	}
	i := 0
	if last {
		i = len(q.wait) - 1
	}
	m := q.wait[i]
	q.wait = append(q.wait[:i], q.wait[i+1:]...)
	return m, true
}

// oneStep makes every step a delivery of its own, so that they come in any order.
const oneStep = time.Nanosecond

// fixture is a function with an institution and a school.
type fixture struct {
	t       *testing.T
	db      *store.DB
	shelf   plan.Shelf
	index   seal.Index
	keeper  erase.Keeper
	clock   *clock.Manual // of the function
	stint   time.Duration // of a delivery
	queue   *queue
	handler http.Handler
}

func begin(t *testing.T) *fixture {
	t.Helper()
	ctx := t.Context()
	main := store.Config{Project: emulators.Firestore(t)}
	db, err := store.Open(ctx, main)
	require.NoError(t, err)
	records, err := store.Open(ctx, main.In(store.LedgerDatabase))
	require.NoError(t, err)
	t.Cleanup(func() { _, _ = db.Close(), records.Close() })
	bucket, err := blob.Open(ctx, blob.Config{Bucket: emulators.Storage(t), Emulator: os.Getenv("STORAGE_EMULATOR_HOST")})
	require.NoError(t, err)
	sealer, err := seal.Open(ctx, seal.Config{Key: emulators.Keys(t), Endpoint: os.Getenv("KMS_ENDPOINT")})
	require.NoError(t, err)
	index, err := seal.NewIndex(bytes.Repeat([]byte{7}, 32))
	require.NoError(t, err)
	f := &fixture{
		t: t, db: db, shelf: plan.Shelf{Bucket: bucket, Keys: sealer}, index: index, queue: &queue{}, stint: oneStep,
		clock: clock.NewManual(time.Now().UTC().Truncate(time.Microsecond)),
	}
	f.keeper = erase.Keeper{DB: db, Ledger: records, Box: sealer, Index: index, Clock: f.clock}
	f.serve(f.queue)
	require.NoError(t, db.Schools().Create(ctx, board, place, school.School{ID: place}))
	return f
}

// serve begins the function anew, with the shelf as it is and this way out for
// its messages.
func (f *fixture) serve(out outbox.Publisher) {
	post := outbox.Post{Publisher: out, Shelf: f.db.Outbox()}
	keeper := f.keeper
	keeper.Post = post
	f.handler = rosterapply.New(rosterapply.Deps{
		DB: f.db, Plans: f.shelf, Index: f.index, Keys: f.keeper.Box.(*seal.Sealer), Bin: keeper, Post: post, Clock: f.clock, Stint: f.stint,
	})
}

// run stores a plan as rosterplan does and returns its run.
func (f *fixture) run(p roster.Plan, id roster.RunID) roster.Run {
	f.t.Helper()
	ctx := f.t.Context()
	stored, err := f.shelf.Write(ctx, board, id, p)
	require.NoError(f.t, err)
	run := roster.Run{
		ID: id, School: place, Status: roster.Applying, Year: 2026, Plan: stored, Held: p.Held, Created: f.clock.Now(), Changed: f.clock.Now(),
		ExpireAt: time.Now().Add(time.Hour), Rows: map[roster.Phase]int{},
	}
	for phase, rows := range p.Rows {
		run.Rows[phase] = len(rows)
	}
	run.Todo = slices.DeleteFunc(roster.Phases(), func(p roster.Phase) bool { return slices.Contains(run.Held, p) })
	return f.hold(run)
}

// hold gives the school to a run and publishes what it begins with.
func (f *fixture) hold(run roster.Run) roster.Run {
	f.t.Helper()
	keeper := hold.Keeper{DB: f.db, Clock: f.clock}
	require.NoError(f.t, f.db.InTx(f.t.Context(), func(_ context.Context, tx *store.Tx) error {
		held, write, err := keeper.Take(tx, board, run)
		if err != nil {
			return err
		}
		run = held
		return errors.Join(write(), f.db.Runs().SetTx(tx, board, run.ID, run))
	}))
	phase, begins := run.Begins()
	require.True(f.t, begins)
	for _, m := range topic.First(board, run, phase) {
		require.NoError(f.t, f.queue.Publish(f.t.Context(), []outbox.Message{outbox.To(topic.RosterApply, m)}))
	}
	return run
}

// approve lets phases of a run that waits go on, as the console does.
func (f *fixture) approve(id roster.RunID, phases ...roster.Phase) roster.Run {
	f.t.Helper()
	run := f.stored(id)
	require.Equal(f.t, roster.Waiting, run.Status)
	run.Status, run.Todo = roster.Applying, phases
	run.Held = slices.DeleteFunc(run.Held, func(p roster.Phase) bool { return slices.Contains(phases, p) })
	return f.hold(run)
}

func (f *fixture) stored(id roster.RunID) roster.Run {
	f.t.Helper()
	run, err := f.db.Runs().Get(f.t.Context(), board, id)
	require.NoError(f.t, err)
	return run
}

func (f *fixture) slot() store.Slot {
	f.t.Helper()
	slot, err := f.db.Slots().Get(f.t.Context(), board, place)
	require.NoError(f.t, err)
	return slot
}

// deliver hands a message to the function and returns the status.
func (f *fixture) deliver(m outbox.Message) int { return f.deliverAged(m, 0) }

// deliverAged is deliver of a message that was published so long ago.
func (f *fixture) deliverAged(m outbox.Message, age time.Duration) int {
	f.t.Helper()
	body, err := json.Marshal(map[string]any{
		"message": map[string]any{"data": []byte(m.Body), "messageId": "1", "publishTime": time.Now().Add(-age).Format(time.RFC3339Nano)},
	})
	require.NoError(f.t, err)
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, httptest.NewRequestWithContext(f.t.Context(), http.MethodPost, "/"+m.Topic, bytes.NewReader(body)))
	return w.Code
}

// drain delivers until nothing waits: each message times over, the last first
// where backwards.
func (f *fixture) drain(times int, backwards bool) {
	f.t.Helper()
	for {
		m, ok := f.queue.take(backwards)
		if !ok {
			return
		}
		for range times {
			require.Equal(f.t, http.StatusNoContent, f.deliver(m))
		}
	}
}

func (f *fixture) accounts() map[account.ID]account.Account {
	f.t.Helper()
	all := map[account.ID]account.Account{}
	for e, err := range f.db.Accounts().All(f.t.Context(), board) {
		require.NoError(f.t, err)
		all[e.ID] = e.Value
	}
	return all
}

// people makes n accounts as a plan creates them.
func people(n int) []roster.AccountRow {
	rows := make([]roster.AccountRow, n)
	for i := range rows {
		name := fmt.Sprintf("leerling%d", i)
		a := account.Account{
			ID: account.ID(fmt.Sprintf("a%d", i)), Kind: person.Pupil, State: account.Active, Username: name, Address: name + "@school.example",
			Source:      account.Source{Name: person.Name{Call: name}},
			Memberships: []account.Membership{{School: place, Key: name, Year: 2026}}, Version: 1, Epoch: 1,
		}
		a.Digest = a.Imported()
		rows[i] = roster.AccountRow{Action: roster.Create, Account: a}
	}
	return rows
}
