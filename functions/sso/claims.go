package sso

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/app"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/grant"
	"cool.example/sync/shared/privacy"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

func joined(scopes []string) string { return strings.Join(scopes, " ") }

// subject returns the pairwise subject (OpenID Connect Core 1.0 section 8.1):
// two applications cannot find out that they know the same person.
func (s *server) subject(owner tenant.ID, p app.ID, a account.ID) string {
	return s.Subjects.Of(owner, "sub", string(p), string(a))
}

// sid returns what the application knows a browser's session by (OpenID
// Connect Front-Channel Logout 1.0 section 3). It is pairwise as the subject is:
// else two applications could tell that one browser came to both.
func (s *server) sid(owner tenant.ID, code grant.Code) string {
	return s.Subjects.Of(owner, "sid", string(code.App), code.Session)
}

// proof returns the claims that say how the person proved who they are: amr
// (RFC 8176) and, for what has a name here, acr. The code of a badge is a secret
// that is shown as a password is, and RFC 8176 has no nearer value; that it stands
// on paper is what acr says.
func proof(methods []string) map[string]any {
	out := map[string]any{}
	if slices.Equal(methods, []string{session.Badge}) {
		return map[string]any{"amr": []string{"pwd"}, "acr": "badge"}
	}
	if len(methods) > 0 {
		out["amr"] = methods
	}
	if slices.Equal(methods, []string{"pwd"}) {
		out["acr"] = "password"
	}
	return out
}

// claims returns what the scopes release of a (OpenID Connect Core 1.0
// section 5.4). Only who is at a school has an address of the school's; the
// privacy register releases no other, so guardians go by their subject.
func claims(a account.Account, scopes []string) map[string]any {
	out := map[string]any{}
	addressed := hasSchoolAddress(a)
	if slices.Contains(scopes, "profile") {
		n := a.Source.Name
		out["name"], out["given_name"], out["family_name"] = n.Display(), n.Given(), n.Family()
		if addressed {
			out["preferred_username"] = a.Address
		}
	}
	if slices.Contains(scopes, "email") && addressed {
		out["email"], out["email_verified"] = a.Address, true // the address is the institution's own
	}
	return out
}

// hasSchoolAddress reports whether the address of a is one that the school
// gives, which may be released.
func hasSchoolAddress(a account.Account) bool {
	field, ok := privacy.Lookup("school_email")
	return ok && field.Targets && field.Of(a.Kind)
}

// fields returns the registered fields that the scopes release of a: see
// claims.
func fields(a account.Account, scopes []string) []string {
	var keys []string
	if slices.Contains(scopes, "profile") {
		keys = append(keys, "call_name", "infix", "surname")
	}
	if hasSchoolAddress(a) && (slices.Contains(scopes, "email") || slices.Contains(scopes, "profile")) {
		keys = append(keys, "school_email")
	}
	return keys
}

// idToken signs the ID token (OpenID Connect Core 1.0 section 2).
func (s *server) idToken(ctx context.Context, c caller, code grant.Code, released map[string]any, access string) (string, error) {
	keys, err := s.signingKeys(ctx)
	if err != nil {
		return "", err
	}
	if len(keys) == 0 {
		return "", errors.New("no signing key")
	}
	key := keys[len(keys)-1]
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", err
	}
	now := s.Clock.Now()
	half := sha256.Sum256([]byte(access))
	body := map[string]any{
		"iss": s.Issuer, "sub": s.subject(c.owner, code.App, code.Account), "aud": app.ClientID(c.owner, c.app.ID),
		"exp": now.Add(idTokenLife).Unix(), "iat": now.Unix(), "auth_time": code.AuthTime.Unix(),
		"at_hash": base64.RawURLEncoding.EncodeToString(half[:16]), "sid": s.sid(c.owner, code),
	}
	if code.Nonce != "" {
		body["nonce"] = code.Nonce
	}
	maps.Copy(body, proof(code.Methods))
	maps.Copy(body, released)
	return jwt.Signed(signer).Claims(body).Serialize()
}

