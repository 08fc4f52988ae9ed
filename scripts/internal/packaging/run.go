package packaging

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// patience is how long a packaged function may take to answer at all.
const patience = 30 * time.Second

// Serve starts a built function on its own, as the platform does, and returns
// how long it took from exec to its first good answer on /health.
func Serve(ctx context.Context, binary, function string, environ []string) (time.Duration, error) {
	port, err := freePort()
	if err != nil {
		return 0, err
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, binary)
	cmd.Env = append(append(os.Environ(), environ...), "FUNCTION_TARGET="+Target(function), "PORT="+strconv.Itoa(port))
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	err = answers(ctx, "http://127.0.0.1:"+strconv.Itoa(port)+"/health")
	took := time.Since(begun)
	killed := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	_ = cmd.Wait() // ended above
	if err != nil {
		return 0, fmt.Errorf("%s does not answer: %w\n%s", function, err, said.Bytes())
	}
	return took, killed
}

// answers returns when the address answers 200.
func answers(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	last := errors.New("no answer yet")
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return err
		}
		if answer, err := http.DefaultClient.Do(r); err == nil {
			if err := answer.Body.Close(); err != nil {
				return err
			}
			if answer.StatusCode == http.StatusOK {
				return nil
			}
			return fmt.Errorf("answered %d", answer.StatusCode)
		} else if ctx.Err() == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			return last
		case <-tick.C:
		}
	}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}
