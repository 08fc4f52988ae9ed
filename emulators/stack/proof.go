package stack

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"fmt"

	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/proof"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/tenant"
)

// Verify has the notary sign what it has not signed yet, and compares an
// institution's log with everything that was signed, as scripts/verify-log does.
func (s *Stack) Verify(ctx context.Context, owner tenant.ID) (proof.Report, error) {
	if err := s.Tick(ctx, "tick-minute", "notary"); err != nil {
		return proof.Report{}, err
	}
	db, err := s.Database(ctx, "")
	if err != nil {
		return proof.Report{}, err
	}
	defer db.Close()
	env := s.Space.Environ()
	bucket, err := blob.Open(ctx, blob.Config{Bucket: s.Manifests, Emulator: env["STORAGE_EMULATOR_HOST"]})
	if err != nil {
		return proof.Report{}, err
	}
	defer bucket.Close()
	signer, err := seal.OpenSigner(ctx, seal.SignerConfig{Endpoint: env["KMS_ENDPOINT"]})
	if err != nil {
		return proof.Report{}, fmt.Errorf("open the notary's key: %w", err)
	}
	keys := func(ctx context.Context, version string) ([]*ecdsa.PublicKey, error) {
		key, _, err := signer.Public(ctx, version)
		return []*ecdsa.PublicKey{key}, err
	}
	return proof.Verifier{Log: db, Shelf: bucket, Keys: keys, Clock: cmp.Or(s.clock, clock.Clock(clock.System{}))}.Verify(ctx, owner)
}
