package emulators

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"cloud.google.com/go/storage"
	"github.com/stretchr/testify/require"
	"google.golang.org/api/option"
)

func TestSet(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "logs")
	set, err := Start(t.Context(), Options{Dir: dir, FirestoreHeap: "256m", PubSubHeap: "128m"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, set.Stop()) })

	hosts := map[string]string{}
	for _, v := range set.Environ() {
		name, host, ok := strings.Cut(v, "=")
		require.True(t, ok)
		require.Regexp(t, `^127\.0\.0\.1:\d+$`, host, name)
		hosts[name] = host
	}
	require.Len(t, hosts, 5)
	require.NoError(t, firestoreAnswers(t.Context(), hosts["FIRESTORE_EMULATOR_HOST"]))
	require.NoError(t, pubsubAnswers(t.Context(), hosts["PUBSUB_EMULATOR_HOST"]))
	require.Error(t, firestoreAnswers(t.Context(), hosts["PUBSUB_EMULATOR_HOST"]), "each answers as itself alone")
	for authorization, want := range map[string]int{"": http.StatusForbidden, "Bearer owner": http.StatusNotFound} {
		require.Equal(t, want, read(t, hosts["FIRESTORE_EMULATOR_HOST"], "projects/demo-any/databases/(default)", authorization))
	}
	objects(t, set, hosts["STORAGE_EMULATOR_HOST"])
	seeds(t, set, hosts["KMS_ENDPOINT"])

	require.NoError(t, set.Stop())
	require.NoError(t, set.Stop(), "twice is as good as once")
	for _, p := range set.processes {
		require.Eventually(t, func() bool { return gone(p) }, farewell, 10*time.Millisecond, "no process is left")
	}
	for name, host := range hosts {
		_, err := net.Dial("tcp", host)
		require.Error(t, err, "%s still listens", name)
	}
	for _, name := range (Machine{}).Files(filepath.Join(dir, "*.log")) {
		log, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NotContains(t, string(log), "people/none", "the log of %s names no document", name)
	}
}

// objects stores two generations of an object and finds both.
func objects(t *testing.T, set *Set, host string) {
	t.Helper()
	set.CreateBucket("uploads")
	client, err := storage.NewClient(t.Context(), option.WithoutAuthentication(), option.WithEndpoint("http://"+host+"/storage/v1/"))
	require.NoError(t, err)
	defer client.Close()
	_, err = client.Bucket("uploads").Update(t.Context(), storage.BucketAttrsToUpdate{VersioningEnabled: true})
	require.NoError(t, err)
	for _, content := range []string{"first", "second"} {
		w := client.Bucket("uploads").Object("a/b").NewWriter(t.Context())
		_, err := w.Write([]byte(content))
		require.NoError(t, err)
		require.NoError(t, w.Close())
	}
	all, err := set.Objects()
	require.NoError(t, err)
	require.ElementsMatch(t, []Object{
		{Bucket: "uploads", Name: "a/b", Content: []byte("first")}, {Bucket: "uploads", Name: "a/b", Content: []byte("second")},
	}, all)
}

// seeds fills the fakes from within.
func seeds(t *testing.T, set *Set, host string) {
	t.Helper()
	set.Secrets().Put("demo", "pepper", []byte("value"))
	const key = "projects/demo/locations/europe-west4/keyRings/sync/cryptoKeys/day"
	require.NoError(t, set.Keys().Put(key))
	client, err := kms.NewKeyManagementClient(t.Context(), plaintext(host)...)
	require.NoError(t, err)
	defer client.Close()
	_, err = client.Encrypt(t.Context(), &kmspb.EncryptRequest{Name: key, Plaintext: []byte("x")})
	require.NoError(t, err)
}

func TestScratchFolderIsRemoved(t *testing.T) {
	t.Parallel()
	s := &Set{}
	dir, err := s.folder("")
	require.NoError(t, err)
	require.DirExists(t, dir)
	require.NoError(t, s.Stop())
	require.NoDirExists(t, dir)
}
