package emulators

import (
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// machine is one that holds what a test says.
type machine struct {
	programs []string
	sdk      []string
	files    []string
}

func (m machine) Program(name string) (string, error) {
	if slices.Contains(m.programs, name) {
		return "/bin/" + name, nil
	}
	return "", errors.New("not found")
}

func (m machine) Files(pattern string) []string {
	return slices.DeleteFunc(slices.Clone(m.files), func(f string) bool {
		ok, err := filepath.Match(pattern, f)
		return err != nil || !ok
	})
}

func (m machine) SDK() iter.Seq[string] { return slices.Values(m.sdk) }

const (
	firestoreArchive = "/sdk/platform/cloud-firestore-emulator/cloud-firestore-emulator.jar"
	pubsubArchive    = "/sdk/platform/pubsub-emulator/lib/cloud-pubsub-emulator-0.8.20-all.jar"
)

func TestLocate(t *testing.T) {
	t.Parallel()
	both := []string{firestoreArchive, pubsubArchive}
	for name, c := range map[string]struct {
		machine machine
		want    found
		err     string
	}{
		"components": {
			machine{programs: []string{"java", "firebase"}, sdk: []string{"/none", "/sdk"}, files: both},
			found{java: "/bin/java", firestore: firestoreArchive, pubsub: pubsubArchive},
			"",
		},
		"one component is not enough": {
			machine{programs: []string{"java", "firebase", "npx"}, sdk: []string{"/sdk"}, files: both[:1]},
			found{java: "/bin/java", suite: []string{"/bin/firebase"}, install: errNoEmulators},
			"",
		},
		"npx": {
			machine{programs: []string{"java", "npx"}},
			found{java: "/bin/java", suite: []string{"/bin/npx", "--yes", "firebase-tools@14"}, install: errNoEmulators},
			"",
		},
		"nothing": {
			machine{programs: []string{"java"}},
			found{},
			"gcloud components install cloud-firestore-emulator pubsub-emulator",
		},
		"nothing, with gcloud from apt": {
			machine{programs: []string{"java", "gcloud"}, sdk: []string{aptSDK}, files: []string{aptSDK + "/bin/gcloud"}},
			found{},
			"apt-get install google-cloud-cli-firestore-emulator google-cloud-cli-pubsub-emulator",
		},
		"no Java": {
			machine{programs: []string{"gcloud", "firebase"}, sdk: []string{"/sdk"}, files: both},
			found{},
			"need Java 11 or newer",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := locate(c.machine)
			require.Equal(t, c.want, got)
			if c.err == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.err)
		})
	}
}

func TestStartSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "logs")
	set, err := Start(t.Context(), Options{Dir: dir, Find: machine{programs: []string{"npm"}}})
	require.Nil(t, set)
	require.EqualError(t, err, errNoJava.Error())
	_, err = Start(t.Context(), Options{Dir: dir, Find: machine{programs: []string{"java"}}})
	require.EqualError(t, err, errNoEmulators.Error())
	require.NoDirExists(t, dir, "nothing was begun")
}

// suiteMachine has no SDK, and npx that fails as without a network.
type suiteMachine struct {
	machine
	npx string
}

func (m suiteMachine) Program(name string) (string, error) {
	if name == "npx" {
		return m.npx, nil
	}
	return m.machine.Program(name)
}

func TestSuiteThatDoesNotStartSaysWhatToInstall(t *testing.T) {
	t.Parallel()
	npx := filepath.Join(t.TempDir(), "npx")
	require.NoError(t, os.WriteFile(npx, []byte("#!/bin/sh\necho npm error network; exit 1\n"), 0o755))
	_, err := Start(t.Context(), Options{Dir: t.TempDir(), Find: suiteMachine{machine{programs: []string{"java"}}, npx}})
	require.ErrorContains(t, err, "npm error network", "the end of the log")
	require.ErrorIs(t, err, errNoEmulators)
	require.ErrorIs(t, err, errEnded)
}

func TestMachineFindsThisMachine(t *testing.T) {
	t.Parallel()
	found, err := locate(Machine{})
	require.NoError(t, err)
	if found.suite == nil {
		require.FileExists(t, found.firestore)
		require.FileExists(t, found.pubsub)
	}
	require.Empty(t, ask("/no/such/gcloud"))
	require.Empty(t, Machine{}.Files(filepath.Join(t.TempDir(), "*")))
}

func TestConfigOfTheSuite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := Options{Dir: dir, FirestoreHeap: "1g"}
	programs, err := found{suite: []string{"firebase"}}.programs(o)
	require.NoError(t, err)
	require.Len(t, programs, 1)
	require.NoError(t, programs[0].config([]int{1234, 1235}))
	require.Equal(t, []string{
		"firebase", "emulators:start", "--only", "firestore,pubsub", "--project", "demo-suite", "--config", filepath.Join(dir, "firebase.json"),
	}, programs[0].args(nil))
	require.FileExists(t, filepath.Join(dir, "firestore.rules"))
	require.FileExists(t, filepath.Join(dir, "firestore.indexes.json"))
	body, err := os.ReadFile(filepath.Join(dir, "firebase.json"))
	require.NoError(t, err)
	require.JSONEq(t, `{
		"firestore": {"rules": "firestore.rules", "indexes": "firestore.indexes.json"},
		"emulators": {
			"firestore": {"host": "127.0.0.1", "port": 1234}, "pubsub": {"host": "127.0.0.1", "port": 1235},
			"ui": {"enabled": false}, "singleProjectMode": false
		}
	}`, string(body))
	_, err = found{}.programs(Options{Dir: filepath.Join(dir, "none")})
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestStartEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Start(ctx, Options{Dir: t.TempDir()})
	require.ErrorIs(t, err, context.Canceled)
}
