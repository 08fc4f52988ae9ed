package change_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/change"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/person"
)

// TestEveryPartIsUndone changes one part of an account and takes it back.
func TestEveryPartIsUndone(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	for name, c := range map[string]struct {
		kind   person.Kind
		fields []string // of the register
		edit   func(*account.Account)
	}{
		"a last day":           {person.Staff, nil, func(a *account.Account) { a.Until = time.Date(2027, 1, 1, 0, 0, 0, 0, clock.Dutch()) }},
		"no last day":          {person.Pupil, nil, func(a *account.Account) { a.Until = time.Time{} }},
		"a guardian's address": {person.Guardian, []string{"private_email"}, func(a *account.Account) { a.Source.Email = "nieuw@thuis.example" }},
		"a delivered address":  {person.Staff, []string{"school_email"}, func(a *account.Account) { a.Source.Email = "nieuw@school.example" }},
		"which guardian it is": {person.Guardian, []string{"child"}, func(a *account.Account) { a.Source.Children = []account.Child{{Account: "akind", Slot: 2}} }},
		"may receive messages": {person.Guardian, []string{"child"}, func(a *account.Account) {
			a.Source.Children = []account.Child{{Account: "akind", Slot: 1, Receives: true}}
		}},
		"another child": {person.Guardian, []string{"child"}, func(a *account.Account) { a.Source.Children = []account.Child{{Account: "aander", Slot: 1}} }},
		"no child":      {person.Guardian, []string{"child"}, func(a *account.Account) { a.Source.Children = nil }},
		"a function at a school": {person.Staff, []string{"function"}, func(a *account.Account) {
			a.Memberships = []account.Membership{{School: place, Roles: []string{"DIR"}}}
		}},
	} {
		a := account.Account{
			ID: account.NewID(), Kind: c.kind, State: account.Active, Version: 1, Source: account.Source{Name: person.Name{Call: "Bo", Surname: "Vos"}, Email: "oud@thuis.example"},
			Memberships: []account.Membership{{School: place}},
		}
		switch c.kind {
		case person.Guardian:
			a.Source.Children = []account.Child{{Account: "akind", Slot: 1}}
		case person.Pupil:
			a.Until = time.Date(2027, 2, 1, 0, 0, 0, 0, clock.Dutch())
		case person.Staff:
			a.Memberships[0].Roles = []string{"LRK"}
		}
		require.NoError(t, s.DB.Accounts().Create(ctx, board, a.ID, a))
		a = s.read(a.ID)
		done, err := s.Accounts(ctx, order(a.ID), func(x *account.Account) ([]string, error) {
			was := *x
			c.edit(x)
			return change.Differences(was, *x), nil
		})
		require.NoError(t, err, name)
		require.Len(t, done, 1, name)
		steps, err := s.History(ctx, board, a.ID)
		require.NoError(t, err, name)
		require.Len(t, steps, 1, name)
		require.Equal(t, c.fields, steps[0].Fields, name)
		require.True(t, steps[0].Undoable(), name)
		require.NoError(t, s.Undo(ctx, change.Order{Owner: board, Actor: somebody()}, steps[0]), name)
		is := s.read(a.ID)
		require.Equal(t, a.Source, is.Source, name)
		require.Equal(t, a.Memberships, is.Memberships, name)
		require.True(t, a.Until.Equal(is.Until), name)
	}
}
