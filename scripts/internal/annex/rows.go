package annex

import (
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/privacy"
)

// row is one row of part F of the annex, version 2026.2.
type row struct {
	category, name string
	ticked         bool // allowed by that version
}

// table is the table of one kind of person.
type table struct {
	kind  person.Kind
	title string
	rows  []row
}

// tables returns part F as version 2026.2 has it.
func tables() []table {
	contact := string(privacy.Contact)
	names := []row{
		{contact, "Voorna(a)m(en)", true}, {contact, "Voorletter(s)", true}, {contact, "Achternaam", true},
	}
	home := []row{{contact, "Woonadres", false}, {contact, "Postcode", false}, {contact, "Woonplaats", false}}
	titled := []row{{contact, "Aanschrijftitel zoals geslacht", true}, {contact, "Geslacht", true}}
	usage := row{string(privacy.Usage), "Diagnostische gegevens, loggegevens, metadata", true}
	documents := row{"Andere persoonsgegevens", "Gegevens in documenten van de onderwijsinstelling", false}
	pupil := join(names, []row{{contact, "Geslacht", true}}, home, []row{
		{contact, "Telefoonnummer", false},
		{contact, "E-mailadres (school)", true},
		{"BSN of PGN", "Burgerservicenummer of PGN", false},
		{string(privacy.Number), "Onderwijsdeelnemernummer", true},
		{string(privacy.ECK), "ECK-iD", true},
		{"Nationaliteit", "Nationaliteit", false},
		{"Geboortedatum", "Geboortedatum", false},
		{"Geboorteplaats", "Geboorteplaats", false},
		{"Gezondheid", "Gegevens over gezondheid of welzijn", false},
		{string(privacy.Progress), "Klas / leerjaar / ILT-code", true},
		{string(privacy.Progress), "Examinering", true},
		{string(privacy.Progress), "Studievoortgang en/of studietraject", true},
		{string(privacy.Progress), "Begeleiding, inclusief handelingsplan", false},
		{string(privacy.Progress), "Aan- en afwezigheidsregistratie", false},
		{string(privacy.Organisation), "Onderwijsorganisatie", true},
		{string(privacy.Imagery), "Foto’s en videobeelden", true},
		usage,
		{string(privacy.Address), "IP-adres", true},
		{"Andere persoonsgegevens", "Andere persoonsgegevens", false},
	})
	guardian := join(names, titled, home, []row{
		{contact, "Telefoonnummer", false},
		{contact, "E-mailadres (privé)", true},
		{"Financiële gegevens", "Bankrekeningnummer", false},
		usage, documents,
	})
	staff := join(names, titled, home, []row{
		{contact, "Telefoonnummer", true},
		{contact, "E-mailadres (privé)", true},
		{string(privacy.Imagery), "Foto’s en videobeelden", true},
		usage,
		{string(privacy.Address), "IP-adres", true},
		documents,
	})
	return []table{
		{person.Pupil, "Onderwijsdeelnemer", pupil},
		{person.Guardian, "Ouder, voogd of verzorger", guardian},
		{person.Staff, "Medewerker van de onderwijsinstelling", staff},
	}
}

func join(parts ...[]row) []row {
	var all []row
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// processing is one processing of part D.1, with where the product does it and
// how far that is.
type processing struct {
	letter, what, where string
	built               bool
}

// processings returns part D.1.
func processings() []processing {
	return []processing{
		{"a", "Ontvangen en opslaan van gegevens uit een bron of met de hand; wat uit de bron komt, is hier niet te wijzigen", "`shared/roster`, `functions/rosterplan`, `functions/rosterapply`, `functions/rosterpull`", true},
		{"b", "Aanmaken en aanvullen van accounts", "`shared/account`, `shared/roster`", true},
		{"c", "Toegang tot leermiddelen met single sign-on", "`functions/signin`, `functions/sso`", true},
		{"d", "Koppelen van leerlingen aan medewerkers op basis van studievoortgang", "`shared/group`", false},
		{"e", "Back-ups van accountgegevens", "`shared/vault`, `functions/backup`, `scripts/restore`", true},
		{"f", "Back-ups van mutaties en van toegang (het log)", "`shared/revision`, `shared/audit`, `shared/vault`", true},
		{"g", "Inzien, wijzigen en beheren door de onderwijsinstelling", "`functions/admin`", true},
		{"h", "Rechten toekennen of beperken per persoon", "`shared/access`, `shared/app`", false},
	}
}

// product is one optional product of part D.2.
type product struct {
	name, gives string
	built       bool
}

// products returns part D.2.
func products() []product {
	return []product{
		{"Start", "leest accountgegevens binnen dezelfde dataset", true},
		{"Koppeling met Google Workspace", "", true},
		{"Koppeling met Microsoft 365", "", false},
		{"Koppelpartner via de API", "", false},
		{"Focus", "", false},
		{"COOL Check", "", false},
	}
}

// measure is one measure of annex 2.
type measure struct {
	what, how      string
	organisational bool
}

// measures returns the measures of annex 2.
func measures() []measure {
	return []measure{
		{"Autorisatie: niemand ziet meer dan nodig", "elke pagina en elk adres noemt wie er mag komen; een test roept ze aan als niemand, met een verkeerde rol en vanuit een andere instelling", false},
		{"Scheiding van instellingen", "de instelling is het eerste deel van elk pad en wordt bij elke lezing en schrijving gecontroleerd", false},
		{"Versleuteling van wat buiten de levende gegevens ligt", "AES-GCM onder een sleutel per dag, die na 90 dagen wordt vernietigd (`shared/seal`)", false},
		{"Wachtwoorden", "argon2id, versleuteld opgeslagen; raden wordt per account vertraagd (`shared/credential`)", false},
		{"Herleidbaarheid", "elke wijziging staat in het log, in dezelfde transactie; elke inzage vóór het antwoord (`shared/audit`)", false},
		{"Levenscyclus", "prullenbak, wissen met bewijs, en een grootboek dat een teruggezette kopie weer bijwerkt (`shared/erase`)", false},
		{"Locatie", "opslag en verwerking in de Europese Unie", false},
		{"Beveiligingsbeleid en periodieke evaluatie", "", true},
		{"Coördinator informatiebeveiliging", "", true},
		{"Geheimhouding door medewerkers", "", true},
		{"Bewustzijn en opleiding", "", true},
		{"Melden van incidenten en datalekken", "", true},
		{"Classificatie beschikbaarheid, integriteit, vertrouwelijkheid", "", true},
	}
}
