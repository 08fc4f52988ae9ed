package google

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// local is what may stand before the @ of an address
// (support.google.com/a/answer/9193374).
var local = regexp.MustCompile(`^[A-Za-z0-9_'-]+(\.[A-Za-z0-9_'-]+)*$`)

// localMost is how many characters may stand before the @.
const localMost = 64

// address checks an address that a call wants to give out and returns it in
// lower case. field is Google's name for what holds it.
func (s *Server) address(c call, email, field string) (string, error) {
	email = strings.ToLower(email)
	name, domain, ok := strings.Cut(email, "@")
	switch {
	case !ok || len(name) > localMost || !local.MatchString(name):
		return "", invalid("Invalid Input: " + field)
	case !slices.Contains(c.at.Domains, domain):
		return "", forbidden()
	}
	return email, nil
}

// taken reports whether an address is in use: by a user, an alias, a group, an
// administrator, or a user who was deleted less than 20 days ago.
func (s *Server) taken(c *customer, email string) bool {
	if u, ok := c.addresses[email].(*user); ok {
		s.lapse(c, u)
	}
	return c.addresses[email] != nil
}

// names checks the parts of a name: present on a new user, and at most 40
// characters each.
func names(fields map[string]any) error {
	name, _ := fields["name"].(map[string]any)
	for field, label := range map[string]string{"givenName": "GivenName", "familyName": "FamilyName"} {
		if v, there := name[field].(string); there {
			if n := len([]rune(v)); n == 0 || n > 40 {
				return invalid("Invalid Given/Family Name: " + label)
			}
		}
	}
	return nil
}

// password checks a password: 8 to 100 ASCII characters, unless it is sent as
// a hash.
func password(fields map[string]any) error {
	word, there := fields["password"].(string)
	hash, hashed := fields["hashFunction"].(string)
	switch {
	case hashed && !slices.Contains([]string{"MD5", "SHA-1", "crypt"}, hash):
		return invalid("Invalid Input: hashFunction")
	case hashed || !there:
		return nil
	case len(word) < 8 || len(word) > 100 || strings.ContainsFunc(word, func(r rune) bool { return r > 127 }):
		return invalid("Invalid Password")
	}
	return nil
}

// externals checks the external ids of a user.
func externals(fields map[string]any) error {
	list, _ := fields["externalIds"].([]any)
	for _, item := range list {
		id, _ := item.(map[string]any)
		kind, _ := id["type"].(string)
		custom, _ := id["customType"].(string)
		value, _ := id["value"].(string)
		known := slices.Contains([]string{"account", "custom", "customer", "login_id", "network", "organization"}, kind)
		if !known || value == "" || (kind == "custom") != (custom != "") {
			return invalid("Invalid Input: externalIds")
		}
	}
	return nil
}

// aliasMost is how many aliases a user may have.
const aliasMost = 30

func (s *Server) insertAlias(c call) (any, error) {
	u, err := s.change(c)
	if err != nil {
		return nil, err
	}
	alias, err := s.address(c, c.text("alias"), "alias")
	if err != nil {
		return nil, err
	}
	if s.taken(c.at, alias) {
		return nil, duplicate()
	}
	if len(u.Aliases) >= aliasMost {
		return nil, fail(http.StatusForbidden, "limitExceeded", "Too many aliases")
	}
	u.Aliases = append(u.Aliases, alias)
	u.version++
	c.at.addresses[alias] = u
	return u.alias(alias), nil
}

func (u *user) alias(address string) any {
	return map[string]any{"kind": "admin#directory#alias", "alias": address, "primaryEmail": u.Email, "id": u.ID, "etag": u.etag()}
}

func (s *Server) listAliases(c call) (any, error) {
	u, err := s.user(c.at, c.path["userKey"], "userKey")
	if err != nil {
		return nil, err
	}
	return listing("admin#directory#aliases", "aliases", u.Aliases, "", u.alias), nil
}

// deleteAlias takes an alias away; it can be given out again at once.
func (s *Server) deleteAlias(c call) (any, error) {
	u, err := s.change(c)
	if err != nil {
		return nil, err
	}
	alias := strings.ToLower(c.path["alias"])
	i := slices.Index(u.Aliases, alias)
	if i < 0 {
		return nil, notFound("alias")
	}
	u.Aliases = slices.Delete(u.Aliases, i, i+1)
	u.version++
	delete(c.at.addresses, alias)
	return nil, nil
}