// opaque is what an access token holds, sealed. It needs no store of its own:
// the grant that it names can be revoked.
type opaque struct {
	Tenant tenant.ID `json:"t"`
	Grant  grant.ID  `json:"g"`
	Until  time.Time `json:"u"`
}

func (s *server) accessToken(owner tenant.ID, code grant.Code) (string, error) {
	body, err := json.Marshal(opaque{owner, code.Grant, s.Clock.Now().Add(tokenLife)})
	if err != nil {
		return "", err
	}
	return s.State.SealText(body, []byte("access token"))
}

// open returns the grant of an access token and whose it is. It answers
// Unsigned where the token is not good or not good any more.
func (s *server) open(ctx context.Context, token string) (opaque, grant.Grant, error) {
	body, err := s.State.OpenText(token, []byte("access token"))
	if err != nil {
		return opaque{}, grant.Grant{}, fault.As(fault.Unsigned, err)
	}
	var o opaque
	if err := json.Unmarshal(body, &o); err != nil {
		return opaque{}, grant.Grant{}, fault.As(fault.Unsigned, err)
	}
	if !o.Until.After(s.Clock.Now()) {
		return opaque{}, grant.Grant{}, fault.New(fault.Unsigned, "")
	}
	g, err := s.DB.Grants().Get(ctx, o.Tenant, o.Grant)
	if fault.KindOf(err) == fault.NotFound || (err == nil && g.Revoked) {
		return opaque{}, grant.Grant{}, fault.New(fault.Unsigned, "")
	}
	return o, g, err
}

// userinfo answers /oauth2/userinfo (OpenID Connect Core 1.0 section 5.3) for
// as long as the person may sign in with what the grant was begun with, and may
// use the application. It releases what the application is registered for now.
func (s *server) userinfo(w http.ResponseWriter, r *http.Request) error {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok && r.Method == http.MethodPost {
		r.Body = http.MaxBytesReader(w, r.Body, formLimit)
		token = r.PostFormValue("access_token")
	}
	o, g, err := s.open(r.Context(), token)
	if fault.KindOf(err) == fault.Unsigned {
		return badToken()
	}
	if err != nil {
		return err
	}
	a, err := s.DB.Accounts().Get(r.Context(), o.Tenant, g.Account)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	if err != nil || !a.MaySignIn() || a.Epoch != g.Epoch {
		return badToken()
	}
	p, err := s.DB.Apps().Get(r.Context(), o.Tenant, g.App)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	if err != nil {
		return badToken()
	}
	rights, err := s.DB.RightsOf(r.Context(), o.Tenant)
	if err != nil {
		return err
	}
	if !rights.App(p, a, s.Clock.Now()).Allowed {
		return badToken()
	}
	scopes := slices.DeleteFunc(g.Scopes, func(scope string) bool { return !slices.Contains(p.OIDC.Scopes, scope) })
	body := claims(a, scopes)
	body["sub"] = s.subject(o.Tenant, g.App, g.Account)
	return serve.JSON(w, http.StatusOK, body)
}

// revoke answers POST /oauth2/revoke (RFC 7009): the grant of the client's own
// token ends. A token that is not known is no fault.
func (s *server) revoke(w http.ResponseWriter, r *http.Request) error {
	c, err := s.caller(w, r)
	if err != nil {
		return err
	}
	o, g, err := s.open(r.Context(), c.form.Get("token"))
	if fault.KindOf(err) == fault.Unsigned || (err == nil && (o.Tenant != c.owner || g.App != c.app.ID)) {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	if err != nil {
		return err
	}
	err = s.DB.InTx(r.Context(), func(_ context.Context, tx *store.Tx) error {
		g.Revoked = true
		return s.DB.Grants().SetTx(tx, o.Tenant, o.Grant, g)
	})
	if err == nil {
		w.WriteHeader(http.StatusOK)
	}
	return err
}
