// Command annex writes the product's privacy annex from the field register into
// docs/privacy-annex.md, or prints that of one institution, with its settings.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"cool.example/sync/scripts/internal/annex"
	"cool.example/sync/scripts/internal/local"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

func main() {
	owner := flag.String("tenant", "", "print the annex of this institution, with what it switched on and how long it keeps its log")
	project := flag.String("project", "", "Google Cloud project (PROJECT); the product that runs on this machine where there is none")
	flag.Parse()
	if err := run(context.Background(), tenant.ID(*owner), *project); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, owner tenant.ID, project string) error {
	if owner != "" {
		return of(ctx, os.Stdout, owner, project)
	}
	var b bytes.Buffer
	if err := annex.Write(&b, annex.Settings{}); err != nil {
		return err
	}
	return os.WriteFile("docs/privacy-annex.md", b.Bytes(), 0o644)
}

// of writes the annex of an institution.
func of(ctx context.Context, w io.Writer, owner tenant.ID, project string) error {
	if err := local.Complete(os.LookupEnv, map[string]*string{local.Project: &project}); err != nil {
		return err
	}
	db, err := store.Open(ctx, store.Config{Project: project})
	if err != nil {
		return err
	}
	defer db.Close()
	t, err := db.Tenants().Get(ctx, owner, owner)
	if err != nil {
		return fmt.Errorf("read institution %s: %w", owner, err)
	}
	return annex.Write(w, annex.Settings{Institution: t.Name, Modules: t.Modules, LogMonths: t.LogMonths})
}
