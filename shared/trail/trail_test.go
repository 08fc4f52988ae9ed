package trail_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/envelope"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/trail"
)

// box returns a box with a day key of its own, and the key's name.
func box(t *testing.T) (*seal.Sealer, string) {
	t.Helper()
	day := emulators.Keys(t)
	s, err := seal.Open(t.Context(), seal.Config{Key: day, Endpoint: os.Getenv("KMS_ENDPOINT")})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() }) // nothing is left to send
	return s, day
}

// request comes from 192.0.2.7, as it says itself by way of other addresses.
func request(t *testing.T, agent string, forwarded ...string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/login", nil)
	r.RemoteAddr = "192.0.2.7:4711"
	r.Header.Set("User-Agent", agent)
	for _, f := range forwarded {
		r.Header.Add("X-Forwarded-For", f)
	}
	return r
}

// by is somebody of a kind who comes from there.
func by(kind person.Kind, from audit.Origin) session.Person {
	return session.Person{Tenant: "golfbreker", Account: account.Account{Kind: kind}, From: from}
}

func entry() audit.Entry {
	return audit.New(time.Now(), audit.Actor{Account: "asanne"}, audit.SignedIn, "asanne")
}

func TestMark(t *testing.T) {
	t.Parallel()
	keys, _ := box(t)
	for name, c := range map[string]struct {
		kind      person.Kind
		proxies   int
		forwarded []string
		want      string
	}{
		"a pupil":                       {person.Pupil, 0, nil, "192.0.2.7"},
		"a member of staff":             {person.Staff, 0, nil, "192.0.2.7"},
		"a guardian":                    {person.Guardian, 0, nil, ""},
		"a classroom's screen":          {person.Functional, 0, nil, ""},
		"somebody unknown":              {"", 0, nil, ""},
		"what a client claims":          {person.Pupil, 0, []string{"198.51.100.1"}, "192.0.2.7"},
		"the load balancer's word":      {person.Pupil, 2, []string{"198.51.100.1, 203.0.113.9"}, "198.51.100.1"},
		"its word after a client's":     {person.Pupil, 2, []string{"10.0.0.1, 198.51.100.1,203.0.113.9"}, "198.51.100.1"},
		"its word in a line of its own": {person.Pupil, 2, []string{"10.0.0.1", "198.51.100.1", "203.0.113.9"}, "198.51.100.1"},
		"too few words":                 {person.Pupil, 2, []string{"198.51.100.1"}, ""},
		"no address":                    {person.Pupil, 1, []string{"<script>"}, ""},
		"no header":                     {person.Pupil, 1, nil, ""},
		"IPv6":                          {person.Pupil, 1, []string{"2001:db8::1"}, "2001:db8::1"},
		"IPv4 as IPv6":                  {person.Pupil, 1, []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := trail.Trail{Config: trail.Config{Proxies: c.proxies}, Box: keys}
			e := tr.Mark(t.Context(), by(c.kind, tr.Of(request(t, "Firefox", c.forwarded...))), entry())
			require.False(t, e.Sealed.Empty())
			require.NotContains(t, string(e.Sealed.Body), "192.0.2.7")
			got, err := tr.Open(t.Context(), "golfbreker", e, audit.Sealed{Envelope: e.Sealed, ExpireAt: e.Private.Until})
			require.NoError(t, err)
			require.Equal(t, audit.Origin{Address: c.want, Agent: "Firefox"}, got)
		})
	}
}

func TestLongAgentsAreCutShort(t *testing.T) {
	t.Parallel()
	keys, _ := box(t)
	tr := trail.Trail{Box: keys}
	for _, agent := range []string{strings.Repeat("é", 1000), "a\xff" + strings.Repeat("x", 1000)} {
		e := tr.Mark(t.Context(), by(person.Guardian, tr.Of(request(t, agent))), entry())
		got, err := tr.Open(t.Context(), "golfbreker", e, audit.Sealed{Envelope: e.Sealed, ExpireAt: e.Private.Until})
		require.NoError(t, err)
		require.LessOrEqual(t, len(got.Agent), 200)
		require.Greater(t, len(got.Agent), 190)
		require.NotContains(t, got.Agent, "\ufffd")
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	keys, day := box(t)
	tr := trail.Trail{Box: keys}
	e := tr.Mark(t.Context(), by(person.Pupil, tr.Of(request(t, "Firefox"))), entry())
	s := audit.Sealed{Envelope: e.Sealed, ExpireAt: e.Private.Until}
	other := tr.Mark(t.Context(), by(person.Pupil, tr.Of(request(t, "Firefox"))), entry())
	longer := s
	longer.ExpireAt = s.ExpireAt.Add(time.Hour)
	for name, sealed := range map[string]audit.Sealed{
		"another entry's": {Envelope: other.Sealed, ExpireAt: other.Private.Until}, "none": {}, "one that lives longer": longer,
	} {
		_, err := tr.Open(t.Context(), "golfbreker", e, sealed)
		require.Equal(t, fault.Invalid, fault.KindOf(err), name)
	}
	_, err := tr.Open(t.Context(), "duinrand", e, s)
	require.Equal(t, fault.Invalid, fault.KindOf(err), "in another institution's log")
	emulators.Advance(t, day, time.Hour)
	_, err = tr.Open(t.Context(), "golfbreker", e, s)
	require.NoError(t, err)
}

// broken is a box whose keys are out of reach.
type broken struct{}

func (broken) Enclose(context.Context, []byte, []byte) (envelope.Envelope, error) {
	return envelope.Envelope{}, fault.As(fault.Busy, errors.New("down"))
}

func (broken) Disclose(context.Context, envelope.Envelope, []byte) ([]byte, error) {
	return nil, fault.As(fault.Busy, errors.New("down"))
}

func TestNobodyIsKeptFromWork(t *testing.T) {
	t.Parallel()
	tr, e := trail.Trail{Box: broken{}}, entry()
	require.Equal(t, e, tr.Mark(t.Context(), by(person.Pupil, tr.Of(request(t, "Firefox"))), e))
}
