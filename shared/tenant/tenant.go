// Package tenant describes an institution: the customer, a board with one or
// many schools. Everything stored belongs to exactly one tenant.
package tenant

import (
	"regexp"
	"strings"

	"cool.example/sync/shared/fault"
)

// ID identifies an institution. It is random, permanent, and the first
// element of every stored path.
type ID string

var id = regexp.MustCompile(`^[a-z0-9]{4,40}$`)

// ParseID checks an id that came from outside: 4 to 40 lower-case letters and
// digits. It answers NotFound for anything else, since no such tenant exists.
func ParseID(s string) (ID, error) {
	if !id.MatchString(s) {
		return "", fault.New(fault.NotFound, "")
	}
	return ID(s), nil
}

// Tenant is an institution and its settings.
type Tenant struct {
	ID      ID
	Name    string
	Domains Domains
	Modules []Module // the optional products that the institution switched on
	// LogMonths says how long the log is kept, by category: see audit.Terms.
	LogMonths map[string]int
	// Reserved are names that no person gets: shared mailboxes, administrators,
	// aliases. They are local parts of addresses, in lower case.
	Reserved []string
	// KeepNames says that no name is handed out again after its holder has been
	// erased: a keyed hash of it is kept. It is off unless the institution says
	// so, since that says something of somebody who has been erased.
	KeepNames bool
}

// Domains says which mail domain each kind of person gets an address under.
type Domains struct {
	Pupils    string // "leerling.school.example"
	Staff     string // "school.example"
	Guardians string // "ouder.school.example"; guardians sign in under it and get no mail there
}

// Module is an optional product of the privacy annex, part D.2.
type Module string

// The modules that an institution may switch on.
const (
	Start  Module = "start"
	Google Module = "google"
)

// Has reports whether the institution switched m on.
func (t Tenant) Has(m Module) bool {
	for _, on := range t.Modules {
		if on == m {
			return true
		}
	}
	return false
}

// DomainOf returns the domain of a mail address in lower case, "" where
// address has none.
func DomainOf(address string) string {
	_, domain, ok := strings.Cut(address, "@")
	if !ok {
		return ""
	}
	return strings.ToLower(domain)
}
