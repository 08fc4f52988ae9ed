package las

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
)

// TestBody is a request as it is sent: the order and namespaces are the
// standard's.
func TestBody(t *testing.T) {
	t.Parallel()
	r := Request{
		Message: AskWhole, As: Identity{Key: "s<leutel", Client: "c", ClientName: "n&n"}, School: school.Code{BRIN: "99XX", Location: "00"},
		Year: 2026, Version: "2.3", Set: "Smalle-set-VO", Since: time.Date(2026, time.August, 20, 4, 0, 0, 0, time.FixedZone("", 7200)),
	}
	whole, err := r.body()
	require.NoError(t, err)
	require.Equal(t, `<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Header xmlns="http://schemas.xmlsoap.org/soap/envelope/">`+
		`<autorisatie xmlns="http://www.edustandaard.nl/leerresultaten/2/autorisatie"><autorisatiesleutel>s&lt;leutel</autorisatiesleutel>`+
		`<klantcode>c</klantcode><klantnaam>n&amp;n</klantnaam></autorisatie></Header><Body xmlns="http://schemas.xmlsoap.org/soap/envelope/">`+
		`<leerlinggegevens_verzoek xmlns="http://www.edustandaard.nl/leerresultaten/2/leerlinggegevens"><schooljaar>2026-2027</schooljaar>`+
		`<brincode>99XX</brincode><dependancecode>00</dependancecode><xsdversie>2.3</xsdversie><gegevenssetid>Smalle-set-VO</gegevenssetid>`+
		`<laatstontvangengegevens>2026-08-20T02:00:00Z</laatstontvangengegevens></leerlinggegevens_verzoek></Body></Envelope>`, string(whole))

	r = Request{Message: AskStaff, Year: 2026, Groups: []roster.Group{{Key: "K1", Kind: roster.Class}, {Key: "S\"1", Kind: roster.Lesson}}}
	stage, err := r.body()
	require.NoError(t, err)
	require.Contains(t, string(stage), `<groepen><groep></groep><groep key="K1"></groep><samengestelde_groep key="S&#34;1"></samengestelde_groep></groepen></leerkrachten_verzoek>`)
	require.NotContains(t, string(stage), "laatstontvangen")
}

func TestActions(t *testing.T) {
	t.Parallel()
	require.Equal(t, "HaalLeerlinggegevens", AskWhole.action())
	require.Equal(t, "http://www.edustandaard.nl/leerresultaten/2/leerlinggegevens/structuur_verzoek", AskStructure.action())
}
