package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"golang.org/x/sync/errgroup"

	"cool.example/sync/emulators/demo"
	"cool.example/sync/emulators/space"
	"cool.example/sync/functions/notary"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/proof"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

// entries is how many entries of a log are verified.
const entries = 100_000

// proveLog measures how long it takes to sign a log and to verify it.
func proveLog(ctx context.Context, _ size) error {
	stop, err := emulated(ctx)
	if err != nil {
		return err
	}
	defer stop()
	l, err := openLedger(ctx)
	if err != nil {
		return err
	}
	defer l.db.Close()
	begun := time.Now()
	if err := l.fill(ctx); err != nil {
		return fmt.Errorf("fill the log: %w", err)
	}
	tell("writing of a log", fmt.Sprintf("%.0f entries/s", entries/time.Since(begun).Seconds()), "", true)
	begun = time.Now()
	if err := l.tick(ctx); err != nil {
		return err
	}
	signed := time.Since(begun)
	tell("signing of a log", fmt.Sprintf("%.1f s for %d entries", signed.Seconds(), entries), "", true)
	begun = time.Now()
	r, err := l.verifier.Verify(ctx, demo.Tenant)
	took := time.Since(begun)
	if err != nil {
		return err
	}
	if len(r.Findings) > 0 || r.Signed != entries {
		return fmt.Errorf("%d entries are proven, and %v", r.Signed, r.Findings)
	}
	tell("verification of a log", fmt.Sprintf("%.1f s for %d entries", took.Seconds(), entries), "< 10 s", took < 10*time.Second)
	return nil
}

// ledger is a log with its notary and its verifier.
type ledger struct {
	db       *store.DB
	notary   http.Handler
	verifier proof.Verifier
}

func openLedger(ctx context.Context) (*ledger, error) {
	s, err := space.New()
	if err != nil {
		return nil, err
	}
	key, err := s.SigningKey(ctx, "notary")
	if err != nil {
		return nil, err
	}
	if err := s.Bucket(ctx, s.Project); err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, store.Config{Project: s.Project})
	if err != nil {
		return nil, err
	}
	bucket, err := blob.Open(ctx, blob.Config{Bucket: s.Project, Emulator: s.Environ()["STORAGE_EMULATOR_HOST"]})
	if err != nil {
		return nil, err
	}
	signer, err := seal.OpenSigner(ctx, seal.SignerConfig{Version: key, Endpoint: s.Environ()["KMS_ENDPOINT"]})
	if err != nil {
		return nil, err
	}
	public, _, err := signer.Public(ctx, key)
	if err != nil {
		return nil, err
	}
	keys := func(context.Context, string) ([]*ecdsa.PublicKey, error) { return []*ecdsa.PublicKey{public}, nil }
	return &ledger{
		db:       db,
		notary:   notary.New(notary.Deps{DB: db, Shelf: bucket, Signer: signer, Clock: clock.System{}}),
		verifier: proof.Verifier{Log: db, Shelf: bucket, Keys: keys, Clock: clock.System{}},
	}, db.Tenants().Create(ctx, demo.Tenant, demo.Tenant, tenant.Tenant{ID: demo.Tenant})
}

// fill writes the entries, as a year of sign-ins does.
func (l *ledger) fill(ctx context.Context) error {
	const batch = 250
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for range entries / batch {
		g.Go(func() error {
			return l.db.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
				var failed []error
				for range batch {
					id := account.NewID()
					e := audit.New(time.Now(), audit.Actor{Account: id}, audit.SignedIn, id).Of("usage").Because("password")
					failed = append(failed, l.db.Log().CreateTx(tx, demo.Tenant, e.ID, e))
				}
				return errors.Join(failed...)
			})
		})
	}
	return g.Wait()
}

// tick has the notary sign what there is.
func (l *ledger) tick(ctx context.Context) error {
	body, err := json.Marshal(map[string]any{"message": map[string]any{"data": []byte("{}"), "messageId": "1"}})
	if err != nil {
		return err
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/"+topic.Minute.Name, bytes.NewReader(body))
	l.notary.ServeHTTP(w, r)
	if w.Code != http.StatusNoContent {
		return fmt.Errorf("the notary answered %d", w.Code)
	}
	return nil
}
