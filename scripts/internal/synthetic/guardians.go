package synthetic

import (
	"encoding/csv"
	"io"
	"strconv"
)

// WriteGuardians writes guardians as the list that a school hands over: one
// row for each child, brothers and sisters joined by the guardian's own key.
func WriteGuardians(w io.Writer, all []Guardian) error {
	out := csv.NewWriter(w)
	out.Comma, out.UseCRLF = ';', true
	return out.WriteAll(guardianRows(all))
}

// guardianRows returns the list with its headings.
func guardianRows(all []Guardian) [][]string {
	rows := [][]string{{
		"Leerlingnummer", "Verzorger", "Oudernummer", "Aanhef", "Roepnaam", "Tussenvoegsel", "Achternaam", "E-mail", "Mag ontvangen",
	}}
	slots := map[string]int{}
	for i, g := range all {
		for _, child := range g.Of {
			slots[child]++
			rows = append(rows, []string{
				child, strconv.Itoa(slots[child]), "o" + strconv.Itoa(i+1), g.Salutation, g.Name.Call, g.Name.Infix, g.Name.Surname, g.Email, "ja",
			})
		}
	}
	return rows
}
