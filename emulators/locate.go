package emulators

import (
	"context"
	"errors"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Finder finds programs and files on a machine.
type Finder interface {
	// Program returns the path of an executable, an error where there is none.
	Program(name string) (string, error)
	// Files returns the files that match a pattern of package filepath.
	Files(pattern string) []string
	// SDK yields the folders in which a Google Cloud SDK may lie, the likely
	// and quickly found ones first.
	SDK() iter.Seq[string]
}

// Machine is this machine.
type Machine struct{}

// Program looks along PATH.
func (Machine) Program(name string) (string, error) { return exec.LookPath(name) }

// Files matches a pattern.
func (Machine) Files(pattern string) []string {
	files, _ := filepath.Glob(pattern) // only a malformed pattern fails
	return files
}

// SDK yields CLOUDSDK_ROOT_DIR, the folder above the gcloud program, the usual
// places, and at last what gcloud itself says, which takes a second.
func (m Machine) SDK() iter.Seq[string] {
	return func(yield func(string) bool) {
		gcloud, missing := m.Program("gcloud")
		folders := []string{os.Getenv("CLOUDSDK_ROOT_DIR")}
		if real, err := filepath.EvalSymlinks(gcloud); err == nil {
			folders = append(folders, filepath.Dir(filepath.Dir(real)))
		}
		folders = append(folders, "/usr/lib/google-cloud-sdk", "/opt/google-cloud-sdk")
		if home, err := os.UserHomeDir(); err == nil {
			folders = append(folders, filepath.Join(home, "google-cloud-sdk"))
		}
		for _, f := range folders {
			if f != "" && !yield(f) {
				return
			}
		}
		if missing == nil {
			yield(ask(gcloud))
		}
	}
}

// ask has gcloud say where its SDK lies: it may be a wrapper script that lies
// elsewhere.
func ask(gcloud string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	out, _ := exec.CommandContext(ctx, gcloud, "info", "--format=value(installation.sdk_root)").Output() // "" is no folder
	return strings.TrimSpace(string(out))
}

// What is missing, each with the command that mends it.
var (
	errNoJava = errors.New("the Firestore and Pub/Sub emulators need Java 11 or newer, which is missing; " +
		"install it with: apt-get install default-jre-headless")
	errNoEmulators = errors.New("the Firestore and Pub/Sub emulators are missing; " +
		"install them with: gcloud components install cloud-firestore-emulator pubsub-emulator")
	errNoEmulatorsApt = errors.New("the Firestore and Pub/Sub emulators are missing; " +
		"install them with: apt-get install google-cloud-cli-firestore-emulator google-cloud-cli-pubsub-emulator")
)

// aptSDK is where the Debian package puts the SDK; its gcloud refuses to
// install components.
const aptSDK = "/usr/lib/google-cloud-sdk"

// found says what this machine can start the emulators with: gcloud's
// components, or else the command of the Firebase suite.
type found struct {
	java, firestore, pubsub string   // the program and gcloud's two archives
	suite                   []string // the Firebase command
	install                 error    // what to say where the suite does not start
}

// locate looks for gcloud's components, then for the Firebase command.
func locate(f Finder) (found, error) {
	java, err := f.Program("java")
	if err != nil {
		return found{}, errNoJava
	}
	install := errNoEmulators
	for sdk := range f.SDK() {
		firestore := f.Files(filepath.Join(sdk, "platform", "cloud-firestore-emulator", "cloud-firestore-emulator.jar"))
		pubsub := f.Files(filepath.Join(sdk, "platform", "pubsub-emulator", "lib", "cloud-pubsub-emulator-*-all.jar"))
		if len(firestore) > 0 && len(pubsub) > 0 {
			return found{java: java, firestore: firestore[0], pubsub: pubsub[len(pubsub)-1]}, nil
		}
		if sdk == aptSDK && len(f.Files(filepath.Join(sdk, "bin", "gcloud"))) > 0 {
			install = errNoEmulatorsApt
		}
	}
	if path, err := f.Program("firebase"); err == nil {
		return found{java: java, suite: []string{path}, install: install}, nil
	}
	if path, err := f.Program("npx"); err == nil {
		return found{java: java, suite: []string{path, "--yes", "firebase-tools@14"}, install: install}, nil
	}
	return found{}, install
}
