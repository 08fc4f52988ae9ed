package google

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// membership is how somebody is in a group.
type membership struct {
	Role  string // MEMBER, MANAGER or OWNER
	Type  string // USER or GROUP
	Email string // of a member from outside the customer
}

// The kinds of member and their role by default.
const (
	memberRole = "MEMBER"
	typeUser   = "USER"
	typeGroup  = "GROUP"
)

// roles are those that a member can have.
func roles() []string { return []string{memberRole, "MANAGER", "OWNER"} }

func (c *customer) addressOf(id string, m membership) string {
	switch {
	case m.Type == typeGroup:
		return c.groups[id].Email
	case c.users[id] != nil:
		return c.users[id].Email
	}
	return m.Email
}

func (c *customer) member(id string, m membership) any {
	return map[string]any{
		"kind": "admin#directory#member", "id": id, "etag": `"` + id + m.Role + `"`, "email": c.addressOf(id, m),
		"role": m.Role, "type": m.Type, "status": "ACTIVE",
	}
}

// candidate finds who a key means: a user or group of the customer that is
// visible by now, or an address outside it.
func (s *Server) candidate(c call, key string) (id string, m membership, err error) {
	if g := c.at.group(key); g != nil && s.seen(g.Made) {
		return g.ID, membership{Type: typeGroup}, nil
	}
	if u, err := s.user(c.at, key, "memberKey"); err == nil {
		return u.ID, membership{Type: typeUser}, nil
	}
	_, domain, address := strings.Cut(strings.ToLower(key), "@")
	if !address || slices.Contains(c.at.Domains, domain) {
		return "", membership{}, notFound("memberKey")
	}
	return "x" + strings.ToLower(key), membership{Type: typeUser, Email: strings.ToLower(key)}, nil
}

func (s *Server) insertMember(c call) (any, error) {
	g, err := s.group(c)
	if err != nil {
		return nil, err
	}
	key := cmp.Or(c.text("id"), c.text("email"))
	if key == "" {
		return nil, fail(http.StatusBadRequest, "required", "Missing required field: memberKey")
	}
	id, m, err := s.candidate(c, key)
	if err != nil {
		return nil, err
	}
	if m.Role = cmp.Or(c.text("role"), memberRole); !slices.Contains(roles(), m.Role) {
		return nil, invalid("Invalid Input: role")
	}
	if _, there := g.Members[id]; there {
		return nil, fail(http.StatusConflict, "duplicate", "Member already exists.")
	}
	if m.Type == typeGroup && (id == g.ID || c.at.contains(c.at.groups[id], g.ID)) {
		return nil, unmet("Cyclic memberships not allowed")
	}
	g.Members[id] = m
	g.version++
	return c.at.member(id, m), nil
}

// contains reports whether somebody is in a group or in a group within it.
func (c *customer) contains(g *group, id string) bool {
	if _, there := g.Members[id]; there {
		return true
	}
	for inner, m := range g.Members {
		if m.Type == typeGroup && c.contains(c.groups[inner], id) {
			return true
		}
	}
	return false
}

// present finds the group of a call and the member of it that the call names.
func (s *Server) present(c call) (*group, string, error) {
	g, err := s.group(c)
	if err != nil {
		return nil, "", err
	}
	id, _, err := s.candidate(c, c.path["memberKey"])
	if err != nil {
		return nil, "", err
	}
	if _, there := g.Members[id]; !there {
		return nil, "", notFound("memberKey")
	}
	return g, id, nil
}

func (s *Server) getMember(c call) (any, error) {
	g, id, err := s.present(c)
	if err != nil {
		return nil, err
	}
	return c.at.member(id, g.Members[id]), nil
}

func (s *Server) deleteMember(c call) (any, error) {
	g, id, err := s.present(c)
	if err != nil {
		return nil, err
	}
	delete(g.Members, id)
	g.version++
	return nil, nil
}

func (s *Server) hasMember(c call) (any, error) {
	g, err := s.group(c)
	if err != nil {
		return nil, err
	}
	id, _, err := s.candidate(c, c.path["memberKey"])
	if err != nil {
		return nil, invalid("Invalid Input: memberKey")
	}
	return map[string]any{"isMember": c.at.contains(g, id)}, nil
}

func (s *Server) listMembers(c call) (any, error) {
	g, err := s.group(c)
	if err != nil {
		return nil, err
	}
	wanted := strings.FieldsFunc(strings.ToUpper(c.query.Get("roles")), func(r rune) bool { return r == ',' })
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(g.Members)) {
		if len(wanted) == 0 || slices.Contains(wanted, g.Members[id].Role) {
			ids = append(ids, id)
		}
	}
	part, next, err := page(c, ids, 200, 200)
	if err != nil {
		return nil, err
	}
	return listing("admin#directory#members", "members", part, next, func(id string) any { return c.at.member(id, g.Members[id]) }), nil
}
