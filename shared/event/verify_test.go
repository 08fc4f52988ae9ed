package event_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/event"
)

const (
	audience = "https://sync.example"
	sender   = "push@project.example"
	issuer   = "https://accounts.example"
)

func rsaKey(t *testing.T) jose.JSONWebKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	return jose.JSONWebKey{Key: key, KeyID: "k1", Algorithm: string(jose.RS256), Use: "sig"}
}

func sign(t *testing.T, alg jose.SignatureAlgorithm, key any, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, (&jose.SignerOptions{}).WithType("JWT"))
	require.NoError(t, err)
	raw, err := jwt.Signed(signer).Claims(claims).Serialize()
	require.NoError(t, err)
	return raw
}

// claims returns those of a good token with some changed; nil removes one.
func claims(changes map[string]any) map[string]any {
	now := time.Now()
	all := map[string]any{
		"iss": issuer, "aud": audience, "sub": "1234", "email": sender, "email_verified": true,
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	for name, value := range changes {
		if all[name] = value; value == nil {
			delete(all, name)
		}
	}
	return all
}

// guarded returns a function that accepts deliveries signed with key.
func guarded(t *testing.T, key jose.JSONWebKey) http.Handler {
	t.Helper()
	keys := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key.Public()}})
	}))
	t.Cleanup(keys.Close)
	s := event.Sender{Audience: audience, Account: sender, Issuer: issuer, Keys: keys.URL}
	return event.Only(t.Context(), s, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
}

func knock(t *testing.T, h http.Handler, authorization string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/roster-received", strings.NewReader("{}"))
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestOnlyTheSubscriptionsAccountIsLetIn(t *testing.T) {
	t.Parallel()
	key := rsaKey(t)
	h := guarded(t, key)
	good := sign(t, jose.RS256, key, claims(nil))
	require.Equal(t, http.StatusTeapot, knock(t, h, "Bearer "+good).Code)
	require.Equal(t, http.StatusTeapot, knock(t, h, "Bearer "+sign(t, jose.RS256, key, claims(map[string]any{
		"aud": []string{"https://elsewhere.example", audience},
	}))).Code)

	refused := map[string]string{"nothing": "", "no scheme": good, "basic": "Basic " + good, "empty": "Bearer ", "no token": "Bearer x.y.z"}
	for name, changes := range map[string]map[string]any{
		"another audience":    {"aud": "https://elsewhere.example"},
		"audience of a child": {"aud": audience + ".evil.example"},
		"no audience":         {"aud": nil},
		"another issuer":      {"iss": "https://accounts.evil.example"},
		"no issuer":           {"iss": nil},
		"another account":     {"email": "push@other-project.example"},
		"no account":          {"email": nil},
		"account in capitals": {"email": strings.ToUpper(sender)},
		"unverified":          {"email_verified": false},
		"verified by text":    {"email_verified": "true"},
		"verification absent": {"email_verified": nil},
		"expired":             {"iat": time.Now().Add(-2 * time.Hour).Unix(), "exp": time.Now().Add(-time.Minute).Unix()},
		"no expiry":           {"exp": nil},
		"not yet":             {"nbf": time.Now().Add(time.Hour).Unix()},
	} {
		refused[name] = "Bearer " + sign(t, jose.RS256, key, claims(changes))
	}
	for name, authorization := range refused {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := knock(t, h, authorization)
			require.Equal(t, http.StatusUnauthorized, w.Code)
			require.Equal(t, "Bearer", w.Header().Get("WWW-Authenticate"))
			require.Empty(t, w.Body.String())
		})
	}
}

func TestOnlyTokensWithTheIssuersSignature(t *testing.T) {
	t.Parallel()
	key, other := rsaKey(t), rsaKey(t)
	h := guarded(t, key)
	good := sign(t, jose.RS256, key, claims(nil))
	parts := strings.Split(good, ".")
	encode := func(v any) string {
		raw, err := json.Marshal(v)
		require.NoError(t, err)
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	public, err := key.Public().MarshalJSON()
	require.NoError(t, err)
	for name, token := range map[string]string{
		"another key of that name": sign(t, jose.RS256, other, claims(nil)),
		"another kind of key":      sign(t, jose.ES256, jose.JSONWebKey{Key: curve, KeyID: "k1"}, claims(nil)),
		"another algorithm":        sign(t, jose.PS256, key.Key, claims(nil)),
		"public key as secret":     sign(t, jose.HS256, jose.JSONWebKey{Key: public, KeyID: "k1"}, claims(nil)),
		"alg none":                 encode(map[string]string{"alg": "none", "typ": "JWT"}) + "." + parts[1] + ".",
		"alg none, signed":         encode(map[string]string{"alg": "none", "kid": "k1"}) + "." + parts[1] + "." + parts[2],
		"no signature":             parts[0] + "." + parts[1] + ".",
		"claims changed":           parts[0] + "." + encode(claims(map[string]any{"sub": "5678"})) + "." + parts[2],
		"signature of another":     strings.Join(append(parts[:2:2], strings.Split(sign(t, jose.RS256, other, claims(nil)), ".")[2]), "."),
	} {
		require.Equal(t, http.StatusUnauthorized, knock(t, h, "Bearer "+token).Code, name)
	}
	require.Equal(t, http.StatusTeapot, knock(t, h, "Bearer "+good).Code)
}

func TestTokensAndClaimsAreNotLogged(t *testing.T) {
	t.Parallel()
	key := rsaKey(t)
	changed := claims(nil)
	maps.Copy(changed, map[string]any{"email": "logged@evil.example", "nonce": "logged"})
	token := sign(t, jose.RS256, key, changed)
	require.Equal(t, http.StatusUnauthorized, knock(t, guarded(t, key), "Bearer "+token).Code)
	require.NotEmpty(t, lines.With("push refused"))
	require.Empty(t, lines.With("logged@evil.example"))
	require.Empty(t, lines.With(token[:40]))
}

func TestNobodyIsLetInWhileKeysAreOutOfReach(t *testing.T) {
	t.Parallel()
	key := rsaKey(t)
	s := event.Sender{Audience: audience, Account: sender, Issuer: issuer, Keys: "http://127.0.0.1:1/keys"}
	h := event.Only(t.Context(), s, http.NotFoundHandler())
	require.Equal(t, http.StatusUnauthorized, knock(t, h, "Bearer "+sign(t, jose.RS256, key, claims(nil))).Code)
}

func TestGoogleSigns(t *testing.T) {
	t.Parallel()
	require.Equal(t, event.Sender{
		Issuer: "https://accounts.google.com", Keys: "https://www.googleapis.com/oauth2/v3/certs",
	}, event.GoogleSender(), "see https://accounts.google.com/.well-known/openid-configuration")
}
