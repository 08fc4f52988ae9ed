// Package pull describes a school's connection with its administration system
// over UWLR: where its roster is fetched, how often, and how the last time
// went. What authorises a request is kept as secrets, which are named here.
package pull

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"time"

	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/tenant"
)

// Operation is how a roster is asked for.
type Operation string

// The operations of UWLR.
const (
	Whole  Operation = "whole"  // alles-in-één: HaalLeerlinggegevens
	Staged Operation = "staged" // getrapt: HaalStructuur, HaalLeerlingen, HaalLeerkrachten
)

// Settings say where and how a roster is fetched.
type Settings struct {
	URL       string // https
	Operation Operation
	Version   string        // xsdversie: "2.2" or "2.3"
	Set       string        // gegevenssetid: "Smalle-set-VO"; "" for none
	Every     time.Duration // between two pulls
	At        string        // "02:30": each day at that Dutch time instead, outside office hours; "" for none
	Ahead     time.Time     // from this day until it begins, the roster of the next school year is asked for too; zero for never
	Secrets   Secrets
}

// Secrets names the secrets that a request needs. Each name begins with the
// institution that it belongs to, since a request shows them to whatever
// address the settings hold: none may be another's, or the product's own.
type Secrets struct {
	Key         string // autorisatiesleutel, which the school makes in its administration system
	Client      string // klantcode
	ClientName  string // klantnaam
	Certificate string // client certificate with its chain and private key, in PEM
}

// secretPrefix begins the names of secrets that connections may use. An
// underscore stands in no tenant.ID, so it ends one.
const secretPrefix = "pull_"

// SharedCertificate is the client certificate of COOL itself, which any
// connection may use: a request proves that we hold its key, and never shows it.
const SharedCertificate = secretPrefix + "_certificate"

// SecretsOf returns the usual names of a school's secrets.
func SecretsOf(owner tenant.ID, of school.ID) Secrets {
	own := secretPrefix + string(owner) + "_" + string(of) + "_"
	return Secrets{Key: own + "key", Client: own + "client", ClientName: own + "name", Certificate: SharedCertificate}
}

// The bounds of the time between two pulls.
const (
	Shortest = time.Hour
	Longest  = 7 * 24 * time.Hour
)

// setLimit is how long a gegevenssetid may be.
const setLimit = 64

// Check answers Invalid with what is wrong with s as settings of owner, field
// by field.
func (s Settings) Check(owner tenant.ID) error {
	wrong := map[string]string{}
	u, err := url.Parse(s.URL)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		wrong["url"] = "pull.bad_url"
	}
	if s.Operation != Whole && s.Operation != Staged {
		wrong["operation"] = "pull.bad_operation"
	}
	if s.Version != "2.2" && s.Version != "2.3" {
		wrong["version"] = "pull.bad_version"
	}
	if len(s.Set) > setLimit {
		wrong["set"] = "pull.bad_set"
	}
	if s.At == "" && (s.Every < Shortest || s.Every > Longest) {
		wrong["every"] = "pull.bad_every"
	}
	if _, err := time.Parse(timeOfDay, s.At); s.At != "" && err != nil {
		wrong["at"] = "pull.bad_at"
	}
	for _, name := range []string{s.Secrets.Key, s.Secrets.Client, s.Secrets.ClientName} {
		if !secretName(name, owner) {
			wrong["secrets"] = "pull.bad_secrets"
		}
	}
	if s.Secrets.Certificate != SharedCertificate && !secretName(s.Secrets.Certificate, owner) {
		wrong["secrets"] = "pull.bad_secrets"
	}
	if len(wrong) > 0 {
		return &fault.Error{Kind: fault.Invalid, Fields: wrong}
	}
	return nil
}

// timeOfDay is how a time of day is written.
const timeOfDay = "15:04"

// AheadYear returns the school year whose roster is asked for besides that of
// the year that the school is in, where it is time to.
func (s Settings) AheadYear(now time.Time, present school.Year) (school.Year, bool) {
	next := school.YearAt(s.Ahead) + 1
	return next, !s.Ahead.IsZero() && !now.Before(s.Ahead) && next == present+1
}

// pause is the usual time between two pulls.
func (s Settings) pause() time.Duration {
	if s.At != "" {
		return day
	}
	return s.Every
}

