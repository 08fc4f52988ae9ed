package sso_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/person"
)

// TestStandardClient lets go-oidc and x/oauth2 do a whole sign-in.
func TestStandardClient(t *testing.T) {
	t.Parallel()
	for name, style := range map[string]oauth2.AuthStyle{"secret in the header": oauth2.AuthStyleInHeader, "secret in the form": oauth2.AuthStyleInParams} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			provider, err := oidc.NewProvider(t.Context(), s.server.URL)
			require.NoError(t, err)
			endpoint := provider.Endpoint()
			endpoint.AuthStyle = style
			config := oauth2.Config{
				ClientID: "bestuur.rekentuin", ClientSecret: password, Endpoint: endpoint, RedirectURL: callback,
				Scopes: []string{oidc.ScopeOpenID, "profile", "email", "onbekend"},
			}
			verifier := oauth2.GenerateVerifier()
			answer := s.get(config.AuthCodeURL("st", oauth2.S256ChallengeOption(verifier), oidc.Nonce("no")), s.browser(board, s.pupil))
			to, err := answer.Location()
			require.NoError(t, err)
			require.Equal(t, "st", to.Query().Get("state"))
			require.Equal(t, s.server.URL, to.Query().Get("iss"))
			token, err := config.Exchange(t.Context(), to.Query().Get("code"), oauth2.VerifierOption(verifier))
			require.NoError(t, err)
			raw, _ := token.Extra("id_token").(string)
			id, err := provider.Verifier(&oidc.Config{ClientID: config.ClientID}).Verify(t.Context(), raw)
			require.NoError(t, err)
			require.NoError(t, id.VerifyAccessToken(token.AccessToken))
			require.Equal(t, "no", id.Nonce)
			claims := map[string]any{}
			require.NoError(t, id.Claims(&claims))
			require.Equal(t, "van der Berg", claims["family_name"])
			require.Equal(t, "Sanne", claims["given_name"])
			require.Equal(t, "sanne@leerling.example", claims["email"])
			for _, never := range []string{"4711", string(s.pupil.ID)} {
				require.NotContains(t, raw+string(must(json.Marshal(claims))), never, "the token holds what is not released")
			}
			info, err := provider.UserInfo(t.Context(), config.TokenSource(t.Context(), token))
			require.NoError(t, err)
			require.Equal(t, id.Subject, info.Subject)
		})
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

func TestRequestsThatGoBackToTheApplication(t *testing.T) {
	t.Parallel()
	s := begin(t)
	in := s.browser(board, s.pupil)
	for name, c := range map[string]struct{ field, value, want string }{
		"no response_type":         {"response_type", "", "invalid_request"},
		"implicit":                 {"response_type", "id_token", "unsupported_response_type"},
		"hybrid":                   {"response_type", "code id_token", "unsupported_response_type"},
		"fragment":                 {"response_mode", "fragment", "invalid_request"},
		"no openid":                {"scope", "profile", "invalid_scope"},
		"no PKCE":                  {"code_challenge", "", "invalid_request"},
		"PKCE plain":               {"code_challenge_method", "plain", "invalid_request"},
		"PKCE without a method":    {"code_challenge_method", "", "invalid_request"},
		"a challenge that is none": {"code_challenge", "kort", "invalid_request"},
		"request object":           {"request", "eyJ", "request_not_supported"},
		"request_uri":              {"request_uri", "https://app.example/r", "request_uri_not_supported"},
		"prompt none with another": {"prompt", "none login", "invalid_request"},
		"max_age of letters":       {"max_age", "oud", "invalid_request"},
		"max_age below nought":     {"max_age", "-1", "invalid_request"},
		"endless nonce":            {"nonce", strings.Repeat("n", 3000), "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := s.ask(question(c.field, c.value), in)
			require.Equal(t, callback, "https://"+to.Host+to.Path)
			require.Equal(t, c.want, to.Query().Get("error"))
			require.Equal(t, "s-1", to.Query().Get("state"))
			require.Equal(t, s.server.URL, to.Query().Get("iss"))
			require.Empty(t, to.Query().Get("code"))
		})
	}
}

