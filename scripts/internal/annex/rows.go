package annex

import (
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/privacy"
	"cool.example/sync/shared/tenant"
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
		{"d", "Koppelen van leerlingen aan medewerkers op basis van studievoortgang", "`shared/link`, `shared/group`, `functions/recalculate`", true},
		{"e", "Back-ups van accountgegevens", "`shared/vault`, `functions/backup`, `scripts/restore`", true},
		{"f", "Back-ups van mutaties en van toegang (het log)", "`shared/revision`, `shared/audit`, `shared/vault`", true},
		{"g", "Inzien, wijzigen en beheren door de onderwijsinstelling", "`functions/admin`", true},
		{"h", "Rechten toekennen of beperken per persoon", "`shared/right`, `shared/access`, `shared/app`", true},
	}
}

// product is one optional product of part D.2.
type product struct {
	name, gives string
	function    string        // the function that does it
	module      tenant.Module // by which an institution switches it on, "" for none yet
	built       bool
}

// products returns part D.2.
func products() []product {
	return []product{
		{"Start", "leest accountgegevens binnen dezelfde dataset", "start", tenant.Start, true},
		{"Koppeling met Google Workspace", "", "provisiongoogle", tenant.Google, true},
		{"Koppeling met Microsoft 365", "", "provisionmicrosoft", "", false},
		{"Koppelpartner via de API", "", "partner", "", false},
		{"Focus", "", "focus", "", false},
		{"COOL Check", "", "check", "", false},
	}
}

// subprocessor is one of part H.
type subprocessor struct {
	name, what string
	module     string // of its client, as go.mod names it; "" where it hosts the product
	used       bool
}

func subprocessors() []subprocessor {
	return []subprocessor{
		{"Google Cloud", "hosting", "", true},
		{"SendGrid", "verzending van mail", "sendgrid", true},
		{"Mixpanel", "gebruik van de ouderapp", "mixpanel", false},
	}
}

// measure is one measure of annex 2: how is "" where it is organisational.
type measure struct{ category, what, how string }

// measures returns the measures of annex 2: those of its part A, and those of
// part B by the category of the classification (ROSA: availability, integrity,
// confidentiality).
func measures() []measure {
	const policy, availability, integrity, confidentiality = "Beleid (A)", "Beschikbaarheid (B)", "Integriteit (B)", "Vertrouwelijkheid (B)"
	return []measure{
		{policy, "Beveiligingsbeleid en periodieke evaluatie", ""},
		{policy, "Autorisatie: niemand ziet meer dan nodig", "elke pagina en elk adres noemt wie er mag komen; een test roept ze aan als niemand, met een verkeerde rol en vanuit een andere instelling (`functions/admin`)"},
		{policy, "Coördinator informatiebeveiliging", ""},
		{policy, "Vastleggen van incidenten en leren ervan", ""},
		{policy, "Melden van incidenten en datalekken", ""},
		{policy, "Geheimhouding door medewerkers", ""},
		{policy, "Bewustzijn en opleiding", ""},
		{policy, "Classificatie en zelftoets", ""},
		{availability, "Ontwerp", "elke functie mag overal afbreken en opnieuw beginnen: wat zij schrijft en wat zij verstuurt liggen in één transactie (`shared/outbox`)"},
		{availability, "Capaciteitsbeheer", "wachtrijen begrenzen het werk; snelheid en geheugen worden gemeten (`scripts/bench`)"},
		{availability, "Onderhoud", ""},
		{availability, "Testen", "tegen de echte databases als emulator, in een browser, met afgebroken processen (`scripts/test`)"},
		{availability, "Monitoring", "regels in het log zonder persoonsgegevens, met een alarm waar iemand moet kijken (`shared/event`); wie ernaar kijkt is organisatorisch"},
		{availability, "Herstel", "terugzetten van een instelling zonder code te lezen (`scripts/restore`)"},
		{integrity, "Herleidbaarheid van gebruikers", "elke wijziging staat in het log, in dezelfde transactie; elke inzage vóór het antwoord (`shared/audit`)"},
		{integrity, "Backup", "dagelijks, per instelling, en bewezen door elk stuk terug te zetten (`shared/vault`)"},
		{integrity, "Applicatiecontroles", "een voorstel met grenzen gaat aan elke wijziging uit een bron vooraf (`shared/roster`)"},
		{integrity, "Onweerlegbaarheid", "elke minuut een ondertekend manifest van het log, waar niets te wijzigen is (`functions/notary`)"},
		{integrity, "Herleidbaarheid van technisch beheer", ""},
		{integrity, "Controle van de integriteit", "wat in het log gewijzigd, verdwenen of toegevoegd is, wordt genoemd (`scripts/verify-log`)"},
		{confidentiality, "Levenscyclus van gegevens", "prullenbak, wissen met bewijs, en een grootboek dat een teruggezette kopie weer bijwerkt (`shared/erase`)"},
		{confidentiality, "Logische toegang", "argon2id, versleuteld opgeslagen; raden wordt per account vertraagd (`shared/credential`)"},
		{confidentiality, "Versleuteling", "wat buiten de levende gegevens ligt, onder een sleutel per dag die na 90 dagen wordt vernietigd (`shared/seal`)"},
		{confidentiality, "Fysieke toegang", ""},
		{confidentiality, "Netwerktoegang", "functies nemen alleen aan wat de eigen berichtendienst ondertekent (`shared/event`); de rest van het netwerk is organisatorisch"},
		{confidentiality, "Scheiding van instellingen", "de instelling is het eerste deel van elk pad en wordt bij elke lezing en schrijving gecontroleerd (`shared/store`)"},
	}
}
