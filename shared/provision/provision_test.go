package provision_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/provision"
	"cool.example/sync/shared/topic"
)

func TestOnlyWhatDiffersIsSent(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.save(pupil(anna))
	require.Equal(t, []string{"create", "group", "join"}, s.brought(anna))
	require.Equal(t, provision.Wanted{
		Account: anna, Address: "anna@school.example", Given: "anna", Family: "van Dijk", Kind: "pupil", Active: true, Groups: []group.ID{klas},
	}, s.target.users["u1"])
	require.Equal(t, []string{"u1"}, s.target.members["rklas"])
	s.stands(anna, connection.Linked, "")

	steps := []struct {
		name   string
		change func(*account.Account)
		calls  []string
	}{
		{"nothing", func(*account.Account) {}, []string{}},
		{"another name", func(a *account.Account) { a.Source.Name.Call = "Anna" }, []string{"update"}},
		{"what stays here", func(a *account.Account) { a.Source.Gender, a.Source.Number = "f", "123" }, []string{}},
		{"another group", func(a *account.Account) { a.Memberships[0].Groups = []group.ID{plus} }, []string{"leave", "group", "join"}},
		{"gone", func(a *account.Account) { a.State = account.Left }, []string{"update", "leave"}},
		{"back", func(a *account.Account) { a.State = account.Active }, []string{"update", "join"}},
		{"blocked", func(a *account.Account) { a.State = account.Blocked }, []string{"update", "leave"}},
	}
	for _, step := range steps {
		s.change(anna, step.change)
		require.Equal(t, step.calls, s.brought(anna, anna), step.name)
		require.Empty(t, s.brought(anna), "%s, delivered again", step.name)
	}
	require.False(t, s.target.users["u1"].Active)
	require.Empty(t, s.target.members["rplus"])
	require.EqualValues(t, 8, s.link(anna).Version)
}

func TestWhoIsNotPassedOn(t *testing.T) {
	t.Parallel()
	s := begin(t)
	for id, change := range map[account.ID]func(*account.Account){
		"guardian": func(a *account.Account) { a.Kind = person.Guardian },
		"left":     func(a *account.Account) { a.State = account.Left },
		"prepared": func(a *account.Account) { a.State = account.Prepared },
	} {
		a := pupil(id)
		change(&a)
		s.save(a)
	}
	require.Empty(t, s.brought("guardian", "left", "prepared", "unknown"))
}

func TestGroupsAreNamedAnew(t *testing.T) {
	t.Parallel()
	s := begin(t)
	m := topic.Provision{Groups: []group.ID{klas}}
	require.NoError(t, s.Bring(t.Context(), m))
	require.NoError(t, s.Bring(t.Context(), m))
	require.Equal(t, []string{"group"}, s.target.ops())
	require.NoError(t, s.db.Groups().Set(t.Context(), board, klas, group.Group{ID: klas, Name: "4A", Year: 2026}))
	require.NoError(t, s.Bring(t.Context(), m))
	require.Equal(t, map[string]string{"rklas": "4A"}, s.target.groups)
}

func TestGroupThatIsRefused(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.save(pupil(anna))
	s.target.before = fails("group", 1, fault.New(fault.Invalid, ""))
	m := topic.Provision{Groups: []group.ID{klas}, Accounts: []account.ID{anna}}
	for range 3 {
		require.NoError(t, s.Bring(t.Context(), m), "it comes back for ever")
	}
	require.Equal(t, []string{"group", "create"}, s.target.ops())
	s.stands(anna, connection.Linked, "")
	l, err := s.db.GroupLinks(link).Get(t.Context(), board, klas)
	require.NoError(t, err)
	require.Equal(t, "refused_by_target", l.Reason)

	require.NoError(t, s.db.Groups().Set(t.Context(), board, klas, group.Group{ID: klas, Name: "4A", Year: 2026}))
	require.NoError(t, s.Bring(t.Context(), m))
	require.Equal(t, []string{"group", "join"}, s.target.ops())
}

func TestAnswerIsLost(t *testing.T) {
	t.Parallel()
	lost := errors.New("no answer")
	for op, again := range map[string][]string{
		"create": {"find", "update", "group", "join"},
		"update": {"update", "leave"},
		"group":  {"group", "join"},
		"join":   {"join"},
		"leave":  {"leave"},
	} {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			s.save(pupil(anna))
			if op == "update" || op == "leave" {
				s.brought(anna)
				s.change(anna, func(a *account.Account) { a.State = account.Left })
			}
			s.target.after = fails(op, 1, lost)
			s.busy(anna)
			require.Equal(t, again, s.brought(anna))
			require.Len(t, s.target.users, 1)
			require.Equal(t, s.target.users["u1"].Active, slices.Contains(s.target.members["rklas"], "u1"))
			s.stands(anna, connection.Linked, "")
		})
	}
}

