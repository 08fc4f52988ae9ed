package table

import (
	"slices"
	"strings"

	"cool.example/sync/shared/roster/rows"
)

// GuardianHeading returns what is left of a heading, folded by rows.Heading,
// that says of itself to be about a guardian: ouderAchternaam.
func GuardianHeading(heading string) (rest string, ok bool) {
	for _, who := range []string{"ouderverzorger", "ouder", "verzorger", "voogd", "guardian", "parent"} {
		if rest, ok := strings.CutPrefix(heading, who); ok {
			return rest, true
		}
	}
	return "", false
}

// ListsGuardians reports whether headings are those of a list of guardians,
// whom nobody should take for the pupils whose numbers stand beside them.
func ListsGuardians(headings []string) bool {
	own, about, pupils := false, false, false
	for _, text := range headings {
		heading := rows.Heading(text)
		own = own || slices.Contains(guardianHeadings(), heading)
		f, _, _ := meaning(heading)
		pupils = pupils || f == class || f == year || f == ilt
		rest, ok := GuardianHeading(heading)
		f, _, known := meaning(rest)
		about = about || slices.Contains([]string{"aanhef", "volgnummer", "volgnr", "emailprive", "priveemail", "priveemailadres"}, heading) || ok && known && bit(f) != 0
	}
	return own || about && !pupils
}

// guardianHeadings are headings that lists of pupils do not have.
func guardianHeadings() []string {
	return []string{
		"verzorgernummer", "verzorgerid", "verzorgernr", "ouderid", "oudernummer", "oudernr", "ouderverzorgerid", "guardianid", "contactid",
		"relatienummer", "volgnummerouder", "volgnummerverzorger", "verzorgervolgnummer", "oudervolgnummer", "ouderverzorger",
		"magontvangen", "ontvangt", "ontvangtberichten", "magberichtenontvangen", "ontvangen",
	}
}
