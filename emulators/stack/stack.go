// Package stack runs the whole product on one machine: every function behind
// the route table, as the load balancer and the push subscriptions do it in
// the cloud, on a set of emulators and with fakes of Google Workspace and
// SendGrid.
package stack

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"strconv"
	"time"

	"cool.example/sync/emulators/google"
	"cool.example/sync/emulators/sendgrid"
	"cool.example/sync/emulators/space"
	"cool.example/sync/functions"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/config"
	"cool.example/sync/shared/store"
)

// Options say how to run.
type Options struct {
	Port  int               // 0 for any free one
	Speed float64           // how many times faster the quotas of the fake Workspace run; 1 where 0
	Argon int               // memory of a password hash in KiB; the product's own where 0
	Seen  func(push []byte) // is shown every push, for a search through messages
	// Replace puts another handler in a function's place, given the variables
	// that the function would be started with.
	Replace map[string]func(environ []string) http.Handler
	// Hurry makes the minute's timer tick and the sweep lose patience after this
	// time; their own where 0.
	Hurry   time.Duration
	Environ map[string]string // further variables of the functions
	// Clock is what the functions live by; the machine's where nil. With one of
	// its own no timer ticks: see Tick. The keys' days pass apart from it.
	Clock clock.Clock
}

// Stack is a running product.
type Stack struct {
	URL      string // the one origin: http://localhost:8080
	Space    space.Space
	Google   *google.Server
	SendGrid *sendgrid.Server

	Uploads, Plans, Manifests, Backups string // buckets

	env       map[string]string
	argon     int
	clock     clock.Clock
	relay     *relay
	routes    []functions.Route
	servers   []*http.Server
	stopTicks context.CancelFunc
}

// Workspace is the fake customer's administrator and domains.
const (
	WorkspaceAdmin    = "cool-sync@degolfbreker.example"
	WorkspaceCustomer = "C00demo"
	StaffDomain       = "degolfbreker.example"
	PupilDomain       = "leerling.degolfbreker.example"
	GuardianDomain    = "ouder.degolfbreker.example"
)

// Start runs the product in a fresh project of the set to which the
// environment leads.
func Start(ctx context.Context, o Options) (*Stack, error) {
	s := &Stack{env: map[string]string{}, argon: o.Argon, clock: o.Clock}
	var err error
	if s.Space, err = space.New(); err != nil {
		return nil, err
	}
	front, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(o.Port)))
	if err != nil {
		return nil, fmt.Errorf("listen: %w (another port: -port 0)", err)
	}
	s.URL = fmt.Sprintf("http://localhost:%d", front.Addr().(*net.TCPAddr).Port)
	r, err := newRelay(s.URL, o.Seen)
	if err != nil {
		return nil, errors.Join(err, front.Close())
	}
	if err := s.prepare(ctx, o, r); err != nil {
		return nil, errors.Join(err, front.Close())
	}
	routes, err := functions.Routes()
	if err != nil {
		return nil, errors.Join(err, front.Close())
	}
	handlers, err := s.open(ctx, routes)
	if err != nil {
		return nil, errors.Join(err, front.Close())
	}
	for name, other := range o.Replace {
		handlers[name] = other(s.Environ())
	}
	r.handlers, s.relay, s.routes = handlers, r, routes
	s.serve(front, balance(routes, handlers))
	s.serve(r.listener, r)
	if err := s.subscribe(ctx, routes, r); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	var ticking context.Context
	ticking, s.stopTicks = context.WithCancel(context.WithoutCancel(ctx))
	if o.Clock != nil {
		return s, nil
	}
	return s, s.tick(ticking, routes, o.Hurry)
}

func (s *Stack) serve(l net.Listener, h http.Handler) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	s.servers = append(s.servers, server)
	go func() { _ = server.Serve(l) }() // ends with Stop
}

// Stop ends the product; the emulators stay.
func (s *Stack) Stop() error {
	if s.stopTicks != nil {
		s.stopTicks()
	}
	var failed []error
	for _, server := range s.servers {
		failed = append(failed, server.Close())
	}
	if s.Google != nil {
		failed = append(failed, s.Google.Stop())
	}
	if s.SendGrid != nil {
		failed = append(failed, s.SendGrid.Stop())
	}
	return errors.Join(failed...)
}

// MailSender is who the product's mails are from.
const MailSender = "no-reply@cool.example"

