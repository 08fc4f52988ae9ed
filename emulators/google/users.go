package google

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// recoverable is how long a deleted user can be undeleted, and keeps its
// address from others.
const recoverable = 20 * 24 * time.Hour

// user is a user of the customer, in the API's own words.
type user struct {
	ID      string
	Email   string
	Aliases []string
	Fields  map[string]any
	Made    time.Time
	Deleted time.Time
}

// local is what may stand before the @ (support.google.com/a/answer/9193374).
var local = regexp.MustCompile(`^[A-Za-z0-9._'-]{1,64}$`)

func (u *user) json() map[string]any {
	out := maps.Clone(u.Fields)
	delete(out, "password")
	out["kind"], out["id"], out["primaryEmail"] = "admin#directory#user", u.ID, u.Email
	if len(u.Aliases) > 0 {
		out["aliases"] = u.Aliases
	}
	if !u.Deleted.IsZero() {
		out["deletionTime"] = u.Deleted.Format(time.RFC3339)
	}
	return out
}

// address checks an address of the customer.
func (s *Server) address(email string) error {
	name, domain, _ := strings.Cut(email, "@")
	switch {
	case !local.MatchString(name) || strings.Contains(name, "..") || strings.HasPrefix(name, ".") || strings.HasSuffix(name, "."):
		return fail(400, "invalid", "Invalid Input: primary_user_email")
	case !slices.Contains(s.options.Domains, domain):
		return fail(404, "notFound", "Domain not found.")
	}
	return nil
}

// names checks the length of a name: at most 40 characters a part
// (developers.google.com/workspace/admin/directory/v1/limits).
func names(fields map[string]any) error {
	name, _ := fields["name"].(map[string]any)
	for _, part := range []string{"givenName", "familyName"} {
		if v, there := name[part]; there {
			if n := len([]rune(v.(string))); n == 0 || n > 40 {
				return fail(400, "invalid", "Invalid Input: "+part)
			}
		}
	}
	return nil
}

// holder returns who has an address: a user, a deleted user, or a group.
func (s *Server) holder(email string) (taken bool) {
	email = strings.ToLower(email)
	for _, u := range s.users {
		gone := !u.Deleted.IsZero() && s.options.Clock().Sub(u.Deleted) > recoverable
		if !gone && (u.Email == email || slices.Contains(u.Aliases, email)) {
			return true
		}
	}
	return slices.ContainsFunc(slices.Collect(maps.Values(s.groups)), func(g *group) bool { return g.Email == email })
}

func (s *Server) insertUser(c call) (any, error) {
	email := strings.ToLower(c.body["primaryEmail"].(string))
	if err := s.address(email); err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(email, "@")
	if err := s.spend("create "+domain, 10, time.Second); err != nil {
		return nil, err
	}
	if err := names(c.body); err != nil {
		return nil, err
	}
	if n := len(c.body["password"].(string)); n < 8 || n > 100 {
		return nil, fail(400, "invalid", "Invalid Password")
	}
	if s.holder(email) {
		return nil, fail(409, "duplicate", "Entity already exists.")
	}
	if err := s.placed(c.body); err != nil {
		return nil, err
	}
	u := &user{ID: s.id(), Email: email, Fields: maps.Clone(c.body), Made: s.now()}
	if _, there := u.Fields["orgUnitPath"]; !there {
		u.Fields["orgUnitPath"] = "/"
	}
	s.users[u.ID] = u
	return u.json(), nil
}

func (s *Server) placed(fields map[string]any) error {
	if path, there := fields["orgUnitPath"]; there && s.units[path.(string)] == nil {
		return fail(400, "invalid", "Invalid Input: INVALID_OU_ID")
	}
	return nil
}

// user finds a user by id, address or alias. One who was just made is not
// seen yet.
func (s *Server) user(key string) (*user, error) {
	for _, u := range s.users {
		if u.Deleted.IsZero() && (u.ID == key || u.Email == strings.ToLower(key) || slices.Contains(u.Aliases, strings.ToLower(key))) {
			if s.now().Sub(u.Made) < s.options.Delay {
				break
			}
			return u, nil
		}
	}
	return nil, notFound("userKey")
}

func (s *Server) getUser(c call) (any, error) {
	u, err := s.user(c.path["userKey"])
	if err != nil {
		return nil, err
	}
	return u.json(), nil
}

var externalID = regexp.MustCompile(`^externalId[:=]'?([^']+)'?$`)

func (s *Server) listUsers(c call) (any, error) {
	var all []*user
	for _, id := range slices.Sorted(maps.Keys(s.users)) {
		u := s.users[id]
		if u.Deleted.IsZero() == (c.q("showDeleted") == "true") || s.now().Sub(u.Made) < s.options.Delay {
			continue
		}
		if q := c.q("query"); q != "" && !u.matches(q) {
			continue
		}
		all = append(all, u)
	}
	part, next, err := page(c, all, 500)
	if err != nil {
		return nil, err
	}
	users := make([]any, len(part))
	for i, u := range part {
		users[i] = u.json()
	}
	return map[string]any{"kind": "admin#directory#users", "users": users, "nextPageToken": next}, nil
}

