package guardian

import (
	"slices"
	"strings"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
	"cool.example/sync/shared/roster/table"
)

// aliases returns the folded headings of a field, the likeliest first.
func aliases(f field) []string {
	switch f {
	case child:
		return []string{
			"leerlingnummer", "leerlingnr", "llnr", "leerlingcode", "stamnummer", "stamnr", "stamnrstr", "studentnummer", "administratienummer",
			"kindnummer", "nummerkind",
		}
	case slot:
		return []string{
			"volgnummer", "volgnr", "volgorde", "volgnummerouder", "volgnummerverzorger", "verzorgervolgnummer", "oudervolgnummer",
			"ouderverzorger", "rang", "slot",
		}
	case key:
		return []string{
			"verzorgernummer", "verzorgerid", "verzorgernr", "ouderid", "oudernummer", "oudernr", "ouderverzorgerid", "guardianid", "contactid",
			"relatienummer",
		}
	case callName:
		return []string{"roepnaam", "voornaam", "firstname", "givenname"}
	case firstNames:
		return []string{"voornamen", "doopnamen"}
	case initials:
		return []string{"voorletters", "initialen", "initials"}
	case infix:
		return []string{"tussenvoegsel", "tussenvoegsels", "tussenv", "voorvoegsel", "voorvoegsels", "prefix"}
	case surname:
		return []string{"achternaam", "lastname", "familyname", "sn", "surname"}
	case email:
		return []string{"emailprive", "priveemail", "priveemailadres", "email", "emailadres", "mail"}
	case receives:
		return []string{"magontvangen", "ontvangt", "ontvangtberichten", "magberichtenontvangen", "ontvangen"}
	case wholeName:
		return []string{"naam", "volledigenaam", "achternaamroepnaaminfix", "achternaamroepnaam", "achternaamvoornaam", "name", "fullname"}
	case salutation:
		return []string{"aanhef", "aanspreekvorm", "aanspreektitel", "aanschrijftitel", "aanschrijving", "salutation", "honorific"}
	case gender:
		return []string{"geslacht", "mv", "gender", "sex"}
	}
	return nil
}

// worded reports whether a field holds words: a number that looks like a
// citizen service number (BSN) is none by chance.
func worded(f field) bool {
	switch f {
	case callName, firstNames, initials, infix, surname, wholeName:
		return true
	}
	return false
}

// plain is the rank from which a heading does not say of itself to be about a
// guardian.
const plain = 100

// meaning returns the field that a folded heading stands for, and how likely
// it is among its aliases. What says of itself to be a guardian's is likelier
// than what does not: that may be the child's.
func meaning(heading string) (f field, rank int, ok bool) {
	for _, f := range fields() {
		if i := slices.Index(aliases(f), heading); i >= 0 {
			return f, i + plain, true
		}
	}
	rest, about := table.GuardianHeading(heading)
	if !about {
		return none, 0, false
	}
	for _, f := range fields() {
		if i := slices.Index(aliases(f), rest); i >= 0 && f != child {
			return f, i, true
		}
	}
	return none, 0, false
}

// owned returns the field that the school's say on a column stands for.
func owned(name string) field {
	switch name {
	case "administration_number":
		return child // the only administration number in such a list
	case "school_email":
		return email // a guardian has no other
	}
	for _, f := range fields() {
		if f.name() == name && (bit(f) != 0 || f == child) {
			return f
		}
	}
	return none
}

// bit returns the field of a person that a column delivers, 0 for none.
func bit(f field) roster.Fields {
	switch f {
	case callName:
		return roster.CallName
	case firstNames:
		return roster.FirstNames
	case initials:
		return roster.Initials
	case infix:
		return roster.Infix
	case surname:
		return roster.Surname
	case email:
		return roster.Email
	case salutation:
		return roster.Salutation
	case gender:
		return roster.Gender
	}
	return 0
}

// yes reads whether somebody may receive messages; ok is false where the word
// says neither.
func yes(word string) (may, ok bool) {
	switch rows.Heading(word) {
	case "ja", "j", "yes", "true", "waar", "1", "x":
		return true, true
	case "", "nee", "n", "no", "false", "onwaar", "0":
		return false, true
	}
	return false, false
}

// saluted returns the salutation that a word stands for. A title of who took a
// degree is none.
func saluted(word string) (person.Salutation, bool) {
	folded := rows.Heading(word)
	for _, dear := range []string{"geachte", "beste", "dear", "aande"} {
		folded = strings.TrimPrefix(folded, dear)
	}
	switch folded {
	case "dhr", "deheer", "heer", "hr", "meneer", "mijnheer", "mr", "mister", "sir":
		return person.Sir, true
	case "mevr", "mevrouw", "mw", "mvr", "mevrw", "mej", "mejuffrouw", "mrs", "ms", "miss", "madam":
		return person.Madam, true
	case "fam", "familie", "defamilie", "family", "deheerenmevrouw", "heerenmevrouw", "dhrenmevr", "dhrenmw", "dhrmevr", "dhrmw", "mrandmrs", "mrmrs", "mrmevrouw", "dhrmevrouw", "meneerenmevrouw":
		return person.Family, true
	case "mx", "neutraal", "genderneutraal", "neutral", "geen", "zonder", "none", "naam", "alleennaam", "alleendenaam":
		return person.Plain, true
	}
	return "", false
}

// slotOf reads which guardian of the child somebody is: "2", "Ouder 2".
func slotOf(word string) (int, bool) {
	folded := rows.Heading(word)
	if rest, about := table.GuardianHeading(folded); about {
		folded = rest
	}
	folded = strings.TrimPrefix(folded, "0")
	if len(folded) != 1 || folded < "1" || folded > "9" {
		return 0, false
	}
	return int(folded[0] - '0'), true
}
