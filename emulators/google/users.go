package google

import (
	"fmt"
	"maps"
	"strings"
	"time"
)

// recoverable is how long a deleted user can be undeleted, and keeps its
// address from others.
const recoverable = 20 * 24 * time.Hour

// user is a user of a customer. Its exported part is what Dump shows; a
// password is never kept.
type user struct {
	ID      string
	Email   string
	Aliases []string
	Fields  map[string]any // in the API's own words, without address and org unit
	Made    time.Time      // by the clock of visibility
	Deleted time.Time      // zero while it is not

	born    time.Time
	unit    *unit
	version int
}

func (u *user) etag() string { return fmt.Sprintf(`"%s-%d"`, u.ID, u.version) }

func (u *user) json(customer string) any {
	out := map[string]any{
		"suspended": false, "archived": false, "changePasswordAtNextLogin": false, "agreedToTerms": false,
		"includeInGlobalAddressList": true, "ipWhitelisted": false,
	}
	maps.Copy(out, u.Fields)
	name, _ := u.Fields["name"].(map[string]any)
	full := maps.Clone(name)
	full["fullName"] = fmt.Sprint(name["givenName"], " ", name["familyName"])
	emails := []any{map[string]any{"address": u.Email, "primary": true}}
	for _, a := range u.Aliases {
		emails = append(emails, map[string]any{"address": a})
	}
	maps.Copy(out, map[string]any{
		"kind": "admin#directory#user", "id": u.ID, "etag": u.etag(), "primaryEmail": u.Email, "name": full, "emails": emails,
		"isAdmin": false, "isDelegatedAdmin": false, "isMailboxSetup": true, "customerId": customer,
		"creationTime": u.born.UTC().Format(time.RFC3339), "orgUnitPath": u.unit.path(),
	})
	if len(u.Aliases) > 0 {
		out["aliases"] = u.Aliases
	}
	if !u.Deleted.IsZero() {
		out["deletionTime"] = u.Deleted.UTC().Format(time.RFC3339)
	}
	return out
}

// externalIDs returns the values of the user's external ids.
func (u *user) externalIDs() []string {
	list, _ := u.Fields["externalIds"].([]any)
	var out []string
	for _, item := range list {
		id, _ := item.(map[string]any)
		if v, ok := id["value"].(string); ok {
			out = append(out, v)
		}
	}
	return out
}

func (s *Server) insertUser(c call) (any, error) {
	email, err := s.address(c, c.text("primaryEmail"), "primary_user_email")
	if err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(email, "@")
	if err := s.spendCreate(domain); err != nil {
		return nil, err
	}
	place, err := sound(c)
	if err != nil {
		return nil, err
	}
	if s.taken(c.at, email) {
		return nil, duplicate()
	}
	u := &user{ID: s.id(), Email: email, Fields: map[string]any{}, Made: s.now(), born: s.options.Clock(), unit: place}
	u.merge(c.body)
	c.at.users[u.ID], c.at.addresses[email] = u, u
	c.at.order = append(c.at.order, u)
	c.at.index(u)
	return u.json(c.at.ID), nil
}

// sound checks the fields of a user and returns its org unit: the root where
// none is named.
func sound(c call) (*unit, error) {
	for _, check := range []func(map[string]any) error{names, password, externals} {
		if err := check(c.body); err != nil {
			return nil, err
		}
	}
	path, there := c.body["orgUnitPath"].(string)
	if !there {
		path = "/"
	}
	place := c.at.unit(path)
	if place == nil {
		return nil, invalid("Invalid Input: INVALID_OU_ID")
	}
	return place, nil
}

// merge takes over the fields of a request: objects are merged, lists and
// values replaced, and a null takes a field away.
func (u *user) merge(body map[string]any) {
	for name, value := range body {
		inner, object := value.(map[string]any)
		switch {
		case name == "password" || name == "hashFunction" || name == "primaryEmail" || name == "orgUnitPath" || name == "id":
		case value == nil:
			delete(u.Fields, name)
		case object:
			merged, _ := u.Fields[name].(map[string]any)
			merged = maps.Clone(merged)
			if merged == nil {
				merged = map[string]any{}
			}
			maps.Copy(merged, inner)
			u.Fields[name] = merged
		default:
			u.Fields[name] = value
		}
	}
	u.version++
}

// index makes a user findable by its external ids.
func (c *customer) index(u *user) {
	for _, id := range u.externalIDs() {
		if c.external[id] == nil {
			c.external[id] = map[*user]bool{}
		}
		c.external[id][u] = true
	}
}

func (c *customer) unindex(u *user) {
	for _, id := range u.externalIDs() {
		delete(c.external[id], u)
		if len(c.external[id]) == 0 {
			delete(c.external, id)
		}
	}
}

// holder returns the user with an id, an address or an alias who is not
// deleted, nil where there is none.
func (c *customer) holder(key string) *user {
	u, ok := c.users[key]
	if !ok {
		u, _ = c.addresses[strings.ToLower(key)].(*user)
	}
	if u == nil || !u.Deleted.IsZero() {
		return nil
	}
	return u
}

// user finds a user by id, address or alias. One that was just made is not
// seen yet. what is Google's name for the key.
func (s *Server) user(c *customer, key, what string) (*user, error) {
	u := c.holder(key)
	if u == nil || !s.seen(u.Made) {
		return nil, notFound(what)
	}
	return u, nil
}

// change finds the user that a call wants to change. One that was just made
// cannot be changed yet.
func (s *Server) change(c call) (*user, error) {
	u := c.at.holder(c.path["userKey"])
	switch {
	case u == nil:
		return nil, notFound("userKey")
	case !s.seen(u.Made):
		return nil, unmet("User creation is not complete.")
	}
	return u, nil
}

func (s *Server) getUser(c call) (any, error) {
	u, err := s.user(c.at, c.path["userKey"], "userKey")
	if err != nil {
		return nil, err
	}
	return u.json(c.at.ID), nil
}
