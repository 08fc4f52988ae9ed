package stack

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// endless yields a form that does not end, and counts what is taken of it.
type endless struct{ taken atomic.Int64 }

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'a'
	}
	e.taken.Add(int64(len(b)))
	return len(b), nil
}

// large demands of every address that reads what is sent to it that it stops
// early with an answer that says no.
func large(t *testing.T, s *Stack) {
	t.Helper()
	const sent, most = 256 << 20, 32 << 20 // what lies between the two may be on its way
	for _, at := range []string{
		"POST /login", "POST /logout", "POST /password", "POST /oauth2/token", "POST /oauth2/revoke", "POST /oauth2/userinfo",
		"POST /oauth2/authorize", "POST /admin/imports", "POST /admin/staff/sheet", "PUT /api/import/v1/files/x", "POST /", "POST /nowhere",
	} {
		method, path, _ := strings.Cut(at, " ")
		form := &endless{}
		r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, io.LimitReader(form, sent))
		require.NoError(t, err)
		r.ContentLength = sent
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err == nil { // else the connection was cut while the form was under way
			require.NoError(t, answer.Body.Close())
			require.GreaterOrEqual(t, answer.StatusCode, http.StatusSeeOther, at)
			require.Less(t, answer.StatusCode, http.StatusInternalServerError, at)
		}
		require.Less(t, form.taken.Load(), int64(most), at)
	}
}
