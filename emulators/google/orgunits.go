package google

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// unit is an organisational unit; the root has no parent.
type unit struct {
	ID          string
	Name        string
	Description string
	parent      *unit
}

// depthMost is how deep org units may be nested.
const depthMost = 35

func (u *unit) path() string {
	if u.parent == nil {
		return "/"
	}
	return strings.TrimSuffix(u.parent.path(), "/") + "/" + u.Name
}

func (u *unit) depth() int {
	n := 0
	for at := u; at.parent != nil; at = at.parent {
		n++
	}
	return n
}

func (u *unit) below(other *unit) bool {
	for at := u; at != nil; at = at.parent {
		if at == other {
			return true
		}
	}
	return false
}

func (u *unit) json() any {
	out := map[string]any{
		"kind": "admin#directory#orgUnit", "etag": `"` + u.ID + `"`, "orgUnitId": u.ID, "orgUnitPath": u.path(), "name": u.Name,
		"description": u.Description, "blockInheritance": false,
	}
	if u.parent != nil {
		out["parentOrgUnitPath"], out["parentOrgUnitId"] = u.parent.path(), u.parent.ID
	}
	return out
}

// unit finds an org unit by its path or by its id, nil where there is none.
func (c *customer) unit(key string) *unit {
	if !strings.HasPrefix(key, "id:") {
		return c.units["/"+strings.ToLower(strings.Trim(key, "/"))]
	}
	for _, u := range c.units {
		if u.ID == key {
			return u
		}
	}
	return nil
}

// place returns the parent and the name that a call wants for an org unit.
func (c call) place(parent *unit, name string) (*unit, string, error) {
	for _, field := range []string{"parentOrgUnitPath", "parentOrgUnitId"} {
		if key := c.text(field); key != "" {
			parent = c.at.unit(key)
		}
	}
	if wanted := c.text("name"); wanted != "" {
		name = wanted
	}
	switch {
	case parent == nil:
		return nil, "", invalid("Invalid Parent Orgunit Id")
	case name == "" || strings.Contains(name, "/") || parent.depth() >= depthMost:
		return nil, "", invalid("Invalid Ou Name")
	}
	return parent, name, nil
}

// site checks that a call is about the caller's customer.
func (c call) site() error {
	if !c.own(c.path["customerId"]) {
		return forbidden()
	}
	return nil
}

func (s *Server) insertUnit(c call) (any, error) {
	if err := c.site(); err != nil {
		return nil, err
	}
	if err := s.spendUnit(c.at.ID); err != nil {
		return nil, err
	}
	parent, name, err := c.place(nil, "")
	if err != nil {
		return nil, err
	}
	u := &unit{ID: "id:" + s.id(), Name: name, Description: c.text("description"), parent: parent}
	key := strings.ToLower(u.path())
	if c.at.units[key] != nil {
		return nil, invalid("Invalid Ou Id")
	}
	c.at.units[key] = u
	return u.json(), nil
}

// found returns the org unit that a call names.
func (s *Server) found(c call) (*unit, error) {
	if err := c.site(); err != nil {
		return nil, err
	}
	if u := c.at.unit(c.path["orgUnitPath"]); u != nil {
		return u, nil
	}
	return nil, fail(http.StatusNotFound, "notFound", "Org unit not found")
}

func (s *Server) getUnit(c call) (any, error) {
	u, err := s.found(c)
	if err != nil {
		return nil, err
	}
	return u.json(), nil
}

// listUnits lists what lies below an org unit: one level unless all is asked
// for.
func (s *Server) listUnits(c call) (any, error) {
	if err := c.site(); err != nil {
		return nil, err
	}
	top := c.at.unit(c.query.Get("orgUnitPath"))
	if top == nil {
		return nil, fail(http.StatusNotFound, "notFound", "Org unit not found")
	}
	kind := c.query.Get("type")
	var list []*unit
	for _, path := range slices.Sorted(maps.Keys(c.at.units)) {
		u := c.at.units[path]
		inside := u.parent == top || kind != "" && kind != "children" && u.below(top) && u != top
		if inside || u == top && kind == "allIncludingParent" {
			list = append(list, u)
		}
	}
	return listing("admin#directory#orgUnits", "organizationUnits", list, "", (*unit).json), nil
}

// patchUnit renames or moves an org unit, with everybody and everything in it.
func (s *Server) patchUnit(c call) (any, error) {
	u, err := s.found(c)
	if err != nil {
		return nil, err
	}
	if err := s.spendUnit(c.at.ID); err != nil {
		return nil, err
	}
	parent, name, err := c.place(u.parent, u.Name)
	if err != nil {
		return nil, err
	}
	key := strings.ToLower((&unit{Name: name, parent: parent}).path())
	if other := c.at.units[key]; parent.below(u) || other != nil && other != u {
		return nil, invalid("Invalid Ou Id")
	}
	u.parent, u.Name = parent, name
	if _, there := c.body["description"]; there {
		u.Description = c.text("description")
	}
	moved := map[string]*unit{}
	for _, each := range c.at.units {
		moved[strings.ToLower(each.path())] = each
	}
	c.at.units = moved
	return u.json(), nil
}

// deleteUnit removes an org unit that nobody is in and that has none below it.
// Deleted users who were in it come back at the top.
func (s *Server) deleteUnit(c call) (any, error) {
	u, err := s.found(c)
	if err != nil {
		return nil, err
	}
	for _, other := range c.at.units {
		if other.parent == u || u.parent == nil {
			return nil, unmet("The org unit has others below it")
		}
	}
	for _, in := range c.at.users {
		if in.unit == u && in.Deleted.IsZero() {
			return nil, unmet("The org unit has users in it")
		}
	}
	for _, in := range c.at.users {
		if in.unit == u {
			in.unit = c.at.units["/"]
		}
	}
	delete(c.at.units, strings.ToLower(u.path()))
	return nil, nil
}