func TestLostAccountThatIsNotVisibleYet(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.save(pupil(anna))
	s.target.after = fails("create", 1, fault.New(fault.Busy, ""))
	s.target.hidden = true
	for range 3 {
		s.busy(anna)
		s.clock.Advance(time.Minute)
	}
	require.Equal(t, connection.Creating, s.link(anna).State)
	s.target.hidden = false
	require.Equal(t, []string{"find", "update", "group", "join"}, s.brought(anna))
	require.Len(t, s.target.users, 1)
}

func TestForeignAccountIsLeftAlone(t *testing.T) {
	t.Parallel()
	s := begin(t)
	foreign := provision.Wanted{Address: "anna@school.example", Given: "Somebody"}
	s.target.users["foreign"] = foreign
	s.save(pupil(anna))
	require.Equal(t, []string{"create", "find"}, s.brought(anna))
	s.stands(anna, connection.Conflict, "address_taken")
	require.Empty(t, s.brought(anna), "the same is tried for ever")
	require.Equal(t, foreign, s.target.users["foreign"])

	s.change(anna, func(a *account.Account) { a.Address = "anna2@school.example" })
	s.brought(anna)
	s.stands(anna, connection.Linked, "")
	require.Equal(t, foreign, s.target.users["foreign"])
}

// TestForeignAccountAfterUnclearTry: the address is somebody else's after all.
func TestForeignAccountAfterUnclearTry(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.target.users["foreign"] = provision.Wanted{Address: "anna@school.example"}
	s.save(pupil(anna))
	s.target.before = fails("create", 1, fault.New(fault.Busy, ""))
	s.busy(anna)
	s.busy(anna)
	s.clock.Advance(10 * time.Minute)
	s.brought(anna)
	s.stands(anna, connection.Conflict, "address_taken")
}

// TestLeaverWhoseAddressIsTaken: a rename that cannot be must not keep a
// leaver's account open.
func TestLeaverWhoseAddressIsTaken(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.target.users["foreign"] = provision.Wanted{Address: "new@school.example"}
	s.save(pupil(anna))
	s.brought(anna)
	s.change(anna, func(a *account.Account) { a.Address = "new@school.example" })
	s.brought(anna)
	s.stands(anna, connection.Conflict, "address_taken")
	s.change(anna, func(a *account.Account) { a.State = account.Left })
	s.brought(anna)
	s.stands(anna, connection.Linked, "")
	require.False(t, s.target.users["u1"].Active)
	require.Empty(t, s.target.members["rklas"])
}

func TestRefusalIsVisibleAndEnds(t *testing.T) {
	t.Parallel()
	for op, calls := range map[string][]string{"create": {"create"}, "join": {"create", "group", "join"}} {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			s.save(pupil(anna))
			s.target.before = fails(op, 1, fault.New(fault.Invalid, ""))
			require.Equal(t, calls, s.brought(anna))
			s.stands(anna, connection.Failed, "refused_by_target")
			require.Empty(t, s.brought(anna))
			s.change(anna, func(a *account.Account) { a.Memberships[0].Groups = []group.ID{plus} })
			s.brought(anna)
			s.stands(anna, connection.Linked, "")
			require.Equal(t, []string{"u1"}, s.target.members["rplus"])
		})
	}
}

func TestAccountThatSomebodyRemovedThere(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.save(pupil(anna))
	s.brought(anna)
	delete(s.target.users, "u1")
	rename := func(a *account.Account) { a.Source.Name.Call += "x" }
	s.change(anna, rename)
	s.busy(anna) // it may only be new
	s.clock.Advance(10 * time.Minute)
	s.brought(anna)
	s.stands(anna, connection.Failed, "gone_at_target")
	require.Empty(t, s.brought(anna))
}

func TestOthersGoOnBesideAFailure(t *testing.T) {
	t.Parallel()
	s := begin(t)
	a := pupil(anna)
	a.Memberships = nil
	s.save(a)
	s.save(pupil(bram))
	s.target.before = fails("join", 1, fault.New(fault.NotFound, "not visible yet"))
	s.busy(anna, bram)
	s.stands(anna, connection.Linked, "")
	require.NotEqual(t, connection.Linked, s.link(bram).State)
	require.Equal(t, []string{"join"}, s.brought(anna, bram), "what succeeded is sent again")
}

func TestTargetThatLetsNobodyIn(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ids := s.class("a", 20)
	s.target.before = func(context.Context, string) error { return fault.New(fault.Forbidden, "") }
	s.Pace.Creates = 200
	err := s.bring(ids...)
	require.Equal(t, fault.Forbidden, fault.KindOf(err), "%v", err)
	require.Less(t, len(s.target.ops()), 20, "every account knocks at a closed door")
	s.target.before = nil
	require.NoError(t, s.bring(ids...))
	require.Len(t, s.target.users, 20)
}
