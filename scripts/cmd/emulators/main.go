// Command emulators starts a set of emulators for development, prints the
// variables that lead to it, and stays until it is interrupted.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"cool.example/sync/emulators"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	heap := flag.String("heap", "1g", "memory of the Firestore emulator: what many tests store stays until it stops")
	flag.Parse()
	if err := run(ctx, *heap); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, heap string) error {
	set, err := emulators.Start(ctx, emulators.Options{Dir: ".local/emulators", FirestoreHeap: heap})
	if err != nil {
		return err
	}
	for _, v := range set.Environ() {
		fmt.Println("export " + v)
	}
	fmt.Println("# ready")
	<-ctx.Done()
	return set.Stop()
}
