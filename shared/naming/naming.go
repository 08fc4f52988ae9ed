// Package naming makes usernames and addresses from what is known of a person,
// by rules that a school composes. A rule is a list of templates: the first
// that gives a name that is free counts; where none is free, a counter follows.
//
// What it makes is fit for Google Workspace and for Microsoft 365 alike: at
// most 64 of a-z, 0-9, dot, hyphen and underscore, no separator at an end or
// beside another. The parts of a person's own name are another matter: a target
// that takes fewer characters of them shortens them itself.
package naming

import (
	"slices"
	"strings"

	"cool.example/sync/shared/person"
)

// Longest is the longest local part of an address: RFC 5321 section 4.5.3.1.1
// allows 64 octets, which both Google and Microsoft follow.
const Longest = 64

// Consent says what follows where somebody's name changes in the source.
type Consent string

// What may follow a change of name. The zero Consent is the usual one of the
// kind of person: see Usual.
const (
	Never     Consent = "never"     // the address stays
	Ask       Consent = "ask"       // a new address is proposed, and waits for a person
	Automatic Consent = "automatic" // the new address comes with the new name
)

// Valid reports whether c is one of the three.
func (c Consent) Valid() bool { return c == Never || c == Ask || c == Automatic }

// Rule is what a school has said of one kind of person. The zero Rule is the
// usual one.
type Rule struct {
	Usernames []string // templates, the first choice first; none for the usual one
	Address   string   // template of the local part of the address; "" for the username
	Renames   Consent
}

// Same reports whether o is the same rule.
func (r Rule) Same(o Rule) bool {
	return slices.Equal(r.Usernames, o.Usernames) && r.Address == o.Address && r.Renames == o.Renames
}

// usual is the template of who has none: "sanne.vanderberg".
const usual = "[{call|nospace}][.{infix|nospace}{surname|nospace}]"

// Usual returns r with what it leaves open: call name, dot, infix and surname;
// who is renamed in the source is asked about, and pupils keep their address.
func (r Rule) Usual(k person.Kind) Rule {
	if len(r.Usernames) == 0 {
		r.Usernames = []string{usual}
	}
	if r.Address == "" {
		r.Address = "{username}"
	}
	if r.Renames == "" {
		r.Renames = Ask
		if k == person.Pupil {
			r.Renames = Never
		}
	}
	return r
}

// Subject is what a name is made from.
type Subject struct {
	Name   person.Name
	Number string // administration number; pupils only
	Year   int    // calendar year in which the school year begins in which the person came
	School string // code of the school: "99ZZ00"
}

// reserved are local parts that no person gets: the role mailboxes of RFC
// 2142, those by which certificates are asked for (CA/Browser Forum Baseline
// Requirements 3.2.2.4.4), and names that would let somebody pose as the
// administration.
func reserved() []string {
	return []string{
		"abuse", "admin", "administratie", "administrator", "beheer", "beheerder", "bounce", "directie", "ftp", "helpdesk", "hostmaster",
		"info", "mailer-daemon", "majordomo", "marketing", "news", "no-reply", "noc", "noreply", "postmaster", "root", "sales", "security",
		"servicedesk", "ssl-admin", "support", "systeembeheer", "usenet", "uucp", "webmaster", "www",
	}
}

// Reserved reports whether local is the name of a role that nobody gets
// anywhere.
func Reserved(local string) bool { return slices.Contains(reserved(), local) }

// Fit reports whether local may stand as it is before the @ of a school
// address: letters, digits, dots, hyphens, apostrophes and underscores, no dot
// at an end or beside another, at most 64 octets. It is what Google Workspace
// accepts (support.google.com/a/answer/9193374), in lower case.
func Fit(local string) bool {
	if local == "" || len(local) > Longest || strings.Contains(local, "..") ||
		strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || Reserved(local) {
		return false
	}
	return !strings.ContainsFunc(local, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("._'-", r)
	})
}

// Local returns the local part of an address in lower case, or a name without
// @ as it is.
func Local(name string) string {
	local, _, _ := strings.Cut(strings.ToLower(name), "@")
	return local
}
