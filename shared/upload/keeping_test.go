package upload_test

import (
	"context"
	"io"
	"os"
	"testing"

	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"github.com/stretchr/testify/require"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"cool.example/sync/shared/upload"
)

// keeping is a bucket that remembers the name of its last object.
type keeping struct {
	upload.Bucket
	name string
}

// Create notes the name and stores the object.
func (k *keeping) Create(ctx context.Context, name string, write func(io.Writer) error) (int64, error) {
	k.name = name
	return k.Bucket.Create(ctx, name, write)
}

// destroy schedules the first version of a key for destruction, as the sweep
// of expired day keys does.
func destroy(t *testing.T, key string) {
	t.Helper()
	client, err := kms.NewKeyManagementClient(t.Context(), option.WithEndpoint(os.Getenv("KMS_ENDPOINT")), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())))
	require.NoError(t, err)
	defer client.Close()
	_, err = client.DestroyCryptoKeyVersion(t.Context(), &kmspb.DestroyCryptoKeyVersionRequest{Name: key + "/cryptoKeyVersions/1"})
	require.NoError(t, err)
}
