package sso

import (
	"bytes"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/app"
	"cool.example/sync/shared/seal"
)

// FuzzCheck holds that whatever is found good is complete: a challenge, the
// scope openid, and no scope that the application is not registered for.
func FuzzCheck(f *testing.F) {
	f.Add("response_type=code&scope=openid&code_challenge_method=S256&code_challenge=" + "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopq")
	f.Add("response_type=code&scope=openid+admin&max_age=99999999999999999999&prompt=none+login")
	f.Add("a=%zz&&&=;")
	f.Fuzz(func(t *testing.T, query string) {
		v, _ := url.ParseQuery(query)
		q, wrong := check(v, app.App{OIDC: app.Client{Scopes: []string{"openid", "profile"}}})
		if wrong != nil {
			require.NotEmpty(t, wrong.code)
			return
		}
		require.Contains(t, q.Scopes, "openid")
		require.Subset(t, []string{"openid", "profile"}, q.Scopes)
		require.Len(t, q.Challenge, 43)
		require.GreaterOrEqual(t, q.MaxAge, -1)
	})
}

// FuzzUnseal holds that no text is taken for a sealed request.
func FuzzUnseal(f *testing.F) {
	ring, err := seal.NewRing("sso", map[int][]byte{1: bytes.Repeat([]byte{3}, 32)})
	require.NoError(f, err)
	other, err := ring.SealText([]byte(`{"t":"bestuur"}`), []byte("access token"))
	require.NoError(f, err)
	f.Add(other)
	f.Add("")
	f.Add("AAAAAQ")
	s := &server{Deps: Deps{State: ring}}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := s.unseal(text)
		require.Error(t, err)
	})
}

// FuzzCodeOwner holds that a code names an institution or nothing.
func FuzzCodeOwner(f *testing.F) {
	f.Add("bestuur.ABC")
	f.Add("../x.y")
	f.Fuzz(func(t *testing.T, value string) {
		owner, err := codeOwner(value)
		if err == nil {
			require.Regexp(t, `^[a-z0-9]{4,40}$`, string(owner))
		}
	})
}
