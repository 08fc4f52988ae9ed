package google_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/googleapi"

	"cool.example/sync/emulators/google"
)

func TestCreationsAreTenASecondAndDomain(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	for i := range 10 {
		r.made(t, fmt.Sprintf("p%d@%s", i, pupils))
	}
	_, err := r.api.Users.Insert(pupil("p10@" + pupils)).Do()
	refused(t, err, http.StatusForbidden, "quotaExceeded")
	r.made(t, "teacher@"+staff) // another domain, another bucket
	r.clock.pass(100 * time.Millisecond)
	r.made(t, "p10@"+pupils)
	_, err = r.api.Users.Insert(pupil("p11@" + pupils)).Do()
	refused(t, err, http.StatusForbidden, "quotaExceeded")
	require.Equal(t, 2, r.Counts()[google.Count{Method: "directory.users.insert", Status: http.StatusForbidden}])
}

func TestOrgUnitsAreOneASecond(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{Speed: 10})
	_, err := r.api.Orgunits.Insert("my_customer", &admin.OrgUnit{Name: "A", ParentOrgUnitPath: "/"}).Do()
	require.NoError(t, err)
	_, err = r.api.Orgunits.Patch("my_customer", "A", &admin.OrgUnit{Description: "x"}).Do()
	refused(t, err, http.StatusForbidden, "quotaExceeded")
	r.clock.pass(100 * time.Millisecond) // a second at tenfold speed
	_, err = r.api.Orgunits.Patch("my_customer", "A", &admin.OrgUnit{Description: "x"}).Do()
	require.NoError(t, err)
}

func TestQueriesAre2400AMinuteAndUser(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{Forget: true})
	u := r.made(t, "sanne@"+pupils)
	for range 2399 {
		_, err := r.api.Users.Get(u.Id).Do()
		require.NoError(t, err)
	}
	_, err := r.api.Users.Get(u.Id).Do()
	refused(t, err, http.StatusForbidden, "userRateLimitExceeded")
	_, err = r.api.Users.Get(u.Id).Do(googleapi.QuotaUser("second"))
	require.NoError(t, err, "a bucket for each quotaUser")
	r.clock.pass(25 * time.Millisecond)
	_, err = r.api.Users.Get(u.Id).Do()
	require.NoError(t, err)
	require.Empty(t, r.Requests())
	require.Empty(t, r.Violations())
}

func TestConcurrencyIsBounded(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{Concurrent: 1})
	u := r.made(t, "sanne@"+pupils)
	body, feed := io.Pipe()
	t.Cleanup(func() { _ = feed.Close() }) // or the fake would wait for the rest for ever
	first := make(chan error, 1)
	go func() {
		request, err := http.NewRequest(http.MethodPatch, r.api.BasePath+"admin/directory/v1/users/"+u.Id, body)
		if err != nil {
			first <- err
			return
		}
		request.Header.Set("Content-Type", "application/json")
		answer, err := r.http.Do(request)
		if err == nil {
			err = errors.Join(answer.Body.Close(), googleapi.CheckResponse(answer))
		}
		first <- err
	}()
	_, err := feed.Write([]byte(`{"suspended":`)) // the first call is under way
	require.NoError(t, err)
	var refusal error
	require.Eventually(t, func() bool {
		_, refusal = r.api.Users.Get(u.Id).Do()
		return refusal != nil
	}, 5*time.Second, time.Millisecond)
	refused(t, refusal, http.StatusTooManyRequests, "rateLimitExceeded")
	_, err = feed.Write([]byte(`true}`))
	require.NoError(t, err)
	require.NoError(t, feed.Close())
	require.NoError(t, <-first)
	_, err = r.api.Users.Get(u.Id).Do()
	require.NoError(t, err)
}

func TestPlannedFaults(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	r.Fail(google.Fault{Method: "directory.users.insert", Status: 400, Reason: "invalid", Times: 1})
	r.Fail(google.Fault{Method: "directory.users.insert", Times: 1, After: true})
	_, err := r.api.Users.Insert(pupil("sanne@" + pupils)).Do()
	refused(t, err, http.StatusBadRequest, "invalid")
	require.Empty(t, r.Users())
	_, err = r.api.Users.Insert(pupil("sanne@" + pupils)).Do()
	require.Error(t, err, "the answer was lost")
	require.Contains(t, r.Users(), "sanne@"+pupils)
	r.Fail(google.Fault{Status: 429, Reason: "rateLimitExceeded", Times: 1, RetryAfter: 7 * time.Second})
	_, err = r.api.Groups.Get("x").Do()
	refused(t, err, http.StatusTooManyRequests, "rateLimitExceeded")
	e, _ := errors.AsType[*googleapi.Error](err)
	require.Equal(t, "7", e.Header.Get("Retry-After"))
}
