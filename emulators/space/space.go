// Package space makes what a running product needs in a set of emulators: a
// project of its own with topics, buckets, secrets and keys.
package space

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"time"

	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"cloud.google.com/go/pubsub/v2"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	secretmanager "cloud.google.com/go/secretmanager/apiv1"
	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"cloud.google.com/go/storage"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Space is one project of its own in a running set, which is found through
// the environment. Everything is made through Google's own clients.
type Space struct {
	Project string // id of the project: "demo-…"
	env     map[string]string
}

// names are the variables that lead to a set.
func names() []string {
	return []string{"FIRESTORE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST", "STORAGE_EMULATOR_HOST", "SECRET_MANAGER_ENDPOINT", "KMS_ENDPOINT"}
}

// New returns a fresh project in the set to which the environment leads.
func New() (Space, error) {
	s := Space{Project: "demo-" + random(), env: map[string]string{}}
	for _, name := range names() {
		if s.env[name] = os.Getenv(name); s.env[name] == "" {
			return Space{}, fmt.Errorf("no emulators: %s is not set. Run tests with: scripts/test ./path/to/package", name)
		}
	}
	return s, nil
}

func random() string { return strings.ToLower(rand.Text()[:16]) }

// Environ returns the variables that lead to the set, by name.
func (s Space) Environ() map[string]string { return s.env }

// Topics makes topics.
func (s Space) Topics(ctx context.Context, topics ...string) error {
	client, err := pubsub.NewClient(ctx, s.Project)
	if err != nil {
		return err
	}
	defer client.Close()
	for _, name := range topics {
		if _, err := client.TopicAdminClient.CreateTopic(ctx, &pubsubpb.Topic{Name: s.topic(name)}); err != nil {
			return fmt.Errorf("create topic %s: %w", name, err)
		}
	}
	return nil
}

func (s Space) topic(name string) string { return "projects/" + s.Project + "/topics/" + name }

// Subscription is a push subscription to make.
type Subscription struct{ Topic, Name, Address string }

// Push delivers a topic to an address, as a function's subscription does, with 600
// seconds to answer. It has no retry policy: with one the emulator forgets a message
// that is refused a few times, and delivers it never again; without, it comes back
// after a second.
func (s Space) Push(ctx context.Context, sub Subscription) error {
	client, err := pubsub.NewClient(ctx, s.Project)
	if err != nil {
		return err
	}
	defer client.Close()
	_, err = client.SubscriptionAdminClient.CreateSubscription(ctx, &pubsubpb.Subscription{
		Name: "projects/" + s.Project + "/subscriptions/" + sub.Name, Topic: s.topic(sub.Topic), AckDeadlineSeconds: 600,
		PushConfig: &pubsubpb.PushConfig{PushEndpoint: sub.Address},
	})
	if err != nil {
		return fmt.Errorf("subscribe to %s: %w", sub.Topic, err)
	}
	return nil
}

// Bucket makes a bucket.
func (s Space) Bucket(ctx context.Context, name string) error {
	client, err := s.storage(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	return client.Bucket(name).Create(ctx, s.Project, nil)
}

func (s Space) storage(ctx context.Context) (*storage.Client, error) {
	return storage.NewClient(ctx, option.WithoutAuthentication(),
		option.WithEndpoint("http://"+s.env["STORAGE_EMULATOR_HOST"]+"/storage/v1/"))
}

// Secret stores the first or next version of a secret.
func (s Space) Secret(ctx context.Context, name string, value []byte) error {
	client, err := secretmanager.NewClient(ctx, plaintext(s.env["SECRET_MANAGER_ENDPOINT"])...)
	if err != nil {
		return err
	}
	defer client.Close()
	parent := "projects/" + s.Project
	_, err = client.CreateSecret(ctx, &secretmanagerpb.CreateSecretRequest{Parent: parent, SecretId: name})
	if err != nil && status.Code(err) != codes.AlreadyExists {
		return fmt.Errorf("create secret %s: %w", name, err)
	}
	_, err = client.AddSecretVersion(ctx, &secretmanagerpb.AddSecretVersionRequest{
		Parent: parent + "/secrets/" + name, Payload: &secretmanagerpb.SecretPayload{Data: value},
	})
	return err
}

// Key makes a symmetric key, and its key ring where that is missing, and returns
// the key's resource name.
func (s Space) Key(ctx context.Context, name string) (string, error) {
	return s.key(ctx, name, &kmspb.CryptoKey{
		Purpose:                  kmspb.CryptoKey_ENCRYPT_DECRYPT,
		DestroyScheduledDuration: durationpb.New(24 * time.Hour),
	})
}

// SigningKey makes a key that signs with EC_SIGN_P256_SHA256, as Key does, and
// returns the resource name of its first version.
func (s Space) SigningKey(ctx context.Context, name string) (string, error) {
	key, err := s.key(ctx, name, &kmspb.CryptoKey{
		Purpose:         kmspb.CryptoKey_ASYMMETRIC_SIGN,
		VersionTemplate: &kmspb.CryptoKeyVersionTemplate{Algorithm: kmspb.CryptoKeyVersion_EC_SIGN_P256_SHA256},
	})
	return key + "/cryptoKeyVersions/1", err
}

func (s Space) key(ctx context.Context, name string, like *kmspb.CryptoKey) (string, error) {
	client, err := kms.NewKeyManagementClient(ctx, plaintext(s.env["KMS_ENDPOINT"])...)
	if err != nil {
		return "", err
	}
	defer client.Close()
	home := "projects/" + s.Project + "/locations/europe-west4"
	_, err = client.CreateKeyRing(ctx, &kmspb.CreateKeyRingRequest{Parent: home, KeyRingId: "sync"})
	if err != nil && status.Code(err) != codes.AlreadyExists {
		return "", err
	}
	key, err := client.CreateCryptoKey(ctx, &kmspb.CreateCryptoKeyRequest{Parent: home + "/keyRings/sync", CryptoKeyId: name, CryptoKey: like})
	return key.GetName(), err
}

func plaintext(endpoint string) []option.ClientOption {
	return []option.ClientOption{
		option.WithEndpoint(endpoint), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())),
	}
}
