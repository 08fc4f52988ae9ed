package journey_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators/demo"
	"cool.example/sync/functions/rosterapply"
	"cool.example/sync/scripts/internal/journey"
	"cool.example/sync/shared/audit"
)

// childPort, when set, makes this test binary serve rosterapply instead of
// running tests: a process of its own, which can be killed.
const childPort = "JOURNEY_ROSTERAPPLY_PORT"

func TestMain(m *testing.M) {
	if port := os.Getenv(childPort); port != "" {
		slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stderr, nil)))
		h, err := rosterapply.Open(context.Background(), os.LookupEnv)
		if err == nil {
			err = http.ListenAndServe("127.0.0.1:"+port, h) //nolint:gosec // ends with a kill
		}
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// mortal passes requests on to rosterapply in a process of its own, and starts
// another when that was killed.
type mortal struct {
	environ []string

	mu    sync.Mutex
	child *exec.Cmd
	proxy *httputil.ReverseProxy
	kills int

	arrived chan struct{} // holds a value while a request is new
}

func (m *mortal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	proxy, err := m.alive()
	select {
	case m.arrived <- struct{}{}:
	default:
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	proxy.ServeHTTP(w, r)
}

// alive returns a way to a living process.
func (m *mortal) alive() (*httputil.ReverseProxy, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.child != nil {
		return m.proxy, nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	_, port, _ := strings.Cut(address, ":")
	child := exec.Command(os.Args[0])
	child.Env = append(append(os.Environ(), m.environ...), childPort+"="+port)
	child.Stderr = os.Stderr
	child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := child.Start(); err != nil {
		return nil, err
	}
	for range 500 {
		answer, err := http.Get("http://" + address + "/health") //nolint:noctx // loopback, at once
		if err == nil {
			m.child, m.proxy = child, httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: address})
			return m.proxy, answer.Body.Close()
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil, fmt.Errorf("the process does not answer")
}

// kill ends the process in the middle of whatever it does.
func (m *mortal) kill() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.child == nil {
		return
	}
	_ = syscall.Kill(-m.child.Process.Pid, syscall.SIGKILL) // may have ended
	_ = m.child.Wait()
	m.child = nil
	m.kills++
}

// TestKilledAnywhereInApply kills the process that applies, again and again,
// at moments that move through its steps, and demands that the import ends
// all the same with every account there once.
func TestKilledAnywhereInApply(t *testing.T) {
	t.Parallel()
	m := &mortal{arrived: make(chan struct{}, 1)}
	t.Cleanup(m.kill)
	s := journey.BeginWith(t, "99XX", journey.Setting{
		Hurry:   time.Second,
		Wait:    5 * time.Minute, // a step may wait a minute for the locks of a dead one, six times
		Replace: map[string]func([]string) http.Handler{"rosterapply": func(environ []string) http.Handler { m.environ = environ; return m }},
	})
	invented := journey.School(1500)
	file := journey.File(t, invented)
	over := make(chan struct{})
	var killing sync.WaitGroup
	killing.Go(func() {
		for i := range 6 {
			delay := time.Duration(5+i*97%240) * time.Millisecond // now in the first step, now steps further
			select {
			case <-over:
				return
			case <-m.arrived: // a step begins
				time.Sleep(delay)
				m.kill()
			}
		}
	})
	t.Cleanup(func() {
		if t.Failed() {
			said := log.String()
			t.Log(said[max(0, len(said)-6000):])
		}
	})
	run := s.Hand(file)
	close(over)
	killing.Wait()
	require.Equal(t, "applied", run.Status)
	require.Greater(t, m.kills, 2, "hardly anything was killed")
	t.Logf("killed %d times", m.kills)
	require.Len(t, accounts(t, s), len(invented.People))

	db, err := s.Database(t.Context(), "")
	require.NoError(t, err)
	defer db.Close()
	once := map[string]int{}
	for e, err := range db.Log().All(t.Context(), demo.Tenant) {
		require.NoError(t, err)
		if e.Value.Action == audit.ImportApplied {
			for _, id := range e.Value.Subjects {
				once[string(id)]++
			}
		}
	}
	require.Len(t, once, len(invented.People))
	for id, n := range once {
		require.Equal(t, 1, n, "%s was applied more than once", id)
	}
	require.Eventually(t, func() bool {
		left, err := db.Leftovers(t.Context(), time.Now(), 10)
		return err == nil && len(left) == 0
	}, time.Minute, 100*time.Millisecond, "messages were left behind")
	require.Equal(t, len(invented.People), s.Hand(bytes.Clone(file)).Counts.Unchanged)

	s.PassedOn(len(invented.People))
	users := map[string]int{}
	for _, u := range s.Google.Users() {
		users[u.ExternalID]++
	}
	require.Len(t, users, len(invented.People), "somebody is not at Google")
	for id, n := range users {
		require.Equal(t, 1, n, "%s has several users at Google", id)
		require.Contains(t, once, id, "a user at Google is nobody's")
	}
	require.Empty(t, s.Google.Violations())
}
