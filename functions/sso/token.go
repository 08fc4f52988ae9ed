package sso

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/app"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/grant"
	"cool.example/sync/shared/right"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// api turns f into a handler whose failures become OAuth errors in JSON (RFC
// 6749 section 5.2).
func (s *server) api(f serve.Func) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		err := f(w, r)
		if err == nil {
			return
		}
		e, known := errors.AsType[*oauthError](err)
		if !known {
			serve.Problem(w, r, s.pages.Texts(), err)
			return
		}
		if e.status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", e.scheme)
		}
		if err := serve.JSON(w, e.status, map[string]string{"error": e.code, "error_description": e.description}); err != nil {
			serve.Problem(w, r, s.pages.Texts(), err)
		}
	})
}

// oauthError is an error answer of RFC 6749 section 5.2 or RFC 6750 section 3.
type oauthError struct {
	status            int
	code, description string
	scheme            string
}

func (e *oauthError) Error() string { return e.code + ": " + e.description }

func badRequest(code, description string) error {
	return &oauthError{status: http.StatusBadRequest, code: code, description: description}
}

func badClient() error {
	return &oauthError{http.StatusUnauthorized, "invalid_client", "the client is not known or its secret is wrong", `Basic realm="token"`}
}

func badToken() error {
	return &oauthError{http.StatusUnauthorized, "invalid_token", "the access token is not valid any more", `Bearer error="invalid_token"`}
}

// caller is the application that calls an endpoint for clients.
type caller struct {
	owner  tenant.ID
	app    app.App
	form   url.Values
	rights right.List // of the institution
}

// caller authenticates the client (RFC 6749 section 2.3.1) before anything of
// its request is looked at.
func (s *server) caller(w http.ResponseWriter, r *http.Request) (caller, error) {
	r.Body = http.MaxBytesReader(w, r.Body, formLimit)
	if err := r.ParseForm(); err != nil {
		return caller{}, badRequest("invalid_request", "the form cannot be read")
	}
	f := r.PostForm
	for _, v := range f {
		if len(v) > 1 {
			return caller{}, badRequest("invalid_request", "a parameter comes twice")
		}
	}
	id, secret, basic := r.BasicAuth()
	if basic {
		var err1, err2 error
		id, err1 = url.QueryUnescape(id)
		secret, err2 = url.QueryUnescape(secret)
		if err1 != nil || err2 != nil || f.Get("client_secret") != "" || (f.Get("client_id") != "" && f.Get("client_id") != id) {
			return caller{}, badRequest("invalid_request", "the client authenticates in one way only")
		}
	} else {
		id, secret = f.Get("client_id"), f.Get("client_secret")
	}
	owner, p, err := s.client(r, id)
	if fault.KindOf(err) == fault.NotFound {
		return caller{}, badClient()
	}
	if err != nil {
		return caller{}, err
	}
	if public := len(p.OIDC.SecretHash) == 0; public != (secret == "") || (!public && !p.OIDC.Matches(secret)) {
		return caller{}, badClient()
	}
	return caller{owner: owner, app: p, form: f}, nil
}

// token answers POST /oauth2/token: it exchanges a code, once.
func (s *server) token(w http.ResponseWriter, r *http.Request) error {
	c, err := s.caller(w, r)
	if err != nil {
		return err
	}
	if c.form.Get("grant_type") != "authorization_code" {
		return badRequest("unsupported_grant_type", "only authorization_code is supported")
	}
	code, who, err := s.consume(r.Context(), c)
	if err != nil {
		return err
	}
	access, err := s.accessToken(c.owner, code)
	if err != nil {
		return err
	}
	id, err := s.idToken(r.Context(), c, code, claims(who, code.Scopes), access)
	if err != nil {
		return err
	}
	return serve.JSON(w, http.StatusOK, map[string]any{
		"access_token": access, "token_type": "Bearer", "expires_in": int(tokenLife.Seconds()),
		"id_token": id, "scope": joined(code.Scopes),
	})
}

