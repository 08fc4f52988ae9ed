package emulators

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// The configuration of the Firebase suite's own command, which serves ours too.
var (
	//go:embed firebase.json
	firebaseConfig []byte
	//go:embed firestore.rules
	firestoreRules []byte
	//go:embed firestore.indexes.json
	firestoreIndexes []byte
)

const (
	loopback = "127.0.0.1"
	// region is where everything of the product is stored.
	region = "EUROPE-WEST4"

	firestoreName = "firestore"
	pubsubName    = "pubsub"
)

// quiet keeps the Firestore emulator from writing a stack trace, with the name
// of the document, for each document that is not there.
const quiet = "handlers=java.util.logging.ConsoleHandler\n.level=SEVERE\n"

// program is something to run that serves one or more services.
type program struct {
	log      string                    // path of its log file
	services []string                  // names: one port each
	args     func(port []int) []string // its command line on ports of services
	env      []string                  // variables beside our own
	config   func(port []int) error    // writes what it reads from a file; may be nil
	up       string                    // what its log says once it holds its ports
	advice   error                     // added to an error; may be nil
	last     syscall.Signal            // what the kernel sends it where we are killed
}

// answers are the checks that a service answers as itself, by its name.
func answers() map[string]func(ctx context.Context, host string) error {
	return map[string]func(context.Context, string) error{firestoreName: firestoreAnswers, pubsubName: pubsubAnswers}
}

// programs returns what to run, and writes the files that it reads.
func (f found) programs(o Options) ([]program, error) {
	files := map[string][]byte{
		"firestore.rules": firestoreRules, "firestore.indexes.json": firestoreIndexes, "logging.properties": []byte(quiet),
	}
	for name, body := range files {
		if err := os.WriteFile(filepath.Join(o.Dir, name), body, 0o644); err != nil {
			return nil, fmt.Errorf("configure the emulators: %w", err)
		}
	}
	if f.suite != nil {
		return []program{f.both(o)}, nil
	}
	return []program{f.onlyFirestore(o), f.onlyPubSub(o)}, nil
}

// onlyFirestore runs gcloud's archive, which holds the deny-all rules for
// every project and database.
func (f found) onlyFirestore(o Options) program {
	return program{
		log: filepath.Join(o.Dir, "firestore.log"), services: []string{firestoreName}, up: "Dev App Server is now running", last: syscall.SIGKILL,
		args: func(port []int) []string {
			return []string{
				f.java, "-Duser.language=en", "-Xmx" + o.FirestoreHeap,
				"-Djava.util.logging.config.file=" + filepath.Join(o.Dir, "logging.properties"),
				"-cp", f.firestore, "com.google.cloud.datastore.emulator.firestore.CloudFirestore",
				"--host", loopback, "--port", strconv.Itoa(port[0]), "--rules", filepath.Join(o.Dir, "firestore.rules"),
			}
		},
	}
}

func (f found) onlyPubSub(o Options) program {
	return program{
		log: filepath.Join(o.Dir, "pubsub.log"), services: []string{pubsubName}, up: "Server started, listening on", last: syscall.SIGKILL,
		args: func(port []int) []string {
			return []string{
				f.java, "-Duser.language=en", "-Xmx" + o.PubSubHeap, "-jar", f.pubsub,
				"--host=" + loopback, "--port=" + strconv.Itoa(port[0]),
			}
		},
	}
}

// both runs the Firebase suite's command, which reads its ports from a file
// and starts both archives, with the larger heap for each.
func (f found) both(o Options) program {
	config := filepath.Join(o.Dir, "firebase.json")
	return program{
		log: filepath.Join(o.Dir, "firebase.log"), services: []string{firestoreName, pubsubName},
		up: "All emulators ready!", env: []string{"JAVA_TOOL_OPTIONS=-Xmx" + o.FirestoreHeap}, advice: f.install,
		last:   syscall.SIGTERM, // it ends its own children, which it puts in groups of their own
		config: func(port []int) error { return writeConfig(config, port) },
		args: func([]int) []string {
			return append(append([]string{}, f.suite...),
				"emulators:start", "--only", "firestore,pubsub", "--project", "demo-suite", "--config", config)
		},
	}
}

// writeConfig writes firebase.json with the ports of Firestore and Pub/Sub.
func writeConfig(path string, port []int) error {
	config := map[string]map[string]any{}
	if err := json.Unmarshal(firebaseConfig, &config); err != nil {
		return err
	}
	config["emulators"][firestoreName] = map[string]any{"host": loopback, "port": port[0]}
	config["emulators"][pubsubName] = map[string]any{"host": loopback, "port": port[1]}
	body, err := json.Marshal(config)
	if err != nil {
		return err
	}
	return os.WriteFile(path, body, 0o644)
}
