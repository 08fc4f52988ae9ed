// Package annex writes the privacy annex of the product from the field
// register, so that what the annex says and what the code may store cannot
// drift apart. It lists every deviation from version 2026.2 for legal approval.
package annex

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/privacy"
	"cool.example/sync/shared/tenant"
)

// Version is the version of the annex that the product implements.
const Version = "2026.2"

// page gathers what is written.
type page struct {
	strings.Builder
	of Settings
}

func (p *page) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

func (p *page) rows(head ...string) {
	p.line("| %s |", strings.Join(head, " | "))
	p.line("|%s", strings.Repeat("---|", len(head)))
}

func tick(on bool) string {
	if on {
		return "☒"
	}
	return "☐"
}

// Settings are those of an institution. The zero Settings are of none: the page
// then says what holds unless an institution says otherwise.
type Settings struct {
	Institution string
	Modules     []tenant.Module
	LogMonths   map[string]int // see tenant.Tenant
}

// Write writes the annex in Markdown, as it holds for an institution.
func Write(w io.Writer, of Settings) error {
	p := &page{of: of}
	p.line("# Privacybijsluiter COOL Sync\n")
	if of.Institution != "" {
		p.line("Voor %s, met de producten en termijnen die zij heeft gekozen.\n", of.Institution)
	}
	p.line("Gemaakt door `scripts/annex` uit het veldregister (`shared/privacy`); niet met de hand wijzigen. Versie %s van de bijlage is de maat.\n", Version)
	p.line("## A) Contactgegevens en B) Versie\n\nOrganisatorisch: de verwerker vult ze in.\n")
	p.line("## C) Algemene informatie\n")
	p.line("- Doelgroep: PO, SO, VO en VSO.\n- Gebruikers: leerlingen, medewerkers, ouders en verzorgers.\n")
	p.part(processed)
	p.part(purposes)
	p.part(fields)
	p.part(places)
	p.part(secured)
	p.part(deviating)
	_, err := io.WriteString(w, p.String())
	return err
}

func (p *page) part(write func(*page)) { write(p) }

// processed writes part D.
func processed(p *page) {
	p.line("## D) Verwerkingen\n\n### 1. Onlosmakelijk onderdeel\n")
	p.rows("", "verwerking", "waar in de code", "gebouwd")
	for _, v := range processings() {
		p.line("| %s | %s | %s | %s |", v.letter, v.what, v.where, tick(v.built))
	}
	p.line("\n### 2. Optioneel; de onderwijsinstelling zet ze aan en uit\n")
	head := []string{"product", "wat ervoor wordt doorgegeven", "gebouwd"}
	if p.of.Institution != "" {
		head = append(head, "aangezet")
	}
	p.rows(head...)
	var passed []string
	for _, f := range privacy.Register() {
		if f.Targets {
			passed = append(passed, "`"+f.Key+"`")
		}
	}
	for _, v := range products() {
		row := fmt.Sprintf("| %s | %s | %s |", v.name, cmp.Or(v.gives, strings.Join(passed, ", ")+" (hoogstens; nooit meer dan het doel registreert)"), tick(v.built))
		if p.of.Institution != "" {
			row += " " + tick(v.module != "" && slices.Contains(p.of.Modules, v.module)) + " |"
		}
		p.line("%s", row)
	}
	p.line("")
}

// purposes writes part E.
func purposes(p *page) {
	p.line("## E) Doeleinden\n")
	p.rows("doel", "waarvoor", "gegevens")
	for _, v := range []struct {
		purpose privacy.Purpose
		why     string
	}{
		{privacy.Identify, "een account maken en herkennen: toegang tot digitale leermiddelen, met identificatie, authenticatie en autorisatie"},
		{privacy.Release, "aan een leermiddel of doelsysteem zeggen wie iemand is, in opdracht van de onderwijsinstelling"},
		{privacy.Place, "mensen in groepen plaatsen en groepen van leermiddelen voorzien"},
		{privacy.Secure, "misbruik voorkomen en nagaan; continuïteit en ondersteuning"},
		{privacy.Correspond, "schrijven of bellen: communicatie met ouders en medewerkers"},
	} {
		var keys []string
		for _, f := range privacy.Register() {
			if slices.Contains(f.Purposes, v.purpose) {
				keys = append(keys, "`"+f.Key+"`")
			}
		}
		p.line("| %s | %s | %s |", v.purpose, v.why, strings.Join(keys, ", "))
	}
	p.line("")
}

// held returns the fields of the register that a row allows of a kind of
// person.
func held(k person.Kind, r row) []privacy.Field {
	var list []privacy.Field
	for _, f := range privacy.Register() {
		if f.Of(k) && f.Row == r.name {
			list = append(list, f)
		}
	}
	return list
}

