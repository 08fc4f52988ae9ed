// Command dev builds and starts the whole product on this machine with a demo
// institution, and stays up until it is interrupted. With -once it runs the
// main job instead, from a source file to a signed-in application, and exits.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"cool.example/sync/emulators"
)

// flags are what one can ask for.
type flags struct {
	once   bool
	port   int
	pupils int
	seed   uint64
}

func main() {
	var f flags
	flag.BoolVar(&f.once, "once", false, "run the main job and exit; 0 only if every step was seen to succeed")
	flag.IntVar(&f.port, "port", -1, "port to listen on; 0 for any free one (8080, with -once any)")
	flag.IntVar(&f.pupils, "pupils", 400, "how many pupils the demo school has")
	flag.Uint64Var(&f.seed, "seed", 7, "seed of the demo school")
	flag.Parse()
	if f.port < 0 {
		f.port = 8080
		if f.once {
			f.port = 0
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	err := run(ctx, f)
	if ctx.Err() != nil && err != nil {
		fmt.Fprintln(os.Stderr, "\nInterrupted; everything that was started has been stopped.")
		os.Exit(130)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "\n"+err.Error())
		os.Exit(1)
	}
}

// local is where the command keeps its logs and what it wrote for others.
const local = ".local"

func run(ctx context.Context, f flags) (err error) {
	log, err := openLog()
	if err != nil {
		return err
	}
	defer log.Close()
	s := &steps{out: os.Stdout, live: terminal(os.Stdout), begun: time.Now(), limit: limit(f.pupils)}
	dir := filepath.Join(local, fmt.Sprintf("emulators-%d", os.Getpid()))
	defer os.RemoveAll(dir) // logs of a run that is over
	var set *emulators.Set
	err = s.do(ctx, "start the emulators", func(ctx context.Context) (string, error) {
		set, err = emulators.Start(ctx, emulators.Options{Dir: dir})
		return "Firestore, Pub/Sub, storage, secrets, keys", err
	})
	if err != nil {
		return err
	}
	defer func() { // also when interrupted
		if failed := set.Stop(); err == nil {
			err = failed
		}
	}()
	for _, v := range set.Environ() {
		name, value, _ := strings.Cut(v, "=")
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	j := &job{flags: f, steps: s}
	defer j.close()
	if err := j.run(ctx); err != nil {
		return err
	}
	if f.once {
		fmt.Printf("\nEvery step succeeded in %.1f s.\n", time.Since(s.begun).Seconds())
		return nil
	}
	if err := j.announce(); err != nil {
		return err
	}
	defer os.Remove(filepath.Join(local, "dev.json"))
	<-ctx.Done()
	fmt.Println("\nStopping.")
	return nil
}

// openLog sends the product's own log to a file, so that the screen shows
// progress only.
func openLog() (io.WriteCloser, error) {
	if err := os.MkdirAll(local, 0o755); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(local, "dev.log"))
	if err != nil {
		return nil, err
	}
	slog.SetDefault(slog.New(slog.NewJSONHandler(log, nil)))
	return log, nil
}

func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
