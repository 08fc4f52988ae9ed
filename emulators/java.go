package emulators

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"time"
)

// oldestJava is the oldest Java that runs the emulators' archives.
const oldestJava = 11

// oldJava returns what to say of a Java that is too old to run the emulators,
// nil where it is not, or does not say how old it is.
func oldJava(ctx context.Context, java string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	said, err := exec.CommandContext(ctx, java, "-version").CombinedOutput()
	if err != nil {
		return nil // what is wrong with it shows when it is started
	}
	n := javaVersion(string(said))
	if n == 0 || n >= oldestJava {
		return nil
	}
	return fmt.Errorf("the Firestore and Pub/Sub emulators need Java %d or newer, and %s is Java %d; "+
		"install a newer one with: apt-get install default-jre-headless", oldestJava, java, n)
}

var javaSays = regexp.MustCompile(`version "(\d+)(?:\.(\d+))?`)

// javaVersion returns the major version in what java -version says, 0 where
// there is none. Up to Java 8 it stands behind "1.".
func javaVersion(said string) int {
	m := javaSays.FindStringSubmatch(said)
	if m == nil {
		return 0
	}
	if m[1] == "1" && m[2] != "" {
		m[1] = m[2]
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return 0 // longer than any number
	}
	return n
}
