package audit

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/tenant"
)

// Wire is an entry as a processing action (verwerkingsactie) of the standard
// Verwerkingenlogging of VNG, with the objects that it processed. The names are
// those of the standard. Where the standard wants a UUID, it is made of our own
// id; Reference holds that id. Uitvoerder is the institution's id in COOL Sync,
// since it has no OIN here.
type Wire struct {
	ActieID                 string   `json:"actieId"`
	Reference               string   `json:"referentie"`
	ActieNaam               string   `json:"actieNaam"`
	HandelingNaam           string   `json:"handelingNaam"`
	VerwerkingNaam          string   `json:"verwerkingNaam,omitempty"`
	VerwerkingID            string   `json:"verwerkingId,omitempty"`
	VerwerkingsactiviteitID string   `json:"verwerkingsactiviteitId"`
	Verwerkingsactiviteit   string   `json:"verwerkingsactiviteitNaam"`
	Doel                    string   `json:"doel"`
	Vertrouwelijkheid       string   `json:"vertrouwelijkheid"`
	Bewaartermijn           string   `json:"bewaartermijn"`
	Uitvoerder              string   `json:"uitvoerder"`
	Systeem                 string   `json:"systeem"`
	Gebruiker               string   `json:"gebruiker,omitempty"`
	Gegevensbron            string   `json:"gegevensbron"`
	SoortAfnemerID          string   `json:"soortAfnemerId,omitempty"`
	AfnemerID               string   `json:"afnemerId,omitempty"`
	Reden                   string   `json:"reden,omitempty"`
	Tijdstip                string   `json:"tijdstip"`
	TijdstipRegistratie     string   `json:"tijdstipRegistratie"`
	VerwerkteObjecten       []Object `json:"verwerkteObjecten"`
}

// Object is one object that a processing action was about.
type Object struct {
	VerwerktObjectID         string  `json:"verwerktObjectId"`
	Objecttype               string  `json:"objecttype"`
	SoortObjectID            string  `json:"soortObjectId"`
	ObjectID                 string  `json:"objectId"`
	Betrokkenheid            string  `json:"betrokkenheid"`
	VerwerkteSoortenGegevens []Datum `json:"verwerkteSoortenGegevens"`
}

// Datum is one kind of data: a key of the field register.
type Datum struct {
	SoortGegeven string `json:"soortGegeven"`
}

// The capacities in which somebody is part of an action.
const (
	asSubject = "betrokkene"
	asSelf    = "betrokkene en gebruiker"
	asMeans   = "aanleiding"
)

// Wire returns e as it leaves COOL Sync.
func (e Entry) Wire(owner tenant.ID) Wire {
	d := e.Action.Deed()
	w := Wire{
		ActieID: uuid(string(owner), string(e.ID)), Reference: string(e.ID),
		ActieNaam: d.Name, HandelingNaam: string(e.Action),
		VerwerkingsactiviteitID: d.Activity.ID, Verwerkingsactiviteit: d.Activity.Name, Doel: d.Activity.Purpose,
		Vertrouwelijkheid: confidentiality(d), Bewaartermijn: e.term(),
		Uitvoerder: string(owner), Systeem: system(e.Actor, d), Gebruiker: string(e.Actor.Account), Gegevensbron: d.Source,
		Reden: e.Reason, Tijdstip: stamp(e.At), TijdstipRegistratie: stamp(e.Recorded), VerwerkteObjecten: []Object{},
	}
	for _, id := range e.Subjects {
		w.VerwerkteObjecten = append(w.VerwerkteObjecten, e.person(owner, id))
	}
	if e.Object == "" {
		return w
	}
	w.VerwerkingID = uuid(string(owner), e.Object)
	if d.Object == "" {
		return w
	}
	w.VerwerkingNaam = d.Object + " " + e.Object
	if d.Category == Outward && len(e.Subjects) > 0 {
		w.SoortAfnemerID, w.AfnemerID = d.Object, e.Object
	}
	w.VerwerkteObjecten = append(w.VerwerkteObjecten, Object{
		VerwerktObjectID: uuid(string(owner), string(e.ID), e.Object), Objecttype: d.Object, SoortObjectID: "COOL Sync", ObjectID: e.Object,
		Betrokkenheid: asMeans, VerwerkteSoortenGegevens: []Datum{},
	})
	return w
}

// Extract returns e as one of its subjects may read it: without the others.
func (e Entry) Extract(of account.ID) Entry {
	e.Subjects = slices.DeleteFunc(slices.Clone(e.Subjects), func(id account.ID) bool { return id != of })
	return e
}

func (e Entry) person(owner tenant.ID, id account.ID) Object {
	o := Object{
		VerwerktObjectID: uuid(string(owner), string(e.ID), string(id)), Objecttype: "persoon", SoortObjectID: "COOL Sync account",
		ObjectID: string(id), Betrokkenheid: asSubject, VerwerkteSoortenGegevens: []Datum{},
	}
	if id == e.Actor.Account {
		o.Betrokkenheid = asSelf
	}
	for _, f := range e.Fields {
		o.VerwerkteSoortenGegevens = append(o.VerwerkteSoortenGegevens, Datum{f})
	}
	return o
}

// term returns how long e is kept, as a duration of ISO 8601.
func (e Entry) term() string {
	return "P" + strconv.Itoa(int(e.ExpireAt.Sub(e.At)/(24*time.Hour))) + "D"
}

func confidentiality(d Deed) string {
	if d.Confidential {
		return "vertrouwelijk"
	}
	return "normaal"
}

// system names the function that acted, or through which a person did.
func system(a Actor, d Deed) string {
	return strings.TrimSpace("COOL Sync " + cmp.Or(a.System, d.Function))
}

func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }

// uuid returns the UUID (RFC 9562 section 5.8, version 8) that parts always give.
func uuid(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	b := h.Sum(nil)[:16]
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
