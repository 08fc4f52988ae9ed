// Package sso is the OpenID Connect provider: an application sends a browser
// here, and learns who signed in, and of them only what it is registered for.
// Authorization code flow with PKCE, and nothing else.
package sso

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/GoogleCloudPlatform/functions-framework-go/functions"

	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/config"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/secret"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
)

func init() { functions.HTTP("Sso", serve.Entry(Open)) }

// Settings are the function's variables.
type Settings struct {
	Store   store.Config  // the main database
	Secret  secret.Config // holds state-key, pairwise-key and oidc-signing-keys
	BaseURL *url.URL      `env:"BASE_URL"` // the one origin of the product, and the issuer
}

// Open connects to everything that the function needs and returns its handler.
func Open(ctx context.Context, lookup config.Lookup) (http.Handler, error) {
	var settings Settings
	if err := config.Load(lookup, &settings); err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, settings.Store)
	if err != nil {
		return nil, err
	}
	secrets, err := secret.Open(ctx, settings.Secret)
	if err != nil {
		return nil, err
	}
	versions, err := secrets.All(ctx, "state-key")
	if err != nil {
		return nil, err
	}
	state, err := seal.NewRing("sso", versions)
	if err != nil {
		return nil, err
	}
	pairwise, err := secrets.Get(ctx, "pairwise-key")
	if err != nil {
		return nil, err
	}
	subjects, err := seal.NewIndex(pairwise)
	if err != nil {
		return nil, err
	}
	routes, err := New(Deps{
		Issuer: strings.TrimSuffix(settings.BaseURL.String(), "/"), DB: db, State: state, Subjects: subjects, Secrets: secrets, Clock: clock.From(ctx),
		People: serve.People{Origin: serve.Origin{URL: settings.BaseURL}, Sessions: session.Keeper{Store: db, Clock: clock.From(ctx)}},
	})
	if err != nil {
		return nil, err
	}
	return serve.Outer("sso", routes), nil
}
