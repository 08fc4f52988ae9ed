package provisiongoogle_test

import (
	"flag"
	"fmt"
	"math/rand"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cool.example/sync/emulators/google"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/group"
)

// change is a change of an account that a message follows.
type change struct {
	account int
	state   account.State
	name    string
	groups  []group.ID
}

func changes() *rapid.Generator[change] {
	return rapid.Custom(func(t *rapid.T) change {
		return change{
			account: rapid.IntRange(0, 2).Draw(t, "account"),
			state:   rapid.SampledFrom([]account.State{account.Active, account.Active, account.Blocked, account.Left}).Draw(t, "state"),
			name:    rapid.SampledFrom([]string{"Sanne", "Tim", "Noor"}).Draw(t, "name"),
			groups:  rapid.SampledFrom([][]group.ID{nil, {klas}, {plus}, {klas, plus}}).Draw(t, "groups"),
		}
	})
}

// TestAnyOrderAndAnyRepeatsEndTheSame delivers messages late, early, often and
// with lost answers; what stands at the end is what was wanted last.
func TestAnyOrderAndAnyRepeatsEndTheSame(t *testing.T) {
	t.Parallel()
	require.NoError(t, flag.Set("rapid.checks", "12")) // each talks to real services
	s := begin(t, google.Options{Delay: 2 * time.Second})
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		ids := make([]account.ID, 3)
		for i := range ids {
			ids[i] = account.ID(fmt.Sprintf("ar%dp%d", run, i))
			s.save(pupil(ids[i]))
		}
		queue := slices.Clone(ids)
		for _, c := range rapid.SliceOfN(changes(), 1, 8).Draw(rt, "changes") {
			id := ids[c.account]
			s.change(id, func(a *account.Account) {
				a.State, a.Source.Name.Call, a.Memberships[0].Groups = c.state, c.name, c.groups
			})
			queue = append(queue, id)
			if rapid.Bool().Draw(rt, "early") {
				s.deliver(about(id)) // what fails stays in the queue
			}
		}
		if lost := rapid.SampledFrom([]string{"", "users.insert", "users.patch", "members.insert", "members.delete"}).Draw(rt, "lost"); lost != "" {
			s.fake.Fail(google.Fault{Method: "directory." + lost, Times: 1, After: true})
		}
		queue = append(queue, queue[:rapid.IntRange(0, len(queue)).Draw(rt, "repeats")]...)
		s.settle(rt, queue, rapid.Int64().Draw(rt, "order"))
		for _, id := range ids {
			s.matches(rt, id)
		}
	})
}

// settle delivers every message, in an order of its own, until it succeeds.
func (s *stage) settle(t require.TestingT, queue []account.ID, order int64) {
	chance := rand.New(rand.NewSource(order)) //nolint:gosec // an order to test with
	for tries := 0; len(queue) > 0; tries++ {
		require.Less(t, tries, 200, "messages come back for ever")
		i := chance.Intn(len(queue))
		if s.deliver(about(queue[i])) == http.StatusNoContent {
			queue = slices.Delete(queue, i, i+1)
		}
		s.clock.Advance(time.Second)
	}
}

// matches demands that Google has of an account what is wanted.
func (s *stage) matches(t require.TestingT, id account.ID) {
	a, err := s.db.Accounts().Get(s.t.Context(), board, id)
	require.NoError(t, err)
	user, made := s.fake.Users()[a.Address]
	want := a.Groups()
	if !made {
		require.NotEqual(t, account.Active, a.State)
		return
	}
	require.Equal(t, a.State != account.Active, user.Suspended)
	require.Equal(t, a.Source.Name.Call, user.Given)
	for g, address := range map[group.ID]string{klas: klasAddress, plus: plusAddress} {
		in := slices.Contains(s.fake.Members()[address], a.Address)
		require.Equal(t, a.State == account.Active && slices.Contains(want, g), in, "%s in %s", id, g)
	}
	s.stands(id, connection.Linked, "")
	same := 0
	for _, u := range s.fake.Users() {
		if u.ExternalID == string(id) {
			same++
		}
	}
	require.Equal(t, 1, same)
}
