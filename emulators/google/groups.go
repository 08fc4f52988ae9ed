package google

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// group is a group of the customer.
type group struct {
	ID, Email, Name, Description string
	Members                      map[string]string // user id → role
	Made                         time.Time
}

func (g *group) json() map[string]any {
	return map[string]any{"kind": "admin#directory#group", "id": g.ID, "email": g.Email, "name": g.Name, "description": g.Description}
}

func text(body map[string]any, name string) string {
	v, _ := body[name].(string)
	return v
}

func (s *Server) insertGroup(c call) (any, error) {
	email := strings.ToLower(text(c.body, "email"))
	if err := s.address(email); err != nil {
		return nil, err
	}
	if s.holder(email) {
		return nil, fail(409, "duplicate", "Entity already exists.")
	}
	if len([]rune(text(c.body, "name"))) > 73 {
		return nil, fail(400, "invalid", "Invalid Input: name")
	}
	g := &group{ID: "g" + s.id(), Email: email, Name: text(c.body, "name"), Description: text(c.body, "description"), Members: map[string]string{}, Made: s.now()}
	s.groups[g.ID] = g
	return g.json(), nil
}

// group finds a group by id or address. One that was just made is not seen yet.
func (s *Server) group(key string) (*group, error) {
	for _, g := range s.groups {
		if (g.ID == key || g.Email == strings.ToLower(key)) && s.now().Sub(g.Made) >= s.options.Delay {
			return g, nil
		}
	}
	return nil, notFound("groupKey")
}

func (s *Server) getGroup(c call) (any, error) {
	g, err := s.group(c.path["groupKey"])
	if err != nil {
		return nil, err
	}
	return g.json(), nil
}

func (s *Server) listGroups(c call) (any, error) {
	all := slices.Collect(maps.Values(s.groups))
	slices.SortFunc(all, func(a, b *group) int { return strings.Compare(a.ID, b.ID) })
	part, next, err := page(c, all, 200)
	if err != nil {
		return nil, err
	}
	list := make([]any, len(part))
	for i, g := range part {
		list[i] = g.json()
	}
	return map[string]any{"kind": "admin#directory#groups", "groups": list, "nextPageToken": next}, nil
}

func (s *Server) patchGroup(c call) (any, error) {
	g, err := s.group(c.path["groupKey"])
	if err != nil {
		return nil, err
	}
	if name, there := c.body["name"]; there {
		g.Name = name.(string)
	}
	if d, there := c.body["description"]; there {
		g.Description = d.(string)
	}
	return g.json(), nil
}

func (s *Server) deleteGroup(c call) (any, error) {
	g, err := s.group(c.path["groupKey"])
	if err != nil {
		return nil, err
	}
	delete(s.groups, g.ID)
	return nil, nil
}

func (s *Server) insertMember(c call) (any, error) {
	g, err := s.group(c.path["groupKey"])
	if err != nil {
		return nil, err
	}
	key := text(c.body, "id")
	if key == "" {
		key = text(c.body, "email")
	}
	u, err := s.user(key)
	if err != nil {
		return nil, notFound("memberKey")
	}
	if _, there := g.Members[u.ID]; there {
		return nil, fail(409, "duplicate", "Member already exists.")
	}
	role := text(c.body, "role")
	if role == "" {
		role = "MEMBER"
	}
	g.Members[u.ID] = role
	return s.member(u.ID, role), nil
}

func (s *Server) member(id, role string) map[string]any {
	return map[string]any{"kind": "admin#directory#member", "id": id, "email": s.users[id].Email, "role": role, "type": "USER"}
}

func (s *Server) getMember(c call) (any, error) {
	g, err := s.group(c.path["groupKey"])
	if err != nil {
		return nil, err
	}
	u, err := s.user(c.path["memberKey"])
	if err != nil || g.Members[u.ID] == "" {
		return nil, notFound("memberKey")
	}
	return s.member(u.ID, g.Members[u.ID]), nil
}

func (s *Server) hasMember(c call) (any, error) {
	g, err := s.group(c.path["groupKey"])
	if err != nil {
		return nil, err
	}
	u, err := s.user(c.path["memberKey"])
	return map[string]any{"isMember": err == nil && g.Members[u.ID] != ""}, nil
}

func (s *Server) listMembers(c call) (any, error) {
	g, err := s.group(c.path["groupKey"])
	if err != nil {
		return nil, err
	}
	part, next, err := page(c, slices.Sorted(maps.Keys(g.Members)), 200)
	if err != nil {
		return nil, err
	}
	list := make([]any, len(part))
	for i, id := range part {
		list[i] = s.member(id, g.Members[id])
	}
	return map[string]any{"kind": "admin#directory#members", "members": list, "nextPageToken": next}, nil
}

func (s *Server) deleteMember(c call) (any, error) {
	g, err := s.group(c.path["groupKey"])
	if err != nil {
		return nil, err
	}
	u, err := s.user(c.path["memberKey"])
	if err != nil || g.Members[u.ID] == "" {
		return nil, notFound("memberKey")
	}
	delete(g.Members, u.ID)
	return nil, nil
}

// Members returns the addresses in every group, by the group's address.
func (s *Server) Members() map[string][]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string][]string{}
	for _, g := range s.groups {
		out[g.Email] = []string{}
		for id := range g.Members {
			out[g.Email] = append(out[g.Email], s.users[id].Email)
		}
		slices.Sort(out[g.Email])
	}
	return out
}

// unit is an organisational unit.
type unit struct{ ID, Path string }

func (u *unit) json() map[string]any {
	cut := strings.LastIndex(u.Path, "/")
	parent := u.Path[:max(cut, 1)]
	return map[string]any{"kind": "admin#directory#orgUnit", "orgUnitId": u.ID, "orgUnitPath": u.Path, "name": u.Path[cut+1:], "parentOrgUnitPath": parent}
}

func (s *Server) insertUnit(c call) (any, error) {
	if err := s.spend("orgunit "+c.path["customerId"], 1, time.Second); err != nil {
		return nil, err
	}
	parent := text(c.body, "parentOrgUnitPath")
	if s.units[parent] == nil {
		return nil, fail(400, "invalid", "Invalid Input: parentOrgUnitPath")
	}
	path := strings.TrimSuffix(parent, "/") + "/" + text(c.body, "name")
	if s.units[path] != nil {
		return nil, fail(400, "invalid", "Invalid Ou Id")
	}
	s.units[path] = &unit{ID: "id:" + s.id(), Path: path}
	return s.units[path].json(), nil
}

func (s *Server) getUnit(c call) (any, error) {
	u := s.units["/"+strings.TrimPrefix(c.path["orgUnitPath"], "/")]
	if u == nil {
		return nil, fail(404, "notFound", "Org unit not found")
	}
	return u.json(), nil
}

func (s *Server) listUnits(call) (any, error) {
	var list []any
	for _, path := range slices.Sorted(maps.Keys(s.units)) {
		if path != "/" {
			list = append(list, s.units[path].json())
		}
	}
	return map[string]any{"kind": "admin#directory#orgUnits", "organizationUnits": list}, nil
}
