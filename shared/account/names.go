package account

import (
	"slices"
	"strings"
)

// Names returns every address that is the account's and nobody else's, each
// once: its address, its username under the same domain, by which its person
// signs in, and those that it had before.
func (a Account) Names() []string {
	names := []string{a.Address}
	if _, domain, ok := strings.Cut(a.Address, "@"); ok && a.Username != "" {
		names = append(names, a.Username+"@"+domain)
	}
	names = append(names, a.Aliases...)
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(n string) bool { return n == "" })
}

// Called returns a under another username and address. The names that it had
// stay its own, so that mail to them and sign-in with them go on: they become
// aliases.
func (a Account) Called(username, address string) Account {
	had := a.Names()
	a.Username, a.Address, a.Aliases = username, address, nil
	now := a.Names()
	a.Aliases = slices.DeleteFunc(had, func(n string) bool { return slices.Contains(now, n) })
	return a
}
