package main

import (
	"bytes"
	"flag"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/edexml"
	"cool.example/sync/shared/school"
)

func TestRun(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(strings.Fields("-pupils 30 -staff 4 -seed 9 -brin 99ZZ -location 02 -year 2027-2028 -sector VO -domain a.example"), &out))
	var found roster.Findings
	list, err := edexml.Parse(&out, &found)
	require.NoError(t, err)
	require.Empty(t, found.List)
	require.Equal(t, school.Code{BRIN: "99ZZ", Location: "02"}, list.School)
	require.Equal(t, school.Year(2027), list.Year)
	require.Len(t, list.People, 34)
	require.True(t, strings.HasSuffix(list.People[0].Email, "@a.example"))
}

// TestFormats writes a list of pupils with two things wrong with it.
func TestFormats(t *testing.T) {
	t.Parallel()
	var good, bad, again bytes.Buffer
	require.NoError(t, run(strings.Fields("-pupils 30 -format csv -eck"), &good))
	require.NoError(t, run(strings.Fields("-pupils 30 -format csv -eck -defects scientific,duplicate-heading"), &bad))
	require.NoError(t, run(strings.Fields("-pupils 30 -format csv -eck -defects duplicate-heading,scientific"), &again))
	require.Contains(t, good.String(), ";https://ketenid.nl/201703/")
	require.NotContains(t, good.String(), "2,00001E+05")
	require.Contains(t, bad.String(), "\r\n2,00001E+05;")
	require.Equal(t, 2, strings.Count(strings.ToLower(bad.String()), "roepnaam"))
	require.Equal(t, bad.String(), again.String(), "the order of defects does not matter")
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for _, args := range []string{
		"-pupils 0", "-staff -1", "-brin 9XX", "-location 1", "-year 2026", "-year 2026-2028", "-sector MBO", "-unknown", "extra",
		"-format word", "-defects crooked", "-format csv -defects doctype", "-pupils 1 -defects duplicate-key",
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			require.Error(t, run(strings.Fields(args), &out))
			require.Empty(t, out.String())
		})
	}
	require.ErrorIs(t, run([]string{"-h"}, &bytes.Buffer{}), flag.ErrHelp)
}
