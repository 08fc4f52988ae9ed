// Package uwlr is a fake of a school's administration system that delivers its
// roster over UWLR 2.2 and 2.3: a real HTTPS server that demands a client
// certificate, holds every request against the standard, and answers what the
// standard allows, faults included.
package uwlr

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Options say what is delivered, and to whom.
type Options struct {
	EDEXML   []byte    // the roster, as EDEXML 2.1
	BRIN     string    // of the school: "99XX"
	Location string    // "00" where empty
	Year     string    // "2026-2027"
	Changed  time.Time // when the roster changed last; a request that knows this moment gets geenwijzigingen
	Naming   Naming    // of pupils in 2.3; before they are always named by their key
	Versions []string  // the xsdversies that are spoken; 2.2 and 2.3 where nil
	Sets     []string  // the gegevenssetids that are known
	Expired  bool      // the server's own certificate is no longer valid
}

// Naming says what a pupil is named by.
type Naming int

// The ways in which a pupil is named.
const (
	ByKey  Naming = iota // the administration system's own key
	ByECK                // an ECK iD alone
	ByBoth               // an ECK iD, and for the time being a key
)

// What the header of a request must hold.
const (
	Key        = "sleutel-van-de-school"
	Client     = "cool-sync"
	ClientName = "COOL Sync"
)

// Server is a fake.
type Server struct {
	options Options
	roster  parts
	ahead   *parts     // of the school year after that; nil for none
	ours    *Authority // trusted for clients, and issues the server's own certificate
	http    *http.Server
	addr    string

	mu         sync.Mutex
	planned    []Planned
	requests   []Request
	violations []string
}

// Planned is an answer that is given in place of the usual one.
type Planned struct {
	Fault    string        // code of a SOAP fault
	Body     string        // a body as it stands, where it is no fault
	Status   int           // 500 for a fault and 200 for a body where 0
	Location string        // where the answer leads on to
	NoData   bool          // geengegevens
	Wait     time.Duration // before it is given
	CutAfter int           // the usual answer breaks off after so many bytes
	On       string        // only for this message: "leerkrachten_verzoek"; "" for any
}

// Request is one request that was understood.
type Request struct {
	Message string // "leerlinggegevens_verzoek"
	Year    string // "2026-2027"
	Version string
	Set     string
	Since   string // laatstontvangengegevens
	Groups  int
}

// New makes a fake.
func New(o Options) (*Server, error) {
	if o.Location == "" {
		o.Location = "00"
	}
	if o.Versions == nil {
		o.Versions = []string{"2.2", "2.3"}
	}
	cut, err := split(o.EDEXML)
	if err != nil {
		return nil, err
	}
	ours, err := NewAuthority("COOL Sync fake administration system")
	if err != nil {
		return nil, err
	}
	return &Server{options: o, roster: cut, ours: ours}, nil
}

// Start makes a fake and serves it over TLS on a free loopback port.
func Start(o Options) (*Server, error) {
	s, err := New(o)
	if err != nil {
		return nil, err
	}
	until := time.Now().Add(time.Hour)
	if o.Expired {
		until = time.Now().Add(-time.Hour)
	}
	bundle, err := s.ours.Server(until)
	if err != nil {
		return nil, err
	}
	own, err := tls.X509KeyPair(bundle, bundle)
	if err != nil {
		return nil, fmt.Errorf("read own certificate: %w", err)
	}
	clients := x509.NewCertPool()
	clients.AppendCertsFromPEM(s.ours.PEM())
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{own}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients, MinVersion: tls.VersionTLS12,
	})
	if err != nil {
		return nil, err
	}
	s.addr = l.Addr().String()
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, ErrorLog: quiet()}
	go func() { _ = s.http.Serve(l) }() // ends with Stop
	return s, nil
}

// URL returns the address of a started fake: https://localhost:port/uwlr.
func (s *Server) URL() string {
	_, port, _ := net.SplitHostPort(s.addr) // the address is the listener's own
	return "https://localhost:" + port + "/uwlr"
}

// Authority returns who issues the server's certificate and those of clients.
func (s *Server) Authority() *Authority { return s.ours }

// Stop ends a started fake.
func (s *Server) Stop() error { return s.http.Close() }

// Plan makes the next request, or the next one of its message, be answered
// otherwise than usual.
func (s *Server) Plan(p Planned) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.planned = append(s.planned, p)
}

// take returns the answer that is planned for a message.
func (s *Server) take(message string) *Planned {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.planned, func(p Planned) bool { return p.On == "" || p.On == message })
	if i < 0 {
		return nil
	}
	p := s.planned[i]
	s.planned = slices.Delete(s.planned, i, i+1)
	return &p
}

// Name changes what pupils are named by, as of that moment.
func (s *Server) Name(n Naming, changed time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.options.Naming, s.options.Changed = n, changed
}

// Deliver changes the roster that is delivered, as of that moment.
func (s *Server) Deliver(edexml []byte, changed time.Time) error {
	cut, err := split(edexml)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roster, s.options.Changed = cut, changed
	return nil
}

// Prepare makes the fake deliver the roster of the school year after its own
// too, of which it has no data before.
func (s *Server) Prepare(edexml []byte, changed time.Time) error {
	cut, err := split(edexml)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead, s.options.Changed = &cut, changed
	return nil
}

// Requests returns the requests that were understood, oldest first.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Violations returns what requests did against the standard.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}