// fields writes part F.
func fields(p *page) {
	p.line("## F) Persoonsgegevens en bewaartermijnen\n")
	for _, t := range tables() {
		p.line("### %s\n", t.title)
		p.rows("categorie", "specificatie", "bijlage", "in gebruik", "gegevens", "wie ziet het", "bewaard")
		for _, r := range t.rows {
			var keys, viewers, lives []string
			for _, f := range held(t.kind, r) {
				keys = append(keys, "`"+f.Key+"`")
				for _, v := range f.Viewers {
					viewers = append(viewers, viewer(v))
				}
				lives = append(lives, p.of.life(f.Life))
			}
			p.line("| %s | %s | %s | %s | %s | %s | %s |", r.category, r.name, tick(r.ticked), tick(len(keys) > 0),
				strings.Join(keys, ", "), once(viewers), once(lives))
		}
		p.line("")
	}
	days := int(account.Kept.Hours() / 24)
	p.line("Gegevens worden vastgelegd, gewijzigd en verwijderd op initiatief van de onderwijsinstelling: vanuit de bron, met de hand door wie daartoe bevoegd is, of door de verwerker in uitdrukkelijke opdracht. Wat verwijderd is, blijft %d dagen verzegeld bewaard en is daarna onherstelbaar weg, ook in kopieën: de sleutel van die dag wordt vernietigd, waarna Cloud KMS er nog 24 uur over doet.\n", days)
}

func once(list []string) string {
	slices.Sort(list)
	return strings.Join(slices.Compact(list), ", ")
}

func viewer(v privacy.Viewer) string {
	switch v {
	case privacy.Managers:
		return "beheerders"
	case privacy.Teachers:
		return "medewerkers van de groep"
	case privacy.Targets:
		return "aangesloten doelen"
	default:
		return "wie het log inziet"
	}
}

func (s Settings) life(l privacy.Life) string {
	switch l {
	case privacy.InLog:
		return s.logged()
	case privacy.Briefly:
		return "hoogstens 90 dagen"
	default:
		return "zo lang het account bestaat"
	}
}

// logged says how long the log is kept: in one term, or one for each category.
func (s Settings) logged() string {
	var terms []string
	same := true
	for _, c := range audit.Categories() {
		months := audit.Terms(s.LogMonths).Months(c)
		same = same && months == audit.Terms(s.LogMonths).Months(audit.Access)
		terms = append(terms, fmt.Sprintf("%s %d", word(c), months))
	}
	if same {
		return fmt.Sprintf("%d maanden", audit.Terms(s.LogMonths).Months(audit.Access))
	}
	return "in maanden: " + strings.Join(terms, "; ")
}

func word(c audit.Category) string {
	switch c {
	case audit.Access:
		return "inloggen"
	case audit.Changes:
		return "wijzigingen"
	case audit.Views:
		return "inzage"
	default:
		return "doorgifte"
	}
}

// places writes parts G and H.
func places(p *page) {
	p.line("## G) Locatie\n\nOpslag en verwerking in de Europese Unie.\n")
	p.line("## H) Subverwerkers\n")
	p.rows("naam", "waarvoor", "opslag en verwerking", "vestiging")
	for _, s := range subprocessors() {
		what := s.what
		if !s.used {
			what += " (wordt nog niet gebruikt)"
		}
		p.line("| %s | %s | Europese Unie | Verenigde Staten |", s.name, what)
	}
	p.line("")
}

// secured writes annex 2.
func secured(p *page) {
	p.line("## Bijlage 2: maatregelen\n")
	p.rows("categorie", "maatregel", "hoe")
	for _, m := range measures() {
		p.line("| %s | %s | %s |", m.category, m.what, cmp.Or(m.how, "**organisatorisch**: buiten deze software"))
	}
	p.line("")
}

// Deviation is one difference between version 2026.2 and the product.
type Deviation struct {
	What    string
	Against bool // the product stores or does what that version does not tick
}

// Deviations returns every difference.
func Deviations() []Deviation {
	var list []Deviation
	for _, t := range tables() {
		on := map[string]bool{}
		for _, r := range t.rows {
			used := len(held(t.kind, r)) > 0
			on[r.name] = true
			switch {
			case used && !r.ticked:
				list = append(list, Deviation{t.title + ": " + r.name + " is niet aangekruist en wordt gebruikt", true})
			case !used && r.ticked:
				list = append(list, Deviation{t.title + ": " + r.name + " is aangekruist en wordt niet gebruikt", false})
			}
		}
		for _, f := range privacy.Register() {
			if f.Of(t.kind) && !on[f.Row] {
				list = append(list, Deviation{fmt.Sprintf("%s: `%s` (%s) heeft geen rij in deze tabel", t.title, f.Key, f.Row), true})
			}
		}
	}
	for _, v := range processings() {
		if !v.built {
			list = append(list, Deviation{"Verwerking " + v.letter + " is nog niet (geheel) gebouwd: " + v.what, false})
		}
	}
	for _, v := range products() {
		if !v.built {
			list = append(list, Deviation{v.name + " is nog niet gebouwd", false})
		}
	}
	for _, s := range subprocessors() {
		if !s.used {
			list = append(list, Deviation{"Subverwerker " + s.name + " wordt nog niet gebruikt", false})
		}
	}
	return append(list,
		Deviation{"Subverwerkers Previder en Microsoft Azure worden niet gebruikt", false},
		Deviation{"Google Cloud verwerkt alleen in de Europese Unie, niet in de Verenigde Staten", false})
}

// deviating lists the deviations.
func deviating(p *page) {
	p.line("## Afwijkingen van versie %s\n\nVoor juridische goedkeuring. Wat meer is dan de bijlage aankruist, staat vooraan.\n", Version)
	list := Deviations()
	slices.SortStableFunc(list, func(a, b Deviation) int {
		switch {
		case a.Against == b.Against:
			return 0
		case a.Against:
			return -1
		default:
			return 1
		}
	})
	for _, d := range list {
		mark := "minder"
		if d.Against {
			mark = "**meer**"
		}
		p.line("- %s: %s.", mark, d.What)
	}
}
