package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/scripts/internal/terminal"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

const ours = tenant.ID("golfbreker")

// stage is a product with one institution, as the operator at a terminal meets it.
type stage struct {
	t      *testing.T
	db     *store.DB
	people []string
	flags  []string
}

func begin(t *testing.T) *stage {
	t.Helper()
	secrets := emulators.Secrets(t)
	secrets.Put("index-key", bytes.Repeat([]byte{7}, 32))
	require.NotEmpty(t, emulators.Firestore(t))
	db, err := store.Open(t.Context(), store.Config{Project: secrets.Project})
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() }) // nothing is left to write
	s := &stage{t: t, db: db, flags: []string{"-project", secrets.Project, "-key", emulators.Keys(t), "-hold-key", emulators.Keys(t), "-tenant", string(ours)}}
	require.NoError(t, db.Tenants().Create(t.Context(), ours, ours, tenant.Tenant{ID: ours, Name: "Stichting De Golfbreker"}))
	for range 2 {
		a := account.Account{ID: account.NewID(), Kind: person.Pupil, State: account.Active, Version: 1, Epoch: 1}
		require.NoError(t, db.Accounts().Create(t.Context(), ours, a.ID, a))
		s.people = append(s.people, string(a.ID))
	}
	return s
}

// at runs the command; typed is what the person answers.
func (s *stage) at(typed string, args ...string) (string, error) {
	s.t.Helper()
	var out bytes.Buffer
	err := run(s.t.Context(), append(append([]string{}, s.flags...), args...), terminal.Terminal{In: strings.NewReader(typed), Out: &out})
	return out.String(), err
}

// carriedOut demands that an order is carried out for everybody.
func (s *stage) carriedOut(ref, deed string) {
	s.t.Helper()
	out, err := s.at(string(ours)+"\n", append([]string{"-ref", ref, deed}, s.people...)...)
	require.NoError(s.t, err, out)
	require.Contains(s.t, out, "On order "+ref+" of Stichting De Golfbreker")
	require.Contains(s.t, out, "Done for 2 of 2")
}

// state returns the state of an account, "" for one that is not there.
func (s *stage) state(i int) account.State {
	s.t.Helper()
	a, err := s.db.Accounts().Get(s.t.Context(), ours, account.ID(s.people[i]))
	if fault.KindOf(err) == fault.NotFound {
		return ""
	}
	require.NoError(s.t, err)
	return a.State
}

func TestWhatIsOrderedIsDoneAndRecorded(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	for _, typed := range []string{"", "yes\n", "duinrand\n"} {
		_, err := s.at(typed, "-ref", "O-1", "block", s.people[0])
		require.ErrorContains(t, err, "nothing was changed")
	}
	require.Equal(t, account.Active, s.state(0))

	s.carriedOut("O-1", "block")
	require.Equal(t, account.Blocked, s.state(0))
	_, err := s.at("", append([]string{"-yes", "-ref", "O-1", "block"}, s.people...)...)
	require.ErrorIs(t, err, errPartly, "they are blocked already")
	s.carriedOut("O-2", "unblock")
	require.Equal(t, account.Active, s.state(0))
	s.carriedOut("O-3", "delete")
	require.Empty(t, s.state(0))
	s.carriedOut("O-4", "restore")
	require.Equal(t, account.Active, s.state(1))
	s.carriedOut("O-5", "restrict")
	out, err := s.at("", append([]string{"-yes", "-ref", "O-6", "erase"}, s.people...)...)
	require.ErrorIs(t, err, errPartly, "what is restricted is not erased: %s", out)
	require.Equal(t, account.Active, s.state(0))
	s.carriedOut("O-7", "lift")
	s.carriedOut("O-8", "erase")
	require.Empty(t, s.state(0))

	var receipt string
	for e, err := range s.db.Receipts().All(ctx, ours) {
		require.NoError(t, err)
		receipt = string(e.ID)
		require.Equal(t, "O-8", e.Value.Order)
		require.Len(t, e.Value.Accounts, 2)
	}
	done := map[string]audit.Action{}
	for e, err := range s.db.Log().All(ctx, ours) {
		require.NoError(t, err)
		if e.Value.Actor.System == "operator" {
			done[e.Value.Object] = e.Value.Action
		}
	}
	require.Equal(t, map[string]audit.Action{
		"O-1": audit.Blocked, "O-2": audit.Unblocked, "O-3": audit.Binned, "O-4": audit.Restored, "O-5": audit.Restricted, "O-7": audit.Lifted,
		receipt: audit.Erased,
	}, done)
}

func TestOrdersThatCannotBe(t *testing.T) {
	t.Parallel()
	s := begin(t)
	id := s.people[0]
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no reference":         {[]string{"block", id}, "-ref"},
		"a reference too long": {[]string{"-ref", strings.Repeat("x", 41), "block", id}, "-ref"},
		"nothing to do":        {[]string{"-ref", "O-1"}, "say what to do"},
		"nobody":               {[]string{"-ref", "O-1", "block"}, "about whom"},
		"no such deed":         {[]string{"-ref", "O-1", "forget", id}, "forget"},
		"no id":                {[]string{"-ref", "O-1", "block", "sanne@school.example"}, "no id of an account"},
		"no such institution":  {[]string{"-ref", "O-1", "-tenant", "nergens", "block", id}, "no institution nergens"},
		"no institution":       {[]string{"-ref", "O-1", "-tenant", "", "block", id}, "-tenant"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := s.at("", append([]string{"-yes"}, c.args...)...)
			require.ErrorContains(t, err, c.says)
		})
	}
	require.Equal(t, account.Active, s.state(0))
	_, err := s.at("", "-yes", "-ref", "O-1", "block", string(account.NewID()))
	require.ErrorIs(t, err, errPartly, "somebody who is not there")
}
