package rosterapply_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/store"
)

// everyPhase begins a run that has something to do in every phase, on a school
// of thirty pupils.
func (f *fixture) everyPhase() {
	f.t.Helper()
	ctx := f.t.Context()
	require.NoError(f.t, f.db.Groups().Create(ctx, board, "oud", group.Group{ID: "oud", School: place, Kind: group.Class, Name: "3A", Year: 2026}))
	f.run(roster.Plan{Rows: map[roster.Phase][]roster.AccountRow{roster.People: people(30)}}, "r0")
	f.drain(1, false)
	change := func(id account.ID, edit func(*account.Account)) roster.AccountRow {
		row := f.row(id, roster.Change, edit)
		row.Account.Changed = time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
		return row
	}
	surname := func(s string) func(*account.Account) { return func(a *account.Account) { a.Source.Name.Surname = s } }
	fresh := people(34)[30:]
	proposal, same := fresh[1], change("a7", surname("Zelfde"))
	proposal.Or = &same
	renamed := change("a8", func(a *account.Account) { *a = a.Called("nieuw8", "nieuw8@school.example") })
	renamed.Action, renamed.Claims = roster.Rename, []string{"nieuw8@school.example"}
	stays := change("a8", func(a *account.Account) { a.Renamed = false })
	renamed.Or = &stays
	p := roster.Plan{
		Groups: []roster.GroupRow{{Action: roster.Create, Group: group.Group{ID: "nieuw", School: place, Kind: group.Class, Name: "4A", Year: 2026}}},
		Ends:   []roster.GroupRow{{Action: roster.Change, Group: group.Group{ID: "oud", School: place, Kind: group.Class, Name: "3A", Year: 2026, Ended: true}}},
		Rows: map[roster.Phase][]roster.AccountRow{
			roster.People:  {change("a1", surname("Een")), change("a2", surname("Twee")), fresh[0]},
			roster.Names:   {change("a3", surname("Anders"))},
			roster.Moves:   {change("a4", func(a *account.Account) { a.Memberships[0].Groups = []group.ID{"nieuw"} })},
			roster.Matches: {proposal},
			roster.Renames: {renamed},
			roster.Fresh:   {fresh[2]},
			roster.Gone:    {f.leaver("a5")},
			roster.Leave:   {f.leaver("a6")},
		},
	}
	stored, err := f.shelf.Write(ctx, board, "r1", p)
	require.NoError(f.t, err)
	run := roster.Run{
		ID: "r1", School: place, Status: roster.Applying, Year: 2026, Plan: stored, Created: f.clock.Now(), Changed: f.clock.Now(),
		ExpireAt: time.Now().Add(time.Hour), Rows: map[roster.Phase]int{}, Todo: roster.Phases(), Rest: []roster.Phase{roster.Renames},
		Decisions: map[roster.Phase]map[account.ID]roster.Decision{roster.Matches: {proposal.Account.ID: roster.Same}},
	}
	for phase, rows := range p.Rows {
		run.Rows[phase] = len(rows)
	}
	f.hold(run)
}

// outcome is everything that a run leaves behind, in words that are the same in
// every institution.
func (f *fixture) outcome() map[string]string {
	f.t.Helper()
	ctx := f.t.Context()
	all := map[string]string{"run": string(f.stored("r1").Status), "slot": string(f.slot().Run)}
	for id, a := range f.accounts() {
		all["account "+string(id)] = fmt.Sprintf("%s %s %v %s v%d e%d %s", a.Source.Name.Surname, a.Address, a.Aliases, a.State, a.Version, a.Epoch, a.Digest)
	}
	for e, err := range f.db.Bin().All(ctx, board) {
		require.NoError(f.t, err)
		all["bin "+string(e.ID)] = string(e.Value.Why)
	}
	for e, err := range f.db.Groups().All(ctx, board) {
		require.NoError(f.t, err)
		all["group "+string(e.ID)] = fmt.Sprintf("%s %v", e.Value.Name, e.Value.Ended)
	}
	for _, address := range []string{"nieuw8@school.example", "leerling8@school.example", "leerling6@school.example", "leerling30@school.example", "leerling31@school.example"} {
		id, err := f.db.Names().Get(ctx, board, store.NameID(f.index.Of(board, "address", address)))
		all["name "+address] = fmt.Sprint(id, err == nil)
	}
	return all
}

// inOrder returns what a run leaves behind where every message comes once.
func inOrder(t *testing.T) map[string]string {
	t.Helper()
	f := begin(t)
	f.everyPhase()
	f.drain(1, false)
	got := f.outcome()
	require.Equal(t, "applied", got["run"])
	require.Contains(t, got, "bin a5")
	require.Contains(t, got, "bin a6")
	require.NotContains(t, got, "account a31", "somebody said that it is a7")
	require.Contains(t, got["account a7"], "Zelfde")
	require.Contains(t, got["account a8"], "nieuw8@school.example [leerling8@school.example]")
	require.Equal(t, "3A true", got["group oud"])
	return got
}

