package browse

import (
	"errors"
	"os"
	"os/exec"
)

// Chromium returns the browser that tests drive: the one that the environment
// variable CHROMIUM names, else Debian's along PATH.
func Chromium() (string, error) {
	if path := os.Getenv("CHROMIUM"); path != "" {
		return exec.LookPath(path)
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		return "", errors.New("Chromium is missing. Install it: sudo apt-get install chromium") //nolint:staticcheck // a sentence for a person
	}
	return path, nil
}
