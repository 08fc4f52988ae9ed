package roster_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/privacy"
	"cool.example/sync/shared/roster"
)

func TestStepFields(t *testing.T) {
	t.Parallel()
	row := func(what roster.Action, k person.Kind, fields ...string) roster.AccountRow {
		r := roster.AccountRow{Action: what, Account: account.Account{Kind: k}}
		for _, f := range fields {
			r.Changes = append(r.Changes, roster.FieldChange{Field: f, New: "x"})
		}
		return r
	}
	proposal := row(roster.Create, person.Pupil, "surname")
	candidate := row(roster.Change, person.Pupil, "gender")
	candidate.With = []roster.AccountRow{row(roster.Depart, person.Pupil, "class", "state")}
	proposal.Or, proposal.Others = &candidate, []roster.AccountRow{row(roster.Change, person.Pupil, "ilt")}
	for name, c := range map[string]struct {
		rows []roster.AccountRow
		want []string
	}{
		"nobody":       {nil, nil},
		"a pupil":      {[]roster.AccountRow{row(roster.Change, person.Pupil, "surname", "email", "surname")}, []string{"school_email", "surname"}},
		"a guardian":   {[]roster.AccountRow{row(roster.Change, person.Guardian, "email", "child")}, []string{"child", "private_email"}},
		"who is new":   {[]roster.AccountRow{row(roster.Create, person.Staff, "call_name")}, []string{"call_name", "username"}},
		"no datum":     {[]roster.AccountRow{row(roster.Return, person.Staff, "state")}, nil},
		"who may be":   {[]roster.AccountRow{proposal}, []string{"class", "gender", "ilt", "surname", "username"}},
		"two of a row": {[]roster.AccountRow{row(roster.Change, person.Pupil, "year"), row(roster.Move, person.Pupil, "class")}, []string{"class", "year"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := roster.Step{Accounts: c.rows}.Fields()
			require.Equal(t, c.want, got)
			for _, key := range got {
				_, known := privacy.Lookup(key)
				require.True(t, known, key)
			}
		})
	}
}
