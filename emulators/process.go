package emulators

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const (
	// patience is how long an emulator may take to answer: on a busy machine
	// ten seconds were seen.
	patience = 90 * time.Second
	// farewell is how long an emulator may take to end before it is killed.
	farewell = 3 * time.Second
	// attempts bounds how often another port is tried, where somebody took
	// the one that was free a moment before.
	attempts = 3
)

// process is one running emulator.
type process struct {
	host string // host:port
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
	once sync.Once
}

// answers reports whether the emulator at host answers as itself.
type answers func(ctx context.Context, host string) error

// launch starts an emulator on a free port and waits until it answers.
func launch(ctx context.Context, args command, log string, ready answers) (*process, error) {
	var last error
	for range attempts {
		p, err := begin(args, log)
		if err != nil {
			return nil, err
		}
		if last = p.await(ctx, ready); last == nil {
			return p, nil
		}
		last = fmt.Errorf("%w; the end of %s:\n%s", last, log, tail(log))
		if err := p.stop(); err != nil || ctx.Err() != nil {
			return nil, errors.Join(last, err)
		}
	}
	return nil, last
}

func begin(arguments command, log string) (*process, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	args, err := arguments(filepath.Dir(log), "127.0.0.1", strconv.Itoa(port))
	if err != nil {
		return nil, err
	}
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = filepath.Dir(log), out, out
	cmd.SysProcAttr = orphanless()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(args[0]), err)
	}
	p := &process{host: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), cmd: cmd, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // how it ended stands in its log
		close(p.done)
	}()
	return p, nil
}


// await returns when the emulator answers, has ended, or took too long.
func (p *process) await(ctx context.Context, ready answers) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if ready(ctx, p.host) == nil {
			return nil
		}
		select {
		case <-p.done:
			return errors.New("an emulator ended while it started")
		case <-ctx.Done():
			return fmt.Errorf("an emulator does not answer: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

// stop ends the process and what it started, by the id of its group.
func (p *process) stop() error {
	if p == nil {
		return nil
	}
	p.once.Do(func() {
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGTERM) // may have ended by itself
		select {
		case <-p.done:
		case <-time.After(farewell):
			_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		}
	})
	select {
	case <-p.done:
		return nil
	case <-time.After(farewell):
		return fmt.Errorf("process %d does not end", p.cmd.Process.Pid)
	}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}

// tail returns the last lines of a log.
func tail(path string) string {
	body, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(body[max(0, len(body)-2000):])
}