// TestAnyOrderOfEveryPhase delivers the messages of every phase in any order,
// each any number of times, and expects the same to be left behind.
func TestAnyOrderOfEveryPhase(t *testing.T) {
	t.Parallel()
	want := inOrder(t)
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			f := begin(t)
			chance := rand.New(rand.NewPCG(seed, 1))
			f.everyPhase()
			f.stint = []time.Duration{oneStep, time.Hour}[seed%2]
			f.serve(f.queue)
			var seen []outbox.Message
			for m, ok := f.queue.take(chance.IntN(2) == 0); ok; m, ok = f.queue.take(chance.IntN(2) == 0) {
				seen = append(seen, m)
				for range 1 + chance.IntN(3) {
					require.Equal(t, http.StatusNoContent, f.deliver(m))
				}
				if chance.IntN(4) == 0 { // one from long ago
					require.Equal(t, http.StatusNoContent, f.deliver(seen[chance.IntN(len(seen))]))
				}
			}
			require.Equal(t, want, f.outcome())
		})
	}
}

// mortal dies once, when it publishes for the nth time.
type mortal struct {
	*queue
	n    int
	died bool
}

func (m *mortal) Publish(ctx context.Context, messages []outbox.Message) error {
	if m.n--; m.n == 0 {
		m.died = true
		return errors.New("the process died")
	}
	return m.queue.Publish(ctx, messages)
}

// sweep publishes what letters still hold, as the sweep does each minute.
func (f *fixture) sweep() {
	f.t.Helper()
	left, err := f.db.Leftovers(f.t.Context(), time.Now().Add(time.Hour), 100)
	require.NoError(f.t, err)
	for _, l := range left {
		require.NoError(f.t, f.queue.Publish(f.t.Context(), l.Messages))
		require.NoError(f.t, f.db.Outbox().Delete(f.t.Context(), board, l.ID))
	}
}

// TestKilledAtEveryStep ends the process after every commit in turn, before it
// could say so: what was not acknowledged comes again, what lay in the outbox is
// swept, and the run ends as if nothing had happened.
func TestKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	want := inOrder(t)
	const most = 40 // more than a run publishes
	for from := range 4 {
		t.Run(fmt.Sprint(from), func(t *testing.T) {
			t.Parallel()
			for n := from + 1; n <= most; n += 4 {
				f := begin(t)
				f.everyPhase()
				dies := &mortal{queue: f.queue, n: n}
				f.serve(dies)
				for range most {
					for m, ok := f.queue.take(false); ok; m, ok = f.queue.take(false) {
						if f.deliver(m) != http.StatusNoContent {
							require.NoError(t, f.queue.Publish(t.Context(), []outbox.Message{m}))
						}
					}
					f.sweep()
					if len(f.queue.wait) == 0 {
						break
					}
				}
				require.Equal(t, want, f.outcome(), "killed at publication %d", n)
				if !dies.died {
					return // it publishes no more often
				}
			}
		})
	}
}

// TestALaneIsDeliveredTwiceAtOnce has each lane's message delivered again while
// its steps are applied, as where an answer stays out for too long.
func TestALaneIsDeliveredTwiceAtOnce(t *testing.T) {
	t.Parallel()
	f := begin(t)
	f.stint = time.Hour
	f.serve(f.queue)
	rows := people(1250)
	f.run(roster.Plan{Rows: map[roster.Phase][]roster.AccountRow{roster.People: rows}}, "r1")
	var all sync.WaitGroup
	for m, ok := f.queue.take(false); ok; m, ok = f.queue.take(false) {
		for range 2 {
			all.Go(func() {
				for f.deliver(m) != http.StatusNoContent { // contention did not end: it comes again
				}
			})
		}
	}
	all.Wait()
	require.Len(t, f.accounts(), len(rows))
	require.Equal(t, roster.Applied, f.stored("r1").Status)
	applied := map[account.ID]int{}
	for e, err := range f.db.Log().All(t.Context(), board) {
		require.NoError(t, err)
		for _, id := range e.Value.Subjects {
			applied[id]++
		}
	}
	require.Len(t, applied, len(rows))
	for id, times := range applied {
		require.Equal(t, 1, times, id)
	}
}

// TestSchoolsDoNotWaitForEachOther applies two schools' runs with their messages
// mixed.
func TestSchoolsDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	f := begin(t)
	other := school.ID("elders")
	require.NoError(t, f.db.Schools().Create(t.Context(), board, other, school.School{ID: other}))
	f.run(roster.Plan{Rows: map[roster.Phase][]roster.AccountRow{roster.People: people(20)}}, "r1")
	rows := people(40)[20:]
	for i := range rows {
		rows[i].Account.Memberships[0].School = other
		rows[i].Account.Digest = rows[i].Account.Imported()
	}
	stored, err := f.shelf.Write(t.Context(), board, "r2", roster.Plan{Rows: map[roster.Phase][]roster.AccountRow{roster.People: rows}})
	require.NoError(t, err)
	run := roster.Run{ID: "r2", School: other, Status: roster.Applying, Year: 2026, Plan: stored, ExpireAt: time.Now().Add(time.Hour), Todo: roster.Phases()}
	f.hold(run)
	require.GreaterOrEqual(t, len(f.queue.wait), 2, "both schools have begun")
	f.drain(1, true)
	require.Len(t, f.accounts(), 40)
	for _, id := range []roster.RunID{"r1", "r2"} {
		require.Equal(t, roster.Applied, f.stored(id).Status)
	}
}
