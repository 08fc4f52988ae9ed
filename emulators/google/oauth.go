package google

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// tokenLife is how long an access token lasts, as at Google.
const tokenLife = time.Hour

type token struct {
	admin string
	until time.Time
}

// Account is a service account with a key of its own.
type Account struct {
	Email string
	key   *rsa.PrivateKey
}

// NewAccount makes a service account.
func NewAccount(email string) (*Account, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	return &Account{email, key}, err
}

// JSON returns the key file of the account, whose tokens come from the fake
// at base: what golang.org/x/oauth2/google.JWTConfigFromJSON reads.
func (a *Account) JSON(base string) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]string{
		"type": "service_account", "client_email": a.Email, "private_key_id": "demo",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), "token_uri": base + "/token",
	})
}

// exchange answers a JWT bearer grant (RFC 7523) with an access token.
func (s *Server) exchange(w http.ResponseWriter, r *http.Request) {
	admin, problem := s.assertion(r)
	if problem != "" {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"error": "invalid_grant", "error_description": problem})
		return
	}
	value := rand.Text()
	s.tokens[value] = token{admin, s.options.Clock().Add(tokenLife)}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": value, "token_type": "Bearer", "expires_in": int(tokenLife.Seconds())})
}

// assertion checks the grant and returns whom it acts as, or what is wrong.
func (s *Server) assertion(r *http.Request) (admin, problem string) {
	if r.FormValue("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" || s.options.Account == nil {
		return "", "unsupported grant type"
	}
	signed, err := jwt.ParseSigned(r.FormValue("assertion"), []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return "", "not a JWT"
	}
	var claims struct {
		jwt.Claims
		Scope string `json:"scope"`
	}
	if err := signed.Claims(&s.options.Account.key.PublicKey, &claims); err != nil {
		return "", "Invalid JWT Signature."
	}
	want := jwt.Expected{Issuer: s.options.Account.Email, AnyAudience: []string{"http://" + r.Host + "/token"}, Time: s.options.Clock()}
	if err := claims.Validate(want); err != nil {
		return "", "Invalid JWT: " + err.Error()
	}
	if !slices.Contains(strings.Fields(claims.Scope), "https://www.googleapis.com/auth/admin.directory.user") {
		return "", "the scope is missing"
	}
	if claims.Subject != s.options.Admin {
		return "", "Not a valid email or user ID."
	}
	return claims.Subject, ""
}

func (s *Server) authorise(r *http.Request) (admin string, err error) {
	value, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	t, known := s.tokens[value]
	if !ok || !known || !t.until.After(s.options.Clock()) {
		return "", fail(401, "authError", "Invalid Credentials")
	}
	return t.admin, nil
}
