package directory

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
	"golang.org/x/oauth2/jwt"

	"cool.example/sync/shared/fault"
)

// Scopes are what a service account needs domain-wide delegation for.
func Scopes() []string {
	return []string{
		"https://www.googleapis.com/auth/admin.directory.user",
		"https://www.googleapis.com/auth/admin.directory.group",
		"https://www.googleapis.com/auth/admin.directory.group.member",
		"https://www.googleapis.com/auth/admin.directory.orgunit",
	}
}

// Credentials say as whom to call.
type Credentials struct {
	BaseURL string // of the API; a key file may name its host, or Google's, for tokens
	Admin   string // address of the administrator to act as
	KeyFile []byte // JSON of a service account with domain-wide delegation
}

// TokenSource returns access tokens for an administrator, by a JWT bearer
// grant (RFC 7523), a new one each time. It answers Invalid for a file that is
// no key file, or one that would have grants sent to a stranger.
func TokenSource(ctx context.Context, c Credentials) (oauth2.TokenSource, error) {
	config, err := google.JWTConfigFromJSON(c.KeyFile, Scopes()...)
	if err != nil { // its text may hold parts of the file
		return nil, fmt.Errorf("read service account: %w", fault.New(fault.Invalid, ""))
	}
	if !trusted(config.TokenURL, c.BaseURL) {
		return nil, fmt.Errorf("read service account: the token address is not Google's: %w", fault.New(fault.Invalid, ""))
	}
	config.Subject = c.Admin
	return &grants{context.WithValue(ctx, oauth2.HTTPClient, &http.Client{Timeout: timeout}), config}, nil
}

// trusted reports whether tokens may be asked for at an address: Google's, or
// one at the same host as the API itself.
func trusted(token, base string) bool {
	if token == google.JWTTokenURL || token == "https://accounts.google.com/o/oauth2/token" {
		return true
	}
	t, err := url.Parse(token)
	if err != nil {
		return false
	}
	b, err := url.Parse(base)
	return err == nil && t.Host != "" && t.Host == b.Host && t.Scheme == b.Scheme
}

// grants asks for a token at every call: its config caches none.
type grants struct {
	ctx    context.Context //nolint:containedctx // the interface has none
	config *jwt.Config
}

// Token implements oauth2.TokenSource.
func (g *grants) Token() (*oauth2.Token, error) { return g.config.TokenSource(g.ctx).Token() }

// NewHTTP returns an HTTP client that signs its requests as c says. It keeps
// a token until it expires or is refused.
func NewHTTP(ctx context.Context, c Credentials) (*http.Client, error) {
	source, err := TokenSource(ctx, c)
	if err != nil {
		return nil, err
	}
	return &http.Client{Timeout: timeout, Transport: &signer{source: source}}, nil
}

// signer adds an access token to requests.
type signer struct {
	source oauth2.TokenSource
	mu     sync.Mutex
	token  *oauth2.Token
}

// RoundTrip implements http.RoundTripper. A token that is answered with 401 is
// dropped, so that the next try has a new one.
func (s *signer) RoundTrip(r *http.Request) (*http.Response, error) {
	token, err := s.current()
	if err != nil {
		if r.Body != nil {
			_ = r.Body.Close() // a transport has to, whatever happens
		}
		return nil, err
	}
	signed := r.Clone(r.Context())
	token.SetAuthHeader(signed)
	answer, err := http.DefaultTransport.RoundTrip(signed)
	if err == nil && answer.StatusCode == http.StatusUnauthorized {
		s.drop(token)
	}
	return answer, err
}

func (s *signer) current() (*oauth2.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token.Valid() {
		return s.token, nil
	}
	token, err := s.source.Token()
	if err == nil {
		s.token = token
	}
	return token, err
}

func (s *signer) drop(token *oauth2.Token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token == token {
		s.token = nil
	}
}
