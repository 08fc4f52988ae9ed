package audit

import (
	"maps"
	"slices"
	"time"

	"cool.example/sync/shared/fault"
)

// Activity is a processing activity as the institution keeps it in its record
// (AVG article 30): what personal data are processed for.
type Activity struct {
	ID      string // a UUID, permanent: the institution's record refers to it
	Name    string
	Purpose string // after part E of the privacy annex, version 2026.2
}

// The activities.
func importing() Activity {
	return Activity{
		"fe59ca56-6ced-42c1-9125-b434e0e70f61", "Accounts bijwerken uit de bronadministratie",
		"Toegang krijgen tot digitale onderwijsmiddelen: identificatie en autorisatie",
	}
}

func managing() Activity {
	return Activity{
		"f7a36d88-c5c0-419a-9353-e6bc37316c3b", "Accounts en instellingen beheren",
		"Toegang krijgen tot digitale onderwijsmiddelen: identificatie en autorisatie",
	}
}

func signingIn() Activity {
	return Activity{
		"3b2add6c-3bb6-45b6-852c-80e98523841d", "Inloggen",
		"Toegang krijgen tot digitale onderwijsmiddelen: authenticatie; beveiliging en preventie van misbruik",
	}
}

func releasing() Activity {
	return Activity{
		"756fb887-1f8f-455f-86f4-1f62085d5f4a", "Gegevens doorgeven aan leermiddelen en koppelingen",
		"Toegang krijgen tot digitale onderwijsmiddelen; geleverd krijgen en in gebruik nemen van onderwijsmiddelen",
	}
}

func telling() Activity {
	return Activity{
		"6cda3282-ad08-4ea1-b9d8-ed54c6e2048f", "Berichten versturen",
		"Communicatie met onderwijsdeelnemers, ouders en medewerkers",
	}
}

func accounting() Activity {
	return Activity{
		"acc39261-2a11-4b62-8dc8-5fc54f713f89", "Inzage in het logboek",
		"Beveiliging, controle en preventie van misbruik",
	}
}

func securing() Activity {
	return Activity{
		"c8bfcf94-883d-4eee-bd73-96028dd46e00", "Reservekopieën maken en terugzetten",
		"De beschikbaarheid van accounts, groepen en het logboek; beveiliging en preventie van misbruik",
	}
}

// Category is what retention is set for.
type Category string

// The categories.
const (
	Access  Category = "access"  // who signed in, and who could not
	Changes Category = "changes" // what was changed, and by whom
	Views   Category = "views"   // who saw whose data
	Outward Category = "outward" // what left for applications, targets and mailboxes
)

// Categories returns every category, in the order of screens.
func Categories() []Category { return []Category{Access, Changes, Views, Outward} }

// Deed is what the register says of an action.
type Deed struct {
	Name     string // what is done, as a data subject reads it
	Activity Activity
	Category Category
	// Confidential deeds are not told to the data subject by the subject's own
	// extract: whoever looks into suspected misuse would warn of it.
	Confidential bool
	Source       string // where the data come from
	Object       string // what kind of thing Object names; "" where it is none of its own
	Function     string // through which function people do it; "" where none does
}

// The sources of data.
const (
	fromSource = "bronadministratie van de school"
	fromStore  = "COOL Sync"
	fromPerson = "de betrokkene"
	fromSchool = "de onderwijsinstelling"
)

