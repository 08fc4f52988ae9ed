package emulators

import (
	"context"
	"io"
	"net/http"
	"os"
	"runtime"
	"testing"

	"cloud.google.com/go/firestore"
	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"cloud.google.com/go/pubsub/v2"
	secretmanager "cloud.google.com/go/secretmanager/apiv1"
	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"cloud.google.com/go/storage"
	"github.com/stretchr/testify/require"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cool.example/sync/emulators/keys"
)

// outcome is a test that only notes how it would have failed.
type outcome struct {
	testing.TB
	fatal string
}

func (o *outcome) Helper() {}

func (o *outcome) Fatalf(format string, _ ...any) {
	o.fatal = format
	runtime.Goexit()
}

func TestMissingEmulatorFailsTheTest(t *testing.T) {
	t.Parallel()
	o := &outcome{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		address(o, "NO_EMULATOR_HAS_THIS_VARIABLE")
	}()
	<-done
	require.Contains(t, o.fatal, "scripts/test ./path/to/package")
}

// read reads a document that does not exist over REST, as somebody or as
// nobody, and returns the status.
func read(t *testing.T, host, database, authorization string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+host+"/v1/"+database+"/documents/people/none", nil)
	require.NoError(t, err)
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	return answer.StatusCode
}

func TestFirestore(t *testing.T) {
	t.Parallel()
	project := Firestore(t)
	require.NotEqual(t, project, Firestore(t), "each call a project of its own")
	for _, database := range []string{firestore.DefaultDatabaseID, "credentials"} {
		client, err := firestore.NewClientWithDatabase(t.Context(), project, database)
		require.NoError(t, err)
		person := client.Doc("people/1")
		_, err = person.Get(t.Context())
		require.Equal(t, codes.NotFound, status.Code(err), "databases share nothing")
		_, err = person.Create(t.Context(), map[string]any{"year": 3})
		require.NoError(t, err)
		_, err = person.Create(t.Context(), map[string]any{"year": 3})
		require.Equal(t, codes.AlreadyExists, status.Code(err))
		got, err := person.Get(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 3, got.Data()["year"])
		require.Equal(t, http.StatusForbidden,
			read(t, os.Getenv("FIRESTORE_EMULATOR_HOST"), "projects/"+project+"/databases/"+database, ""))
		require.NoError(t, client.Close())
	}
}

func TestPubSub(t *testing.T) {
	t.Parallel()
	project := PubSub(t)
	Topics(t, project, "one", "two")
	client, err := pubsub.NewClient(t.Context(), project)
	require.NoError(t, err)
	defer client.Close()
	publisher := client.Publisher("one")
	defer publisher.Stop()
	for _, body := range []string{"a", "b"} {
		_, err := publisher.Publish(t.Context(), &pubsub.Message{Data: []byte(body), Attributes: map[string]string{"tenant": "t"}}).Get(t.Context())
		require.NoError(t, err)
	}
	var bodies []string
	for _, m := range Pull(t, project, "one", 2) {
		require.Equal(t, "t", m.GetAttributes()["tenant"])
		bodies = append(bodies, string(m.GetData()))
	}
	require.ElementsMatch(t, []string{"a", "b"}, bodies)
}

func TestStorage(t *testing.T) {
	t.Parallel()
	client, err := storage.NewClient(t.Context(), option.WithoutAuthentication(),
		option.WithEndpoint("http://"+os.Getenv("STORAGE_EMULATOR_HOST")+"/storage/v1/"))
	require.NoError(t, err)
	defer client.Close()
	bucket := client.Bucket(Storage(t))
	attrs, err := bucket.Attrs(t.Context())
	require.NoError(t, err)
	require.Equal(t, region, attrs.Location)

	put := func(ctx context.Context, size int) error {
		w := bucket.Object("files/1").If(storage.Conditions{DoesNotExist: true}).NewWriter(ctx)
		_, err := w.Write(make([]byte, size))
		require.NoError(t, err)
		return w.Close()
	}
	const size = 20 << 20 // more than one chunk of an upload
	require.NoError(t, put(t.Context(), size))
	var refused *googleapi.Error
	require.ErrorAs(t, put(t.Context(), 1), &refused)
	require.Equal(t, http.StatusPreconditionFailed, refused.Code)
	r, err := bucket.Object("files/1").NewReader(t.Context())
	require.NoError(t, err)
	defer r.Close()
	n, err := io.Copy(io.Discard, r)
	require.NoError(t, err)
	require.EqualValues(t, size, n)
	require.NoError(t, bucket.Object("files/1").Delete(t.Context()))
	_, err = bucket.Object("files/1").Attrs(t.Context())
	require.ErrorIs(t, err, storage.ErrObjectNotExist)
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	space := Secrets(t)
	space.Put("pepper", []byte("one"))
	space.Put("pepper", []byte("two"))
	client, err := secretmanager.NewClient(t.Context(), plaintext(space.Endpoint)...)
	require.NoError(t, err)
	defer client.Close()
	for version, want := range map[string]string{"1": "one", "latest": "two"} {
		got, err := client.AccessSecretVersion(t.Context(), &secretmanagerpb.AccessSecretVersionRequest{
			Name: "projects/" + space.Project + "/secrets/pepper/versions/" + version,
		})
		require.NoError(t, err)
		require.Equal(t, want, string(got.GetPayload().GetData()))
	}
	_, err = client.AccessSecretVersion(t.Context(), &secretmanagerpb.AccessSecretVersionRequest{
		Name: "projects/" + Secrets(t).Project + "/secrets/pepper/versions/latest",
	})
	require.Equal(t, codes.NotFound, status.Code(err), "another test's project")
}

func TestKeys(t *testing.T) {
	t.Parallel()
	mine, other := Keys(t), Keys(t)
	require.NotEqual(t, mine, other)
	client, err := kms.NewKeyManagementClient(t.Context(), plaintext(os.Getenv("KMS_ENDPOINT"))...)
	require.NoError(t, err)
	defer client.Close()
	sealed := map[string][]byte{}
	for _, key := range []string{mine, other} {
		r, err := client.Encrypt(t.Context(), &kmspb.EncryptRequest{Name: key, Plaintext: []byte("data key")})
		require.NoError(t, err)
		sealed[key] = r.GetCiphertext()
		_, err = client.DestroyCryptoKeyVersion(t.Context(), &kmspb.DestroyCryptoKeyVersionRequest{Name: r.GetName()})
		require.NoError(t, err)
	}
	Advance(t, mine, keys.Window)
	restore := func(key string) error {
		_, err := client.RestoreCryptoKeyVersion(t.Context(), &kmspb.RestoreCryptoKeyVersionRequest{Name: key + "/cryptoKeyVersions/1"})
		return err
	}
	require.Equal(t, codes.FailedPrecondition, status.Code(restore(mine)), "destroyed")
	require.NoError(t, restore(other), "time went on for one key alone")
	_, err = client.Decrypt(t.Context(), &kmspb.DecryptRequest{Name: mine, Ciphertext: sealed[mine]})
	require.Equal(t, codes.FailedPrecondition, status.Code(err))
}
