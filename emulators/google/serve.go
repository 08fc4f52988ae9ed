package google

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// call is one request under way.
type call struct {
	method method
	path   map[string]string
	query  url.Values
	raw    []byte
	body   map[string]any
	caller token
	at     *customer
}

// handler does a call and returns what to answer, nil for no content.
type handler func(call) (any, error)

// bodyMost is the largest body that is read, in bytes.
const bodyMost = 1 << 20

func (s *Server) routes() map[string]handler {
	return map[string]handler{
		"directory.users.insert": s.insertUser, "directory.users.get": s.getUser, "directory.users.list": s.listUsers,
		"directory.users.patch": s.patchUser, "directory.users.update": s.patchUser, "directory.users.delete": s.deleteUser,
		"directory.users.undelete": s.undeleteUser, "directory.users.aliases.insert": s.insertAlias,
		"directory.users.aliases.list": s.listAliases, "directory.users.aliases.delete": s.deleteAlias,
		"directory.groups.insert": s.insertGroup, "directory.groups.get": s.getGroup, "directory.groups.list": s.listGroups,
		"directory.groups.patch": s.patchGroup, "directory.groups.update": s.patchGroup, "directory.groups.delete": s.deleteGroup,
		"directory.members.insert": s.insertMember, "directory.members.get": s.getMember, "directory.members.list": s.listMembers,
		"directory.members.delete": s.deleteMember, "directory.members.hasMember": s.hasMember,
		"directory.orgunits.insert": s.insertUnit, "directory.orgunits.get": s.getUnit, "directory.orgunits.list": s.listUnits,
		"directory.orgunits.patch": s.patchUnit, "directory.orgunits.update": s.patchUnit, "directory.orgunits.delete": s.deleteUnit,
	}
}

// ServeHTTP answers the API and the token endpoint.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/token" {
		s.exchange(w, r)
		return
	}
	var c call
	m, path, err := s.discovery.find(r)
	var answer any
	if err != nil {
		s.violate(err.Error())
		err = fail(http.StatusNotFound, "notFound", err.Error())
	} else {
		c = call{method: m, path: path, query: r.URL.Query()}
		answer, err = s.serve(&c, r)
	}
	if err == nil {
		s.record(c, http.StatusOK, "")
		reply(w, answer)
		return
	}
	f, ok := errors.AsType[*failure](err)
	if !ok {
		f = &failure{status: http.StatusInternalServerError, reason: "backendError", message: "Backend Error"}
	}
	s.record(c, f.status, f.reason)
	if f.status == 0 {
		panic(http.ErrAbortHandler) // the answer is lost: the connection breaks
	}
	f.write(w)
}

func reply(w http.ResponseWriter, answer any) {
	if answer == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	_ = json.NewEncoder(w).Encode(answer) // a caller that has gone needs no answer
}

// serve does one call if it is authorised, within quota, and as Google
// describes it.
func (s *Server) serve(c *call, r *http.Request) (any, error) {
	if err := s.authorise(c, r); err != nil {
		return nil, err
	}
	leave, err := s.enter(c.at.ID)
	if err != nil {
		return nil, err
	}
	defer leave()
	if c.raw, err = io.ReadAll(http.MaxBytesReader(nil, r.Body, bodyMost)); err != nil {
		return nil, fail(http.StatusBadRequest, "parseError", "Parse Error")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.spendQuery(*c); err != nil {
		return nil, err
	}
	if err := s.examine(c, r); err != nil {
		return nil, err
	}
	planned := s.planned(c.method.ID)
	if planned != nil && !planned.After {
		return nil, planned.failure()
	}
	do, ok := s.handlers[c.method.ID]
	if !ok {
		return nil, fail(http.StatusNotImplemented, "notImplemented", "the fake does not know "+c.method.ID)
	}
	answer, err := do(*c)
	if planned != nil {
		return nil, planned.failure()
	}
	return answer, err
}

// examine decodes the body and holds the request against the discovery
// document.
func (s *Server) examine(c *call, r *http.Request) error {
	var wrong []string
	if len(c.raw) > 0 {
		d := json.NewDecoder(bytes.NewReader(c.raw))
		if err := d.Decode(&c.body); err != nil || d.More() {
			s.violations = append(s.violations, c.method.ID+": the body is no JSON object")
			return fail(http.StatusBadRequest, "parseError", "Parse Error")
		}
		if kind := r.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
			wrong = append(wrong, c.method.ID+": the body is not sent as application/json")
		}
	}
	wrong = append(wrong, s.discovery.check(c.method, c.query, c.body)...)
	if len(wrong) == 0 {
		return nil
	}
	s.violations = append(s.violations, wrong...)
	return fail(http.StatusBadRequest, "invalid", strings.Join(wrong, "; "))
}

// text returns a text of the body, "" where there is none.
func (c call) text(name string) string {
	v, _ := c.body[name].(string)
	return v
}

// own reports whether a customer id means the caller's own customer.
func (c call) own(id string) bool { return id == "my_customer" || id == c.at.ID }

// id returns a new id, larger than all before.
func (s *Server) id() string {
	s.last++
	return strconv.Itoa(100_000_000_000_000_000 + s.last)
}

// page cuts a list from the place that the caller's token names. Sizes above
// most count as most.
func page[T any](c call, all []T, usual, most int) ([]T, string, error) {
	size, err := strconv.Atoi(c.query.Get("maxResults"))
	if err != nil {
		size = usual
	}
	from := 0
	if t := c.query.Get("pageToken"); t != "" {
		if from, err = strconv.Atoi(t); err != nil || from < 0 || from > len(all) {
			return nil, "", invalid("Invalid Input: pageToken")
		}
	}
	end := min(len(all), from+min(size, most))
	if end == len(all) {
		return all[from:], "", nil
	}
	return all[from:end], strconv.Itoa(end), nil
}

// listing is a page of resources in Google's form.
func listing[T any](kind, name string, part []T, next string, form func(T) any) map[string]any {
	list := make([]any, len(part))
	for i, v := range part {
		list[i] = form(v)
	}
	out := map[string]any{"kind": kind, "etag": `"list"`}
	if len(list) > 0 {
		out[name] = list
	}
	if next != "" {
		out["nextPageToken"] = next
	}
	return out
}
