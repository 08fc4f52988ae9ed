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

const (
	tokenLife   = time.Hour   // of an access token
	grantLife   = time.Hour   // the longest a grant may hold
	skew        = time.Minute // between the clocks of Google and the caller
	scopePrefix = "https://www.googleapis.com/auth/"
	grantType   = "urn:ietf:params:oauth:grant-type:jwt-bearer"
)

// token is an access token that was issued.
type token struct {
	admin  string // as whom it acts
	at     string // customer id
	scopes []string
	until  time.Time
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

// grantFailure is a refused grant (RFC 6749, section 5.2).
type grantFailure struct {
	status      int
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

func refuse(description string) *grantFailure {
	return &grantFailure{http.StatusBadRequest, "invalid_grant", description}
}

// exchange answers a JWT bearer grant (RFC 7523) with an access token.
func (s *Server) exchange(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	t, refused := s.grant(r)
	if refused != nil {
		s.counts[Count{"token", refused.status}]++
		w.WriteHeader(refused.status)
		_ = json.NewEncoder(w).Encode(refused) // a caller that has gone needs no answer
		return
	}
	s.counts[Count{"token", http.StatusOK}]++
	value := rand.Text()
	s.tokens[value] = t
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": value, "token_type": "Bearer", "expires_in": int(tokenLife.Seconds())})
}

// grant checks a grant and returns the token for it.
func (s *Server) grant(r *http.Request) (token, *grantFailure) {
	if r.Method != http.MethodPost || r.PostFormValue("grant_type") != grantType {
		return token{}, &grantFailure{http.StatusBadRequest, "unsupported_grant_type", "Invalid grant_type"}
	}
	signed, err := jwt.ParseSigned(r.PostFormValue("assertion"), []jose.SignatureAlgorithm{jose.RS256})
	if err != nil || s.options.Account == nil {
		return token{}, refuse("Invalid JWT")
	}
	var claims struct {
		jwt.Claims
		Scope string `json:"scope"`
	}
	if err := signed.Claims(&s.options.Account.key.PublicKey, &claims); err != nil {
		return token{}, refuse("Invalid JWT Signature.")
	}
	if why := s.flaw(claims.Claims, r.Host); why != "" {
		return token{}, refuse(why)
	}
	return s.delegate(claims.Subject, strings.Fields(claims.Scope))
}

// flaw says what is wrong with the claims of a grant, "" where nothing is.
func (s *Server) flaw(c jwt.Claims, host string) string {
	now := s.options.Wall()
	want := jwt.Expected{Issuer: s.options.Account.Email, AnyAudience: []string{"http://" + host + "/token"}, Time: now}
	switch {
	case c.Expiry == nil || c.IssuedAt == nil || c.Expiry.Time().Sub(c.IssuedAt.Time()) > grantLife+skew:
		return "Invalid JWT: a grant holds for an hour at most, by its iat and exp"
	case c.ValidateWithLeeway(want, skew) != nil:
		return "Invalid JWT: iss, aud, iat or exp does not hold"
	}
	return ""
}

// delegate returns a token that acts as a user. Anybody of the customer may be
// acted as; who is no administrator then may do nothing.
func (s *Server) delegate(subject string, scopes []string) (token, *grantFailure) {
	_, domain, _ := strings.Cut(subject, "@")
	c := s.customerOf(domain)
	if c == nil || c.addresses[strings.ToLower(subject)] == nil {
		return token{}, refuse("Invalid email or User ID")
	}
	outside := func(scope string) bool { return !c.delegated(scope) }
	if c.revoked || len(scopes) == 0 || slices.ContainsFunc(scopes, outside) {
		return token{}, &grantFailure{http.StatusUnauthorized, "unauthorized_client", "Client is not authorized for any of the scopes requested."}
	}
	return token{strings.ToLower(subject), c.ID, scopes, s.options.Wall().Add(tokenLife)}, nil
}

func (c *customer) delegated(scope string) bool {
	if c.Scopes == nil {
		return strings.HasPrefix(scope, scopePrefix+"admin.directory.")
	}
	return slices.Contains(c.Scopes, scope)
}

// customerOf returns the customer with a domain, nil where nobody has it.
func (s *Server) customerOf(domain string) *customer {
	for _, c := range s.customers {
		if slices.Contains(c.Domains, strings.ToLower(domain)) {
			return c
		}
	}
	return nil
}

// authorise checks the access token of a call and sets who calls.
func (s *Server) authorise(c *call, r *http.Request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	value, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return fail(http.StatusUnauthorized, "required", "Login Required.")
	}
	t, known := s.tokens[value]
	if !known || !t.until.After(s.options.Wall()) || s.customers[t.at].revoked {
		return fail(http.StatusUnauthorized, "authError", "Invalid Credentials")
	}
	if !slices.ContainsFunc(t.scopes, func(scope string) bool { return slices.Contains(c.method.Scopes, scope) }) {
		return fail(http.StatusForbidden, "insufficientPermissions", "Request had insufficient authentication scopes.")
	}
	c.caller, c.at = t, s.customers[t.at]
	if c.at.addresses[t.admin] != any(administrator{}) {
		return forbidden()
	}
	return nil
}