const day = 24 * time.Hour

// after returns when a connection is pulled next, after a pull at now.
func (s Settings) after(now time.Time) time.Time {
	at, err := time.Parse(timeOfDay, s.At)
	if s.At == "" || err != nil {
		return now.Add(s.pause())
	}
	local := now.In(clock.Dutch())
	next := time.Date(local.Year(), local.Month(), local.Day(), at.Hour(), at.Minute(), 0, 0, local.Location())
	if !next.After(now) {
		next = next.AddDate(0, 0, 1)
	}
	return next.UTC()
}

// secretName reports whether name may be that of a secret of owner.
func secretName(name string, owner tenant.ID) bool {
	rest, own := strings.CutPrefix(name, secretPrefix+string(owner)+"_")
	return own && owner != "" && rest != "" && len(name) <= 255 &&
		strings.Trim(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}

// Digest tells settings apart that ask for something else: an answer to other
// settings, or of another school year, says nothing of what changed since.
func (s Settings) Digest(code school.Code, year school.Year) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %q %q", s.URL, s.Operation, s.Version, s.Set, code, year))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Connection is one school's connection and how it stands.
type Connection struct {
	School   school.ID
	On       bool
	Settings Settings
	State    State
}

// State is how a connection stands.
type State struct {
	Next     time.Time    // when it is pulled next; Never for not before somebody acts
	Turn     int64        // counts the pulls; a late one's outcome is refused
	Open     bool         // the turn is under way
	Last     time.Time    // when the newest turn ended
	Result   Result       // how it ended
	Failures int          // how many in a row failed
	Run      roster.RunID // the run of the last answer with a roster
	Received time.Time    // since when changes are not in that answer: when it was asked for, less what clocks differ
	Asked    string       // digest of what it answered: see Settings.Digest
	Ahead    Answer       // how it stands with the next school year's
}

// Answer is how it stands with one question besides the usual one.
type Answer struct {
	Result   Result       // how the newest turn ended; "" for never asked
	Run      roster.RunID // as in State
	Received time.Time    // as in State
	Asked    string       // as in State
}

// Never is a moment that does not come.
func Never() time.Time { return time.Date(9999, time.January, 1, 0, 0, 0, 0, time.UTC) }

// Hold is how long a turn may take before the connection is pulled anew: a
// function may run for less.
const Hold = 20 * time.Minute

// Due reports whether c is to be pulled now.
func (c Connection) Due(now time.Time) bool { return c.On && !c.State.Next.After(now) }

// Begin returns c with a new turn under way.
func (c Connection) Begin(now time.Time) Connection {
	c.State.Turn++
	c.State.Open, c.State.Next = true, now.Add(Hold)
	return c
}

// firstPause is how long a first failure waits; each further one twice as
// long, but no longer than the usual time between two pulls.
const firstPause = 5 * time.Minute

// End returns c after its turn ended with r.
func (c Connection) End(now time.Time, r Result) Connection {
	s := &c.State
	s.Open, s.Last, s.Result = false, now, r
	switch {
	case r.Good():
		s.Failures, s.Next = 0, c.Settings.after(now)
	case r.Passing():
		pause := min(c.Settings.pause(), firstPause<<min(s.Failures, 20))
		s.Failures, s.Next = s.Failures+1, now.Add(pause)
	default:
		s.Failures, s.Next = s.Failures+1, Never()
	}
	return c
}

// With returns c with other settings, which are to be tried at once. What is
// known of the last answer stays.
func (c Connection) With(s Settings, now time.Time) Connection {
	c.Settings, c.On = s, true
	c.State.Next, c.State.Failures, c.State.Open = now, 0, false
	c.State.Turn++
	return c
}

// Stopped reports whether c stands still until somebody acts: its last turn
// failed in a way that trying again does not mend.
func (c Connection) Stopped() bool {
	return c.On && !c.State.Open && c.State.Result != "" && !c.State.Result.Good() && !c.State.Result.Passing() && !c.State.Next.Before(Never())
}

// Off returns c turned off; a turn under way comes to nothing.
func (c Connection) Off() Connection {
	c.On, c.State.Open = false, false
	c.State.Turn++
	return c
}
