package emulators

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"cloud.google.com/go/pubsub/v2"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	secretmanager "cloud.google.com/go/secretmanager/apiv1"
	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"cloud.google.com/go/storage"
	"github.com/stretchr/testify/require"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

//go:embed firestore.rules
var rules string

// address returns where an emulator of the running set is. Tests without a
// set fail: they never pass by not looking.
func address(t testing.TB, variable string) string {
	t.Helper()
	host := os.Getenv(variable)
	if host == "" {
		t.Fatalf("no emulators: %s is not set. Run the test with: scripts/test ./path/to/package", variable)
	}
	return host
}

func random() string { return strings.ToLower(rand.Text()[:16]) }

// Firestore gives t a project of its own in the Firestore emulator, with the
// deny-all rules, and returns its id.
func Firestore(t testing.TB) (project string) {
	t.Helper()
	project = "demo-" + random()
	require.NoError(t, loadRules(t.Context(), address(t, "FIRESTORE_EMULATOR_HOST"), project))
	return project
}

// loadRules gives a project of the Firestore emulator the deny-all rules.
func loadRules(ctx context.Context, host, project string) error {
	body, err := json.Marshal(map[string]any{"rules": map[string]any{
		"files": []any{map[string]string{"name": "firestore.rules", "content": rules}},
	}})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	url := "http://" + host + "/emulator/v1/projects/" + project + ":securityRules"
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, url, strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

// PubSub makes topics in project of the Pub/Sub emulator, each with a
// subscription of the same name from which a test can pull.
func PubSub(t testing.TB, project string, topics ...string) {
	t.Helper()
	address(t, "PUBSUB_EMULATOR_HOST")
	client, err := pubsub.NewClient(t.Context(), project)
	require.NoError(t, err)
	defer client.Close()
	for _, name := range topics {
		full := "projects/" + project + "/topics/" + name
		_, err := client.TopicAdminClient.CreateTopic(t.Context(), &pubsubpb.Topic{Name: full})
		require.NoError(t, err)
		_, err = client.SubscriptionAdminClient.CreateSubscription(t.Context(), &pubsubpb.Subscription{
			Name: "projects/" + project + "/subscriptions/" + name, Topic: full, AckDeadlineSeconds: 60,
		})
		require.NoError(t, err)
	}
}

// Pull takes the bodies that wait in the subscription of a topic, and returns
// when at least want have come.
func Pull(t testing.TB, project, topic string, want int) [][]byte {
	t.Helper()
	client, err := pubsub.NewClient(t.Context(), project)
	require.NoError(t, err)
	defer client.Close()
	name := "projects/" + project + "/subscriptions/" + topic
	var bodies [][]byte
	for len(bodies) < want {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		got, err := client.SubscriptionAdminClient.Pull(ctx, &pubsubpb.PullRequest{Subscription: name, MaxMessages: 100})
		cancel()
		require.NoError(t, err, "waiting for %d messages of %s, have %d", want, topic, len(bodies))
		var ids []string
		for _, m := range got.GetReceivedMessages() {
			bodies = append(bodies, m.GetMessage().GetData())
			ids = append(ids, m.GetAckId())
		}
		if len(ids) > 0 {
			require.NoError(t, client.SubscriptionAdminClient.Acknowledge(t.Context(), &pubsubpb.AcknowledgeRequest{Subscription: name, AckIds: ids}))
		}
	}
	return bodies
}

// Storage makes a fresh bucket and returns its name.
func Storage(t testing.TB) (bucket string) {
	t.Helper()
	client, err := storage.NewClient(t.Context(), option.WithoutAuthentication(),
		option.WithEndpoint("http://"+address(t, "STORAGE_EMULATOR_HOST")+"/storage/v1/"))
	require.NoError(t, err)
	defer client.Close()
	bucket = "test-" + random()
	require.NoError(t, client.Bucket(bucket).Create(t.Context(), "demo", nil))
	return bucket
}

// SecretSpace is a project of its own in the fake of Secret Manager.
type SecretSpace struct {
	Project  string
	Endpoint string
	t        testing.TB
	client   *secretmanager.Client
}

// Secrets gives t a project of its own in the fake of Secret Manager.
func Secrets(t testing.TB) *SecretSpace {
	t.Helper()
	s := &SecretSpace{Project: "demo-" + random(), Endpoint: address(t, "SECRET_MANAGER_ENDPOINT"), t: t}
	var err error
	s.client, err = secretmanager.NewClient(t.Context(), plaintext(s.Endpoint)...)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.client.Close() })
	return s
}

// Put stores the first or next version of a secret through Google's client.
func (s *SecretSpace) Put(name string, value []byte) {
	s.t.Helper()
	parent := "projects/" + s.Project
	_, _ = s.client.CreateSecret(s.t.Context(), &secretmanagerpb.CreateSecretRequest{Parent: parent, SecretId: name}) // may exist
	_, err := s.client.AddSecretVersion(s.t.Context(), &secretmanagerpb.AddSecretVersionRequest{
		Parent: parent + "/secrets/" + name, Payload: &secretmanagerpb.SecretPayload{Data: value},
	})
	require.NoError(s.t, err)
}

// Keys makes a fresh symmetric key in the fake of Cloud KMS and returns its
// resource name and the fake's address.
func Keys(t testing.TB) (key, endpoint string) {
	t.Helper()
	endpoint = address(t, "KMS_ENDPOINT")
	key, err := createKey(t.Context(), endpoint, "demo-"+random())
	require.NoError(t, err)
	return key, endpoint
}

// createKey makes the symmetric key "day" of a project through Google's client.
func createKey(ctx context.Context, endpoint, project string) (string, error) {
	client, err := kms.NewKeyManagementClient(ctx, plaintext(endpoint)...)
	if err != nil {
		return "", err
	}
	defer client.Close()
	ring, err := client.CreateKeyRing(ctx, &kmspb.CreateKeyRingRequest{
		Parent: "projects/" + project + "/locations/europe-west4", KeyRingId: "sync",
	})
	if err != nil {
		return "", err
	}
	key, err := client.CreateCryptoKey(ctx, &kmspb.CreateCryptoKeyRequest{
		Parent: ring.GetName(), CryptoKeyId: "day", CryptoKey: &kmspb.CryptoKey{Purpose: kmspb.CryptoKey_ENCRYPT_DECRYPT},
	})
	return key.GetName(), err
}

func plaintext(endpoint string) []option.ClientOption {
	return []option.ClientOption{
		option.WithEndpoint(endpoint), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())),
	}
}
