package rosterplan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/store"
)

// edex is an EDEXML file with n pupils and a teacher, whose keys begin with
// those of a system.
func edex(system string, n int) string {
	var pupils strings.Builder
	for i := range n {
		fmt.Fprintf(&pupils, `<leerling key="%s%d"><achternaam>Smit%d</achternaam><roepnaam>Kind%d</roepnaam><jaargroep>4</jaargroep><groep key="K1"/></leerling>`,
			system, 70001+i, i, i)
	}
	return `<EDEX><school><schooljaar>2026-2027</schooljaar><brincode>99ZZ</brincode><dependancecode>00</dependancecode><schoolkey>` + system +
		`1</schoolkey><xsdversie>2.1</xsdversie></school><groepen><groep key="K1"><naam>4A</naam><jaargroep>4</jaargroep></groep></groepen><leerlingen>` +
		pupils.String() + `</leerlingen><leerkrachten><leerkracht key="` + system + `M1"><achternaam>Kok</achternaam><roepnaam>Anna</roepnaam>` +
		`<groepen><groep key="K1"/></groepen></leerkracht></leerkrachten></EDEX>`
}

// codes is a list with education codes of n pupils.
func codes(n int) string {
	text := "Leerlingnummer;Roepnaam;Achternaam;Klas;ILT-code\n"
	for i := range n {
		text += fmt.Sprintf("0%d;Kind%d;Smit%d;klas 4a;0170\n", 70001+i, i, i)
	}
	return text
}

// coded returns how many pupils have an education code.
func (f *fixture) coded() (n int) {
	f.t.Helper()
	for e, err := range f.db.Accounts().All(f.t.Context(), board) {
		require.NoError(f.t, err)
		if m, _ := e.Value.At(place); m.ILT == "0170" {
			n++
		}
	}
	return n
}

// TestAListBesideEDEXML follows the two files that schools hand over together
// through the function and the database: EDEXML, and a list with the codes
// that EDEXML does not carry.
func TestAListBesideEDEXML(t *testing.T) {
	t.Parallel()
	f := begin(t)
	f.take("e1", edex("", 6))
	run := f.take("l1", codes(8))
	require.True(t, run.Supplement)
	require.Equal(t, 6, run.Counts.Change)
	require.Zero(t, run.Counts.Create+run.Counts.Leave+run.Counts.Groups)
	require.Equal(t, 6, f.coded())
	unknown := 0
	for _, finding := range run.Findings {
		if finding.Code == "plan.not_in_main_source" {
			unknown++
		}
	}
	require.Equal(t, 2, unknown)
	again, _ := f.receive("e2", edex("", 6))
	require.Equal(t, roster.Applied, again.Status, "%+v", again.Counts)
	require.Empty(t, again.Plan.Object)
	f.take("e3", edex("", 7))
	require.Equal(t, 6, f.coded())
	s := f.set(func(*school.School) {})
	require.Contains(t, s.Delivers["pupil"], "ilt", "nobody changes by hand what the list delivers")
	require.Len(t, s.Sources, 3)
}

// TestAnotherAdministrationSystem follows a school from one system to another
// of the same format, that knows everybody by other keys.
func TestAnotherAdministrationSystem(t *testing.T) {
	t.Parallel()
	f := begin(t)
	f.take("e1", edex("", 8))
	run, _ := f.receive("e2", edex("9", 8))
	require.Equal(t, []roster.Phase{roster.Fresh, roster.Leave}, run.Held)
	require.Equal(t, 8, run.Rows[roster.Fresh], "no pupil gets a second account by itself: %+v", run.Counts)
	require.NoError(t, f.db.Slots().Set(t.Context(), board, place, store.Slot{})) // somebody refuses it

	f.set(func(s *school.School) { s.System = school.Change{At: f.clock.Now(), By: "beheerder"} })
	run, _ = f.receive("e3", edex("9", 8))
	require.Equal(t, []roster.Phase{roster.Matches}, run.Held, "%+v", run.Counts)
	require.Equal(t, 9, run.Counts.Match)
	run.Todo, run.Held, run.Decisions = run.Held, nil, map[roster.Phase]map[account.ID]roster.Decision{roster.Matches: {}}
	for i := range run.Plan.Steps[roster.Matches] {
		step, err := f.plans.Read(t.Context(), board, run, roster.Matches, i)
		require.NoError(t, err)
		for _, row := range step.Accounts {
			run.Decisions[roster.Matches][row.Account.ID] = roster.Same
		}
	}
	f.done(run)
	require.Zero(t, f.set(func(*school.School) {}).System, "everybody is decided on")
	again, _ := f.receive("e4", edex("9", 8))
	require.Equal(t, roster.Applied, again.Status, "%+v", again.Counts)
	accounts := 0
	for e, err := range f.db.Accounts().All(t.Context(), board) {
		require.NoError(t, err)
		require.Equal(t, account.Active, e.Value.State)
		require.NotEqual(t, person.Guardian, e.Value.Kind)
		accounts++
	}
	require.Equal(t, 9, accounts)
}
