package google

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// group is a group of a customer. Its exported part is what Dump shows.
type group struct {
	ID, Email, Name, Description string
	Aliases                      []string
	Members                      map[string]membership // by id of the member
	Made                         time.Time

	version int
}

// The longest name and description of a group, in characters.
const (
	groupNameMost   = 73
	descriptionMost = 4096
)

func (g *group) etag() string { return fmt.Sprintf(`"%s-%d"`, g.ID, g.version) }

func (g *group) json() any {
	out := map[string]any{
		"kind": "admin#directory#group", "id": g.ID, "etag": g.etag(), "email": g.Email, "name": g.Name,
		"description": g.Description, "adminCreated": true, "directMembersCount": strconv.Itoa(len(g.Members)),
	}
	if len(g.Aliases) > 0 {
		out["aliases"] = g.Aliases
	}
	return out
}

// labels checks the name and the description of a group.
func labels(c call) error {
	switch {
	case len([]rune(c.text("name"))) > groupNameMost:
		return invalid("Invalid Input: name")
	case len([]rune(c.text("description"))) > descriptionMost:
		return invalid("Invalid Input: description")
	}
	return nil
}

func (s *Server) insertGroup(c call) (any, error) {
	email, err := s.address(c, c.text("email"), "groupKey")
	if err != nil {
		return nil, err
	}
	if err := labels(c); err != nil {
		return nil, err
	}
	if s.taken(c.at, email) {
		return nil, duplicate()
	}
	name, _, _ := strings.Cut(email, "@")
	g := &group{
		ID: "g" + s.id(), Email: email, Name: cmp.Or(c.text("name"), name), Description: c.text("description"),
		Members: map[string]membership{}, Made: s.now(),
	}
	c.at.groups[g.ID], c.at.addresses[email] = g, g
	return g.json(), nil
}

// group finds a group by id, address or alias. One that was just made is not
// seen yet.
func (s *Server) group(c call) (*group, error) {
	g := c.at.group(c.path["groupKey"])
	if g == nil || !s.seen(g.Made) {
		return nil, notFound("groupKey")
	}
	return g, nil
}

func (c *customer) group(key string) *group {
	if g, ok := c.groups[key]; ok {
		return g
	}
	g, _ := c.addresses[strings.ToLower(key)].(*group)
	return g
}

func (s *Server) getGroup(c call) (any, error) {
	g, err := s.group(c)
	if err != nil {
		return nil, err
	}
	return g.json(), nil
}

// listGroups lists the groups of a customer, of a domain, or that a user is in.
func (s *Server) listGroups(c call) (any, error) {
	var of *user
	var domain string
	var err error
	if key := c.query.Get("userKey"); key != "" {
		of, err = s.user(c.at, key, "userKey")
	} else {
		domain, err = c.realm()
	}
	if err != nil {
		return nil, err
	}
	all, err := conditions(c.query.Get("query"))
	if err != nil {
		return nil, err
	}
	var found []*group
	for _, g := range c.at.groups {
		_, in := membership{}, of == nil
		if of != nil {
			_, in = g.Members[of.ID]
		}
		if in && s.seen(g.Made) && (domain == "" || strings.HasSuffix(g.Email, "@"+domain)) && g.fits(all) {
			found = append(found, g)
		}
	}
	slices.SortFunc(found, func(a, b *group) int { return strings.Compare(a.Email, b.Email) })
	part, next, err := page(c, found, 200, 200)
	if err != nil {
		return nil, err
	}
	return listing("admin#directory#groups", "groups", part, next, (*group).json), nil
}

// fits knows the searches for an address and for a name.
func (g *group) fits(all []condition) bool {
	return !slices.ContainsFunc(all, func(c condition) bool {
		switch c.field {
		case "email":
			return !slices.ContainsFunc(append([]string{g.Email}, g.Aliases...), c.holds)
		case "name":
			return !c.holds(g.Name)
		}
		return true
	})
}

func (s *Server) patchGroup(c call) (any, error) {
	g, err := s.group(c)
	if err != nil {
		return nil, err
	}
	if err := labels(c); err != nil {
		return nil, err
	}
	if wanted := c.text("email"); wanted != "" {
		if err := s.renameGroup(c, g, wanted); err != nil {
			return nil, err
		}
	}
	if _, there := c.body["name"]; there {
		g.Name = c.text("name")
	}
	if _, there := c.body["description"]; there {
		g.Description = c.text("description")
	}
	g.version++
	return g.json(), nil
}

// renameGroup gives a group another address; the old one stays as an alias.
func (s *Server) renameGroup(c call, g *group, wanted string) error {
	email, err := s.address(c, wanted, "groupKey")
	if err != nil || email == g.Email {
		return err
	}
	if c.at.addresses[email] != any(g) && s.taken(c.at, email) {
		return duplicate()
	}
	g.Aliases = append(slices.DeleteFunc(g.Aliases, func(a string) bool { return a == email }), g.Email)
	g.Email = email
	c.at.addresses[email] = g
	return nil
}

// deleteGroup removes a group for good; its addresses are free at once.
func (s *Server) deleteGroup(c call) (any, error) {
	g, err := s.group(c)
	if err != nil {
		return nil, err
	}
	c.at.drop(g)
	return nil, nil
}

func (c *customer) drop(g *group) {
	delete(c.groups, g.ID)
	maps.DeleteFunc(c.addresses, func(_ string, holder any) bool { return holder == any(g) })
	for _, other := range c.groups {
		delete(other.Members, g.ID)
	}
}
