package rosterapply_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/topic"
)

func TestAnyOrderAndAnyRepeatsGiveTheSame(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		times     int
		backwards bool
		stint     time.Duration
	}{
		"in order": {1, false, oneStep}, "backwards": {1, true, oneStep}, "each three times": {3, false, oneStep}, "backwards and twice": {2, true, oneStep},
		"a lane at a time": {2, false, time.Hour}, "a lane at a time, backwards": {1, true, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := begin(t)
			f.stint = c.stint
			f.serve(f.queue)
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

func TestMessagesThatFitNoLane(t *testing.T) {
	t.Parallel()
	f := begin(t)
	f.run(roster.Plan{Rows: map[roster.Phase][]roster.AccountRow{roster.People: people(3)}}, "r1")
	_, _ = f.queue.take(false) // the good one
	for name, m := range map[string]topic.Apply{
		"no such lane":        {Tenant: board, Import: "r1", Phase: roster.People, Lane: 7},
		"before the first":    {Tenant: board, Import: "r1", Phase: roster.People, Lane: -2},
		"no such phase":       {Tenant: board, Import: "r1", Phase: "anything"},
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
			f.serve(dying)
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
