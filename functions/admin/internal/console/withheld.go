package console

import (
	"context"
	"slices"

	"cool.example/sync/shared/session"
)

// Withheld reports whether a registered field of others is denied to somebody.
// Names are what people are found by: whoever may see people sees them.
type Withheld func(key string) bool

// Withheld returns what is denied to who is signed in: each page leaves it out,
// also what is downloaded.
func (c Console) Withheld(ctx context.Context, who session.Person) (Withheld, error) {
	rights, err := c.DB.RightsOf(ctx, who.Tenant)
	now := c.Clock.Now()
	return func(key string) bool {
		if slices.Contains([]string{"call_name", "infix", "surname"}, key) {
			return false
		}
		v := rights.Field(key, who.Account, now)
		return !v.Allowed && len(v.Rights) > 0
	}, err
}

// Address reports whether addresses are denied: a username stands in each.
func (w Withheld) Address() bool { return w("username") || w("school_email") }

// Shown returns those of keys that are not denied, for the log.
func (w Withheld) Shown(keys ...string) []string {
	return slices.DeleteFunc(keys, func(key string) bool { return w(key) || key == "username" && w.Address() })
}
