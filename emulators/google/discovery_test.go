package google_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	admin "google.golang.org/api/admin/directory/v1"

	"cool.example/sync/emulators/google"
)

func privateKey(t *testing.T, file []byte) *rsa.PrivateKey {
	t.Helper()
	block, _ := pem.Decode(file)
	require.NotNil(t, block)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	require.NoError(t, err)
	return key.(*rsa.PrivateKey)
}

func postForm(t *testing.T, address string, form url.Values) (int, string) {
	t.Helper()
	answer, err := http.PostForm(address, form)
	require.NoError(t, err)
	return answer.StatusCode, read(t, answer)
}

func read(t *testing.T, answer *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	return string(body)
}

func TestStrayRequestsAreViolations(t *testing.T) {
	t.Parallel()
	const good = `{"primaryEmail":"a@board.example","password":"12345678","name":{"givenName":"A","familyName":"B"}`
	for name, c := range map[string]struct {
		verb, path, body string
		status           int
		says             string
	}{
		"unknown path":         {"GET", "user/1", "", 404, "no method GET"},
		"unknown verb":         {"PUT", "users", "{}", 404, "no method PUT"},
		"unknown parameter":    {"GET", "users?custommer=C1", "", 400, "unknown parameter custommer"},
		"mistyped parameter":   {"GET", "users?customer=C1&maxResults=many", "", 400, "maxResults is no integer"},
		"parameter too large":  {"GET", "users?customer=C1&maxResults=501", "", 400, "maxResults is too large"},
		"parameter off list":   {"GET", "users?customer=C1&projection=whole", "", 400, "not in its list"},
		"parameter twice":      {"GET", "users?customer=C1&customer=C2", "", 400, "more than once"},
		"path value in query":  {"GET", "users/1?userKey=2", "", 400, "belongs in the path"},
		"required is missing":  {"POST", "users", `{"primaryEmail":"a@board.example","password":"12345678"}`, 400, "User.name is required"},
		"required lies deeper": {"POST", "users", `{"primaryEmail":"a@board.example","password":"12345678","name":{"givenName":"A"}}`, 400, "User.name.familyName is required"},
		"unknown property":     {"POST", "users", good + `,"nickname":"A"}`, 400, "no property nickname"},
		"unknown in a list":    {"POST", "users", good + `,"externalIds":[{"typ":"custom"}]}`, 400, "no property typ"},
		"read-only property":   {"POST", "users", good + `,"isAdmin":true}`, 400, "isAdmin is read-only"},
		"mistyped property":    {"POST", "users", good + `,"suspended":"no"}`, 400, "suspended is not of type boolean"},
		"list that is none":    {"POST", "users", good + `,"externalIds":{"value":"1"}}`, 400, "not of type array"},
		"body that is missing": {"POST", "users", "", 400, "body is missing"},
		"body not asked for":   {"DELETE", "users/1", "{}", 400, "takes no body"},
		"body is no JSON":      {"POST", "users", "{", 400, "no JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, google.Options{})
			request, err := http.NewRequestWithContext(t.Context(), c.verb, r.api.BasePath+"admin/directory/v1/"+c.path, strings.NewReader(c.body))
			require.NoError(t, err)
			request.Header.Set("Content-Type", "application/json")
			answer, err := r.http.Do(request)
			require.NoError(t, err)
			body := read(t, answer)
			require.Equal(t, c.status, answer.StatusCode, body)
			require.Contains(t, strings.Join(r.Violations(), "\n"), c.says)
			require.Empty(t, r.Users())
		})
	}
}

func TestDumpHoldsWhatArrived(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	u := r.made(t, "sanne@"+pupils)
	r.group(t, "groep8@"+staff)
	_, err := r.api.Users.Patch(u.Id, &admin.User{RecoveryEmail: "thuis@elsewhere.example"}).Do()
	require.NoError(t, err)
	require.NoError(t, r.api.Users.Delete(u.Id).Do())
	dump := string(r.Dump())
	for _, value := range []string{"sanne@" + pupils, "van der Berg", "groep8@" + staff, "thuis@elsewhere.example"} {
		require.Contains(t, dump, value)
	}
	last := r.Requests()[2]
	require.Equal(t, "directory.users.patch", last.Method)
	require.Equal(t, "admin/directory/v1/users/{userKey}", last.Path)
	require.Contains(t, string(last.Body), "thuis@elsewhere.example")
}
