package provision_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/topic"
)

// TestGroupThatSomebodyRemovedThere removes a group at the target: it is made
// anew, with everybody in it, whatever finds out.
func TestGroupThatSomebodyRemovedThere(t *testing.T) {
	t.Parallel()
	for name, find := range map[string]func(s *stage) error{
		"when it is renamed": func(s *stage) error {
			require.NoError(s.t, s.db.Groups().Set(s.t.Context(), board, klas, group.Group{ID: klas, Name: "4A", Year: 2026}))
			return s.Bring(s.t.Context(), topic.Provision{Groups: []group.ID{klas}})
		},
		"when somebody joins": func(s *stage) error {
			s.change(bram, func(a *account.Account) { a.Memberships[0].Groups = []group.ID{klas} })
			return s.bring(bram)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			s.save(pupil(anna))
			other := pupil(bram)
			other.Memberships[0].Groups = []group.ID{plus}
			s.save(other)
			s.brought(anna, bram)
			require.Len(t, s.target.members["rklas"], 1)
			s.target.remove("rklas")

			require.Error(t, find(s), "it may only be new")
			require.Empty(t, s.letters())
			s.clock.Advance(10 * time.Minute)
			require.NoError(t, find(s), "it is tried for ever")
			again := s.letters()
			require.Equal(t, []topic.Provision{{Tenant: board, Connection: link, Accounts: []account.ID{anna}}}, again)
			s.brought(again[0].Accounts...)
			require.Len(t, s.target.groups, 2)
			require.Contains(t, s.target.members["rklasanew"], s.link(anna).Remote)
			require.NotContains(t, s.target.members, "rklas")
			require.NoError(t, find(s))
			require.Empty(t, s.letters(), "it is made anew once")
			s.stands(anna, connection.Linked, "")
			s.stands(bram, connection.Linked, "")
		})
	}
}

// TestGroupIsMadeAnewAfterACrash cuts off what follows a group's removal: the
// group was made at the target, and nothing of it was stored.
func TestGroupIsMadeAnewAfterACrash(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.save(pupil(anna))
	s.brought(anna)
	before, err := s.db.GroupLinks(link).Get(t.Context(), board, klas)
	require.NoError(t, err)
	s.target.remove("rklas")
	s.clock.Advance(10 * time.Minute)
	require.NoError(t, s.db.Groups().Set(t.Context(), board, klas, group.Group{ID: klas, Name: "4A", Year: 2026}))
	m := topic.Provision{Groups: []group.ID{klas}}
	require.NoError(t, s.Bring(t.Context(), m))
	require.NoError(t, s.db.GroupLinks(link).Set(t.Context(), board, klas, before))
	for _, again := range s.letters() {
		s.brought(again.Accounts...)
	}
	require.NoError(t, s.Bring(t.Context(), m))
	for _, again := range s.letters() {
		s.brought(again.Accounts...)
	}
	require.Equal(t, []string{"u1"}, s.target.members["rklasanew"])
}

// TestAccountThatIsGoneJoinsNothing: the group is there, so it is the account
// that somebody removed.
func TestAccountThatIsGoneJoinsNothing(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.save(pupil(anna))
	s.brought(anna)
	delete(s.target.users, "u1")
	s.clock.Advance(10 * time.Minute)
	s.change(anna, func(a *account.Account) { a.Memberships[0].Groups = []group.ID{klas, plus} })
	s.busy(anna) // the other group is new
	s.clock.Advance(10 * time.Minute)
	s.brought(anna)
	s.stands(anna, connection.Failed, "gone_at_target")
	require.Empty(t, s.brought(anna), "it is tried for ever")
}

// TestWhatIsSentIsLogged demands one entry for what one message sends, before
// it is sent.
func TestWhatIsSentIsLogged(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ids := s.class("a", 5)
	var logged int
	s.target.before = func(ctx context.Context, op string) error {
		if op == "create" {
			logged = max(logged, len(s.sent()))
		}
		return nil
	}
	s.brought(ids...)
	require.Equal(t, 1, logged, "the first account was sent before it was logged")
	entries := s.sent()
	require.Len(t, entries, 1)
	require.ElementsMatch(t, ids, entries[0].Subjects)
	require.Equal(t, string(link), entries[0].Object)
	require.Equal(t, audit.Actor{System: "provision"}, entries[0].Actor)
	require.Equal(t, s.clock.Now(), entries[0].At.UTC())

	s.brought(ids...)
	require.Len(t, s.sent(), 1, "nothing was sent, and it is logged")
	s.change(ids[3], func(a *account.Account) { a.Source.Name.Call = "Anders" })
	s.brought(ids...)
	require.Len(t, s.sent(), 2)
	for _, e := range s.sent() {
		require.Contains(t, fmt.Sprint(e.Subjects), string(ids[3]))
	}
}

// sent returns the entries of the log about what was sent.
func (s *stage) sent() (found []audit.Entry) {
	s.t.Helper()
	for e, err := range s.db.Log().All(s.t.Context(), board) {
		require.NoError(s.t, err)
		require.Equal(s.t, audit.Provisioned, e.Value.Action)
		found = append(found, e.Value)
	}
	return found
}