// prepare makes what the functions find in the cloud: secrets, the day key,
// buckets, the fakes, and the variables that lead to them.
func (s *Stack) prepare(ctx context.Context, o Options, r *relay) error {
	account, err := google.NewAccount("provision@" + s.Space.Project + ".example")
	if err != nil {
		return err
	}
	s.Google, err = google.Start(google.Options{
		Speed: o.Speed, Customer: WorkspaceCustomer, Domains: []string{StaffDomain, PupilDomain}, Admin: WorkspaceAdmin, Account: account,
	})
	if err != nil {
		return err
	}
	if s.SendGrid, err = sendgrid.Start(sendgrid.Options{Sender: []string{MailSender}}); err != nil {
		return err
	}
	keyFile, err := account.JSON(s.Google.URL())
	if err != nil {
		return err
	}
	if err := s.secrets(ctx, keyFile); err != nil {
		return err
	}
	day, err := s.Space.Key(ctx, "day")
	if err != nil {
		return fmt.Errorf("make the day key: %w", err)
	}
	hold, err := s.Space.Key(ctx, "hold")
	if err != nil {
		return fmt.Errorf("make the key of restrictions: %w", err)
	}
	notary, err := s.Space.SigningKey(ctx, "notary")
	if err != nil {
		return fmt.Errorf("make the notary's key: %w", err)
	}
	s.Uploads, s.Plans, s.Manifests = s.Space.Project+"-uploads", s.Space.Project+"-plans", s.Space.Project+"-manifests"
	s.Backups = s.Space.Project + "-backups"
	for _, name := range []string{s.Uploads, s.Plans, s.Manifests, s.Backups} {
		if err := s.Space.Bucket(ctx, name); err != nil {
			return fmt.Errorf("make bucket: %w", err)
		}
	}
	s.env = map[string]string{
		"PROJECT": s.Space.Project, "BASE_URL": s.URL, "KMS_KEY": day, "KMS_HOLD_KEY": hold, "UPLOADS_BUCKET": s.Uploads, "PLANS_BUCKET": s.Plans,
		"PUSH_AUDIENCE": s.URL, "PUSH_SERVICE_ACCOUNT": r.account, "PUSH_ISSUER": r.url(), "PUSH_KEYS": r.url() + "/jwks",
		"GOOGLE_BASE_URL": s.Google.URL(), "GOOGLE_QUOTA_SPEED": fmt.Sprint(max(1, o.Speed)),
		"BACKUPS_BUCKET": s.Backups, "NOTARY_KEY": notary, "NOTARY_BUCKET": s.Manifests, "PULL_LOCAL": "true", "SENDGRID_URL": s.SendGrid.URL(), "MAIL_FROM": "COOL Sync <" + MailSender + ">",
	}
	if o.Hurry > 0 {
		s.env["SWEEP_PATIENCE"] = o.Hurry.String()
	}
	if o.Argon > 0 {
		s.env["ARGON2_MEMORY"] = strconv.Itoa(o.Argon)
	}
	maps.Copy(s.env, s.Space.Environ())
	maps.Copy(s.env, o.Environ)
	return nil
}

// secrets stores what the functions keep secret.
func (s *Stack) secrets(ctx context.Context, keyFile []byte) error {
	signing, err := signingKey()
	if err != nil {
		return err
	}
	values := map[string][]byte{"oidc-signing-keys": signing, "google-workspace": keyFile, "sendgrid-key": []byte(sendgrid.Key)}
	for _, name := range []string{"index-key", "state-key", "verifier-key", "pairwise-key", "eck-key"} {
		values[name] = make([]byte, 32)
		if _, err := rand.Read(values[name]); err != nil {
			return err
		}
	}
	for name, value := range values {
		if err := s.Space.Secret(ctx, name, value); err != nil {
			return fmt.Errorf("store secret %s: %w", name, err)
		}
	}
	return nil
}

// signingKey makes a key for ID tokens, as its secret holds it.
func signingKey() ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), err
}

// Lookup finds a function's variables.
func (s *Stack) Lookup() config.Lookup {
	return func(name string) (string, bool) {
		v, ok := s.env[name]
		return v, ok
	}
}

// Environ returns the functions' variables: NAME=value.
func (s *Stack) Environ() []string {
	var out []string
	for name, value := range s.env {
		out = append(out, name+"="+value)
	}
	return out
}

// Database opens one of the product's databases, for seeding and for tests.
func (s *Stack) Database(ctx context.Context, name string) (*store.DB, error) {
	return store.Open(ctx, store.Config{Project: s.Space.Project, Database: name, Clock: s.clock})
}
