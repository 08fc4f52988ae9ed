// Package google is a fake of the Google Admin SDK Directory API: a real HTTP
// server that keeps users, groups, members and org units of one or more
// customers, holds every request against Google's own discovery document, and
// enforces the documented quotas and limits
// (developers.google.com/workspace/admin/directory/v1/limits).
package google

import (
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options say how the fake behaves. The zero value has one customer without a
// domain and real time.
type Options struct {
	Clock      func() time.Time // of quotas, visibility and deleted users; time.Now where nil
	Wall       func() time.Time // of tokens, whose grants callers sign by their own clock; time.Now where nil
	Speed      float64          // how many times faster than Clock the time of quotas and visibility runs; 1 where 0
	Delay      time.Duration    // how long a new user or group stays unseen by other calls
	Concurrent int              // calls that a customer may have under way at once; unbounded where 0, as Google publishes no number
	Forget     bool             // keep no requests, only counters: for long runs

	Customer string     // customer id; "C00demo" where empty
	Domains  []string   // the customer's domains
	Admin    string     // address of its administrator, as whom the service account acts
	Others   []Customer // further customers
	Account  *Account   // the service account with domain-wide delegation
}

// Customer is one Workspace customer.
type Customer struct {
	ID      string
	Domains []string
	Admins  []string // addresses of its administrators
	Scopes  []string // what is delegated to the service account; all of the Directory API where nil
}

// Server is a fake.
type Server struct {
	options   Options
	discovery *discovery
	handlers  map[string]handler
	http      *http.Server
	addr      string

	mu         sync.Mutex
	begun      time.Time
	customers  map[string]*customer
	tokens     map[string]token
	buckets    map[string]*bucket
	busy       map[string]int // calls under way by customer
	faults     []*Fault
	violations []string
	requests   []Request
	counts     map[Count]int
	last       int
}

// customer is the state of one customer.
type customer struct {
	Customer
	revoked   bool
	users     map[string]*user
	order     []*user // by id, as they were made
	groups    map[string]*group
	units     map[string]*unit          // by lower-case path
	addresses map[string]any            // *user, *group or administrator, by lower-case address
	external  map[string]map[*user]bool // users by external id
}

// administrator marks the address of an administrator, who is no user that
// the fake lists.
type administrator struct{}

// New makes a fake. It fails where Google's discovery document cannot be read.
func New(o Options) (*Server, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Wall == nil {
		o.Wall = time.Now
	}
	if o.Speed == 0 {
		o.Speed = 1
	}
	if o.Customer == "" {
		o.Customer = "C00demo"
	}
	d, err := load()
	if err != nil {
		return nil, err
	}
	s := &Server{
		options: o, discovery: d, begun: o.Clock(), customers: map[string]*customer{}, tokens: map[string]token{},
		buckets: map[string]*bucket{}, busy: map[string]int{}, counts: map[Count]int{},
	}
	s.handlers = s.routes()
	first := Customer{ID: o.Customer, Domains: o.Domains}
	if o.Admin != "" {
		first.Admins = []string{o.Admin}
	}
	for _, c := range append([]Customer{first}, o.Others...) {
		s.customers[c.ID] = newCustomer(c)
	}
	return s, nil
}

func newCustomer(c Customer) *customer {
	out := &customer{
		Customer: c, users: map[string]*user{}, groups: map[string]*group{}, addresses: map[string]any{}, external: map[string]map[*user]bool{},
	}
	out.units = map[string]*unit{"/": {ID: "id:root" + c.ID}}
	for _, a := range c.Admins {
		out.addresses[strings.ToLower(a)] = administrator{}
	}
	return out
}

// Start makes a fake and serves it on a free loopback port.
func Start(o Options) (*Server, error) {
	s, err := New(o)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.addr = l.Addr().String()
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.http.Serve(l) }() // ends with Stop
	return s, nil
}

// URL returns the address of a started fake: http://host:port.
func (s *Server) URL() string { return "http://" + s.addr }

// Stop ends a started fake.
func (s *Server) Stop() error { return s.http.Close() }

// Revoke withdraws the delegation of a customer: no token is issued any more,
// and the ones that were are refused.
func (s *Server) Revoke(customer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.customers[customer].revoked = true
}

// Restore grants the delegation of a customer again.
func (s *Server) Restore(customer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.customers[customer].revoked = false
}

// RemoveGroup removes the group with an address, as an administrator of its
// customer does by hand.
func (s *Server) RemoveGroup(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.customers {
		if g := c.group(address); g != nil {
			c.drop(g)
		}
	}
}

// now returns the present of quotas and visibility.
func (s *Server) now() time.Time {
	return s.begun.Add(time.Duration(float64(s.options.Clock().Sub(s.begun)) * s.options.Speed))
}

// seen reports whether something made at that time is visible by now.
func (s *Server) seen(made time.Time) bool { return s.now().Sub(made) >= s.options.Delay }
