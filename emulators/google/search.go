package google

import (
	"cmp"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// clause is one condition of a search: field, operator and value
// (developers.google.com/workspace/admin/directory/v1/guides/search-users).
var clause = regexp.MustCompile(`^(\w+)([=:])(?:'((?:[^'\\]|\\.)*)'|([^\s']+))(?:\s+|$)`)

// condition is a clause that was read.
type condition struct {
	field string
	value string
	start bool // any value that begins so
}

// conditions reads a search; its clauses hold together.
func conditions(query string) ([]condition, error) {
	var out []condition
	for rest := strings.TrimSpace(query); rest != ""; {
		m := clause.FindStringSubmatch(rest)
		if m == nil {
			return nil, invalid("Invalid query")
		}
		value := cmp.Or(strings.NewReplacer(`\'`, `'`, `\\`, `\`).Replace(m[3]), m[4])
		short, start := strings.CutSuffix(value, "*")
		if start && m[2] == "=" {
			return nil, invalid("Invalid query")
		}
		out = append(out, condition{m[1], short, start})
		rest = rest[len(m[0]):]
	}
	return out, nil
}

func (c condition) holds(value string) bool {
	value, want := strings.ToLower(value), strings.ToLower(c.value)
	return value == want || c.start && strings.HasPrefix(value, want)
}

// fields returns what a user holds under a name that can be searched, false
// where there is no such name.
func (u *user) fields(name string) ([]string, bool) {
	parts, _ := u.Fields["name"].(map[string]any)
	given, _ := parts["givenName"].(string)
	family, _ := parts["familyName"].(string)
	switch name {
	case "externalId":
		return u.externalIDs(), true
	case "email":
		return append([]string{u.Email}, u.Aliases...), true
	case "givenName":
		return []string{given}, true
	case "familyName":
		return []string{family}, true
	case "isSuspended":
		if suspended, _ := u.Fields["suspended"].(bool); suspended {
			return []string{"true"}, true
		}
		return []string{"false"}, true
	case "orgUnitPath":
		var chain []string // a search for an org unit finds everybody below it
		for at := u.unit; at != nil; at = at.parent {
			chain = append(chain, at.path())
		}
		return chain, true
	}
	return nil, false
}

func (u *user) fits(all []condition) bool {
	return !slices.ContainsFunc(all, func(c condition) bool {
		values, _ := u.fields(c.field)
		return !slices.ContainsFunc(values, c.holds)
	})
}

// realm checks what a list is asked of: the caller's customer, or one of its
// domains, which it returns.
func (c call) realm() (domain string, err error) {
	domain = strings.ToLower(c.query.Get("domain"))
	id := c.query.Get("customer")
	switch {
	case domain == "" && id == "":
		return "", fail(http.StatusBadRequest, "badRequest", "Bad Request")
	case domain != "" && !slices.Contains(c.at.Domains, domain):
		return "", fail(http.StatusNotFound, "notFound", "Domain not found.")
	case id != "" && !c.own(id):
		return "", forbidden()
	}
	return domain, nil
}

func (s *Server) listUsers(c call) (any, error) {
	domain, err := c.realm()
	if err != nil {
		return nil, err
	}
	all, err := conditions(c.query.Get("query"))
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		if _, known := new(user).fields(one.field); !known {
			return nil, invalid("Invalid query")
		}
	}
	deleted := c.query.Get("showDeleted") == "true"
	var found []*user
	for _, u := range c.at.candidates(all) {
		s.lapse(c.at, u)
		gone := c.at.users[u.ID] == nil || u.Deleted.IsZero() == deleted
		if !gone && s.seen(u.Made) && strings.HasSuffix(u.Email, "@"+domain) == (domain != "") && u.fits(all) {
			found = append(found, u)
		}
	}
	arrange(c, found)
	part, next, err := page(c, found, 100, 500)
	if err != nil {
		return nil, err
	}
	return listing("admin#directory#users", "users", part, next, func(u *user) any { return u.json(c.at.ID) }), nil
}

// candidates returns the users among whom a search may find something, in
// order of their ids. A search by external id need not see everybody.
func (c *customer) candidates(all []condition) []*user {
	for _, one := range all {
		if one.field == "externalId" && !one.start {
			return slices.SortedFunc(maps.Keys(c.external[one.value]), func(a, b *user) int { return strings.Compare(a.ID, b.ID) })
		}
	}
	return slices.Clone(c.order)
}

// arrange sorts users as the caller asks.
func arrange(c call, users []*user) {
	field := c.query.Get("orderBy")
	if field == "" {
		return
	}
	slices.SortStableFunc(users, func(a, b *user) int {
		x, _ := a.fields(field)
		y, _ := b.fields(field)
		order := strings.Compare(strings.ToLower(x[0]), strings.ToLower(y[0]))
		if c.query.Get("sortOrder") == "DESCENDING" {
			return -order
		}
		return order
	})
}
