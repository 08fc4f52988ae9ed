// Command annex writes the product's privacy annex from the field register
// into docs/privacy-annex.md.
package main

import (
	"bytes"
	"fmt"
	"os"

	"cool.example/sync/scripts/internal/annex"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var b bytes.Buffer
	if err := annex.Write(&b); err != nil {
		return err
	}
	return os.WriteFile("docs/privacy-annex.md", b.Bytes(), 0o644)
}
