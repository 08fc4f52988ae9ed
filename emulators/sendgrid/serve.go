package sendgrid

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"
)

// ServeHTTP answers POST /v3/mail/send, and GET /mails with what was taken on,
// for a developer to read.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/mails" && r.Method == http.MethodGet:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(append([]Mail{}, s.Mails()...)) // a list even of none; a caller that has gone needs no answer
	case r.URL.Path != "/v3/mail/send":
		refuse(w, problem{http.StatusNotFound, "", "not found"})
	case r.Method != http.MethodPost:
		refuse(w, problem{http.StatusMethodNotAllowed, "", "method not allowed"})
	default:
		s.send(w, r)
	}
}

// problem is an answer that says no.
type problem struct {
	status  int
	field   string
	message string
}

// Error returns what SendGrid says.
func (p problem) Error() string { return p.message }

func refuse(w http.ResponseWriter, p problem) {
	var field any
	if p.field != "" {
		field = p.field
	}
	if p.status == http.StatusTooManyRequests {
		w.Header().Set("X-RateLimit-Remaining", "0")
		w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(time.Now().Add(time.Minute).Unix(), 10))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(p.status)
	_ = json.NewEncoder(w).Encode(map[string]any{ // a caller that has gone needs no answer
		"errors": []any{map[string]any{"message": p.message, "field": field, "help": nil}},
	})
}

func (s *Server) send(w http.ResponseWriter, r *http.Request) {
	if p := s.authorise(r); p != nil {
		s.answer(w, nil, *p)
		return
	}
	planned := s.next()
	if planned != nil && !planned.After {
		s.answer(w, nil, problem{planned.Status, "", http.StatusText(planned.Status)})
		return
	}
	mail, err := s.read(r)
	if p, ok := errors.AsType[problem](err); ok {
		s.answer(w, nil, p)
		return
	}
	status := http.StatusAccepted
	if planned != nil {
		status = planned.Status
	}
	s.answer(w, &mail, problem{status, "", http.StatusText(status)})
}

// authorise checks the API key.
func (s *Server) authorise(r *http.Request) *problem {
	switch r.Header.Get("Authorization") {
	case "Bearer " + s.options.Key:
		return nil
	case "":
		return &problem{http.StatusUnauthorized, "", "Permission denied, wrong credentials"}
	default:
		return &problem{http.StatusUnauthorized, "", "The provided authorization grant is invalid, expired, or revoked"}
	}
}

func (s *Server) next() *Planned {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.planned) == 0 {
		return nil
	}
	p := s.planned[0]
	s.planned = s.planned[1:]
	return &p
}

// answer keeps the mail that was taken on, notes the answer and gives it.
func (s *Server) answer(w http.ResponseWriter, mail *Mail, p problem) {
	s.mu.Lock()
	id := strconv.Itoa(len(s.mails))
	if mail != nil {
		mail.Taken = time.Now()
		s.mails = append(s.mails, *mail)
	}
	s.statuses = append(s.statuses, p.status)
	s.mu.Unlock()
	switch p.status {
	case 0:
		panic(http.ErrAbortHandler) // the answer is lost: the connection breaks
	case http.StatusAccepted:
		w.Header().Set("X-Message-Id", "demo-"+id)
		w.WriteHeader(http.StatusAccepted)
	default:
		refuse(w, p)
	}
}

// read reads the request's mail.
func (s *Server) read(r *http.Request) (Mail, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return Mail{}, problem{http.StatusUnsupportedMediaType, "", "Content-Type should be application/json."}
	}
	raw, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, s.options.Most))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return Mail{}, problem{http.StatusRequestEntityTooLarge, "", "The JSON payload you have included in your request is too large."}
	}
	if err != nil {
		return Mail{}, problem{http.StatusBadRequest, "", "Bad Request"}
	}
	m, err := parse(raw)
	if err != nil {
		return Mail{}, err
	}
	if err := m.check(s.options.Sender); err != nil {
		return Mail{}, err
	}
	return m.mail(), nil
}
