package edexml_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/edexml"
)

// TestLimits reads each file once just within a limit and once beyond it.
func TestLimits(t *testing.T) {
	t.Parallel()
	plain := file("", "", "", "")
	long := func(n int) string {
		return pupil("<roepnaam>Bo</roepnaam><toevoegingen>" + strings.Repeat("x", n) + "</toevoegingen>")
	}
	for name, c := range map[string]struct {
		limit          func(p *edexml.Parser, n int)
		most           int
		within, beyond string
		code           string
	}{
		"bytes":      {func(p *edexml.Parser, n int) { p.Bytes = int64(n) }, len(plain), plain, plain + " ", edexml.TooLarge},
		"token":      {func(p *edexml.Parser, n int) { p.Token = n }, 200, long(190), long(201), edexml.TokenTooLong},
		"comment":    {func(p *edexml.Parser, n int) { p.Token = n }, 200, "<!-- x -->" + plain, "<!--" + strings.Repeat("x", 200) + "-->" + plain, edexml.TokenTooLong},
		"depth":      {func(p *edexml.Parser, n int) { p.Depth = n }, 4, plain, pupil("<roepnaam>Bo</roepnaam><toevoegingen><a/></toevoegingen>"), edexml.TooDeep},
		"attributes": {func(p *edexml.Parser, n int) { p.Attributes = n }, 1, plain, pupil(`<roepnaam a="1" b="2">Bo</roepnaam>`), edexml.TooMany},
		"people":     {func(p *edexml.Parser, n int) { p.People = n }, 2, plain, file("", "", "", `<leerkrachten><leerkracht key="1"><roepnaam>A</roepnaam></leerkracht><leerkracht key="2"/></leerkrachten>`), edexml.TooMany},
		"groups":     {func(p *edexml.Parser, n int) { p.Groups = n }, 3, plain, file("", `<vestigingen><vestiging key="1"/><vestiging key="2"/></vestigingen><groepen><samengestelde_groep key="1"/><samengestelde_groep key="2"/></groepen>`, "", ""), edexml.TooMany},
		"references": {func(p *edexml.Parser, n int) { p.References = n }, 1, pupil(`<roepnaam>Bo</roepnaam><groep key="g4"/>`), pupil(`<roepnaam>Bo</roepnaam><groep key="g4"/><samengestelde_groepen><samengestelde_groep key="s1"/></samengestelde_groepen>`), edexml.TooMany},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := usual()
			c.limit(&p, c.most)
			var good, bad roster.Findings
			_, err := p.Parse(strings.NewReader(c.within), &good)
			require.NoError(t, err)
			require.False(t, good.Stopped(), "%v", good.List)
			_, err = p.Parse(strings.NewReader(c.beyond), &bad)
			require.NoError(t, err)
			require.True(t, bad.Stopped())
			require.Equal(t, c.code, bad.List[len(bad.List)-1].Code)
		})
	}
}

// TestManyFindings expects a wholly broken file to cost a bounded list.
func TestManyFindings(t *testing.T) {
	t.Parallel()
	_, found := read(t, file("", "", "<leerlingen>"+strings.Repeat(`<leerling key="1"><fax>1</fax></leerling>`, 1000)+"</leerlingen>", ""))
	require.True(t, found.Stopped())
	require.Less(t, len(found.List), 200)
	require.Equal(t, 899, found.Dropped)
}

// TestOwnNamesAreBounded expects a file that invents names for its elements
// to be counted under one name.
func TestOwnNamesAreBounded(t *testing.T) {
	t.Parallel()
	var inside strings.Builder
	for i := range 500 {
		name := "n" + strings.Repeat("x", i)
		inside.WriteString("<" + name + ">1</" + name + ">")
	}
	list, found := read(t, pupil("<roepnaam>Bo</roepnaam>"+inside.String()))
	require.Equal(t, map[string]int{edexml.Unknown: 500}, list.LeftOut)
	require.Len(t, found.List, 64)
}
