package uwlr

import (
	"slices"
	"strings"
)

// Fault is the code of a SOAP fault as UWLR defines it.
type Fault string

// The faults that may answer a request for a roster.
const (
	Internal       Fault = "Server.InterneFout"
	Unavailable    Fault = "Server.TijdelijkNietBeschikbaar"
	BadMessage     Fault = "Client.OngeldigBericht"
	UnknownClient  Fault = "Client.OngeldigeKlantIdentificatie"
	Unauthorised   Fault = "Client.AutorisatieOngeldig"
	BadTerm        Fault = "Client.VocabulaireTermOngeldig"
	BadVersion     Fault = "Client.XsdVersieOngeldig"
	BadPupil       Fault = "Client.LeerlingOngeldig"
	BadNorm        Fault = "Client.ToetsNormeringOngeldig" // results only
	BadScore       Fault = "Client.ScoreOngeldig"          // results only
	BadResult      Fault = "Client.EldResultaatOngeldig"   // results only
	AnyServerFault Fault = "Server"                        // any other fault of the answering side
	AnyClientFault Fault = "Client"                        // any other fault of the asking side
)

// Faults lists every fault.
func Faults() []Fault {
	return []Fault{
		Internal, Unavailable, BadMessage, UnknownClient, Unauthorised, BadTerm, BadVersion, BadPupil,
		BadNorm, BadScore, BadResult, AnyServerFault, AnyClientFault,
	}
}

// Passing reports whether asking again later may help. A fault of the asking
// side stays until somebody changes a setting.
func (f Fault) Passing() bool { return strings.HasPrefix(string(f), "Server") }

// faultOf returns the fault with that code. What the standard does not list is
// one of the asking side only where it says so (SOAP 1.1 section 4.4.1).
func faultOf(code string) Fault {
	if i := slices.Index(Faults(), Fault(code)); i >= 0 {
		return Faults()[i]
	}
	if code == "Client" || strings.HasPrefix(code, "Client.") {
		return AnyClientFault
	}
	return AnyServerFault
}
