package sso

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"cool.example/sync/shared/app"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/tenant"
)

// request is an authorization request that was found good. It travels sealed
// through sign-in, so that nothing is stored for people who give up.
type request struct {
	Tenant      tenant.ID `json:"t"`
	App         app.ID    `json:"a"`
	RedirectURI string    `json:"r"`
	State       string    `json:"s,omitempty"`
	Nonce       string    `json:"n,omitempty"`
	Challenge   string    `json:"c"`
	Scopes      []string  `json:"o"`
	Silent      bool      `json:"q,omitempty"` // prompt=none: no page may be shown
	Fresh       bool      `json:"f,omitempty"` // prompt=login: a proof after At is needed
	MaxAge      int       `json:"m"`           // seconds since the proof; -1 for any
	At          time.Time `json:"i"`           // when the request came
}

// refusal is an error that goes back to the application by redirect (RFC 6749
// section 4.1.2.1, OpenID Connect Core 1.0 section 3.1.2.6).
type refusal struct{ code, description string }

// challenge is a PKCE challenge: a SHA-256 in base64url (RFC 7636 section 4.2).
var challenge = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// longest bounds state and nonce, which travel in addresses.
const longest = 2048

// authorize answers GET and POST /oauth2/authorize. What cannot be trusted to
// come from a registered application is answered with a page; other faults go
// back to the application.
func (s *server) authorize(w http.ResponseWriter, r *http.Request) error {
	values, err := parameters(w, r)
	if err != nil {
		return err
	}
	owner, p, err := s.client(r, values.Get("client_id"))
	if fault.KindOf(err) == fault.NotFound {
		return fault.New(fault.Invalid, "sso.unknown_app")
	}
	if err != nil {
		return err
	}
	if !slices.Contains(p.OIDC.RedirectURIs, values.Get("redirect_uri")) {
		return fault.New(fault.Invalid, "sso.bad_redirect")
	}
	q, wrong := check(values, p)
	q.Tenant, q.App, q.At = owner, p.ID, s.Clock.Now()
	if wrong != nil {
		return s.refuse(w, r, q, *wrong)
	}
	return s.answer(w, r, q)
}

// client returns the application that a client_id names.
func (s *server) client(r *http.Request, id string) (tenant.ID, app.App, error) {
	owner, name, err := app.ParseClientID(id)
	if err != nil {
		return "", app.App{}, err
	}
	p, err := s.DB.Apps().Get(r.Context(), owner, name)
	return owner, p, err
}

// parameters reads the parameters of a GET or POST. It answers Invalid where
// one comes twice (RFC 6749 section 3.1).
func parameters(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, formLimit)
	if err := r.ParseForm(); err != nil {
		return nil, fault.As(fault.Invalid, err)
	}
	for _, v := range r.Form {
		if len(v) > 1 {
			return nil, fault.New(fault.Invalid, "")
		}
	}
	return r.Form, nil
}

