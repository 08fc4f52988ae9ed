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
	"cool.example/sync/shared/group"
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
}

func (q *queue) Publish(_ context.Context, messages []outbox.Message) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range messages {
		if m.Topic == topic.Mail.Name {
			q.mails = append(q.mails, m)
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

// fixture is a function with an institution and a school.
type fixture struct {
	t       *testing.T
	db      *store.DB
	shelf   plan.Shelf
	index   seal.Index
	keeper  erase.Keeper
	queue   *queue
	handler http.Handler
}

// deps is what the function needs, with somebody who publishes.
func (f *fixture) deps(p outbox.Publisher) rosterapply.Deps {
	post := outbox.Post{Publisher: p, Shelf: f.db.Outbox()}
	keeper := f.keeper
	keeper.Post = post
	return rosterapply.Deps{
		DB: f.db, Plans: f.shelf, Index: f.index, Keys: f.keeper.Box.(*seal.Sealer), Bin: keeper, Post: post, Clock: clock.System{},
	}
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
	f := &fixture{t: t, db: db, shelf: plan.Shelf{Bucket: bucket, Keys: sealer}, index: index, queue: &queue{}}
	f.keeper = erase.Keeper{DB: db, Ledger: records, Box: sealer, Index: index, Clock: clock.System{}}
	f.handler = rosterapply.New(f.deps(f.queue))
	require.NoError(t, db.Schools().Create(ctx, board, place, school.School{ID: place}))
	return f
}

// run stores a plan as rosterplan does and returns its run.
func (f *fixture) run(p roster.Plan, id roster.RunID) roster.Run {
	f.t.Helper()
	ctx := f.t.Context()
	stored, err := f.shelf.Write(ctx, board, id, p)
	require.NoError(f.t, err)
	run := roster.Run{
		ID: id, School: place, Status: roster.Applying, Year: 2026, Plan: stored, Held: p.Held, ExpireAt: time.Now().Add(time.Hour),
	}
	run.Todo = slices.DeleteFunc(roster.Phases(), func(p roster.Phase) bool { return slices.Contains(run.Held, p) })
	require.NoError(f.t, f.db.Runs().Set(ctx, board, id, run))
	require.NoError(f.t, f.db.Slots().Set(ctx, board, place, store.Slot{Run: id, Until: time.Now().Add(time.Hour)}))
	phase, begins := run.Begins()
	require.True(f.t, begins)
	for _, m := range topic.First(board, run, phase) {
		require.NoError(f.t, f.queue.Publish(ctx, []outbox.Message{outbox.To(topic.RosterApply, m)}))
	}
	return run
}

// deliver hands a message to the function and returns the status.
func (f *fixture) deliver(m outbox.Message) int {
	f.t.Helper()
	body, err := json.Marshal(map[string]any{"message": map[string]any{"data": []byte(m.Body), "messageId": "1"}})
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

func TestAnyOrderAndAnyRepeatsGiveTheSame(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		times     int
		backwards bool
	}{"in order": {1, false}, "backwards": {1, true}, "each three times": {3, false}, "backwards and twice": {2, true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := begin(t)
			rows := people(450)
			f.run(roster.Plan{Rows: map[roster.Phase][]roster.AccountRow{roster.People: rows}}, "r1")
			f.drain(c.times, c.backwards)
			stored := f.accounts()
			require.Len(t, stored, len(rows))
			for _, row := range rows {
				require.Equal(t, row.Account.Digest, stored[row.Account.ID].Digest)
				id, err := f.db.Names().Get(t.Context(), board, store.NameID(f.index.Of(board, "address", row.Account.Address)))
				require.NoError(t, err)
				require.Equal(t, row.Account.ID, id)
			}
			run, err := f.db.Runs().Get(t.Context(), board, "r1")
			require.NoError(t, err)
			require.Equal(t, roster.Applied, run.Status)
			slot, err := f.db.Slots().Get(t.Context(), board, place)
			require.NoError(t, err)
			require.Empty(t, slot.Run, "the school is still held")
		})
	}
}

func TestRowsThatSomebodyChangedMeanwhile(t *testing.T) {
	t.Parallel()
	f := begin(t)
	ctx := t.Context()
	rows := people(5)
	f.run(roster.Plan{Rows: map[roster.Phase][]roster.AccountRow{roster.People: rows}}, "r1")
	f.drain(1, false)

	var changes []roster.AccountRow
	for _, row := range rows {
		e, err := f.db.Accounts().Read(ctx, board, row.Account.ID)
		require.NoError(t, err)
		a := e.Value
		a.Source.Name.Surname = "Nieuw"
		a.Version++
		a.Digest = a.Imported()
		changes = append(changes, roster.AccountRow{Action: roster.Change, Account: a, Written: e.Written, Was: e.Value.Digest})
	}
	// After the plan: one is blocked by hand, one gets another name from elsewhere.
	touch := func(id account.ID, change func(*account.Account)) {
		a, err := f.db.Accounts().Get(ctx, board, id)
		require.NoError(t, err)
		change(&a)
		require.NoError(t, f.db.Accounts().Set(ctx, board, id, a))
	}
	touch("a1", func(a *account.Account) { a.State, a.Epoch = account.Blocked, 9 })
	touch("a2", func(a *account.Account) { a.Source.Name.Surname = "Anders"; a.Digest = a.Imported() })
	stranger := people(6)[5]
	require.NoError(t, f.db.Names().Create(ctx, board, store.NameID(f.index.Of(board, "address", stranger.Account.Address)), "somebody"))

	f.run(roster.Plan{Rows: map[roster.Phase][]roster.AccountRow{roster.People: append(changes, stranger)}}, "r2")
	f.drain(2, false)
	after := f.accounts()
	require.Len(t, after, 5, "an account was made under somebody else's address")
	require.Equal(t, "Nieuw", after["a0"].Source.Name.Surname)
	require.Equal(t, "Nieuw", after["a1"].Source.Name.Surname)
	require.Equal(t, account.Blocked, after["a1"].State, "an import undid a block")
	require.EqualValues(t, 9, after["a1"].Epoch)
	require.Equal(t, "Anders", after["a2"].Source.Name.Surname, "a later change was written over")
	lane, err := f.db.Lanes("r2", time.Time{}).Get(ctx, board, "people-0")
	require.NoError(t, err)
	require.Equal(t, 2, lane.Conflicts)
}

func TestHeldLeaversWait(t *testing.T) {
	t.Parallel()
	f := begin(t)
	rows := people(3)
	f.run(roster.Plan{Rows: map[roster.Phase][]roster.AccountRow{roster.People: rows}}, "r1")
	f.drain(1, false)
	e, err := f.db.Accounts().Read(t.Context(), board, "a0")
	require.NoError(t, err)
	gone := e.Value
	gone.State = account.Left
	f.run(roster.Plan{
		Held: []roster.Phase{roster.Leave},
		Rows: map[roster.Phase][]roster.AccountRow{
			roster.People: people(4)[3:],
			roster.Leave:  {{Action: roster.Depart, Account: gone, Written: e.Written, Was: e.Value.Digest}},
		},
	}, "r2")
	f.drain(1, false)
	run, err := f.db.Runs().Get(t.Context(), board, "r2")
	require.NoError(t, err)
	require.Equal(t, roster.Waiting, run.Status)
	after := f.accounts()
	require.Len(t, after, 4, "new people do not wait for the leavers")
	require.Equal(t, account.Active, after["a0"].State)
	require.Equal(t, []outbox.Message{outbox.To(topic.Mail, topic.Waits(board, "r2"))}, f.queue.mails, "nobody is told, or more than once")
}

func TestAnotherRunHasTakenOver(t *testing.T) {
	t.Parallel()
	f := begin(t)
	f.run(roster.Plan{Rows: map[roster.Phase][]roster.AccountRow{roster.People: people(3)}}, "r1")
	require.NoError(t, f.db.Slots().Set(t.Context(), board, place, store.Slot{Run: "r2", Until: time.Now().Add(time.Hour)}))
	f.drain(2, false)
	require.Empty(t, f.accounts())
	run, err := f.db.Runs().Get(t.Context(), board, "r1")
	require.NoError(t, err)
	require.Equal(t, roster.Refused, run.Status)
}

func TestMessagesThatFitNoStep(t *testing.T) {
	t.Parallel()
	f := begin(t)
	f.run(roster.Plan{Rows: map[roster.Phase][]roster.AccountRow{roster.People: people(3)}}, "r1")
	_, _ = f.queue.take(false) // the good one
	for name, m := range map[string]topic.Apply{
		"another lane's step": {Tenant: board, Import: "r1", Phase: roster.People, Lane: 0, Next: 1},
		"no such lane":        {Tenant: board, Import: "r1", Phase: roster.People, Lane: 7, Next: 7},
		"before the first":    {Tenant: board, Import: "r1", Phase: roster.People, Lane: 0, Next: -2},
		"no such run":         {Tenant: board, Import: "r9", Phase: roster.People},
		"another institution": {Tenant: "anderbestuur", Import: "r1", Phase: roster.People},
	} {
		require.Equal(t, http.StatusNoContent, f.deliver(outbox.To(topic.RosterApply, m)), "%s comes back for ever", name)
	}
	require.Empty(t, f.accounts())
}

// crashing is a queue whose n-th publication never comes about: the process
// died between its commit and its message.
type crashing struct {
	*queue
	left int
}

func (c *crashing) Publish(ctx context.Context, messages []outbox.Message) error {
	c.left--
	if c.left == 0 {
		return errors.New("the process died")
	}
	return c.queue.Publish(ctx, messages)
}

// TestCrashedAfterEveryStep lets apply die after each of its commits in turn,
// and demands that what was left behind brings the run to its end.
func TestCrashedAfterEveryStep(t *testing.T) {
	t.Parallel()
	for crash := 1; crash <= 8; crash++ {
		t.Run(fmt.Sprint(crash), func(t *testing.T) {
			t.Parallel()
			f := begin(t)
			rows := people(850)
			f.run(roster.Plan{
				Groups: []roster.GroupRow{{Action: roster.Create, Group: group.Group{ID: "g1", School: place}}},
				Rows:   map[roster.Phase][]roster.AccountRow{roster.People: rows},
			}, "r1")
			dying := &crashing{queue: f.queue, left: crash}
			f.handler = rosterapply.New(f.deps(dying))
			for {
				m, ok := f.queue.take(false)
				if !ok {
					left, err := f.db.Leftovers(t.Context(), time.Now().Add(time.Hour), 10)
					require.NoError(t, err)
					if len(left) == 0 {
						break
					}
					for _, letter := range left { // what the sweep does
						require.NoError(t, outbox.Post{Publisher: f.queue, Shelf: f.db.Outbox()}.TrySend(t.Context(), letter))
					}
					continue
				}
				if f.deliver(m) != http.StatusNoContent {
					require.NoError(t, f.queue.Publish(t.Context(), []outbox.Message{m})) // Pub/Sub delivers again
				}
			}
			require.LessOrEqual(t, dying.left, 0, "it never died")
			require.Len(t, f.accounts(), len(rows))
			run, err := f.db.Runs().Get(t.Context(), board, "r1")
			require.NoError(t, err)
			require.Equal(t, roster.Applied, run.Status)
		})
	}
}
