package admin_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
)

// TestWhatNoSourceDeliversIsFilledIn: the school completes an imported pupil, and
// changes nothing that its source delivers.
func TestWhatNoSourceDeliversIsFilledIn(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.domains()
	place := s.ourSchool()
	place.Delivers = map[string][]string{"pupil": {"call_name", "infix", "surname", "year", "class"}}
	require.NoError(t, s.deps.DB.Schools().Set(t.Context(), ours, zeester, place))
	a := member(person.Pupil, named("Bram", "", "Vos"), classA)
	a.Main, a.Memberships[0].Key, a.Memberships[0].Grade, a.Version = zeester, "sleutel", "4", 1
	a = s.add(ours, a)
	path := "/admin/people/" + string(a.ID)
	names := func() (all []string) {
		for _, kind := range []string{"input", "select"} {
			for _, n := range find(s.show(s.admin, path), kind) {
				all = append(all, attr(n, "name"))
			}
		}
		return all
	}
	require.Subset(t, names(), []string{"first_names", "initials", "gender", "administration_number", "ilt"})
	for _, hidden := range []string{"call_name", "surname", "year", "salutation"} {
		require.NotContains(t, names(), hidden)
	}
	for name, edit := range map[string]url.Values{
		"a delivered name":      {"surname": {"Bos"}},
		"a delivered year":      {"year": {"5"}},
		"no such education":     {"ilt": {"47a1"}},
		"no such gender":        {"gender": {"x"}},
		"a number with a space": {"administration_number": {"47 11"}},
		"a pupil's salutation":  {"salutation": {"sir"}},
		"one good, one bad":     {"ilt": {"0473"}, "gender": {"x"}},
	} {
		edit.Set("version", "1")
		require.Equal(t, http.StatusUnprocessableEntity, s.submit(path, edit).status, name)
	}
	bsn := s.submit(path, url.Values{"version": {"1"}, "administration_number": {"111222333"}})
	require.Equal(t, http.StatusUnprocessableEntity, bsn.status)
	require.Contains(t, bsn.body, "burgerservicenummer")
	require.Equal(t, a.Digest, s.read(a.ID).Digest, "what was refused changed something")
	good := url.Values{
		"version": {"1"}, "surname": {"Vos"}, "administration_number": {"00471"}, "ilt": {"0473"}, "gender": {"male"}, "first_names": {"Abraham Jan"}, "salutation": {""},
	}
	require.Equal(t, http.StatusSeeOther, s.submit(path, good).status)
	is := s.read(a.ID)
	require.Equal(t, account.Source{Name: person.Name{Call: "Bram", FirstNames: "Abraham Jan", Surname: "Vos"}, Gender: person.Male, Number: "00471"}, is.Source)
	require.Equal(t, "0473", is.Memberships[0].ILT)
	require.Equal(t, is.Imported(), is.Digest, "an import would take it for another")
	require.Equal(t, account.ByHand, is.Traces["ilt"].By)
	require.Contains(t, text(s.show(s.admin, path)), "0473")
	s.submit("/admin/rights", url.Values{"effect": {"deny"}, "what": {"data:gender"}, "whom": {"kind:staff"}})
	require.NotContains(t, names(), "gender", "what is denied is in the form")
	require.Equal(t, http.StatusForbidden, s.submit(path, url.Values{"version": {"2"}, "gender": {"male"}}).status, "nor can it be tried out")
}
