package google

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Request is one call that the fake answered.
type Request struct {
	Method string // id of the method: "directory.users.insert"; "" where the API has none like it
	Path   string // its path template
	Status int    // 200 for every success, 0 where the connection was broken
	Reason string // Google's reason code of a failure
	Body   []byte // as it was sent
}

// Count names a counter: calls of a method that got a status.
type Count struct {
	Method string
	Status int
}

func (s *Server) record(c call, status int, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[Count{c.method.ID, status}]++
	if !s.options.Forget {
		s.requests = append(s.requests, Request{c.method.ID, c.method.Path, status, reason, c.raw})
	}
}

func (s *Server) violate(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.violations = append(s.violations, what)
}

// Violations returns what callers did that Google's description of the API
// does not allow.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

// Requests returns the calls that were answered, in order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Counts returns how many calls of each method got each status.
func (s *Server) Counts() map[Count]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.counts)
}

// User is a user as tests look at it.
type User struct {
	ID, Email, Given, Family, Unit, ExternalID string
	Aliases                                    []string
	Suspended                                  bool
}

// Users returns the users of all customers that are not deleted, by address.
func (s *Server) Users() map[string]User {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]User{}
	for _, c := range s.customers {
		for _, u := range c.users {
			if u.Deleted.IsZero() {
				out[u.Email] = u.look()
			}
		}
	}
	return out
}

func (u *user) look() User {
	v := User{ID: u.ID, Email: u.Email, Unit: u.unit.path(), Aliases: slices.Clone(u.Aliases)}
	name, _ := u.Fields["name"].(map[string]any)
	v.Given, _ = name["givenName"].(string)
	v.Family, _ = name["familyName"].(string)
	v.Suspended, _ = u.Fields["suspended"].(bool)
	if ids := u.externalIDs(); len(ids) > 0 {
		v.ExternalID = ids[0]
	}
	return v
}

// Group is a group as tests look at it.
type Group struct{ ID, Email, Name, Description string }

// Groups returns the groups of all customers, by address.
func (s *Server) Groups() map[string]Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]Group{}
	for _, c := range s.customers {
		for _, g := range c.groups {
			out[g.Email] = Group{g.ID, g.Email, g.Name, g.Description}
		}
	}
	return out
}

// Members returns the addresses in every group, sorted, by the group's
// address.
func (s *Server) Members() map[string][]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string][]string{}
	for _, c := range s.customers {
		for _, g := range c.groups {
			list := make([]string, 0, len(g.Members))
			for id, m := range g.Members {
				list = append(list, c.addressOf(id, m))
			}
			slices.Sort(list)
			out[g.Email] = list
		}
	}
	return out
}

// Dump returns everything that is stored, deleted users within their 20 days
// and recorded bodies included, as JSON: for a scan of what has arrived.
func (s *Server) Dump() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	stored := map[string]any{}
	for id, c := range s.customers {
		var units []string
		for _, u := range c.units {
			units = append(units, u.path())
		}
		for _, u := range slices.Clone(c.order) {
			s.lapse(c, u)
		}
		stored[id] = map[string]any{"users": c.order, "groups": slices.Collect(maps.Values(c.groups)), "units": units}
	}
	var bodies strings.Builder
	for _, r := range s.requests {
		bodies.Write(r.Body)
	}
	out, err := json.Marshal(map[string]any{"customers": stored, "bodies": bodies.String()})
	if err != nil {
		panic(err) // what came from JSON goes to JSON
	}
	return out
}
