package change_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/change"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/topic"
)

// order is a change by hand of some accounts.
func order(ids ...account.ID) change.Order {
	return change.Order{Owner: board, Actor: somebody(), Action: audit.Changed, By: account.ByHand, Accounts: ids}
}

// phone gives a telephone number.
func phone(number string) change.Edit {
	return func(a *account.Account) ([]string, error) {
		a.Own.Phone = number
		return []string{"phone"}, nil
	}
}

func TestAChangeByHand(t *testing.T) {
	t.Parallel()
	s := begin(t)
	a, other := s.add(teacher("Bo", "Vos")), s.add(teacher("Li", "Smit"))
	done, err := s.Accounts(t.Context(), order(a.ID, other.ID, "aniemand", a.ID), phone("010-1234567"))
	require.NoError(t, err)
	require.ElementsMatch(t, []account.ID{a.ID, other.ID}, done)
	is := s.read(a.ID)
	require.Equal(t, "010-1234567", is.Own.Phone)
	require.Equal(t, a.Version+1, is.Version)
	require.Equal(t, account.Trace{At: s.clock.Now(), By: account.ByHand}, is.Traces["phone"])
	entry := s.logged()[audit.Changed][0]
	require.Equal(t, []string{"phone"}, entry.Fields)
	require.ElementsMatch(t, done, entry.Subjects)
	require.Equal(t, 3, s.sent.topics()[topic.ProvisionGoogle.Name], "two were added, and both changed in one step")

	again, err := s.Accounts(t.Context(), order(a.ID), phone("010-1234567"))
	require.NoError(t, err)
	require.Empty(t, again, "nothing differs")
	require.Equal(t, is, s.read(a.ID))
}

func TestWhoSawAnOlderStateChangesNothing(t *testing.T) {
	t.Parallel()
	s := begin(t)
	a := s.add(teacher("Bo", "Vos"))
	o := order(a.ID)
	o.Seen = a.Version
	_, err := s.Accounts(t.Context(), o, phone("1"))
	require.NoError(t, err)
	_, err = s.Accounts(t.Context(), o, phone("2"))
	require.Equal(t, fault.Conflict, fault.KindOf(err))
	require.Equal(t, "1", s.read(a.ID).Own.Phone)
	require.Len(t, s.logged()[audit.Changed], 1)
}

func TestChangesCanBeUndoneOnce(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	a := s.add(teacher("Bo", "Vos"))
	for _, number := range []string{"1", "2"} {
		_, err := s.Accounts(ctx, order(a.ID), phone(number))
		require.NoError(t, err)
		s.clock.Advance(time.Second)
	}
	steps, err := s.History(ctx, board, a.ID)
	require.NoError(t, err)
	require.Len(t, steps, 2)
	require.Equal(t, []string{"phone"}, steps[0].Fields)
	require.Equal(t, "1", steps[0].Change.Before.Own.Phone)

	require.Equal(t, fault.Conflict, fault.KindOf(s.Undo(ctx, change.Order{Owner: board, Actor: somebody()}, steps[1])), "a later change stands on it")
	require.NoError(t, s.Undo(ctx, change.Order{Owner: board, Actor: somebody()}, steps[0]))
	require.Equal(t, "1", s.read(a.ID).Own.Phone)
	require.Equal(t, fault.Conflict, fault.KindOf(s.Undo(ctx, change.Order{Owner: board, Actor: somebody()}, steps[0])), "it was undone")
	require.NoError(t, s.Undo(ctx, change.Order{Owner: board, Actor: somebody()}, steps[1]))
	require.Empty(t, s.read(a.ID).Own.Phone)
	undone := s.logged()[audit.Undone]
	require.ElementsMatch(t, []string{string(steps[0].Revision.ID), string(steps[1].Revision.ID)}, []string{undone[0].Object, undone[1].Object})

	steps, err = s.History(ctx, board, a.ID)
	require.NoError(t, err)
	require.Len(t, steps, 4, "what was undone is a change too")
	s.clock.Advance(account.Kept)
	steps, err = s.History(ctx, board, a.ID)
	require.NoError(t, err)
	require.Empty(t, steps, "after 90 days nothing can be undone")
}

// TestAnAddressThatIsUndone stays the person's own, as every address does.
func TestAnAddressThatIsUndone(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	a := s.add(teacher("Bo", "Vos"))
	_, err := s.Accounts(ctx, order(a.ID), func(x *account.Account) ([]string, error) {
		*x = x.Called("bo.bos", "bo.bos@school.example")
		x.Source.Name.Surname = "Bos"
		return []string{"surname", "school_email"}, nil
	})
	require.NoError(t, err)
	s.clock.Advance(time.Second)
	_, err = s.Accounts(ctx, order(a.ID), phone("1"))
	require.NoError(t, err)
	steps, err := s.History(ctx, board, a.ID)
	require.NoError(t, err)
	require.NoError(t, s.Undo(ctx, change.Order{Owner: board, Actor: somebody()}, steps[len(steps)-1]))
	is := s.read(a.ID)
	require.Equal(t, a.Address, is.Address)
	require.Equal(t, []string{"bo.bos@school.example"}, is.Aliases)
	require.Equal(t, a.Source.Name, is.Source.Name)
	require.Equal(t, "1", is.Own.Phone, "what was changed besides stays")
	require.Equal(t, is.Imported(), is.Digest)
}
