package sso_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/app"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/session"
)

// payload returns the claims of an ID token.
func payload(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	require.Len(t, parts, 3)
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(t, err)
	claims := map[string]any{}
	require.NoError(t, json.Unmarshal(raw, &claims))
	return claims
}

func TestSessionsArePairwise(t *testing.T) {
	t.Parallel()
	s := begin(t)
	in, again := s.browser(board, s.pupil), s.browser(board, s.pupil)
	sid := func(client string, browser *http.Cookie) any {
		code := s.ask(question("client_id", client), browser).Query().Get("code")
		status, answer := s.redeem(code, "client_id", client)
		require.Equal(t, http.StatusOK, status)
		claims := payload(t, answer.ID)
		require.NotEmpty(t, claims["sid"])
		return claims["sid"]
	}
	mine := sid("bestuur.rekentuin", in)
	require.Equal(t, mine, sid("bestuur.rekentuin", in))
	require.NotEqual(t, mine, sid("bestuur.rekentuin", again), "another browser has the same session")
	require.NotEqual(t, mine, sid("bestuur.leestuin", in), "two applications can tell that it is one browser")
	who, err := s.keeper.Check(t.Context(), in.Value)
	require.NoError(t, err)
	require.NotContains(t, mine, who.Session.Public)
}

func TestHowThePersonProvedWhoTheyAre(t *testing.T) {
	t.Parallel()
	s := begin(t)
	for name, c := range map[string]struct{ methods, amr, acr any }{
		"a password":       {[]string{"pwd"}, []any{"pwd"}, "password"},
		"a second factor":  {[]string{"pwd", "otp"}, []any{"pwd", "otp"}, nil},
		"a badge":          {[]string{session.Badge}, []any{"pwd"}, "badge"},
		"nothing is known": {[]string(nil), nil, nil},
	} {
		token, err := s.keeper.Begin(t.Context(), board, s.pupil, session.By(c.methods.([]string)...))
		require.NoError(t, err)
		code := s.ask(question(), &http.Cookie{Name: "session", Value: token}).Query().Get("code")
		status, answer := s.redeem(code)
		require.Equal(t, http.StatusOK, status, name)
		claims := payload(t, answer.ID)
		require.Equal(t, c.amr, claims["amr"], name)
		require.Equal(t, c.acr, claims["acr"], name)
	}
}

// TestFirstPasswordsReachNoApplication signs in with a password that others
// have seen.
func TestFirstPasswordsReachNoApplication(t *testing.T) {
	t.Parallel()
	s := begin(t)
	token, err := s.keeper.Begin(t.Context(), board, s.pupil, session.Start{Methods: []string{"pwd"}, First: true})
	require.NoError(t, err)
	in := &http.Cookie{Name: "session", Value: token}
	to := s.ask(question(), in)
	require.Equal(t, "/password", to.Path)
	require.Equal(t, "interaction_required", s.ask(question("prompt", "none"), in).Query().Get("error"))

	next := to.Query().Get("next")
	require.Equal(t, "/password", s.follow(next, in).Path, "the way back leads past the choice")
	require.NotEmpty(t, s.follow(next, s.browser(board, s.pupil)).Query().Get("code"), "who has chosen does not come back")
}

// TestUserinfoEndsWithTheApplication takes an application away from a person,
// and then its registration.
func TestUserinfoEndsWithTheApplication(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(s *stage, p app.App) error{
		"not for the person": func(s *stage, p app.App) error {
			p.Kinds = []person.Kind{person.Staff}
			return s.db.Apps().Set(s.t.Context(), board, p.ID, p)
		},
		"restricted": func(s *stage, _ app.App) error {
			s.pupil.Limit = account.Limit{Since: time.Now(), Order: "A-1"}
			return s.db.Accounts().Set(s.t.Context(), board, s.pupil.ID, s.pupil)
		},
		"removed": func(s *stage, p app.App) error { return s.db.Apps().Delete(s.t.Context(), board, p.ID) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			_, mine := s.redeem(s.code())
			p, err := s.db.Apps().Get(t.Context(), board, "rekentuin")
			require.NoError(t, err)
			p.OIDC.Scopes = []string{"openid", "profile"}
			require.NoError(t, s.db.Apps().Set(t.Context(), board, p.ID, p))
			status, info := s.userinfo(mine.Access)
			require.Equal(t, http.StatusOK, status)
			require.Contains(t, info, "name")
			require.NotContains(t, info, "email", "it is registered for addresses no more")
			require.NoError(t, change(s, p))
			status, _ = s.userinfo(mine.Access)
			require.Equal(t, http.StatusUnauthorized, status)
		})
	}
}

// TestGuardiansGoByTheirSubject expects no address to be released of whom the
// privacy register has none for applications.
func TestGuardiansGoByTheirSubject(t *testing.T) {
	t.Parallel()
	s := begin(t)
	p, err := s.db.Apps().Get(t.Context(), board, "rekentuin")
	require.NoError(t, err)
	p.Kinds = append(p.Kinds, person.Guardian)
	require.NoError(t, s.db.Apps().Set(t.Context(), board, p.ID, p))
	s.pupil = s.person(board, account.Account{
		Kind: person.Guardian, Username: "wim.berg", Address: "wim.berg@thuis.example",
		Source: account.Source{Name: person.Name{Call: "Wim", Surname: "Berg"}, Email: "wim@mail.example"},
	})
	_, got := s.redeem(s.code())
	status, info := s.userinfo(got.Access)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "Wim Berg", info["name"])
	for _, c := range []string{"email", "email_verified", "preferred_username"} {
		require.NotContains(t, info, c)
	}
	require.NotContains(t, fmt.Sprint(info), "wim.berg")
	for e, err := range s.db.Log().All(t.Context(), board) {
		require.NoError(t, err)
		if e.Value.Action == audit.Released {
			require.Equal(t, []string{"call_name", "infix", "surname"}, e.Value.Fields)
		}
	}
}
