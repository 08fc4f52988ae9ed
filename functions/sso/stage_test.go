package sso_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/functions/sso"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/app"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/secret"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

const (
	board    = tenant.ID("bestuur")
	other    = tenant.ID("anderbestuur")
	callback = "https://app.example/callback"
	password = "een-geheim-van-ten-minste-128-bits"
	verifier = "een-verifier-van-ten-minste-drieenveertig-tekens-lang"
)

// stage is a provider with one pupil and two applications.
type stage struct {
	t       *testing.T
	db      *store.DB
	clock   *clock.Manual
	keeper  session.Keeper
	secrets *emulators.SecretSpace
	vault   *secret.Vault
	server  *httptest.Server
	http    *http.Client
	pupil   account.Account
}

func signingKey(t *testing.T) []byte {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func begin(t *testing.T) *stage {
	t.Helper()
	ctx, now := t.Context(), clock.NewManual(time.Now())
	db, err := store.Open(ctx, store.Config{Project: emulators.Firestore(t), Clock: now})
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	s := &stage{t: t, db: db, clock: now, keeper: session.Keeper{Store: db, Clock: now}, secrets: emulators.Secrets(t)}
	s.secrets.Put("oidc-signing-keys", signingKey(t))
	s.vault, err = secret.Open(ctx, secret.Config{Project: s.secrets.Project, Endpoint: os.Getenv("SECRET_MANAGER_ENDPOINT"), Clock: now})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.vault.Close() })
	state, err := seal.NewRing("sso", map[int][]byte{1: bytes.Repeat([]byte{3}, 32)})
	require.NoError(t, err)
	subjects, err := seal.NewIndex(bytes.Repeat([]byte{4}, 32))
	require.NoError(t, err)

	var handler http.Handler
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(s.server.Close)
	base, err := url.Parse(s.server.URL)
	require.NoError(t, err)
	handler, err = sso.New(sso.Deps{
		Issuer: s.server.URL, DB: db, State: state, Subjects: subjects, Secrets: s.vault, Clock: now,
		People: serve.People{Origin: serve.Origin{URL: base}, Sessions: s.keeper},
	})
	require.NoError(t, err)
	s.http = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, id := range []app.ID{"rekentuin", "leestuin"} {
		require.NoError(t, db.Apps().Create(ctx, board, id, app.App{
			ID: id, Kinds: []person.Kind{person.Pupil},
			OIDC: app.Client{
				RedirectURIs: []string{callback, "https://app.example/met?vraag=1"}, SecretHash: app.HashSecret(password),
				Scopes: []string{"openid", "profile", "email"},
			},
		}))
	}
	require.NoError(t, db.Apps().Create(ctx, board, "mobiel", app.App{
		ID: "mobiel", Kinds: []person.Kind{person.Pupil},
		OIDC: app.Client{RedirectURIs: []string{callback}, Scopes: []string{"openid"}},
	}))
	s.pupil = s.person(board, account.Account{
		Kind: person.Pupil, Username: "sanne", Address: "sanne@leerling.example",
		Source: account.Source{Name: person.Name{Call: "Sanne", Infix: "van der", Surname: "Berg"}, Number: "4711"},
	})
	return s
}

func (s *stage) person(owner tenant.ID, a account.Account) account.Account {
	s.t.Helper()
	a.ID, a.State, a.Epoch = account.NewID(), account.Active, 1
	require.NoError(s.t, s.db.Accounts().Create(s.t.Context(), owner, a.ID, a))
	return a
}

// browser is somebody's browser, signed in.
func (s *stage) browser(owner tenant.ID, a account.Account) *http.Cookie {
	s.t.Helper()
	token, err := s.keeper.Begin(s.t.Context(), owner, a, session.By("pwd"))
	require.NoError(s.t, err)
	return &http.Cookie{Name: "session", Value: token}
}

// question returns the parameters of a good authorization request, changed.
func question(changes ...string) url.Values {
	sum := sha256.Sum256([]byte(verifier))
	v := url.Values{
		"client_id": {"bestuur.rekentuin"}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {"openid profile email"},
		"state": {"s-1"}, "nonce": {"n-1"}, "code_challenge_method": {"S256"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])},
	}
	for i := 0; i < len(changes); i += 2 {
		v.Del(changes[i])
		if changes[i+1] != "" {
			v.Set(changes[i], changes[i+1])
		}
	}
	return v
}

// get opens an address of the provider and does not follow redirects.
func (s *stage) get(address string, cookies ...*http.Cookie) *http.Response {
	s.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = s.server.URL + address
	}
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, address, nil)
	require.NoError(s.t, err)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	answer, err := s.http.Do(r)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}

// ask makes an authorization request and returns where the browser is sent.
func (s *stage) ask(v url.Values, cookies ...*http.Cookie) *url.URL {
	s.t.Helper()
	return s.follow("/oauth2/authorize?"+v.Encode(), cookies...)
}

// follow opens an address and returns where the browser is sent.
func (s *stage) follow(address string, cookies ...*http.Cookie) *url.URL {
	s.t.Helper()
	answer := s.get(address, cookies...)
	require.Equal(s.t, http.StatusSeeOther, answer.StatusCode)
	to, err := answer.Location()
	require.NoError(s.t, err)
	return to
}

// code signs the pupil in at an application and returns the code.
func (s *stage) code(changes ...string) string {
	s.t.Helper()
	to := s.ask(question(changes...), s.browser(board, s.pupil))
	require.NotEmpty(s.t, to.Query().Get("code"), to.String())
	return to.Query().Get("code")
}

// tokens is an answer of the token endpoint.
type tokens struct {
	Access string `json:"access_token"`
	ID     string `json:"id_token"`
	Type   string `json:"token_type"`
	Scope  string `json:"scope"`
	Error  string `json:"error"`
}

// redeem exchanges a code, with changes to a good request.
func (s *stage) redeem(code string, changes ...string) (int, tokens) {
	s.t.Helper()
	v := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "code_verifier": {verifier},
		"client_id": {"bestuur.rekentuin"}, "client_secret": {password},
	}
	for i := 0; i < len(changes); i += 2 {
		v.Del(changes[i])
		if changes[i+1] != "" {
			v.Set(changes[i], changes[i+1])
		}
	}
	answer, err := s.http.PostForm(s.server.URL+"/oauth2/token", v)
	require.NoError(s.t, err)
	defer answer.Body.Close()
	require.Equal(s.t, "no-store", answer.Header.Get("Cache-Control"))
	var out tokens
	raw, err := io.ReadAll(answer.Body)
	require.NoError(s.t, err)
	require.NoError(s.t, json.Unmarshal(raw, &out), string(raw))
	return answer.StatusCode, out
}

// userinfo asks userinfo with an access token.
func (s *stage) userinfo(access string) (int, map[string]any) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.server.URL+"/oauth2/userinfo", nil)
	require.NoError(s.t, err)
	r.Header.Set("Authorization", "Bearer "+access)
	answer, err := s.http.Do(r)
	require.NoError(s.t, err)
	defer answer.Body.Close()
	out := map[string]any{}
	require.NoError(s.t, json.NewDecoder(answer.Body).Decode(&out))
	return answer.StatusCode, out
}
