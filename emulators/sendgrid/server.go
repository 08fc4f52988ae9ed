// Package sendgrid is a fake of SendGrid's v3 Mail Send API: a real HTTP server
// that holds every request against the published reference
// (twilio.com/docs/sendgrid/api-reference/mail-send), answers as SendGrid does,
// and keeps the mails that it took on in place of sending them.
package sendgrid

import (
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Options say how the fake behaves.
type Options struct {
	Key    string   // the API key that is accepted; Key where empty
	Sender []string // addresses that may send; any where nil
	Most   int64    // bytes of a request; SendGrid's own limit where 0
}

// Key is the API key that a fake accepts where no other is named.
const Key = "SG.demo"

// most is the largest message that SendGrid takes on, in bytes.
const most = 30 << 20

// Mail is a mail that was taken on.
type Mail struct {
	To       []string  `json:"to"`
	From     string    `json:"from"`
	FromName string    `json:"from_name"`
	Subject  string    `json:"subject"`
	Text     string    `json:"text"`
	HTML     string    `json:"html"`
	Tracked  []string  `json:"tracked"` // kinds of tracking that were not switched off: "click", "click_text", "open"
	Taken    time.Time `json:"taken"`
}

// Planned is an answer that is given in place of the usual one. Status 0
// breaks the connection.
type Planned struct {
	Status int
	After  bool // the mail is taken on, only its answer is lost or otherwise
}

// Server is a fake.
type Server struct {
	options Options
	http    *http.Server
	addr    string

	mu       sync.Mutex
	planned  []Planned
	mails    []Mail
	statuses []int
}

// New makes a fake.
func New(o Options) *Server {
	if o.Key == "" {
		o.Key = Key
	}
	if o.Most == 0 {
		o.Most = most
	}
	return &Server{options: o}
}

// Start makes a fake and serves it on a free loopback port.
func Start(o Options) (*Server, error) {
	s := New(o)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.addr = l.Addr().String()
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.http.Serve(l) }() // ends with Stop
	return s, nil
}

// URL returns the address of a started fake: http://127.0.0.1:port.
func (s *Server) URL() string { return "http://" + s.addr }

// Stop ends a started fake.
func (s *Server) Stop() error { return s.http.Close() }

// Plan has the next requests that are authorised answered so, one after the
// other.
func (s *Server) Plan(answers ...Planned) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.planned = append(s.planned, answers...)
}

// Mails returns the mails that were taken on, oldest first.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

// Statuses returns how each request was answered, oldest first; 0 where the
// connection was broken.
func (s *Server) Statuses() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.statuses)
}
