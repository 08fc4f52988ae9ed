package emulators

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
)

// Finder finds programs and files on a machine.
type Finder interface {
	// Program returns the path of an executable, an error where there is none.
	Program(name string) (string, error)
	// Files returns the files that match a pattern of package filepath.
	Files(pattern string) []string
	// SDK returns the folders in which a Google Cloud SDK may lie.
	SDK() []string
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

// SDK returns the folder above the gcloud program, and the usual ones.
func (m Machine) SDK() []string {
	folders := []string{os.Getenv("CLOUDSDK_ROOT_DIR"), "/usr/lib/google-cloud-sdk", "/opt/google-cloud-sdk"}
	if home, err := os.UserHomeDir(); err == nil {
		folders = append(folders, filepath.Join(home, "google-cloud-sdk"))
	}
	if path, err := m.Program("gcloud"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			folders = append([]string{filepath.Dir(filepath.Dir(real))}, folders...)
		}
	}
	return folders
}

// What is missing, each with the command that mends it.
var (
	errNoJava = errors.New("Java is missing, which the Firestore and Pub/Sub emulators need. " + //nolint:staticcheck // a sentence for a person
		"Install Java 11 or newer: apt-get install openjdk-17-jre-headless")
	errNoEmulators = errors.New("The Firestore and Pub/Sub emulators are missing. " + //nolint:staticcheck // a sentence for a person
		"Install them: gcloud components install cloud-firestore-emulator pubsub-emulator " +
		"(where gcloud came from apt: apt-get install google-cloud-cli-firestore-emulator google-cloud-cli-pubsub-emulator)")
)

// found says how to start the emulators on this machine.
type found struct {
	java, firestoreJar, pubsubJar string // gcloud's components
	firebase                      []string
}

// locate looks for gcloud's components, then for the Firebase command.
func locate(f Finder) (found, error) {
	java, err := f.Program("java")
	if err != nil {
		return found{}, errNoJava
	}
	for _, sdk := range f.SDK() {
		if sdk == "" {
			continue
		}
		firestore := f.Files(filepath.Join(sdk, "platform", "cloud-firestore-emulator", "cloud-firestore-emulator.jar"))
		pubsub := f.Files(filepath.Join(sdk, "platform", "pubsub-emulator", "lib", "cloud-pubsub-emulator-*-all.jar"))
		if len(firestore) > 0 && len(pubsub) > 0 {
			return found{java: java, firestoreJar: firestore[0], pubsubJar: pubsub[len(pubsub)-1]}, nil
		}
	}
	if path, err := f.Program("firebase"); err == nil {
		return found{java: java, firebase: []string{path}}, nil
	}
	if path, err := f.Program("npx"); err == nil {
		return found{java: java, firebase: []string{path, "--yes", "firebase-tools@14"}}, nil
	}
	return found{}, errNoEmulators
}

// command makes the arguments of an emulator that listens on host and port.
type command func(dir, host, port string) ([]string, error)

func (f found) firestore(heap string) command {
	if f.firebase != nil {
		return f.suite("firestore")
	}
	return func(_, host, port string) ([]string, error) {
		return []string{
			f.java, "-Duser.language=en", "-Xmx" + heap, "-cp", f.firestoreJar,
			"com.google.cloud.datastore.emulator.firestore.CloudFirestore", "--host", host, "--port", port,
		}, nil
	}
}

func (f found) pubsub(heap string) command {
	if f.firebase != nil {
		return f.suite("pubsub")
	}
	return func(_, host, port string) ([]string, error) {
		return []string{f.java, "-Xmx" + heap, "-jar", f.pubsubJar, "--host=" + host, "--port=" + port}, nil
	}
}

// suite starts one emulator of the Firebase suite, which reads its port from
// a configuration file.
func (f found) suite(name string) command {
	return func(dir, host, port string) ([]string, error) {
		config := filepath.Join(dir, "firebase-"+name+".json")
		body := `{"emulators":{"` + name + `":{"host":"` + host + `","port":` + port + `},` +
			`"hub":{"host":"` + host + `","port":0},"ui":{"enabled":false},"singleProjectMode":false}}`
		if err := os.WriteFile(config, []byte(body), 0o644); err != nil {
			return nil, err
		}
		return append(append([]string{}, f.firebase...), "emulators:start", "--only", name, "--project", "demo-suite", "--config", config), nil
	}
}
