// Package google is a fake of the Google Admin SDK Directory API: a real HTTP
// server that keeps users, groups, members and org units, holds every request
// against Google's own discovery document, and enforces the documented quotas.
package google

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options say how the fake behaves. The zero value has one customer without a
// domain and real time.
type Options struct {
	Clock    func() time.Time // time.Now where nil
	Speed    float64          // how many times faster the quotas' clock runs; 1 where 0
	Delay    time.Duration    // how long a new user or group stays unseen by other calls
	Customer string           // customer id; "C00demo" where empty
	Domains  []string         // the customer's domains
	Admin    string           // address of its administrator, as whom service accounts act
	Account  *Account         // the service account with domain-wide delegation
}

// Server is a fake.
type Server struct {
	options   Options
	discovery *discovery
	http      *http.Server
	addr      string

	mu         sync.Mutex
	begun      time.Time
	users      map[string]*user
	groups     map[string]*group
	units      map[string]*unit
	tokens     map[string]token
	buckets    map[string]*bucket
	faults     []*fault
	violations []string
	calls      []Call
	last       int
}

// Call is one request that the fake answered. Bodies are not kept.
type Call struct {
	Method string // id of the method: "directory.users.insert"
	Status int
}

// New makes a fake.
func New(o Options) (*Server, error) {
	if o.Clock == nil {
		o.Clock = time.Now
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
	return &Server{
		options: o, discovery: d, begun: o.Clock(), users: map[string]*user{}, groups: map[string]*group{},
		units: map[string]*unit{"/": {ID: "id:root", Path: "/"}}, tokens: map[string]token{}, buckets: map[string]*bucket{},
	}, nil
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

// URL returns the fake's address: http://host:port.
func (s *Server) URL() string { return "http://" + s.addr }

// Stop ends the fake.
func (s *Server) Stop() error { return s.http.Close() }

// now returns the quotas' idea of the present.
func (s *Server) now() time.Time {
	return s.begun.Add(time.Duration(float64(s.options.Clock().Sub(s.begun)) * s.options.Speed))
}

// failure is an error answer in Google's form.
type failure struct {
	status  int
	reason  string
	message string
}

func (f *failure) Error() string { return f.reason + ": " + f.message }

func fail(status int, reason, message string) error { return &failure{status, reason, message} }

func notFound(what string) error { return fail(404, "notFound", "Resource Not Found: "+what) }

// fault is a planned failure.
type fault struct {
	method  string
	failure failure
	after   bool // the call takes effect all the same: an ambiguous timeout
	left    int
}

// Fail makes the next times calls of a method fail. With after the call takes
// effect and only its answer is lost.
func (s *Server) Fail(method string, status int, reason string, times int, after bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &fault{method, failure{status, reason, "injected"}, after, times})
}

func (s *Server) planned(method string) *fault {
	for _, f := range s.faults {
		if f.method == method && f.left > 0 {
			f.left--
			return f
		}
	}
	return nil
}

// call is one request under way.
type call struct {
	method string
	path   map[string]string
	query  map[string][]string
	body   map[string]any
	admin  string
}

func (c call) q(name string) string {
	if v := c.query[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// ServeHTTP answers the API and the token endpoint.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.URL.Path == "/token" {
		s.exchange(w, r)
		return
	}
	m, path, err := s.discovery.find(r)
	var answer any
	if err != nil {
		s.violations = append(s.violations, err.Error())
		err = fail(404, "notFound", err.Error())
	} else {
		answer, err = s.serve(m, path, r)
	}
	status := http.StatusOK
	if f, ok := err.(*failure); ok { //nolint:errorlint // made above, never wrapped
		status = f.status
		answer = map[string]any{"error": map[string]any{
			"code": f.status, "message": f.message,
			"errors": []any{map[string]string{"domain": "global", "reason": f.reason, "message": f.message}},
		}}
	}
	s.calls = append(s.calls, Call{m.ID, status})
	if answer == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}

// serve answers one call: authorised, within quota, and as the vendor
// describes it.
func (s *Server) serve(m method, path map[string]string, r *http.Request) (any, error) {
	admin, err := s.authorise(r)
	if err != nil {
		return nil, err
	}
	if err := s.spend("query "+admin, 2400, time.Minute); err != nil {
		return nil, err
	}
	c := call{method: m.ID, path: path, query: r.URL.Query(), admin: admin}
	if r.Body != nil && r.ContentLength != 0 {
		if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, 1<<20)).Decode(&c.body); err != nil {
			return nil, fail(400, "parseError", "Parse Error")
		}
	}
	if wrong := s.discovery.check(m, r.URL.Query(), c.body); len(wrong) > 0 {
		s.violations = append(s.violations, wrong...)
		return nil, fail(400, "invalid", strings.Join(wrong, "; "))
	}
	planned := s.planned(m.ID)
	if planned != nil && !planned.after {
		return nil, &planned.failure
	}
	handler, ok := s.handlers()[m.ID]
	if !ok {
		return nil, fail(501, "notImplemented", "the fake does not know "+m.ID)
	}
	answer, err := handler(c)
	if planned != nil {
		return nil, &planned.failure
	}
	return answer, err
}

func (s *Server) handlers() map[string]func(call) (any, error) {
	return map[string]func(call) (any, error){
		"directory.users.insert": s.insertUser, "directory.users.get": s.getUser, "directory.users.list": s.listUsers,
		"directory.users.patch": s.patchUser, "directory.users.update": s.patchUser, "directory.users.delete": s.deleteUser,
		"directory.users.undelete": s.undeleteUser, "directory.groups.insert": s.insertGroup, "directory.groups.get": s.getGroup,
		"directory.groups.list": s.listGroups, "directory.groups.patch": s.patchGroup, "directory.groups.update": s.patchGroup,
		"directory.groups.delete": s.deleteGroup, "directory.members.insert": s.insertMember, "directory.members.get": s.getMember,
		"directory.members.list": s.listMembers, "directory.members.delete": s.deleteMember, "directory.members.hasMember": s.hasMember,
		"directory.orgunits.insert": s.insertUnit, "directory.orgunits.get": s.getUnit, "directory.orgunits.list": s.listUnits,
		"directory.users.aliases.insert": s.insertAlias, "directory.users.aliases.list": s.listAliases, "directory.users.aliases.delete": s.deleteAlias,
	}
}

func (s *Server) id() string {
	s.last++
	return strconv.Itoa(100_000_000_000_000_000 + s.last)
}

// page cuts a list of ids, of which the token is the next one's place.
func page[T any](c call, all []T, most int) ([]T, string, error) {
	size, err := strconv.Atoi(c.q("maxResults"))
	if err != nil {
		size = 100
	}
	from := 0
	if t := c.q("pageToken"); t != "" {
		if from, err = strconv.Atoi(t); err != nil || from > len(all) {
			return nil, "", fail(400, "invalid", "Invalid Input: pageToken")
		}
	}
	end := min(len(all), from+min(size, most))
	if end == len(all) {
		return all[from:end], "", nil
	}
	return all[from:end], fmt.Sprint(end), nil
}

// Violations returns what callers did that the vendor's description does not allow.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.violations...)
}

// Calls returns the calls that were answered, in order.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}
