package table

import (
	"slices"
	"strings"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
)

// aliases returns the folded headings of a field, the likeliest first: where a
// table has several of them, the first one counts.
func aliases(f field) []string {
	switch f {
	case number:
		return []string{
			"stamnummer", "stamnr", "stamnrstr", "leerlingnummer", "leerlingnr", "llnr", "leerlingcode", "administratienummer",
			"studentnummer", "medewerkernummer", "medewerkernr", "personeelsnummer", "personeelsnr",
		}
	case callName:
		return []string{"roepnaam", "voornaam", "firstname", "givenname"}
	case firstNames:
		return []string{"voornamen", "doopnamen"}
	case initials:
		return []string{"voorletters", "initialen", "initials"}
	case infix:
		return []string{"tussenvoegsel", "tussenvoegsels", "tussenv", "voorvoegsel", "voorvoegsels", "prefix", "familynameprefix"}
	case surname:
		return []string{"achternaam", "lastname", "familyname", "sn", "surname"}
	case gender:
		return []string{"geslacht", "mv", "gender"}
	case email:
		return []string{"schoolemail", "emailschool", "email", "emailadres", "mail"}
	case eckID:
		return []string{"eckid", "eck"}
	case class:
		return []string{"klas", "klasnaam", "stamklas", "stamgroep", "groepsnaam", "class", "groep"}
	case year:
		return []string{"leerjaar", "jaargroep", "leerjaarcode", "leerfaseleerjaar", "studyyear"}
	case ilt:
		return []string{"iltcode", "ilt", "iltelementcode", "elementcode", "opleidingcode", "opleidingscode", "erkendeopleidingscode"}
	case function:
		return []string{"functie", "functieomschr", "functieomschrijving", "rol", "function"}
	}
	return otherAliases(f)
}

func otherAliases(f field) []string {
	switch f {
	case wholeName:
		return []string{
			"naam", "volledigenaam", "leerlingnaam", "naamleerling", "achternaamroepnaaminfix", "achternaamroepnaamtussenvoegsel",
			"achternaamroepnaam", "achternaamvoornaam", "name", "fullname", "displayname",
		}
	case period:
		return []string{"studyperiod", "studieperiode", "lesperiodekorteomschrijving", "lesperiode", "schooljaar"}
	case begins:
		return []string{"studiebegindatum", "begindatum", "startdatum"}
	case ends:
		return []string{"studieeinddatum", "einddatum"}
	case leaves:
		return []string{"vertrekdatum", "dvertrekstr", "datumuitdienst", "uitstroomdatum", "datumuitschrijving"}
	case state:
		return []string{"actief", "isactief", "actiefomschrijving"}
	case code:
		return []string{"code", "afkorting"}
	case login:
		return []string{"loginaccountnaam", "loginnaam", "gebruikersnaam"}
	case study:
		return []string{"studie", "opleiding", "leerweg", "niveau", "study"}
	case location:
		return []string{"vestiging", "locatie", "location", "hoofdvestiging", "vestigingafkorting", "administratieveeenheid", "administratieveeenheidomschrijving"}
	}
	return nil
}

// meaning returns the field that a folded heading stands for, and how likely
// it is among its aliases: 0 is the likeliest. Some systems put the kind of
// person before every heading: leerlingRoepnaam.
func meaning(heading string) (f field, rank int, ok bool) {
	for _, short := range []string{heading, strings.TrimPrefix(heading, "leerling"), strings.TrimPrefix(heading, "medewerker")} {
		for _, f := range fields() {
			if i := slices.Index(aliases(f), short); i >= 0 {
				return f, i, true
			}
		}
	}
	return none, 0, false
}

// bit returns the field of a person that a column delivers, 0 for none.
func bit(f field) roster.Fields {
	switch f {
	case number:
		return roster.Number
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
	case gender:
		return roster.Gender
	case email:
		return roster.Email
	case eckID:
		return roster.ECK
	case class:
		return roster.InGroups
	case year:
		return roster.Grade
	case ilt:
		return roster.ILT
	case function:
		return roster.Roles
	}
	return 0
}

// worded reports whether a field holds words: a number that looks like a
// citizen service number (BSN) is none by chance.
func worded(f field) bool {
	switch f {
	case callName, firstNames, initials, infix, surname, wholeName, class, location:
		return true
	}
	return false
}

// pupilOnly reports whether only pupils have a field: in a list of staff it is
// left out.
func pupilOnly(f field) bool {
	return slices.Contains([]field{eckID, class, year, ilt, study}, f)
}

// passing reports whether a field is used while reading, and not kept.
func passing(f field) bool {
	return slices.Contains([]field{period, begins, ends, leaves, state, code, login}, f)
}

// kindOf returns whom a folded heading speaks of; sure is whether it says so
// itself.
func kindOf(heading string) (kind person.Kind, sure bool) {
	switch {
	case slices.Contains([]string{"leerlingnummer", "leerlingnr", "llnr", "leerlingcode", "studentnummer", "leerlingactief"}, heading):
		return person.Pupil, true
	case slices.Contains([]string{"medewerkernummer", "medewerkernr", "personeelsnummer", "personeelsnr", "medewerkeractiefomschrijving"}, heading):
		return person.Staff, true
	}
	f, _, _ := meaning(heading)
	switch {
	case pupilOnly(f), f == period:
		return person.Pupil, false
	case f == function:
		return person.Staff, false
	}
	return "", false
}

// Gendered returns the gender that a word or digit stands for.
func Gendered(word string) (person.Gender, bool) {
	switch rows.Heading(word) {
	case "m", "man", "male", "jongen", "mannelijk", "1":
		return person.Male, true
	case "v", "vrouw", "female", "meisje", "vrouwelijk", "2":
		return person.Female, true
	case "o", "onbekend", "unknown", "0":
		return person.Unknown, true
	case "x", "anders", "nietgespecificeerd", "unspecified", "9":
		return person.Unspecified, true
	}
	return "", false
}

// roleOf returns the code of a function, as EDEXML names them.
func roleOf(word string) (string, bool) {
	codes := []string{"ADJ", "ADM", "CON", "DIR", "ICT", "IB", "KLA", "LRK", "LOS", "LOC", "OWA", parent, "RT", "SMW", "STA", "TAL", "VAK"}
	if i := slices.Index(codes, strings.ToUpper(word)); i >= 0 {
		return codes[i], true
	}
	switch rows.Heading(word) {
	case "docent", "docente", "leraar", "lerares", "leerkracht", "groepsleerkracht", "teacher", "onderwijsgevend":
		return "LRK", true
	case "directeur", "directie", "rector", "schoolleider":
		return "DIR", true
	case "adjunctdirecteur", "conrector":
		return "ADJ", true
	case "administratie", "administratiefmedewerker", "administrateur":
		return "ADM", true
	case "concierge":
		return "CON", true
	case "ictcoordinator", "applicatiebeheerder", "systeembeheerder":
		return "ICT", true
	case "klassenassistent":
		return "KLA", true
	case "internbegeleider":
		return "IB", true
	case "onderwijsassistent":
		return "OWA", true
	case "remedialteacher":
		return "RT", true
	case "stagiair", "stagiaire":
		return "STA", true
	case "vakleerkracht":
		return "VAK", true
	case "ouder":
		return parent, true
	}
	return "", false
}

// parent is the role of a parent who helps out. It is never a staff account.
const parent = "OUD"
