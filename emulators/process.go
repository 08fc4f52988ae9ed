package emulators

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const (
	// patience is how long a program may take to answer: on a busy machine ten
	// seconds were seen, and npx may have to fetch the Firebase command first.
	patience = 3 * time.Minute
	// farewell is how long a program may take to end before it is killed.
	farewell = 5 * time.Second
	// attempts bounds how often other ports are tried, where somebody took one
	// that was free a moment before.
	attempts = 5
)

var (
	errTaken = errors.New("somebody took its port")
	errEnded = errors.New("it ended")
)

// process is one running program.
type process struct {
	hosts map[string]string // host:port by the name of a service
	cmd   *exec.Cmd
	done  chan struct{} // closed when it has ended
	once  sync.Once
}

// launch starts a program on free ports and waits until it answers.
func launch(ctx context.Context, p program) (*process, error) {
	var failure error
	for range attempts {
		running, err := begin(p)
		if err != nil {
			return nil, err
		}
		if err = running.await(ctx, p); err == nil {
			return running, nil
		}
		failure = fmt.Errorf("start the emulator of %v: %w; the end of %s:\n%s", p.services, err, p.log, tail(p.log))
		if err := running.stop(); err != nil {
			failure = errors.Join(failure, err)
		}
		if !errors.Is(err, errTaken) {
			break
		}
	}
	return nil, errors.Join(failure, p.advice)
}

// begin runs a program, with its output in its log.
func begin(p program) (*process, error) {
	ports, err := freePorts(len(p.services))
	if err != nil {
		return nil, err
	}
	if p.config != nil {
		if err := p.config(ports); err != nil {
			return nil, fmt.Errorf("configure the emulators: %w", err)
		}
	}
	log, err := os.Create(p.log)
	if err != nil {
		return nil, fmt.Errorf("log of the emulators: %w", err)
	}
	defer log.Close()
	args := p.args(ports)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = filepath.Dir(p.log), log, log
	cmd.Env = append(os.Environ(), p.env...)
	cmd.SysProcAttr = orphanless(p.last)
	running := &process{hosts: map[string]string{}, cmd: cmd, done: make(chan struct{})}
	for i, name := range p.services {
		running.hosts[name] = net.JoinHostPort(loopback, strconv.Itoa(ports[i]))
	}
	if err := running.run(); err != nil {
		return nil, fmt.Errorf("run %s: %w", args[0], err)
	}
	return running, nil
}

// run starts the command and waits for its end on a thread of its own: the
// kernel ends an orphanless child with the thread that started it.
func (p *process) run() error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait() // how it ended stands in its log
			close(p.done)
		}
	}()
	return <-started
}

// await returns when every service answers, or with why none will.
func (p *process) await(ctx context.Context, what program) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for {
		ready, err := p.ready(ctx, what)
		if ready || err != nil {
			return err
		}
		select {
		case <-p.done:
			if _, err := p.ready(ctx, what); err != nil {
				return err
			}
			return errEnded
		case <-ctx.Done():
			return fmt.Errorf("no answer: %w", context.Cause(ctx))
		case <-tick.C:
		}
	}
}

// ready reports whether every service answers. The program's own word comes
// first: on a port that was taken somebody else would answer, and the Pub/Sub
// emulator stays up although it could not bind.
func (p *process) ready(ctx context.Context, what program) (bool, error) {
	said, err := os.ReadFile(what.log)
	if err != nil {
		return false, err
	}
	for _, taken := range []string{"Address already in use", "is not open on", "EADDRINUSE"} {
		if bytes.Contains(said, []byte(taken)) {
			return false, errTaken
		}
	}
	if !bytes.Contains(said, []byte(what.up)) {
		return false, nil
	}
	for name, host := range p.hosts {
		if answers()[name](ctx, host) != nil {
			return false, nil //nolint:nilerr // not yet
		}
	}
	return true, nil
}

// stop ends the process and what it started, by the id of its group.
func (p *process) stop() error {
	if p == nil {
		return nil
	}
	group := -p.cmd.Process.Pid
	p.once.Do(func() {
		_ = syscall.Kill(group, syscall.SIGTERM) // may have ended by itself
		select {
		case <-p.done:
		case <-time.After(farewell):
		}
		_ = syscall.Kill(group, syscall.SIGKILL) // whatever of the group is left
	})
	select {
	case <-p.done:
		return nil
	case <-time.After(farewell):
		return fmt.Errorf("process %d does not end", p.cmd.Process.Pid)
	}
}

// freePorts returns n different ports that nobody listens on.
func freePorts(n int) ([]int, error) {
	var ports []int
	for range n {
		l, err := net.Listen("tcp", loopback+":0")
		if err != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		defer l.Close() // held until all are chosen, so that they differ
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

// tail returns the last lines of a log.
func tail(path string) string {
	body, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(body[max(0, len(body)-2000):])
}
