package erase_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/ledger"
	"cool.example/sync/shared/link"
	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/revision"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
)

// ordered is an order of the institution that the operator carries out.
var ordered = erase.Order{Actor: audit.Actor{System: "servicedesk"}, Why: bin.OnOrder, Ref: "2026-17"}

func TestAnOrderedErasureSkipsTheBin(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.add(pupil(sanne, "1"))
	s.add(pupil(tim, "2"))
	_, err := s.Bin(t.Context(), board, []account.ID{tim}, byHand)
	require.NoError(t, err)
	proofs, err := s.Erase(t.Context(), board, []account.ID{sanne, tim, "aniemand"}, ordered)
	require.NoError(t, err)
	require.Len(t, proofs, 1)
	for _, id := range []account.ID{sanne, tim} {
		require.Subset(t, []string{"log", "receipts", "ledger", "links"}, s.naming(id), "traces are left")
	}
	proof := s.receipts()[0]
	require.ElementsMatch(t, []account.ID{sanne, tim}, proof.Accounts)
	require.Equal(t, "2026-17", proof.Order)
	require.True(t, proof.Clean())
	require.Equal(t, 2, proof.Targets["google"].Wanted)
	require.Equal(t, map[string]int{"accounts": 1, "bin": 1, "revisions accounts": 2, "sessions account": 2, "grants account": 2, "codes account": 2, "people": 2}, proof.Removed)
	require.True(t, proof.Unreadable.After(s.clock.Now().Add(account.Kept)), "copies in backups live as long as their day's key")
	for e, err := range s.DB.Revisions().All(t.Context(), board) {
		require.NoError(t, err)
		require.Equal(t, []account.ID{"aiemand"}, e.Value.Accounts, "another's revision went with it")
		require.Equal(t, revision.Frames{"aiemand": e.Value.Frames["aiemand"]}, e.Value.Frames)
	}
}

// TestNothingOfOthersNamesWhoIsErased: guardians, colleagues, rules, and lists of
// mailboxes keep nothing of somebody who is erased, and say that they changed.
func TestNothingOfOthersNamesWhoIsErased(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	gone := pupil(sanne, "1")
	gone.Kind = person.Staff
	s.add(gone)
	other := pupil(tim, "2")
	other.Apart, other.Own.Owner = []account.ID{sanne, "aander"}, sanne
	s.add(other)
	rules, err := link.Rules{}.Add(link.Rule{ID: "k1", Pupils: link.Pupils{Grade: "4"}, Staff: link.Staff{By: link.ByPerson, Person: sanne}})
	require.NoError(t, err)
	rules, err = rules.Add(link.Rule{ID: "k2", Staff: link.Staff{By: link.OfClass}})
	require.NoError(t, err)
	require.NoError(t, s.DB.LinkRules().Set(ctx, board, store.TheRules, rules))
	tied := link.Supervision{Pupil: tim}.With(link.Part{School: "zeester", Links: []link.Link{{Staff: sanne, Why: link.Why{Rule: "k1"}}}})
	require.NoError(t, s.DB.Supervision().Set(ctx, board, tim, tied))
	box := func(id naming.MailboxID, address string) {
		require.NoError(t, s.DB.Mailboxes().Create(ctx, board, id, naming.Mailbox{Address: address, ExpireAt: s.clock.Now().Add(naming.MailboxKeep)}))
	}
	box("m1", gone.Address)
	box("m2", "ander@leerling.example")

	_, err = s.Erase(ctx, board, []account.ID{sanne}, ordered)
	require.NoError(t, err)
	require.Subset(t, []string{"log", "receipts", "ledger", "links"}, s.naming(sanne), "traces are left")
	a, err := s.DB.Accounts().Get(ctx, board, tim)
	require.NoError(t, err)
	require.Equal(t, []account.ID{"aander"}, a.Apart)
	require.Empty(t, a.Own.Owner)
	rules, err = s.DB.LinkRules().Get(ctx, board, store.TheRules)
	require.NoError(t, err)
	require.Len(t, rules.List, 1)
	_, err = s.DB.Mailboxes().Get(ctx, board, "m1")
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = s.DB.Mailboxes().Get(ctx, board, "m2")
	require.NoError(t, err)
	require.Equal(t, 1, s.receipts()[0].Removed["linkrules"])
	said := map[audit.Action][]account.ID{}
	for e, err := range s.DB.Log().All(ctx, board) {
		require.NoError(t, err)
		if e.Value.Reason == "erased" {
			said[e.Value.Action] = append(said[e.Value.Action], e.Value.Subjects...)
		}
	}
	require.Subset(t, said[audit.Changed], []account.ID{tim})
	require.Equal(t, []account.ID{tim}, said[audit.LinksSet])
}

func TestARestrictionHoldsOnePersonBeyondTheDeadline(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	was := s.add(pupil(sanne, "1"))
	s.add(pupil(tim, "2"))
	_, err := s.Bin(ctx, board, []account.ID{sanne, tim}, byHand)
	require.NoError(t, err)
	require.NoError(t, s.Restrict(ctx, board, sanne, ordered))
	s.forward(100)
	entry, err := s.DB.Bin().Get(ctx, board, sanne)
	require.NoError(t, err)
	kept, err := s.Open(ctx, board, entry)
	require.NoError(t, err)
	require.Equal(t, was.Source, kept.Source)
	_, err = s.DB.Bin().Get(ctx, board, tim)
	require.Equal(t, fault.NotFound, fault.KindOf(err), "one person's restriction held another")
	proofs, err := s.Erase(ctx, board, []account.ID{sanne}, ordered)
	require.NoError(t, err)
	require.Empty(t, proofs, "what is restricted is not erased on order either")

	require.NoError(t, s.Lift(ctx, board, sanne, ordered))
	s.forward(1)
	require.Subset(t, []string{"log", "receipts", "ledger", "links"}, s.naming(sanne))
	require.Equal(t, fault.NotFound, fault.KindOf(s.Restrict(ctx, board, sanne, ordered)))
}

