package google

import (
	"slices"
	"time"
)

func (s *Server) patchUser(c call) (any, error) {
	u, err := s.change(c)
	if err != nil {
		return nil, err
	}
	place, err := sound(c)
	if err != nil {
		return nil, err
	}
	if wanted, there := c.body["primaryEmail"].(string); there {
		if err := s.rename(c, u, wanted); err != nil {
			return nil, err
		}
	}
	if _, there := c.body["orgUnitPath"]; there {
		u.unit = place
	}
	c.at.unindex(u)
	u.merge(c.body)
	c.at.index(u)
	return u.json(c.at.ID), nil
}

// rename gives a user another address; the old one stays as an alias.
func (s *Server) rename(c call, u *user, wanted string) error {
	email, err := s.address(c, wanted, "primary_user_email")
	if err != nil || email == u.Email {
		return err
	}
	back := slices.Contains(u.Aliases, email)
	if !back && s.taken(c.at, email) {
		return duplicate()
	}
	u.Aliases = append(slices.DeleteFunc(u.Aliases, func(a string) bool { return a == email }), u.Email)
	u.Email = email
	c.at.addresses[email] = u
	return nil
}

// deleteUser moves a user to where it can be brought back from for 20 days.
// It leaves its groups for good.
func (s *Server) deleteUser(c call) (any, error) {
	u, err := s.change(c)
	if err != nil {
		return nil, err
	}
	u.Deleted = s.options.Clock()
	u.version++
	for _, g := range c.at.groups {
		delete(g.Members, u.ID)
	}
	return nil, nil
}

// undeleteUser brings a deleted user back, by its immutable id only.
func (s *Server) undeleteUser(c call) (any, error) {
	u := c.at.users[c.path["userKey"]]
	if u != nil {
		s.lapse(c.at, u)
		u = c.at.users[u.ID]
	}
	if u == nil || u.Deleted.IsZero() {
		return nil, unmet("There is no such user to undelete.")
	}
	path, there := c.body["orgUnitPath"].(string)
	place := c.at.unit(path)
	if there && place == nil {
		return nil, invalid("Invalid Input: INVALID_OU_ID")
	}
	if there {
		u.unit = place
	}
	u.Deleted = time.Time{}
	u.version++
	return nil, nil
}

// lapse removes a user whose 20 days are over.
func (s *Server) lapse(c *customer, u *user) {
	if u.Deleted.IsZero() || s.options.Clock().Sub(u.Deleted) < recoverable {
		return
	}
	delete(c.users, u.ID)
	for _, a := range append([]string{u.Email}, u.Aliases...) {
		delete(c.addresses, a)
	}
	c.unindex(u)
	if i := slices.Index(c.order, u); i >= 0 {
		c.order = slices.Delete(c.order, i, i+1)
	}
}
