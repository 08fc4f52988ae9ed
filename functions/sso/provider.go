package sso

import (
	"context"
	"net/http"
	"time"

	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/secret"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/store"
	"cool.example/sync/web"
)

const (
	// requestLife is how long somebody may take to sign in for an application.
	requestLife = 30 * time.Minute
	// tokenLife is how long an access token opens userinfo.
	tokenLife = time.Hour
	// idTokenLife is how long an ID token may take to arrive.
	idTokenLife = 5 * time.Minute
	// formLimit bounds a posted form.
	formLimit = 64 << 10
)

// Secrets reads the versions of a secret: see secret.Vault.
type Secrets interface {
	All(ctx context.Context, name string) (secret.Versions, error)
}

// Deps is what the provider needs.
type Deps struct {
	Issuer   string // the origin, without a slash at its end
	DB       *store.DB
	State    *seal.Ring // seals authorization requests and access tokens
	Subjects seal.Index // makes pairwise subjects
	Secrets  Secrets    // holds oidc-signing-keys
	People   serve.People
	Clock    clock.Clock
}

type server struct {
	Deps
	pages *serve.Pages
}

// New returns the provider's endpoints.
func New(d Deps) (http.Handler, error) {
	static, err := serve.NewStatic(web.Static, "static")
	if err != nil {
		return nil, err
	}
	pages, err := serve.NewPages(web.Templates, "start", static)
	if err != nil {
		return nil, err
	}
	s := &server{Deps: d, pages: pages}
	mux := http.NewServeMux()
	mux.Handle("GET /.well-known/openid-configuration", s.api(s.discover))
	mux.Handle("GET /oauth2/jwks", s.api(s.jwks))
	mux.Handle("POST /oauth2/token", s.api(s.token))
	mux.Handle("GET /oauth2/userinfo", s.api(s.userinfo))
	mux.Handle("POST /oauth2/userinfo", s.api(s.userinfo))
	mux.Handle("POST /oauth2/revoke", s.api(s.revoke))
	mux.Handle("GET /oauth2/authorize", pages.Handler(s.authorize))
	mux.Handle("POST /oauth2/authorize", pages.Handler(s.authorize))
	mux.Handle("GET /oauth2/continue", pages.Handler(s.proceed))
	mux.Handle("/", pages.Handler(serve.NoPage))
	return mux, nil
}

// discover serves the provider's metadata (OpenID Connect Discovery 1.0
// section 3, RFC 8414, RFC 9207). It claims nothing that is not there.
func (s *server) discover(w http.ResponseWriter, _ *http.Request) error {
	public(w)
	at := func(path string) string { return s.Issuer + path }
	return serve.JSON(w, http.StatusOK, map[string]any{
		"issuer":                                         s.Issuer,
		"authorization_endpoint":                         at("/oauth2/authorize"),
		"token_endpoint":                                 at("/oauth2/token"),
		"userinfo_endpoint":                              at("/oauth2/userinfo"),
		"jwks_uri":                                       at("/oauth2/jwks"),
		"revocation_endpoint":                            at("/oauth2/revoke"),
		"response_types_supported":                       []string{"code"},
		"response_modes_supported":                       []string{"query"},
		"grant_types_supported":                          []string{"authorization_code"},
		"subject_types_supported":                        []string{"pairwise"},
		"id_token_signing_alg_values_supported":          []string{"RS256"},
		"token_endpoint_auth_methods_supported":          authMethods(),
		"revocation_endpoint_auth_methods_supported":     authMethods(),
		"code_challenge_methods_supported":               []string{"S256"},
		"scopes_supported":                               []string{"openid", "profile", "email"},
		"claims_supported":                               []string{"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "sid", "amr", "acr", "name", "given_name", "family_name", "preferred_username", "email", "email_verified"},
		"authorization_response_iss_parameter_supported": true,
		"request_parameter_supported":                    false,
		"request_uri_parameter_supported":                false,
		"claims_parameter_supported":                     false,
		"ui_locales_supported":                           []string{"nl", "en"},
	})
}

func authMethods() []string { return []string{"client_secret_basic", "client_secret_post", "none"} }

// public marks an answer that everybody may read and keep for five minutes.
func public(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "public, max-age=300")
	w.Header().Set("Access-Control-Allow-Origin", "*")
}