func TestARestrictionOfTheLivingGoesIntoTheBinWithThem(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	s.add(pupil(sanne, "1"))
	require.NoError(t, s.Restrict(ctx, board, sanne, ordered))
	a, err := s.DB.Accounts().Get(ctx, board, sanne)
	require.NoError(t, err)
	require.Equal(t, "2026-17", a.Limit.Order)
	_, err = s.Bin(ctx, board, []account.ID{sanne}, byHand)
	require.NoError(t, err)
	s.forward(95)
	entry, err := s.DB.Bin().Get(ctx, board, sanne)
	require.NoError(t, err)
	_, err = s.Open(ctx, board, entry)
	require.NoError(t, err)
}

func TestNobodyIsRestoredOverANewerPersonWithTheNumber(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	s.add(pupil(sanne, "1"))
	_, err := s.Bin(ctx, board, []account.ID{sanne}, byHand)
	require.NoError(t, err)
	s.add(pupil(tim, "1"))
	n, err := s.Restore(ctx, board, []account.ID{sanne}, byHand)
	require.Equal(t, fault.Conflict, fault.KindOf(err))
	require.Equal(t, "bin.newer_person", fault.Public(err))
	require.Zero(t, n)
	_, err = s.DB.Bin().Get(ctx, board, sanne)
	require.NoError(t, err)
	for e, err := range s.Ledger.Ledger().All(ctx, board) {
		require.NoError(t, err)
		require.True(t, e.Value.Kind != ledger.Restored || e.Value.State == ledger.Void)
	}
}

func TestAClassIsRestored(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	s.add(pupil(sanne, "1"))
	other := pupil(tim, "2")
	other.Memberships[0].Groups = []group.ID{"g5a"}
	s.add(other)
	_, err := s.Bin(ctx, board, []account.ID{sanne, tim}, byHand)
	require.NoError(t, err)
	for _, c := range []struct {
		choose erase.Selection
		want   int
	}{
		{erase.Selection{}, 2},
		{erase.Selection{School: "zeester"}, 2},
		{erase.Selection{School: "elders"}, 0},
		{erase.Selection{Group: "g4a"}, 1},
		{erase.Selection{School: "zeester", Group: "g5a"}, 1},
	} {
		found, err := s.Select(ctx, board, c.choose)
		require.NoError(t, err)
		require.Len(t, found, c.want, "%+v", c.choose)
	}
	found, err := s.Select(ctx, "anderen", erase.Selection{})
	require.NoError(t, err)
	require.Empty(t, found)
}

// TestErasureThatWasCutOffIsFinished: the process died after the documents
// were gone and before every place was read again.
func TestErasureThatWasCutOffIsFinished(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	s.add(pupil(sanne, "1"))
	whole := s.Credentials
	closed := *s
	closed.Credentials = s.Ledger // a database that holds no credentials
	_, err := closed.Erase(ctx, board, []account.ID{sanne}, ordered)
	require.NoError(t, err)
	proof := s.receipts()[0]
	proof.Verified = time.Time{}
	require.NoError(t, s.DB.Receipts().Set(ctx, board, proof.ID, proof))
	_, err = whole.Credentials().Get(ctx, board, sanne)
	require.NoError(t, err)
	require.NoError(t, s.Proofs(ctx, 10))
	_, err = whole.Credentials().Get(ctx, board, sanne)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	require.True(t, s.receipts()[0].Clean())
}

func TestDayKeys(t *testing.T) {
	t.Parallel()
	turn := func(s *stage) seal.Turned {
		t.Helper()
		done, err := s.days.Turn(t.Context())
		require.NoError(t, err)
		return done
	}
	advance := func(s *stage, machine, kms time.Duration) {
		s.clock.Advance(machine)
		emulators.Advance(t, s.key, kms)
	}
	t.Run("one a day", func(t *testing.T) {
		t.Parallel()
		s := begin(t)
		require.Empty(t, turn(s).Made, "the key was made today")
		for range 3 {
			advance(s, 24*time.Hour, 24*time.Hour)
			require.NotEmpty(t, turn(s).Made)
			require.Empty(t, turn(s).Made)
		}
	})
	t.Run("a clock that jumps destroys nothing", func(t *testing.T) {
		t.Parallel()
		s := begin(t)
		for range 5 {
			advance(s, 24*time.Hour, 24*time.Hour)
			turn(s)
		}
		s.clock.Advance(200 * 24 * time.Hour)
		_, err := s.days.Turn(t.Context())
		require.ErrorIs(t, err, seal.ErrClocks)
		s.clock.Advance(-200 * 24 * time.Hour)
		require.Equal(t, 6, turn(s).Living)
		s.clock.Advance(-30 * 24 * time.Hour)
		_, err = s.days.Turn(t.Context())
		require.ErrorIs(t, err, seal.ErrClocks)
	})
	t.Run("more than two are destroyed by nobody but a person", func(t *testing.T) {
		t.Parallel()
		s := begin(t)
		for range 5 {
			advance(s, 24*time.Hour, 24*time.Hour)
			turn(s)
		}
		advance(s, 91*24*time.Hour, 91*24*time.Hour)
		_, err := s.days.Turn(t.Context())
		require.ErrorIs(t, err, seal.ErrMany)
		s.days.Most = 10
		advance(s, 24*time.Hour, 24*time.Hour)
		require.Equal(t, 5, turn(s).Destroyed)
	})
}
