package roster_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
)

// TestUsernames: the address under the institution's own domain says what an
// account is called, else the account's name in the source, where it is free.
func TestUsernames(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ email, username, want string }{
		"nothing":                      {"", "", "bo.vos"},
		"an address of ours":           {"Zeeleeuw@leerling.example", "haai", "zeeleeuw"},
		"another's address":            {"zeeleeuw@elders.example", "", "bo.vos"},
		"another's address and a name": {"zeeleeuw@elders.example", "Haai", "haai"},
		"a name":                       {"", "Haai", "haai"},
		"a name with our domain":       {"", "haai@leerling.example", "haai"},
		"a name with another domain":   {"", "haai@elders.example", "bo.vos"},
		"a name that cannot be":        {"", "haai & zoon", "bo.vos"},
		"a name that is taken":         {"", "kwal", "bo.vos"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			base := roster.CallName | roster.Surname
			plan, _ := w.compare(&roster.Roster{School: school.Code{BRIN: "99ZZ", Location: "00"}, Year: 2026, People: []roster.Person{
				{Key: "1", Kind: person.Pupil, Name: person.Name{Call: "Kwal", Surname: "Kwal"}, Username: "kwal", Fields: base},
				{Key: "2", Kind: person.Pupil, Name: person.Name{Call: "Bo", Surname: "Vos"}, Email: c.email, Username: c.username, Fields: base},
			}})
			require.Equal(t, c.want, plan.Rows[roster.People][1].Account.Username)
		})
	}
}
