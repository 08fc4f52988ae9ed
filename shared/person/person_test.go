package person_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/person"
)

func TestKinds(t *testing.T) {
	t.Parallel()
	for k, valid := range map[person.Kind]bool{
		person.Pupil: true, person.Staff: true, person.Guardian: true, "": false, "Pupil": false, "teacher": false,
	} {
		require.Equal(t, valid, k.Valid(), k)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                           person.Name
		given, family, display, sorted string
	}{
		{person.Name{Call: "Sanne", Infix: "van der", Surname: "Berg"}, "Sanne", "van der Berg", "Sanne van der Berg", "Berg, Sanne van der"},
		{person.Name{Call: "Tim", FirstNames: "Timotheus Johannes", Surname: "Smit"}, "Tim", "Smit", "Tim Smit", "Smit, Tim"},
		{person.Name{FirstNames: "Maria Johanna", Initials: "M.J.", Surname: "Bakker"}, "Maria", "Bakker", "Maria Bakker", "Bakker, Maria"},
		{person.Name{Initials: "A.B.", Infix: "'t", Surname: "Hart"}, "A.B.", "'t Hart", "A.B. 't Hart", "Hart, A.B. 't"},
		{person.Name{Call: "Bo", Infix: "van 't", Surname: "Veer"}, "Bo", "van 't Veer", "Bo van 't Veer", "Veer, Bo van 't"},
		{person.Name{Call: "Floor", Infix: "in 't", Surname: "Veld"}, "Floor", "in 't Veld", "Floor in 't Veld", "Veld, Floor in 't"},
		{person.Name{Call: "Kees", Infix: "'s", Surname: "Gravesande"}, "Kees", "'s Gravesande", "Kees 's Gravesande", "Gravesande, Kees 's"},
		{person.Name{Call: "Zoë", Infix: "d'", Surname: "Ancona"}, "Zoë", "d'Ancona", "Zoë d'Ancona", "Ancona, Zoë d'"},
		{person.Name{Call: "Zoë", Infix: "d’", Surname: "Ancona"}, "Zoë", "d’Ancona", "Zoë d’Ancona", "Ancona, Zoë d’"},
		{person.Name{Call: "Gina", Infix: "dell'", Surname: "Orto"}, "Gina", "dell'Orto", "Gina dell'Orto", "Orto, Gina dell'"},
		{person.Name{Call: "Luc", Infix: "de l'", Surname: "Isle"}, "Luc", "de l'Isle", "Luc de l'Isle", "Isle, Luc de l'"},
		{person.Name{Call: "Youssef", Surname: "El Amrani"}, "Youssef", "El Amrani", "Youssef El Amrani", "El Amrani, Youssef"},
		{person.Name{Call: "Anne", Infix: "de", Surname: "Jong-van Dijk"}, "Anne", "de Jong-van Dijk", "Anne de Jong-van Dijk", "Jong-van Dijk, Anne de"},
		{person.Name{Call: "Madonna"}, "Madonna", "", "Madonna", "Madonna"},
		{person.Name{Surname: "Visser"}, "", "Visser", "Visser", "Visser"},
		{person.Name{Infix: "de", Surname: "Vries"}, "", "de Vries", "de Vries", "Vries, de"},
		{person.Name{Call: "Bram", Infix: "de"}, "Bram", "de", "Bram de", "Bram de"},
		{person.Name{}, "", "", "", ""},
	} {
		t.Run(strings.ReplaceAll(c.display, " ", "_"), func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.given, c.name.Given())
			require.Equal(t, c.family, c.name.Family())
			require.Equal(t, c.display, c.name.Display())
			require.Equal(t, c.sorted, c.name.Sorted())
		})
	}
}
