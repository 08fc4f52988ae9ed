package las

import (
	"encoding/xml"
	"fmt"
	"time"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/uwlr"
	"cool.example/sync/shared/school"
)

// Message is the outer element of a request, one for each operation.
type Message string

// The messages that ask.
const (
	AskWhole     Message = "leerlinggegevens_verzoek"
	AskStructure Message = "structuur_verzoek"
	AskPupils    Message = "leerlingen_verzoek"
	AskStaff     Message = "leerkrachten_verzoek"
)

// action returns the SOAPAction of m, as the WSDL names it.
func (m Message) action() string {
	if m == AskWhole {
		return "HaalLeerlinggegevens"
	}
	return uwlr.Space + "/" + string(m)
}

// Identity is what authorises a request: the header autorisatie.
type Identity struct {
	Key        string `xml:"autorisatiesleutel"`
	Client     string `xml:"klantcode"`
	ClientName string `xml:"klantnaam"`
}

// Request is one request for a roster, or for a stage of it.
type Request struct {
	Message Message
	As      Identity
	School  school.Code
	Year    school.Year
	Version string         // xsdversie
	Set     string         // gegevenssetid; "" for none
	Since   time.Time      // when the last answer was asked for; zero to be sent everything
	Groups  []roster.Group // whose people are asked for, besides those in no group; of AskPupils and AskStaff
}

// The elements of a request. A name without a namespace stands in that of the
// element around it.
type (
	envelope struct {
		XMLName xml.Name `xml:"http://schemas.xmlsoap.org/soap/envelope/ Envelope"`
		Header  header   `xml:"http://schemas.xmlsoap.org/soap/envelope/ Header"`
		Body    body     `xml:"http://schemas.xmlsoap.org/soap/envelope/ Body"`
	}
	header struct {
		As Identity `xml:"http://www.edustandaard.nl/leerresultaten/2/autorisatie autorisatie"`
	}
	body struct{ Message message }

	message struct {
		XMLName  xml.Name
		Year     string     `xml:"schooljaar"`
		BRIN     string     `xml:"brincode"`
		Location string     `xml:"dependancecode"`
		Version  string     `xml:"xsdversie"`
		Set      string     `xml:"gegevenssetid,omitempty"`
		Since    string     `xml:"laatstontvangengegevens,omitempty"`
		Groups   *groupRefs `xml:"groepen"`
	}
	groupRefs struct{ Refs []groupRef }
	groupRef  struct {
		XMLName xml.Name
		Key     string `xml:"key,attr,omitempty"`
	}
)

// body returns the request as it is sent.
func (r Request) body() ([]byte, error) {
	m := message{
		XMLName: xml.Name{Space: uwlr.Space, Local: string(r.Message)},
		Year:    r.Year.String(), BRIN: r.School.BRIN, Location: r.School.Location, Version: r.Version, Set: r.Set,
	}
	if !r.Since.IsZero() {
		m.Since = r.Since.UTC().Format(time.RFC3339)
	}
	if r.Message == AskPupils || r.Message == AskStaff {
		m.Groups = groups(r.Groups)
	}
	out, err := xml.Marshal(envelope{Header: header{As: r.As}, Body: body{Message: m}})
	if err != nil {
		return nil, fmt.Errorf("write request: %w", err)
	}
	return append([]byte(xml.Header), out...), nil
}

// groups names every group, and with an empty name those who are in none.
func groups(all []roster.Group) *groupRefs {
	refs := []groupRef{{XMLName: xml.Name{Local: "groep"}}}
	for _, g := range all {
		name := "groep"
		if g.Kind == roster.Lesson {
			name = "samengestelde_groep"
		}
		refs = append(refs, groupRef{XMLName: xml.Name{Local: name}, Key: g.Key})
	}
	return &groupRefs{refs}
}
