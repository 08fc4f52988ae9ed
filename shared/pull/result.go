package pull

import "strings"

// Result is how a pull ended: one of the codes below, or the code of a fault
// of UWLR, such as "Client.AutorisatieOngeldig".
type Result string

// The results besides the faults of UWLR.
const (
	Received  Result = "received"   // a roster came, and its run began
	NoChanges Result = "no_changes" // nothing changed since the last answer
	NoData    Result = "no_data"    // there is nothing of this school and year

	Unreachable   Result = "unreachable"    // no connection, or it broke
	Slow          Result = "slow"           // no answer in time
	Refused       Result = "http_refused"   // an HTTP status that is no answer
	Redirected    Result = "redirected"     // the answer leads elsewhere
	NoAnswer      Result = "no_answer"      // something else than an answer over UWLR
	TooLarge      Result = "too_large"      // more bytes than are taken in
	BadAddress    Result = "bad_address"    // the address is not https, or not on the public internet
	BadServer     Result = "bad_server"     // the server's certificate is not trusted
	CertRefused   Result = "cert_refused"   // the server does not accept our certificate
	CertExpired   Result = "cert_expired"   // our certificate is no longer, or not yet, valid
	SecretMissing Result = "secret_missing" // a secret is absent or not in its form
	BadSettings   Result = "bad_settings"   // the settings are not sound
)

// Results lists every result, those of faults included.
func Results() []Result {
	return []Result{
		Received, NoChanges, NoData, Unreachable, Slow, Refused, Redirected, NoAnswer, TooLarge, BadAddress, BadServer,
		CertRefused, CertExpired, SecretMissing, BadSettings,
		"Server.InterneFout", "Server.TijdelijkNietBeschikbaar", "Client.OngeldigBericht", "Client.OngeldigeKlantIdentificatie",
		"Client.AutorisatieOngeldig", "Client.VocabulaireTermOngeldig", "Client.XsdVersieOngeldig", "Client.LeerlingOngeldig",
		"Client.ToetsNormeringOngeldig", "Client.ScoreOngeldig", "Client.EldResultaatOngeldig", "Server", "Client",
	}
}

// Good reports whether the pull did what it is for.
func (r Result) Good() bool { return r == Received || r == NoChanges }

// Passing reports whether asking again may help although nobody acts. Where it
// does not the connection stands still, so that a wrong key does not lock the
// school out of its own administration system.
func (r Result) Passing() bool {
	switch r {
	case Unreachable, Slow, Refused, NoAnswer, NoData, BadServer, TooLarge:
		return true
	}
	return strings.HasPrefix(string(r), "Server")
}
