package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"cool.example/sync/shared/app"
	"cool.example/sync/shared/person"
)

// Application is a learning application that lets people in through COOL
// Sync. It is built on go-oidc and x/oauth2 alone, as somebody else's would be.
type Application struct {
	URL    string
	Secret string

	server *http.Server
	issuer string
	mu     sync.Mutex
	flows  map[string]flow // by state
}

// flow is one sign-in under way.
type flow struct{ verifier, nonce string }

// StartApplication serves the application on a free loopback port.
func StartApplication(issuer string) (*Application, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	a := &Application{
		URL: fmt.Sprintf("http://localhost:%d", l.Addr().(*net.TCPAddr).Port), Secret: rand.Text() + rand.Text(),
		issuer: issuer, flows: map[string]flow{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", a.begin)
	mux.HandleFunc("GET /callback", a.finish)
	a.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = a.server.Serve(l) }() // ends with Stop
	return a, nil
}

// Stop ends the application.
func (a *Application) Stop() error { return a.server.Close() }

// Registration is how the institution knows the application.
func (a *Application) Registration() app.App {
	return app.App{
		Name: "Rekentuin", Launch: a.URL + "/", Kinds: []person.Kind{person.Pupil, person.Staff},
		OIDC: app.Client{
			RedirectURIs: []string{a.URL + "/callback"}, SecretHash: app.HashSecret(a.Secret),
			Scopes: []string{"openid", "profile", "email"},
		},
	}
}

func (a *Application) client(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	provider, err := oidc.NewProvider(ctx, a.issuer)
	if err != nil {
		return nil, nil, err
	}
	return provider, &oauth2.Config{
		ClientID: app.ClientID(Tenant, App), ClientSecret: a.Secret, Endpoint: provider.Endpoint(),
		RedirectURL: a.URL + "/callback", Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
	}, nil
}

// begin sends the browser to sign in.
func (a *Application) begin(w http.ResponseWriter, r *http.Request) {
	_, config, err := a.client(r.Context())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	state, f := rand.Text(), flow{oauth2.GenerateVerifier(), rand.Text()}
	a.mu.Lock()
	a.flows[state] = f
	a.mu.Unlock()
	http.Redirect(w, r, config.AuthCodeURL(state, oauth2.S256ChallengeOption(f.verifier), oidc.Nonce(f.nonce)), http.StatusSeeOther)
}

var welcome = template.Must(template.New("").Parse(`<!doctype html><html lang="nl"><meta charset="utf-8"><title>Rekentuin</title>
<body style="font:1.25rem system-ui;margin:3rem"><h1>Rekentuin</h1><p id="who">Welkom, {{.Name}}.</p><p>sub <code id="sub">{{.Subject}}</code></p>`))

// finish takes the code, checks the ID token, asks userinfo, and greets.
func (a *Application) finish(w http.ResponseWriter, r *http.Request) {
	name, subject, err := a.exchange(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = welcome.Execute(w, map[string]string{"Name": name, "Subject": subject})
}

func (a *Application) exchange(r *http.Request) (name, subject string, err error) {
	if e := r.FormValue("error"); e != "" {
		return "", "", errors.New("sign-in was refused: " + e)
	}
	a.mu.Lock()
	f, ok := a.flows[r.FormValue("state")]
	delete(a.flows, r.FormValue("state"))
	a.mu.Unlock()
	if !ok {
		return "", "", errors.New("no such sign-in")
	}
	provider, config, err := a.client(r.Context())
	if err != nil {
		return "", "", err
	}
	token, err := config.Exchange(r.Context(), r.FormValue("code"), oauth2.VerifierOption(f.verifier))
	if err != nil {
		return "", "", err
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: config.ClientID}).Verify(r.Context(), raw)
	if err != nil {
		return "", "", err
	}
	if id.Nonce != f.nonce {
		return "", "", errors.New("the ID token answers another sign-in")
	}
	info, err := provider.UserInfo(r.Context(), config.TokenSource(r.Context(), token))
	if err != nil {
		return "", "", err
	}
	var claims struct {
		Name string `json:"name"`
	}
	if err := info.Claims(&claims); err != nil {
		return "", "", err
	}
	if info.Subject != id.Subject {
		return "", "", errors.New("userinfo is of another person")
	}
	return claims.Name, id.Subject, nil
}
