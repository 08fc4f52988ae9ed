package stack

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// relay stands between the Pub/Sub emulator and the functions. The emulator
// sends no token with its pushes; the relay adds one, signed by itself, as
// the service adds Google's. The functions check it as they do in the cloud.
type relay struct {
	listener net.Listener
	audience string
	account  string
	key      jose.JSONWebKey
	handlers map[string]http.Handler
	seen     func([]byte)
}

func newRelay(audience string, seen func([]byte)) (*relay, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	return &relay{
		listener: l, audience: audience, account: "push@demo.example", seen: seen,
		key: jose.JSONWebKey{Key: key, KeyID: "push", Algorithm: string(jose.RS256), Use: "sig"},
	}, nil
}

func (r *relay) url() string { return "http://" + r.listener.Addr().String() }

// ServeHTTP passes pushes on: /push/<function>/<topic>.
func (r *relay) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	if q.URL.Path == "/jwks" {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{r.key.Public()}})
		return
	}
	function, topic, ok := strings.Cut(strings.TrimPrefix(q.URL.Path, "/push/"), "/")
	h := r.handlers[function]
	if !ok || h == nil {
		http.NotFound(w, q)
		return
	}
	body, err := io.ReadAll(io.LimitReader(q.Body, 16<<20))
	if err != nil {
		http.Error(w, "", http.StatusBadRequest)
		return
	}
	if r.seen != nil {
		r.seen(body)
	}
	token, err := r.token()
	if err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	q.Body = io.NopCloser(bytes.NewReader(body))
	q.URL.Path = "/" + topic
	q.Header.Set("Authorization", "Bearer "+token)
	h.ServeHTTP(w, q)
}

// token signs a token as the service does for a push subscription.
func (r *relay) token() (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: r.key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", err
	}
	now := time.Now()
	return jwt.Signed(signer).Claims(map[string]any{
		"iss": r.url(), "aud": r.audience, "sub": "push", "email": r.account, "email_verified": true,
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}).Serialize()
}
