package emulators

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// shell is a program that serves nothing and runs a script.
func shell(t *testing.T, script, up string) program {
	t.Helper()
	return program{
		log: filepath.Join(t.TempDir(), "sh.log"), up: up, last: syscall.SIGKILL,
		args: func([]int) []string { return []string{"/bin/sh", "-c", script} },
	}
}

// gone reports whether no process of p's group lives.
func gone(p *process) bool { return syscall.Kill(-p.cmd.Process.Pid, 0) == syscall.ESRCH }

func TestLaunchErrors(t *testing.T) {
	t.Parallel()
	short, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx     context.Context
		program program
		want    string
	}{
		"ends":          {t.Context(), shell(t, "echo out of luck >&2; exit 1", "up"), "out of luck"},
		"never answers": {short, shell(t, "echo still here; exec sleep 60", "up"), "no answer: context canceled"},
		"always taken":  {t.Context(), shell(t, "echo Address already in use; exec sleep 60", "up"), errTaken.Error()},
		"no program":    {t.Context(), program{log: filepath.Join(t.TempDir(), "x.log"), args: func([]int) []string { return []string{"/no/such"} }}, "run /no/such"},
		"no folder":     {t.Context(), program{log: filepath.Join(t.TempDir(), "no", "x.log")}, "log of the emulators"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := launch(c.ctx, c.program)
			require.Nil(t, p)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestStopEndsTheWholeGroup(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"willing":   "sleep 60 & echo up; wait",
		"grandson":  "(sleep 60 & sleep 60) & echo up; wait",
		"unwilling": "trap '' TERM; echo up; while :; do sleep 60; done",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := launch(t.Context(), shell(t, script, "up"))
			require.NoError(t, err)
			require.False(t, gone(p))
			require.NoError(t, p.stop())
			require.Eventually(t, func() bool { return gone(p) }, farewell, 10*time.Millisecond)
			require.NoError(t, p.stop(), "twice is as good as once")
		})
	}
}

func TestTakenPortIsTriedAgain(t *testing.T) {
	t.Parallel()
	found, err := locate(Machine{})
	require.NoError(t, err)
	programs, err := found.programs(Options{Dir: t.TempDir(), FirestoreHeap: "256m", PubSubHeap: "128m"})
	require.NoError(t, err)
	for _, p := range programs {
		t.Run(p.services[0], func(t *testing.T) {
			t.Parallel()
			var taken []int
			args := p.args
			p.args = func(port []int) []string {
				if len(taken) == 0 { // somebody is faster, and answers like an emulator
					l, err := net.Listen("tcp", net.JoinHostPort(loopback, strconv.Itoa(port[0])))
					require.NoError(t, err)
					impostor := &http.Server{Handler: http.NotFoundHandler()}
					t.Cleanup(func() { _ = impostor.Close() })
					go func() { _ = impostor.Serve(l) }()
				}
				taken = append(taken, port[0])
				return args(port)
			}
			running, err := launch(t.Context(), p)
			require.NoError(t, err)
			require.Len(t, taken, 2)
			require.Equal(t, net.JoinHostPort(loopback, strconv.Itoa(taken[1])), running.hosts[p.services[0]])
			require.NoError(t, running.stop())
		})
	}
}

func TestFreePortsDiffer(t *testing.T) {
	t.Parallel()
	ports, err := freePorts(3)
	require.NoError(t, err)
	require.Len(t, map[int]bool{ports[0]: true, ports[1]: true, ports[2]: true}, 3)
}

func TestTail(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log")
	require.Empty(t, tail(path))
	require.NoError(t, os.WriteFile(path, append(make([]byte, 5000), "the end"...), 0o600))
	require.Len(t, tail(path), 2000)
	require.Contains(t, tail(path), "the end")
}