// matches knows the queries externalId, email and orgUnitPath.
func (u *user) matches(q string) bool {
	if m := externalID.FindStringSubmatch(q); m != nil {
		ids, _ := u.Fields["externalIds"].([]any)
		return slices.ContainsFunc(ids, func(x any) bool { return x.(map[string]any)["value"] == m[1] })
	}
	if email, ok := strings.CutPrefix(q, "email="); ok {
		return u.Email == strings.Trim(email, "'")
	}
	if path, ok := strings.CutPrefix(q, "orgUnitPath="); ok {
		return u.Fields["orgUnitPath"] == strings.Trim(path, "'")
	}
	return false
}

func (s *Server) patchUser(c call) (any, error) {
	u, err := s.user(c.path["userKey"])
	if err != nil {
		return nil, err
	}
	if err := names(c.body); err != nil {
		return nil, err
	}
	if err := s.placed(c.body); err != nil {
		return nil, err
	}
	if email, there := c.body["primaryEmail"]; there && strings.ToLower(email.(string)) != u.Email {
		if err := s.rename(u, strings.ToLower(email.(string))); err != nil {
			return nil, err
		}
	}
	for name, value := range c.body {
		if inner, ok := value.(map[string]any); ok {
			merged, _ := u.Fields[name].(map[string]any)
			merged = maps.Clone(merged)
			maps.Copy(merged, inner)
			value = merged
		}
		u.Fields[name] = value
	}
	return u.json(), nil
}

// rename gives a user another address; the old one stays as an alias.
func (s *Server) rename(u *user, email string) error {
	if err := s.address(email); err != nil {
		return err
	}
	if s.holder(email) && !slices.Contains(u.Aliases, email) {
		return fail(409, "duplicate", "Entity already exists.")
	}
	u.Aliases = append(slices.DeleteFunc(u.Aliases, func(a string) bool { return a == email }), u.Email)
	u.Email = email
	return nil
}

func (s *Server) deleteUser(c call) (any, error) {
	u, err := s.user(c.path["userKey"])
	if err != nil {
		return nil, err
	}
	u.Deleted = s.options.Clock()
	for _, g := range s.groups {
		delete(g.Members, u.ID)
	}
	return nil, nil
}

// undeleteUser brings a deleted user back, by its immutable id only.
func (s *Server) undeleteUser(c call) (any, error) {
	u := s.users[c.path["userKey"]]
	if u == nil || u.Deleted.IsZero() || s.options.Clock().Sub(u.Deleted) > recoverable {
		return nil, notFound("userKey")
	}
	u.Deleted = time.Time{}
	if path, ok := c.body["orgUnitPath"]; ok {
		u.Fields["orgUnitPath"] = path
	}
	return nil, nil
}

func (s *Server) insertAlias(c call) (any, error) {
	u, err := s.user(c.path["userKey"])
	if err != nil {
		return nil, err
	}
	alias, _ := c.body["alias"].(string)
	alias = strings.ToLower(alias)
	if err := s.address(alias); err != nil {
		return nil, err
	}
	if s.holder(alias) {
		return nil, fail(409, "duplicate", "Entity already exists.")
	}
	if len(u.Aliases) >= 30 {
		return nil, fail(412, "conditionNotMet", "Too many aliases")
	}
	u.Aliases = append(u.Aliases, alias)
	return map[string]any{"kind": "admin#directory#alias", "alias": alias, "primaryEmail": u.Email, "id": u.ID}, nil
}

func (s *Server) listAliases(c call) (any, error) {
	u, err := s.user(c.path["userKey"])
	if err != nil {
		return nil, err
	}
	var list []any
	for _, a := range u.Aliases {
		list = append(list, map[string]any{"alias": a, "primaryEmail": u.Email, "id": u.ID})
	}
	return map[string]any{"kind": "admin#directory#aliases", "aliases": list}, nil
}

func (s *Server) deleteAlias(c call) (any, error) {
	u, err := s.user(c.path["userKey"])
	if err != nil {
		return nil, err
	}
	i := slices.Index(u.Aliases, c.path["alias"])
	if i < 0 {
		return nil, notFound("alias")
	}
	u.Aliases = slices.Delete(u.Aliases, i, i+1)
	return nil, nil
}

// User is a user as tests look at it.
type User struct {
	ID, Email, Given, Family, Unit, ExternalID string
	Suspended                                  bool
}

// Users returns the users that are not deleted, by address.
func (s *Server) Users() map[string]User {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]User{}
	for _, u := range s.users {
		if !u.Deleted.IsZero() {
			continue
		}
		name, _ := u.Fields["name"].(map[string]any)
		v := User{ID: u.ID, Email: u.Email}
		v.Given, _ = name["givenName"].(string)
		v.Family, _ = name["familyName"].(string)
		v.Unit, _ = u.Fields["orgUnitPath"].(string)
		v.Suspended, _ = u.Fields["suspended"].(bool)
		if ids, _ := u.Fields["externalIds"].([]any); len(ids) > 0 {
			v.ExternalID, _ = ids[0].(map[string]any)["value"].(string)
		}
		out[u.Email] = v
	}
	return out
}
