package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// oldestNode is the oldest Node.js that the browser tests run on.
const oldestNode = 20

// installNode is the command that mends a Node.js that is missing or too old:
// Debian's own is older.
const installNode = "curl -fsSL https://deb.nodesource.com/setup_20.x | sudo bash - && sudo apt-get install nodejs"

// node demands a Node.js that is new enough, with npm.
func node(ctx context.Context) error {
	for _, name := range []string{"node", "npm"} {
		if _, err := exec.LookPath(name); err != nil {
			return errors.New("Node.js with npm is missing. Install it: " + installNode) //nolint:staticcheck // a sentence for a person
		}
	}
	said, err := exec.CommandContext(ctx, "node", "--version").Output()
	if err != nil {
		return fmt.Errorf("node --version: %w", err)
	}
	if n := nodeVersion(string(said)); n < oldestNode {
		return fmt.Errorf("Node.js %d is too old: the browser tests need %d. Install it: %s", n, oldestNode, installNode) //nolint:staticcheck // as above
	}
	return nil
}

// nodeVersion returns the major version in what node --version says: v20.20.2.
// It is 0 where there is none.
func nodeVersion(said string) int {
	major, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(said), "v"), ".")
	n, err := strconv.Atoi(major)
	if err != nil {
		return 0
	}
	return n
}
