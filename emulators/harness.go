package emulators

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/pubsub/v2"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"cloud.google.com/go/storage"
	"github.com/stretchr/testify/require"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// address returns where a service of the running set is. Tests without a set
// fail: they never pass by not looking.
func address(t testing.TB, variable string) string {
	t.Helper()
	host := os.Getenv(variable)
	if host == "" {
		t.Fatalf("the emulators are not running (%s is not set): run this test with scripts/test ./path/to/package", variable)
	}
	return host
}

// fresh returns the id of a project, bucket or key ring that nobody else has.
func fresh() string { return "demo-" + strings.ToLower(rand.Text()[:20]) }

// Firestore gives t a project of its own in the Firestore emulator, where the
// deny-all rules bind whoever is no server, and returns its id. It holds every
// database that is named.
func Firestore(t testing.TB) (project string) {
	t.Helper()
	address(t, "FIRESTORE_EMULATOR_HOST")
	return fresh()
}

// PubSub gives t a project of its own in the Pub/Sub emulator and returns its
// id.
func PubSub(t testing.TB) (project string) {
	t.Helper()
	address(t, "PUBSUB_EMULATOR_HOST")
	return fresh()
}

// Topics makes topics in a project of the Pub/Sub emulator, each with a
// subscription of the same name for Pull.
func Topics(t testing.TB, project string, names ...string) {
	t.Helper()
	client := pubsubClient(t, project)
	for _, name := range names {
		topic := "projects/" + project + "/topics/" + name
		_, err := client.TopicAdminClient.CreateTopic(t.Context(), &pubsubpb.Topic{Name: topic})
		require.NoError(t, err)
		_, err = client.SubscriptionAdminClient.CreateSubscription(t.Context(), &pubsubpb.Subscription{
			Name: "projects/" + project + "/subscriptions/" + name, Topic: topic, AckDeadlineSeconds: 60,
		})
		require.NoError(t, err)
	}
}

// Pull takes and acknowledges the messages of a topic that Topics made, until
// at least want have come.
func Pull(t testing.TB, project, topic string, want int) []*pubsubpb.PubsubMessage {
	t.Helper()
	client := pubsubClient(t, project).SubscriptionAdminClient
	name := "projects/" + project + "/subscriptions/" + topic
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var messages []*pubsubpb.PubsubMessage
	for len(messages) < want {
		got, err := client.Pull(ctx, &pubsubpb.PullRequest{Subscription: name, MaxMessages: 1000})
		require.NoError(t, err, "waiting for message %d of %d of topic %s", len(messages)+1, want, topic)
		var acks []string
		for _, m := range got.GetReceivedMessages() {
			messages, acks = append(messages, m.GetMessage()), append(acks, m.GetAckId())
		}
		if len(acks) > 0 {
			require.NoError(t, client.Acknowledge(ctx, &pubsubpb.AcknowledgeRequest{Subscription: name, AckIds: acks}))
		}
	}
	return messages
}

func pubsubClient(t testing.TB, project string) *pubsub.Client {
	t.Helper()
	address(t, "PUBSUB_EMULATOR_HOST")
	client, err := pubsub.NewClient(t.Context(), project)
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() }) // nothing is left to send
	return client
}

// Storage makes a fresh bucket in the fake of Cloud Storage and returns its
// name.
func Storage(t testing.TB) (bucket string) {
	t.Helper()
	client, err := storage.NewClient(t.Context(), option.WithoutAuthentication(),
		option.WithEndpoint("http://"+address(t, "STORAGE_EMULATOR_HOST")+"/storage/v1/"))
	require.NoError(t, err)
	defer client.Close()
	bucket = fresh()
	require.NoError(t, client.Bucket(bucket).Create(t.Context(), bucket, &storage.BucketAttrs{Location: region}))
	return bucket
}

// plaintext leads one of Google's gRPC clients to a fake.
func plaintext(endpoint string) []option.ClientOption {
	return []option.ClientOption{
		option.WithEndpoint(endpoint), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())),
	}
}