// deeds is the register: every action has its entry.
func deeds() map[Action]Deed {
	return map[Action]Deed{
		ImportReceived: {"Levering ontvangen", importing(), Changes, false, fromSource, "levering", "admin"},
		ImportPlanned:  {"Voorstel gemaakt uit een levering", importing(), Changes, false, fromSource, "levering", ""},
		ImportApplied:  {"Gegevens bijgewerkt uit een levering", importing(), Changes, false, fromSource, "levering", ""},
		ImportApproved: {"Voorstel goedgekeurd", importing(), Changes, false, fromSource, "levering", "admin"},
		ImportDeclined: {"Voorstel afgewezen", importing(), Changes, false, fromSource, "levering", "admin"},
		ImportDecided:  {"Beslist over voorgestelde personen", importing(), Changes, false, fromSource, "levering", "admin"},
		ImportEnded:    {"Levering beëindigd die niet verder kon", importing(), Changes, false, fromSource, "levering", ""},
		SchoolSet:      {"Instellingen van een school gewijzigd", managing(), Changes, false, fromSchool, "school", "admin"},
		RetentionSet:   {"Bewaartermijnen van het logboek gewijzigd", managing(), Changes, false, fromSchool, "", "admin"},
		SheetIssued:    {"Inlogblad gemaakt", managing(), Changes, false, fromStore, "groep", "admin"},
		SheetPrinted:   {"Inlogblad afgedrukt", managing(), Changes, false, fromStore, "groep", "admin"},
		PasswordSet:    {"Wachtwoord gewijzigd", signingIn(), Access, false, fromPerson, "", "signin"},
		SignedIn:       {"Ingelogd", signingIn(), Access, false, fromPerson, "", "signin"},
		SignInFailed:   {"Niet ingelogd", signingIn(), Access, false, fromPerson, "", "signin"},
		SignedOut:      {"Uitgelogd", signingIn(), Access, false, fromPerson, "", "signin"},
		Released:       {"Gegevens doorgegeven aan een leermiddel", releasing(), Outward, false, fromStore, "leermiddel", "sso"},
		Provisioned:    {"Gegevens doorgegeven aan een koppeling", releasing(), Outward, false, fromStore, "koppeling", ""},
		Viewed:         {"Gegevens bekeken", managing(), Views, false, fromStore, "groep of levering", "admin"},
		Added:          {"Account toegevoegd", managing(), Changes, false, fromSchool, "", "admin"},
		Changed:        {"Account gewijzigd", managing(), Changes, false, fromSchool, "", "admin"},
		Undone:         {"Wijziging teruggedraaid", managing(), Changes, false, fromStore, "wijziging", "admin"},
		Blocked:        {"Account geblokkeerd", managing(), Changes, false, fromSchool, "", "admin"},
		Unblocked:      {"Blokkade opgeheven", managing(), Changes, false, fromSchool, "", "admin"},
		Exported:       {"Alle gegevens verstrekt aan de betrokkene", accounting(), Outward, false, fromStore, "", "admin"},
		RightSet:       {"Recht gegeven, ontzegd of ingetrokken", managing(), Changes, false, fromSchool, "recht", "admin"},
		GroupSet:       {"Eigen groep gewijzigd", managing(), Changes, false, fromSchool, "groep", "admin"},
		LinksSet:       {"Koppeling van leerlingen aan begeleiders gewijzigd", managing(), Changes, false, fromSchool, "regel", "admin"},
		Binned:         {"Account naar de prullenbak", managing(), Changes, false, fromSource, "", ""},
		Restored:       {"Account teruggezet uit de prullenbak", managing(), Changes, false, fromStore, "", "admin"},
		Erased:         {"Account definitief gewist", managing(), Changes, false, fromStore, "wisbewijs", ""},
		Restricted:     {"Verwerking beperkt", managing(), Changes, false, fromSchool, "", "admin"},
		Lifted:         {"Beperking van de verwerking opgeheven", managing(), Changes, false, fromSchool, "", "admin"},
		RuleApplied:    {"Groepen of begeleiders bijgewerkt volgens een regel", managing(), Changes, false, fromStore, "school", ""},
		LogViewed:      {"Logboek bekeken", accounting(), Views, true, fromStore, "", "admin"},
		ExtractViewed:  {"Eigen gegevens en logboek bekeken", accounting(), Views, false, fromStore, "", "start"},
		BackedUp:       {"Reservekopie gemaakt en gecontroleerd", securing(), Changes, false, fromStore, "reservekopie", ""},
		PutBack:        {"Instelling teruggezet uit een reservekopie", securing(), Changes, false, fromStore, "reservekopie", ""},
		Mailed:         {"E-mail verstuurd", telling(), Outward, false, fromStore, "levering", ""},
	}
}

// Actions returns every action of the register, in order.
func Actions() []Action { return slices.Sorted(maps.Keys(deeds())) }

// Deed returns what the register says of a. An action that it does not know is
// one of managing accounts.
func (a Action) Deed() Deed {
	if d, ok := deeds()[a]; ok {
		return d
	}
	return Deed{Name: string(a), Activity: managing(), Category: Changes, Source: fromStore}
}

// Keep is how long an entry is kept where the institution has not said.
const Keep = 366 * 24 * time.Hour

// The bounds of what an institution may choose, in months: half a year is what
// it takes to notice misuse, and beyond seven years nobody may be called to
// account for what the log says.
const (
	DefaultMonths  = 12
	ShortestMonths = 6
	LongestMonths  = 84
)

// Longest is the longest time that any entry is kept.
const Longest = LongestMonths * (Keep / DefaultMonths)

// Terms says how many months the entries of each category are kept: see
// tenant.Tenant. A category that it does not name is kept for DefaultMonths.
type Terms map[string]int

// Check answers Invalid where t names what is no category, or goes beyond the
// bounds.
func (t Terms) Check() error {
	for name, months := range t {
		if !slices.Contains(Categories(), Category(name)) || months < ShortestMonths || months > LongestMonths {
			return fault.New(fault.Invalid, "")
		}
	}
	return nil
}

// Months returns how many months entries of c are kept: within the bounds,
// whatever t says.
func (t Terms) Months(c Category) int {
	months, ok := t[string(c)]
	if !ok {
		return DefaultMonths
	}
	return min(max(months, ShortestMonths), LongestMonths)
}

// Until returns when e expires.
func (t Terms) Until(e Entry) time.Time {
	return e.At.Add(time.Duration(t.Months(e.Action.Deed().Category)) * (Keep / DefaultMonths))
}
