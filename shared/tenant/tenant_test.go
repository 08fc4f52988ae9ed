package tenant_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/tenant"
)

func TestParseID(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"abcd", "bestuur", "0123", strings.Repeat("a", 40)} {
		id, err := tenant.ParseID(good)
		require.NoError(t, err)
		require.Equal(t, tenant.ID(good), id)
	}
	for _, bad := range []string{
		"", "abc", strings.Repeat("a", 41), "Bestuur", "be stuur", "bestuur\n", "\nbestuur", "best/uur", "best.uur", "../abcd",
		"best-uur", "__abcd__", "bestuür", "bestuur\x00", "ｂｅｓｔｕｕｒ",
	} {
		id, err := tenant.ParseID(bad)
		require.Equal(t, fault.NotFound, fault.KindOf(err), "%q", bad)
		require.Empty(t, id)
	}
}

func FuzzParseID(f *testing.F) {
	f.Add("bestuur")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := tenant.ParseID(s)
		if err != nil {
			require.Empty(t, id)
			return
		}
		require.Equal(t, s, string(id))
		require.Empty(t, strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789"))
	})
}

func TestHas(t *testing.T) {
	t.Parallel()
	both := tenant.Tenant{Modules: []tenant.Module{tenant.Google, tenant.Start}}
	require.True(t, both.Has(tenant.Start))
	require.True(t, both.Has(tenant.Google))
	require.False(t, both.Has("other"))
	require.False(t, tenant.Tenant{}.Has(tenant.Start), "a module is off until it is switched on")
	require.False(t, tenant.Tenant{}.Has(""))
}

func TestDomainOf(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"sanne@leerling.example":     "leerling.example",
		"Sanne@Leerling.EXAMPLE":     "leerling.example",
		"@leerling.example":          "leerling.example",
		"sanne@":                     "",
		"sanne":                      "",
		"":                           "",
		"sanne@evil@leerling.nl":     "evil@leerling.nl",
		"SANNE@LEERLİNG.example":     strings.ToLower("LEERLİNG.example"),
		"sanne@leerling.example@":    "leerling.example@",
		"sanne@../../other.example/": "../../other.example/",
	} {
		require.Equal(t, want, tenant.DomainOf(address), address)
	}
}
