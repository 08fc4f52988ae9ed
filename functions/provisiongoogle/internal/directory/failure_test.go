package directory

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestClass(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		reason string
		want   Class
	}{
		"quota as 403":      {403, "quotaExceeded", Throttled},
		"rate as 403":       {403, "userRateLimitExceeded", Throttled},
		"rate as 429":       {429, "", Throttled},
		"permission as 403": {403, "forbidden", Denied},
		"timeout":           {408, "", Transient},
		"gateway":           {504, "", Transient},
		"unknown":           {418, "teapot", Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, class(c.status, c.reason))
		})
	}
}

func FuzzRetryAfter(f *testing.F) {
	now := time.Date(2026, 8, 1, 8, 0, 0, 0, time.UTC)
	for _, v := range []string{"7", "-1", "99999999999", "Sat, 01 Aug 2026 08:00:30 GMT", "soon", ""} {
		f.Add(v)
	}
	require.Equal(f, 30*time.Second, wait(http.Header{"Retry-After": {"Sat, 01 Aug 2026 08:00:30 GMT"}}, now))
	require.Equal(f, 7*time.Second, wait(http.Header{"Retry-After": {"7"}}, now))
	f.Fuzz(func(t *testing.T, value string) {
		require.GreaterOrEqual(t, wait(http.Header{"Retry-After": {value}}, now), time.Duration(0))
	})
}