func TestRequestsThatAreNotRedirected(t *testing.T) {
	t.Parallel()
	s := begin(t)
	in := s.browser(board, s.pupil)
	for name, query := range map[string]string{
		"unknown client":             question("client_id", "bestuur.nietbekend").Encode(),
		"no client":                  question("client_id", "").Encode(),
		"client of no institution":   question("client_id", "nergens.rekentuin").Encode(),
		"path for a client":          question("client_id", "bestuur.../x").Encode(),
		"no redirect_uri":            question("redirect_uri", "").Encode(),
		"another redirect_uri":       question("redirect_uri", "https://kwaad.example/callback").Encode(),
		"a path further":             question("redirect_uri", callback+"/verder").Encode(),
		"a query more":               question("redirect_uri", callback+"?x=1").Encode(),
		"another scheme":             question("redirect_uri", "http://app.example/callback").Encode(),
		"a parameter that is doubly": question().Encode() + "&state=x",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := s.get("/oauth2/authorize?"+query, in)
			require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
			require.Empty(t, answer.Header.Get("Location"))
			require.Contains(t, answer.Header.Get("Content-Type"), "text/html")
		})
	}
}

func TestRequestsThatAreBorne(t *testing.T) {
	t.Parallel()
	s := begin(t)
	in := s.browser(board, s.pupil)
	for name, v := range map[string]url.Values{
		"no nonce":                  question("nonce", ""),
		"no state":                  question("state", ""),
		"unknown parameter":         question("extra", "1"),
		"hints":                     question("login_hint", "iemand", "ui_locales", "fr", "acr_values", "hoog", "display", "popup"),
		"prompt none, signed in":    question("prompt", "none"),
		"max_age that fits":         question("max_age", "10000"),
		"a redirect_uri that asks":  question("redirect_uri", "https://app.example/met?vraag=1"),
		"scopes in another order":   question("scope", "email openid"),
		"public client with openid": question("client_id", "bestuur.mobiel"),
	} {
		to := s.ask(v, in)
		require.NotEmpty(t, to.Query().Get("code"), "%s: %s", name, to)
		if strings.Contains(name, "asks") {
			require.Equal(t, "1", to.Query().Get("vraag"))
		}
	}
	answer, err := s.http.PostForm(s.server.URL+"/oauth2/authorize", question())
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusSeeOther, answer.StatusCode, "the request may be posted (OpenID Connect Core 3.1.2.1)")
}

func TestSigningInOnTheWay(t *testing.T) {
	t.Parallel()
	s := begin(t)
	to := s.ask(question())
	require.Equal(t, "/login", to.Path)
	next := to.Query().Get("next")
	require.True(t, strings.HasPrefix(next, "/oauth2/continue?request="))
	require.NotContains(t, next, "app.example", "the request travels in the open")
	back, err := s.get(next, s.browser(board, s.pupil)).Location()
	require.NoError(t, err)
	require.NotEmpty(t, back.Query().Get("code"))

	require.Equal(t, http.StatusUnprocessableEntity, s.get(next[:len(next)-3]+"AAA").StatusCode, "an altered request is taken")
	s.clock.Advance(31 * time.Minute)
	require.Equal(t, http.StatusUnprocessableEntity, s.get(next, s.browser(board, s.pupil)).StatusCode, "an old request is taken")
}

func TestFreshProof(t *testing.T) {
	t.Parallel()
	s := begin(t)
	in := s.browser(board, s.pupil)
	require.Equal(t, "login_required", s.ask(question("prompt", "none")).Query().Get("error"))
	to := s.ask(question("prompt", "login"), in)
	require.Equal(t, "/login", to.Path)
	require.Equal(t, "1", to.Query().Get("fresh"))
	again, err := s.get(to.Query().Get("next"), in).Location()
	require.NoError(t, err)
	require.Equal(t, "/login", again.Path, "the old proof was taken for a new one")
	s.clock.Advance(time.Second)
	back, err := s.get(to.Query().Get("next"), s.browser(board, s.pupil)).Location()
	require.NoError(t, err)
	require.NotEmpty(t, back.Query().Get("code"))

	s.clock.Advance(time.Minute)
	require.Equal(t, "/login", s.ask(question("max_age", "30"), in).Path)
	require.Equal(t, "login_required", s.ask(question("max_age", "30", "prompt", "none"), in).Query().Get("error"))
}

