package uwlr

import (
	"encoding/xml"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"cool.example/sync/shared/school"
)

// question is a request that was understood.
type question struct {
	message, year, version, since string
	asked                         map[string]bool // groups: "groep/K1", "" for people without one; nil where it names none
}

// covers reports whether a person is in one of the groups asked for.
func (q question) covers(p person) bool {
	for g := range p.groups {
		if q.asked[g] {
			return true
		}
	}
	return len(p.groups) == 0 && q.asked[""]
}

// element is any element of a request.
type element struct {
	XMLName  xml.Name
	Key      string    `xml:"key,attr"`
	Text     string    `xml:",chardata"`
	Children []element `xml:",any"`
}

// requestMost is the largest request that is read, in bytes.
const requestMost = 1 << 20

// actions says which SOAPAction belongs to a message.
func actions() map[string]string {
	return map[string]string{
		"leerlinggegevens_verzoek": `"HaalLeerlinggegevens"`, "structuur_verzoek": `"` + rosterSpace + `/structuur_verzoek"`,
		"leerlingen_verzoek": `"` + rosterSpace + `/leerlingen_verzoek"`, "leerkrachten_verzoek": `"` + rosterSpace + `/leerkrachten_verzoek"`,
	}
}

// understand holds a request against the standard.
func (s *Server) understand(r *http.Request) (question, error) {
	if r.Method != http.MethodPost || r.URL.Path != "/uwlr" {
		return question{}, fail("Client.OngeldigBericht", "no POST to /uwlr")
	}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "text/xml") {
		return question{}, fail("Client.OngeldigBericht", "SOAP 1.1 is sent as text/xml")
	}
	raw, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, requestMost))
	if err != nil {
		return question{}, fail("Client.OngeldigBericht", "the body cannot be read")
	}
	var root element
	if err := xml.Unmarshal(raw, &root); err != nil || root.XMLName != (xml.Name{Space: soapSpace, Local: "Envelope"}) {
		return question{}, fail("Client.OngeldigBericht", "no SOAP 1.1 envelope")
	}
	if len(root.Children) != 2 || root.Children[0].XMLName != (xml.Name{Space: soapSpace, Local: "Header"}) ||
		root.Children[1].XMLName != (xml.Name{Space: soapSpace, Local: "Body"}) || len(root.Children[1].Children) != 1 {
		return question{}, fail("Client.OngeldigBericht", "an envelope has a header and a body with one message")
	}
	if err := authorise(root.Children[0]); err != nil {
		return question{}, err
	}
	body := root.Children[1].Children[0]
	action, known := actions()[body.XMLName.Local]
	if !known || body.XMLName.Space != rosterSpace {
		return question{}, fail("Client.OngeldigBericht", "no such message")
	}
	if r.Header.Get("SOAPAction") != action {
		return question{}, fail("Client.OngeldigBericht", "the SOAPAction is not that of the message")
	}
	return s.ask(body)
}

// authorise checks the header.
func authorise(header element) error {
	if len(header.Children) != 1 || header.Children[0].XMLName != (xml.Name{Space: signSpace, Local: "autorisatie"}) {
		return fail("Client.OngeldigBericht", "the header holds no autorisatie")
	}
	var values []string
	for i, name := range []string{"autorisatiesleutel", "klantcode", "klantnaam"} {
		all := header.Children[0].Children
		if len(all) != 3 || all[i].XMLName != (xml.Name{Space: signSpace, Local: name}) || all[i].Text == "" || len(all[i].Text) > 64 {
			return fail("Client.OngeldigBericht", "autorisatie is not in its form")
		}
		values = append(values, all[i].Text)
	}
	switch {
	case values[1] != Client || values[2] != ClientName:
		return fail("Client.OngeldigeKlantIdentificatie", "another client")
	case values[0] != Key:
		return fail("Client.AutorisatieOngeldig", "another key")
	}
	return nil
}

// order is the sequence of a request's elements, each with what it may hold.
func order() []struct {
	name     string
	form     *regexp.Regexp
	required bool
} {
	return []struct {
		name     string
		form     *regexp.Regexp
		required bool
	}{
		{"schooljaar", regexp.MustCompile(`^[1-2]\d{3}-[1-2]\d{3}$`), true},
		{"brincode", regexp.MustCompile(`^\d{2}[A-Z]{2}$`), true},
		{"dependancecode", regexp.MustCompile(`^\d{2}$`), false},
		{"xsdversie", regexp.MustCompile(`^.{1,32}$`), true},
		{"gegevenssetid", regexp.MustCompile(`^.{1,64}$`), false},
		{"laatstontvangengegevens", regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$`), false},
		{"groepen", regexp.MustCompile(`^\s*$`), false},
	}
}

// ask reads the message of a request.
func (s *Server) ask(body element) (question, error) {
	got, rest := map[string]string{}, body.Children
	q := question{message: body.XMLName.Local}
	for _, want := range order() {
		if len(rest) == 0 || rest[0].XMLName.Local != want.name {
			if want.required {
				return q, fail("Client.OngeldigBericht", want.name+" is missing or out of order")
			}
			continue
		}
		if rest[0].XMLName.Space != rosterSpace || !want.form.MatchString(rest[0].Text) {
			return q, fail("Client.OngeldigBericht", want.name+" is not in its form")
		}
		got[want.name] = rest[0].Text
		if want.name == "groepen" {
			q.asked = map[string]bool{}
			for _, g := range rest[0].Children {
				q.asked[strings.TrimSuffix(g.XMLName.Local+"/"+g.Key, g.XMLName.Local+"/")] = true
			}
		}
		rest = rest[1:]
	}
	if len(rest) > 0 {
		return q, fail("Client.OngeldigBericht", rest[0].XMLName.Local+" does not belong there")
	}
	staged := q.message == "leerlingen_verzoek" || q.message == "leerkrachten_verzoek"
	if staged != (len(q.asked) > 0) {
		return q, fail("Client.OngeldigBericht", "groepen belong to a request for people in stages, and are demanded there")
	}
	q.year, q.version, q.since = got["schooljaar"], got["xsdversie"], got["laatstontvangengegevens"]
	return q, s.judge(q, got)
}

// following returns the school year after one, "" where that is none.
func following(year string) string {
	y, err := school.ParseYear(year)
	if err != nil {
		return ""
	}
	return (y + 1).String()
}

// judge checks what a request asks for, and notes it.
func (s *Server) judge(q question, got map[string]string) error {
	o := s.options
	location := got["dependancecode"]
	if location == "" {
		location = "00"
	}
	switch {
	case !slices.Contains(o.Versions, q.version):
		return fail("Client.XsdVersieOngeldig", "another version")
	case got["brincode"] != o.BRIN || location != o.Location || q.year != o.Year && q.year != following(o.Year):
		return fail("Client.OngeldigeKlantIdentificatie", "another school or year")
	case got["gegevenssetid"] != "" && !slices.Contains(o.Sets, got["gegevenssetid"]):
		return fail("Client.VocabulaireTermOngeldig", "another set")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, Request{q.message, q.year, q.version, got["gegevenssetid"], q.since, len(q.asked)})
	return nil
}