// consume marks the code used and stores its grant, in one transaction,
// before any token is made. A second use ends the grant of the first (RFC
// 6749 section 4.1.2).
func (s *server) consume(ctx context.Context, c caller) (grant.Code, account.Account, error) {
	value := c.form.Get("code")
	owner, err := codeOwner(value)
	if err != nil || owner != c.owner {
		return grant.Code{}, account.Account{}, badRequest("invalid_grant", "the code is not known")
	}
	if c.rights, err = s.DB.RightsOf(ctx, owner); err != nil {
		return grant.Code{}, account.Account{}, err
	}
	var code grant.Code
	var who account.Account
	var refused error
	err = s.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) (err error) {
		refused = nil
		if code, err = s.DB.Codes().GetTx(tx, owner, grant.HashOf(value)); err != nil {
			return err
		}
		if who, err = s.DB.Accounts().GetTx(tx, owner, code.Account); err != nil {
			return err
		}
		if code.Used && code.App == c.app.ID {
			refused = badRequest("invalid_grant", "the code was used before")
			return s.end(tx, owner, code)
		}
		if refused = s.unfit(c, code, who); refused != nil {
			return nil
		}
		return s.use(tx, owner, who, code, value)
	})
	if fault.KindOf(err) == fault.NotFound {
		err = badRequest("invalid_grant", "the code is not known")
	}
	return code, who, errors.Join(err, refused)
}

// unfit says why a code cannot be exchanged by this caller, nil where it can.
// A code that was begun by another client stays untouched, so that nobody can
// spoil it.
func (s *server) unfit(c caller, code grant.Code, who account.Account) error {
	sum := sha256.Sum256([]byte(c.form.Get("code_verifier")))
	verifier := base64.RawURLEncoding.EncodeToString(sum[:])
	switch {
	case code.App != c.app.ID:
		return badRequest("invalid_grant", "the code is another client's")
	case code.RedirectURI != c.form.Get("redirect_uri"):
		return badRequest("invalid_grant", "the redirect_uri differs from the request's")
	case subtle.ConstantTimeCompare([]byte(verifier), []byte(code.Challenge)) != 1:
		return badRequest("invalid_grant", "the code_verifier does not fit the challenge")
	case !usableUntil(code).After(s.Clock.Now()):
		return badRequest("invalid_grant", "the code has expired")
	case who.Epoch != code.Epoch || !c.rights.App(c.app, who, s.Clock.Now()).Allowed:
		return badRequest("invalid_grant", "the person may not use this application any more")
	}
	return nil
}

// use marks the code, makes its grant, and logs what is released to whom.
func (s *server) use(tx *store.Tx, owner tenant.ID, who account.Account, code grant.Code, value string) error {
	now := s.Clock.Now()
	code.Used = true
	g := grant.Grant{App: code.App, Account: code.Account, Epoch: code.Epoch, Scopes: code.Scopes, ExpireAt: now.Add(tokenLife)}
	entry := audit.New(now, audit.Actor{System: "sso"}, audit.Released, code.Account).
		Of(fields(who, code.Scopes)...).On(string(code.App)).Because(joined(code.Scopes))
	return errors.Join(
		s.DB.Codes().SetTx(tx, owner, grant.HashOf(value), code),
		s.DB.Grants().CreateTx(tx, owner, code.Grant, g),
		s.DB.Log().CreateTx(tx, owner, entry.ID, entry),
	)
}

// end revokes the grant of a code.
func (s *server) end(tx *store.Tx, owner tenant.ID, code grant.Code) error {
	return s.DB.Grants().SetTx(tx, owner, code.Grant, grant.Grant{
		App: code.App, Account: code.Account, Epoch: code.Epoch, Revoked: true, ExpireAt: s.Clock.Now().Add(tokenLife),
	})
}
