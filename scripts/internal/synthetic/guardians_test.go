package synthetic_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/scripts/internal/synthetic"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/guardian"
)

func TestTheListOfGuardiansIsRead(t *testing.T) {
	t.Parallel()
	all := synthetic.Generate(options(60)).Guardians(40)
	var list, again bytes.Buffer
	require.NoError(t, synthetic.WriteGuardians(&list, all))
	require.NoError(t, synthetic.WriteGuardians(&again, synthetic.Generate(options(60)).Guardians(40)))
	require.Equal(t, list.String(), again.String(), "the same seed gives the same bytes")

	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(list.Bytes())), nil }
	var found roster.Findings
	read, err := guardian.Format{}.Read([]roster.File{{Open: open}}, roster.Wanted{}, &found)
	require.NoError(t, err)
	require.False(t, found.Stopped(), "%+v", found.List)
	require.Len(t, read.People, len(all))
	for i, p := range read.People {
		require.Equal(t, person.Guardian, p.Kind)
		require.Equal(t, all[i].Name.Surname, p.Name.Surname)
		require.Equal(t, all[i].Email, p.Email)
		require.Len(t, p.Children, len(all[i].Of))
		require.Equal(t, map[string]person.Salutation{"mevrouw": person.Madam, "de heer": person.Sir}[all[i].Salutation], p.Salutation)
	}
}