func TestWhoMayNot(t *testing.T) {
	t.Parallel()
	s := begin(t)
	staff := s.person(board, account.Account{Kind: person.Staff})
	stranger := s.person(other, account.Account{Kind: person.Pupil})
	require.Equal(t, "access_denied", s.ask(question(), s.browser(board, staff)).Query().Get("error"))
	require.Equal(t, "access_denied", s.ask(question(), s.browser(other, stranger)).Query().Get("error"))
}

func TestCodesAreForOneUseByOneClient(t *testing.T) {
	t.Parallel()
	s := begin(t)
	code := s.code()
	for name, changes := range map[string][]string{
		"another client":        {"client_id", "bestuur.leestuin"},
		"another redirect_uri":  {"redirect_uri", "https://app.example/met?vraag=1"},
		"no redirect_uri":       {"redirect_uri", ""},
		"another verifier":      {"code_verifier", strings.Repeat("x", 43)},
		"no verifier":           {"code_verifier", ""},
		"an invented code":      {"code", "bestuur.ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
		"another institution's": {"code", strings.Replace(code, "bestuur", "anderbestuur", 1)},
		"a path for a code":     {"code", "bestuur/../x.y"},
	} {
		status, answer := s.redeem(code, changes...)
		require.Equal(t, http.StatusBadRequest, status, name)
		require.Equal(t, "invalid_grant", answer.Error, name)
	}
	status, first := s.redeem(code)
	require.Equal(t, http.StatusOK, status, "a vain try spoiled the code")
	require.Equal(t, "Bearer", first.Type)
	status, _ = s.userinfo(first.Access)
	require.Equal(t, http.StatusOK, status)

	status, again := s.redeem(code)
	require.Equal(t, http.StatusBadRequest, status)
	require.Equal(t, "invalid_grant", again.Error)
	status, _ = s.userinfo(first.Access)
	require.Equal(t, http.StatusUnauthorized, status, "a second use leaves the first's token alive")

	late := s.code()
	s.clock.Advance(61 * time.Second)
	status, _ = s.redeem(late)
	require.Equal(t, http.StatusBadRequest, status, "a code lives longer than a minute")
}

func TestOneOfManyRedeemersWins(t *testing.T) {
	t.Parallel()
	s := begin(t)
	code := s.code()
	var mu sync.Mutex
	good := 0
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			if status, _ := s.redeem(code); status == http.StatusOK {
				mu.Lock()
				good++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	require.Equal(t, 1, good, "a code is redeemed once")
}

func TestClientsProveThemselves(t *testing.T) {
	t.Parallel()
	s := begin(t)
	code := s.code()
	for name, changes := range map[string][]string{
		"wrong secret":                    {"client_secret", "fout"},
		"no secret":                       {"client_secret", ""},
		"unknown client":                  {"client_id", "bestuur.nietbekend"},
		"no client":                       {"client_id", ""},
		"a public client with a password": {"client_id", "bestuur.mobiel"},
	} {
		status, answer := s.redeem(code, changes...)
		require.Equal(t, http.StatusUnauthorized, status, name)
		require.Equal(t, "invalid_client", answer.Error, name)
	}
	status, answer := s.redeem(code, "grant_type", "password")
	require.Equal(t, http.StatusBadRequest, status)
	require.Equal(t, "unsupported_grant_type", answer.Error)
	status, _ = s.redeem(code)
	require.Equal(t, http.StatusOK, status, "vain clients spoiled the code")

	public := s.code("client_id", "bestuur.mobiel")
	status, _ = s.redeem(public, "client_id", "bestuur.mobiel", "client_secret", "")
	require.Equal(t, http.StatusOK, status)
}

func TestBlockEndsTokensAndCodes(t *testing.T) {
	t.Parallel()
	s := begin(t)
	_, first := s.redeem(s.code())
	waiting := s.code()
	blocked := s.pupil
	blocked.State, blocked.Epoch = account.Blocked, blocked.Epoch+1
	require.NoError(t, s.db.Accounts().Set(t.Context(), board, blocked.ID, blocked))
	status, _ := s.userinfo(first.Access)
	require.Equal(t, http.StatusUnauthorized, status)
	status, answer := s.redeem(waiting)
	require.Equal(t, http.StatusBadRequest, status)
	require.Equal(t, "invalid_grant", answer.Error)
}

func TestSubjectsArePairwise(t *testing.T) {
	t.Parallel()
	s := begin(t)
	subject := func(client string) any {
		_, answer := s.redeem(s.code("client_id", client), "client_id", client)
		_, info := s.userinfo(answer.Access)
		require.NotEmpty(t, info["sub"])
		return info["sub"]
	}
	require.Equal(t, subject("bestuur.rekentuin"), subject("bestuur.rekentuin"))
	require.NotEqual(t, subject("bestuur.rekentuin"), subject("bestuur.leestuin"))
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	s := begin(t)
	_, mine := s.redeem(s.code())
	revoke := func(client, token string) int {
		answer, err := s.http.PostForm(s.server.URL+"/oauth2/revoke", url.Values{"client_id": {client}, "client_secret": {password}, "token": {token}})
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		return answer.StatusCode
	}
	require.Equal(t, http.StatusOK, revoke("bestuur.rekentuin", "geen token"))
	require.Equal(t, http.StatusOK, revoke("bestuur.leestuin", mine.Access))
	status, _ := s.userinfo(mine.Access)
	require.Equal(t, http.StatusOK, status, "another client ended the token")
	require.Equal(t, http.StatusOK, revoke("bestuur.rekentuin", mine.Access))
	status, _ = s.userinfo(mine.Access)
	require.Equal(t, http.StatusUnauthorized, status)
}

func TestKeysRotate(t *testing.T) {
	t.Parallel()
	s := begin(t)
	_, before := s.redeem(s.code())
	s.secrets.Put("oidc-signing-keys", signingKey(t))
	s.clock.Advance(6 * time.Minute)
	_, after := s.redeem(s.code())
	answer := s.get("/oauth2/jwks")
	require.Contains(t, answer.Header.Get("Cache-Control"), "max-age=300")
	raw, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	var set jose.JSONWebKeySet
	require.NoError(t, json.Unmarshal(raw, &set))
	require.Len(t, set.Keys, 2)
	require.NotContains(t, string(raw), `"d":`, "a private key is published")
	kids := map[string]bool{}
	for _, token := range []string{before.ID, after.ID} {
		signed, err := jose.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
		require.NoError(t, err)
		kid := signed.Signatures[0].Header.KeyID
		require.Len(t, set.Key(kid), 1)
		_, err = signed.Verify(set.Key(kid)[0])
		require.NoError(t, err)
		kids[kid] = true
	}
	require.Len(t, kids, 2, "the new key does not sign")
}

func TestReleaseIsLogged(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.redeem(s.code())
	found := 0
	for e, err := range s.db.Log().All(t.Context(), board) {
		require.NoError(t, err)
		if e.Value.Action == audit.Released {
			found++
			require.Equal(t, []account.ID{s.pupil.ID}, e.Value.Subjects)
			require.Equal(t, "rekentuin", e.Value.Object)
			require.Equal(t, "openid profile email", e.Value.Reason)
			require.Equal(t, []string{"call_name", "infix", "school_email", "surname"}, e.Value.Fields)
		}
	}
	require.Equal(t, 1, found)
}

func TestNobodyLearnsAnything(t *testing.T) {
	t.Parallel()
	s := begin(t)
	status, answer := s.userinfo("geen-token")
	require.Equal(t, http.StatusUnauthorized, status)
	require.Equal(t, "invalid_token", answer["error"])
	_, good := s.redeem(s.code())
	s.clock.Advance(61 * time.Minute)
	status, _ = s.userinfo(good.Access)
	require.Equal(t, http.StatusUnauthorized, status, "an access token lives longer than an hour")
	require.Equal(t, http.StatusNotFound, s.get("/oauth2/bestaat-niet").StatusCode)
}
