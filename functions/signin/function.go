// Package signin lets people in: it proves who somebody is, begins and ends
// the session of a browser, and lets people choose their own password.
package signin

import (
	"context"
	"net/http"
	"net/url"

	"github.com/GoogleCloudPlatform/functions-framework-go/functions"

	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/config"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/secret"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/trail"
)

func init() { functions.HTTP("Signin", serve.Entry(Open)) }

// Settings are the function's variables.
type Settings struct {
	Store   store.Config      // the main database; the credentials database stands beside it
	Secret  secret.Config     // holds index-key and verifier-key
	Seal    seal.Config       // the day key under which it is kept from where somebody came
	Trail   trail.Config      // whose word counts for that
	Hash    credential.Params // costs of a password hash
	BaseURL *url.URL          `env:"BASE_URL"` // the one origin of the product
}

// Open connects to everything that the function needs and returns its handler.
func Open(ctx context.Context, lookup config.Lookup) (http.Handler, error) {
	settings := Settings{Hash: credential.Default()}
	if err := config.Load(lookup, &settings); err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, settings.Store)
	if err != nil {
		return nil, err
	}
	credentials := settings.Store
	credentials.Database = store.CredentialsDatabase
	people, err := store.Open(ctx, credentials)
	if err != nil {
		return nil, err
	}
	index, ring, err := openSecrets(ctx, settings.Secret)
	if err != nil {
		return nil, err
	}
	sealer, err := seal.Open(ctx, settings.Seal)
	if err != nil {
		return nil, err
	}
	routes, err := New(Deps{
		DB: db, Credentials: people, Index: index, Clock: clock.From(ctx), Trail: trail.Trail{Config: settings.Trail, Box: sealer},
		Vault:  credential.Vault{Hasher: credential.NewHasher(settings.Hash), Ring: ring},
		People: serve.People{Origin: serve.Origin{URL: settings.BaseURL}, Sessions: session.Keeper{Store: db, Clock: clock.From(ctx)}},
	})
	if err != nil {
		return nil, err
	}
	return serve.Outer("signin", routes), nil
}

func openSecrets(ctx context.Context, c secret.Config) (seal.Index, *seal.Ring, error) {
	secrets, err := secret.Open(ctx, c)
	if err != nil {
		return seal.Index{}, nil, err
	}
	key, err := secrets.Get(ctx, "index-key")
	if err != nil {
		return seal.Index{}, nil, err
	}
	index, err := seal.NewIndex(key)
	if err != nil {
		return seal.Index{}, nil, err
	}
	versions, err := secrets.All(ctx, "verifier-key")
	if err != nil {
		return seal.Index{}, nil, err
	}
	ring, err := seal.NewRing("verifier", versions)
	return index, ring, err
}
