package rosterplan_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
)

// TestHowGuardiansAreWrittenTo follows salutation and gender from a list of
// guardians through the plan into the accounts.
func TestHowGuardiansAreWrittenTo(t *testing.T) {
	t.Parallel()
	f := begin(t)
	f.take("r1", list(3))
	run := f.take("g1", "Leerlingnummer;Volgnummer;Aanhef;Geslacht;Roepnaam;Achternaam;E-mail;Mag ontvangen\n"+
		"70001;1;Mevr.;V;Eva;Smit;eva@thuis.example;ja\n70002;1;Dhr.;;Tom;Kok;tom@thuis.example;ja\n70003;1;excellentie;;Bo;Bos;bo@thuis.example;nee\n")
	require.Equal(t, 3, run.Counts.Create)
	require.Len(t, run.Findings, 1)
	require.Equal(t, "guardian.unknown_salutation", run.Findings[0].Code)
	require.Contains(t, run.Delivers[person.Guardian], "salutation", "nobody changes by hand what the list delivers")
	guardian := func(name string) (found account.Source) {
		for e, err := range f.db.Accounts().All(t.Context(), board) {
			require.NoError(t, err)
			if e.Value.Kind == person.Guardian && e.Value.Source.Name.Call == name {
				found = e.Value.Source
			}
		}
		return found
	}
	require.Equal(t, person.Madam, guardian("Eva").Salutation)
	require.Equal(t, person.Female, guardian("Eva").Gender)
	require.Equal(t, person.Sir, guardian("Tom").Salutation)
	require.Empty(t, guardian("Tom").Gender)
	require.Equal(t, "Bo", guardian("Bo").Name.Call)
	require.Empty(t, guardian("Bo").Salutation)
	again, _ := f.receive("g2", "Leerlingnummer;Volgnummer;Aanhef;Roepnaam;Achternaam;E-mail;Mag ontvangen\n"+
		"70001;1;mevrouw;Eva;Smit;eva@thuis.example;ja\n70002;1;familie;Tom;Kok;tom@thuis.example;ja\n70003;1;;Bo;Bos;bo@thuis.example;nee\n")
	require.Equal(t, roster.Counts{Change: 1, Unchanged: 2}, again.Counts, "%+v", again.Findings)
}
