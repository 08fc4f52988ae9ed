package account_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
)

func TestDelivered(t *testing.T) {
	t.Parallel()
	at := map[school.ID]school.School{
		"a": {Delivers: map[string][]string{"pupil": {"surname"}}},
		"b": {Delivers: map[string][]string{"pupil": {"ilt"}, "staff": {"gender"}}},
		"c": {},
	}
	for name, c := range map[string]struct {
		memberships []account.Membership
		next        []account.Membership
		want        []string
	}{
		"by hand":              {memberships: []account.Membership{{School: "a"}}},
		"of no school":         {},
		"by a source":          {memberships: []account.Membership{{School: "a", Key: "k"}}, want: []string{"surname"}},
		"by another source":    {memberships: []account.Membership{{School: "a", Keys: []string{"k"}}}, want: []string{"surname"}},
		"by two schools":       {memberships: []account.Membership{{School: "a", Key: "k"}, {School: "b", Key: "k"}}, want: []string{"surname", "ilt"}},
		"left at one":          {memberships: []account.Membership{{School: "a", Key: "k"}, {School: "b", Key: "k", Left: true}}, want: []string{"surname"}},
		"only of next year":    {next: []account.Membership{{School: "a", Key: "k"}}, want: []string{"surname"}},
		"nothing was said yet": {memberships: []account.Membership{{School: "c", Key: "k"}}, want: []string{"surname", "ilt", "gender"}},
		"a school that is no more": {
			memberships: []account.Membership{{School: "d", Key: "k"}}, want: []string{"surname", "ilt", "gender"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			delivered := account.Account{Kind: person.Pupil, Memberships: c.memberships, Next: c.next}.Delivered(at)
			var got []string
			for _, f := range []string{"surname", "ilt", "gender"} {
				if delivered(f) {
					got = append(got, f)
				}
			}
			require.Equal(t, c.want, got)
		})
	}
}
