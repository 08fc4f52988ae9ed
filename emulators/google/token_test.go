package google_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"
	oauth "golang.org/x/oauth2/google"
	admin "google.golang.org/api/admin/directory/v1"

	"cool.example/sync/emulators/google"
)

func TestGrantIsChecked(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	r.made(t, "teacher@"+staff)
	config, err := oauth.JWTConfigFromJSON(r.keys)
	require.NoError(t, err)
	key, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: privateKey(t, config.PrivateKey)}, nil)
	require.NoError(t, err)
	foreign, err := google.NewAccount("sync@project.example")
	require.NoError(t, err)
	foreignFile, err := foreign.JSON(r.api.BasePath)
	require.NoError(t, err)
	foreignConfig, err := oauth.JWTConfigFromJSON(foreignFile)
	require.NoError(t, err)
	strange, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: privateKey(t, foreignConfig.PrivateKey)}, nil)
	require.NoError(t, err)
	now := time.Now()
	good := func() map[string]any {
		return map[string]any{
			"iss": config.Email, "aud": config.TokenURL, "sub": boss, "scope": admin.AdminDirectoryUserScope,
			"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		}
	}
	for name, c := range map[string]struct {
		key    jose.Signer
		change func(map[string]any)
		status int
		code   string
	}{
		"good":               {key, func(map[string]any) {}, 200, ""},
		"other key":          {strange, func(map[string]any) {}, 400, "invalid_grant"},
		"other issuer":       {key, func(c map[string]any) { c["iss"] = "x@y.example" }, 400, "invalid_grant"},
		"other audience":     {key, func(c map[string]any) { c["aud"] = "https://oauth2.googleapis.com/token" }, 400, "invalid_grant"},
		"expired":            {key, func(c map[string]any) { c["exp"], c["iat"] = now.Add(-time.Hour).Unix(), now.Add(-2*time.Hour).Unix() }, 400, "invalid_grant"},
		"too long":           {key, func(c map[string]any) { c["exp"] = now.Add(3 * time.Hour).Unix() }, 400, "invalid_grant"},
		"no end":             {key, func(c map[string]any) { delete(c, "exp") }, 400, "invalid_grant"},
		"nobody's subject":   {key, func(c map[string]any) { c["sub"] = "ghost@" + staff }, 400, "invalid_grant"},
		"no subject":         {key, func(c map[string]any) { delete(c, "sub") }, 400, "invalid_grant"},
		"not delegated":      {key, func(c map[string]any) { c["scope"] = "https://www.googleapis.com/auth/drive" }, 401, "unauthorized_client"},
		"other customer":     {key, func(c map[string]any) { c["sub"] = "admin@" + stranger }, 200, ""},
		"not administrator":  {key, func(c map[string]any) { c["sub"] = "teacher@" + staff }, 200, ""},
		"scope is not given": {key, func(c map[string]any) { delete(c, "scope") }, 401, "unauthorized_client"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			claims := good()
			c.change(claims)
			signed, err := jwt.Signed(c.key).Claims(claims).Serialize()
			require.NoError(t, err)
			status, body := postForm(t, config.TokenURL, url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {signed}})
			require.Equal(t, c.status, status, body)
			require.Contains(t, body, c.code)
		})
	}
}

func TestTokenIsNeeded(t *testing.T) {
	t.Parallel()
	wall := newMoment()
	wall.at = time.Now()
	r := start(t, google.Options{Wall: wall.now})
	teacher := r.made(t, "teacher@"+staff)
	get := func(client *http.Client) (int, string) {
		answer, err := client.Get(r.api.BasePath + "admin/directory/v1/users/" + teacher.Id)
		require.NoError(t, err)
		return answer.StatusCode, read(t, answer)
	}
	status, body := get(http.DefaultClient)
	require.Equal(t, http.StatusUnauthorized, status)
	require.JSONEq(t, `{"error":{"code":401,"message":"Login Required.","errors":[{"domain":"global","reason":"required","message":"Login Required."}]}}`, body)
	status, body = get(r.as(t, boss, admin.AdminDirectoryGroupScope))
	require.Equal(t, http.StatusForbidden, status)
	require.Contains(t, body, "insufficientPermissions")
	status, body = get(r.as(t, teacher.PrimaryEmail, admin.AdminDirectoryUserScope))
	require.Equal(t, http.StatusForbidden, status)
	require.Contains(t, body, "forbidden")
	status, _ = get(r.as(t, "admin@"+stranger, admin.AdminDirectoryUserScope))
	require.Equal(t, http.StatusNotFound, status, "another customer's user")
	status, _ = get(r.http)
	require.Equal(t, http.StatusOK, status)
	wall.pass(time.Hour)
	status, body = get(r.http)
	require.Equal(t, http.StatusUnauthorized, status)
	require.Contains(t, body, "authError")
	wall.pass(-time.Hour)
	r.Revoke("C1")
	status, _ = get(r.http)
	require.Equal(t, http.StatusUnauthorized, status)
	_, err := r.as(t, boss, admin.AdminDirectoryUserScope).Get(r.api.BasePath) //nolint:bodyclose // there is no answer
	require.ErrorContains(t, err, "unauthorized_client")
	require.NotContains(t, strings.Join(r.Violations(), " "), staff)
}