// check reads an authorization request of application p. Unknown parameters
// and scopes are ignored (OpenID Connect Core 1.0 section 3.1.2.1).
func check(v url.Values, p app.App) (request, *refusal) {
	q := request{RedirectURI: v.Get("redirect_uri"), State: v.Get("state"), Nonce: v.Get("nonce"), Challenge: v.Get("code_challenge"), MaxAge: -1}
	asked := strings.Fields(v.Get("scope"))
	for _, scope := range asked {
		if slices.Contains(p.OIDC.Scopes, scope) && !slices.Contains(q.Scopes, scope) {
			q.Scopes = append(q.Scopes, scope)
		}
	}
	prompts := strings.Fields(v.Get("prompt"))
	q.Silent, q.Fresh = slices.Contains(prompts, "none"), slices.Contains(prompts, "login")
	switch {
	case v.Get("request") != "":
		return q, &refusal{"request_not_supported", "request objects are not supported"}
	case v.Get("request_uri") != "":
		return q, &refusal{"request_uri_not_supported", "request objects are not supported"}
	case v.Get("response_type") == "":
		return q, &refusal{"invalid_request", "response_type is missing"}
	case v.Get("response_type") != "code":
		return q, &refusal{"unsupported_response_type", "only code is supported"}
	case v.Get("response_mode") != "" && v.Get("response_mode") != "query":
		return q, &refusal{"invalid_request", "only the response mode query is supported"}
	case !slices.Contains(asked, "openid") || !slices.Contains(q.Scopes, "openid"):
		return q, &refusal{"invalid_scope", "the scope openid is needed"}
	case v.Get("code_challenge_method") != "S256" || !challenge.MatchString(q.Challenge):
		return q, &refusal{"invalid_request", "PKCE with S256 is needed"}
	case q.Silent && len(prompts) > 1:
		return q, &refusal{"invalid_request", "prompt none goes with no other"}
	case len(q.State) > longest || len(q.Nonce) > longest:
		return q, &refusal{"invalid_request", "state or nonce is too long"}
	}
	if age := v.Get("max_age"); age != "" {
		n, err := strconv.Atoi(age)
		if err != nil || n < 0 {
			return q, &refusal{"invalid_request", "max_age is not a number of seconds"}
		}
		q.MaxAge = n
	}
	return q, nil
}

// refuse sends the browser back with an error.
func (s *server) refuse(w http.ResponseWriter, r *http.Request, q request, why refusal) error {
	return s.back(w, r, q, url.Values{"error": {why.code}, "error_description": {why.description}})
}

// back sends the browser to the application's redirect_uri, with the state
// and the issuer (RFC 9207).
func (s *server) back(w http.ResponseWriter, r *http.Request, q request, with url.Values) error {
	u, err := url.Parse(q.RedirectURI)
	if err != nil {
		return err
	}
	values := u.Query()
	for k, v := range with {
		values[k] = v
	}
	if q.State != "" {
		values.Set("state", q.State)
	}
	values.Set("iss", s.Issuer)
	u.RawQuery = values.Encode()
	http.Redirect(w, r, u.String(), http.StatusSeeOther)
	return nil
}

// toSignIn sends the browser to sign in and from there to /oauth2/continue.
func (s *server) toSignIn(w http.ResponseWriter, r *http.Request, q request) error {
	if q.Silent {
		return s.refuse(w, r, q, refusal{"login_required", "nobody is signed in"})
	}
	next, err := s.resume(q)
	if err != nil {
		return err
	}
	to := url.Values{"next": {next}, "fresh": {"1"}}
	http.Redirect(w, r, "/login?"+to.Encode(), http.StatusSeeOther)
	return nil
}

// toPassword sends the browser to choose a password and from there to
// /oauth2/continue.
func (s *server) toPassword(w http.ResponseWriter, r *http.Request, q request) error {
	if q.Silent {
		return s.refuse(w, r, q, refusal{"interaction_required", "the person has to choose a password first"})
	}
	next, err := s.resume(q)
	if err != nil {
		return err
	}
	return serve.ToPassword(w, r, next)
}

// resume returns the address at which a request goes on.
func (s *server) resume(q request) (string, error) {
	body, err := json.Marshal(q)
	if err != nil {
		return "", err
	}
	sealed, err := s.State.SealText(body, []byte("request"))
	return "/oauth2/continue?request=" + sealed, err
}

// proceed answers GET /oauth2/continue, where sign-in leads back to.
func (s *server) proceed(w http.ResponseWriter, r *http.Request) error {
	q, err := s.unseal(r.URL.Query().Get("request"))
	if err != nil || s.Clock.Now().After(q.At.Add(requestLife)) {
		return fault.New(fault.Invalid, "sso.expired")
	}
	return s.answer(w, r, q)
}

func (s *server) unseal(sealed string) (request, error) {
	body, err := s.State.OpenText(sealed, []byte("request"))
	if err != nil {
		return request{}, err
	}
	var q request
	return q, json.Unmarshal(body, &q)
}
