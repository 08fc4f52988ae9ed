package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/functions/notary"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/manifest"
	"cool.example/sync/shared/proof"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

const (
	ours   = tenant.ID("golfbreker")
	theirs = tenant.ID("duinrand")
)

// stage is a product whose log was signed, as a person at a terminal meets it.
type stage struct {
	t      *testing.T
	db     *store.DB
	bucket *blob.Bucket
	entry  audit.ID // one of ours
	where  []string // flags that lead to it, without the key
	key    string
}

func begin(t *testing.T) *stage {
	t.Helper()
	ctx := t.Context()
	project, bucket := emulators.Firestore(t), emulators.Storage(t)
	s := &stage{t: t, key: emulators.SigningKey(t), where: []string{"-project", project, "-bucket", bucket}}
	var err error
	s.db, err = store.Open(ctx, store.Config{Project: project})
	require.NoError(t, err)
	s.bucket, err = blob.Open(ctx, blob.Config{Bucket: bucket, Emulator: os.Getenv("STORAGE_EMULATOR_HOST")})
	require.NoError(t, err)
	signer, err := seal.OpenSigner(ctx, seal.SignerConfig{Version: s.key, Endpoint: os.Getenv("KMS_ENDPOINT")})
	require.NoError(t, err)
	t.Cleanup(func() { _ = errors.Join(s.db.Close(), s.bucket.Close(), signer.Close()) }) // nothing is left to write
	for _, owner := range []tenant.ID{ours, theirs} {
		require.NoError(t, s.db.Tenants().Create(ctx, owner, owner, tenant.Tenant{ID: owner}))
		for range 3 {
			e := audit.New(time.Now(), audit.Actor{Account: "amarijke"}, audit.Viewed, "asanne")
			require.NoError(t, s.db.Log().Create(ctx, owner, e.ID, e))
			if owner == ours {
				s.entry = e.ID
			}
		}
	}
	later := clock.NewManual(time.Now().Add(time.Minute))
	w := httptest.NewRecorder()
	body, err := json.Marshal(map[string]any{"message": map[string]any{"data": []byte("{}"), "messageId": "1"}})
	require.NoError(t, err)
	notary.New(notary.Deps{DB: s.db, Shelf: s.bucket, Signer: signer, Clock: later}).
		ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodPost, "/"+topic.Minute.Name, bytes.NewReader(body)))
	require.Equal(t, http.StatusNoContent, w.Code)
	return s
}

// at runs the command with the key from Cloud KMS, or with other flags of keys.
func (s *stage) at(args ...string) (out string, wrong bool, err error) {
	s.t.Helper()
	if !strings.Contains(strings.Join(args, " "), "-public-key") {
		args = append(args, "-key", s.key)
	}
	var b bytes.Buffer
	wrong, err = run(s.t.Context(), append(append([]string{}, s.where...), args...), &b)
	return b.String(), wrong, err
}

// replace changes an object of the bucket.
func (s *stage) replace(name string, change func([]byte)) {
	s.t.Helper()
	ctx := s.t.Context()
	r, err := s.bucket.Reader(ctx, name)
	require.NoError(s.t, err)
	defer r.Close()
	body, err := io.ReadAll(r)
	require.NoError(s.t, err)
	change(body)
	require.NoError(s.t, s.bucket.Delete(context.WithoutCancel(ctx), name))
	_, err = s.bucket.Create(ctx, name, func(w io.Writer) error { _, err := w.Write(body); return err })
	require.NoError(s.t, err)
}

func TestAllInOrder(t *testing.T) {
	t.Parallel()
	s := begin(t)
	out, wrong, err := s.at()
	require.NoError(t, err)
	require.False(t, wrong, out)
	require.Equal(t, 2, strings.Count(out, "PROVEN"), out)
	require.Equal(t, 2, strings.Count(out, "3 are as they were signed"), out)
	out, wrong, err = s.at("-tenant", string(ours), "-json")
	require.NoError(t, err)
	require.False(t, wrong)
	var r proof.Report
	require.NoError(t, json.Unmarshal([]byte(out), &r))
	require.Equal(t, ours, r.Tenant)
	require.Equal(t, 3, r.Signed)
}

// TestInstitutionsThatNobodyKnows are not proven: the id is mistyped. One that
// was removed from the database is known by its manifests.
func TestInstitutionsThatNobodyKnows(t *testing.T) {
	t.Parallel()
	s := begin(t)
	out, _, err := s.at("-tenant", "golfbraker")
	require.ErrorContains(t, err, "no institution golfbraker")
	require.Empty(t, out)
	require.NoError(t, s.db.Tenants().Delete(t.Context(), theirs, theirs))
	for _, args := range [][]string{nil, {"-tenant", string(theirs)}} {
		out, _, err = s.at(args...)
		require.NoError(t, err)
		require.Contains(t, out, "institution "+string(theirs))
	}
}

func TestWhatIsWrongIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		harm func(s *stage)
		says string
	}{
		"a flipped bit": {func(s *stage) {
			s.replace(manifest.Name(ours, 1), func(b []byte) { b[len(b)/2] ^= 1 })
		}, "BROKEN"},
		"an altered entry": {func(s *stage) {
			e, err := s.db.Log().Read(s.t.Context(), ours, s.entry)
			require.NoError(s.t, err)
			e.Value.Actor.Account = "aniemand"
			require.NoError(s.t, s.db.Log().Set(s.t.Context(), ours, s.entry, e.Value))
		}, "ALTERED"},
		"a removed entry": {func(s *stage) {
			require.NoError(s.t, s.db.Log().Delete(s.t.Context(), ours, s.entry))
		}, "MISSING"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			c.harm(s)
			out, wrong, err := s.at()
			require.NoError(t, err)
			require.True(t, wrong)
			require.Contains(t, out, c.says)
			require.Contains(t, out, "WRONG")
			require.Equal(t, 1, strings.Count(out, "PROVEN"), "of the other institution")
		})
	}
}

// TestKeysFromAFile prove as much as those that they were saved from, and
// another's prove nothing.
func TestKeysFromAFile(t *testing.T) {
	t.Parallel()
	s := begin(t)
	file := filepath.Join(t.TempDir(), "keys.pem")
	_, wrong, err := s.at("-save-key", file)
	require.NoError(t, err)
	require.False(t, wrong)
	out, wrong, err := s.at("-public-key", file)
	require.NoError(t, err)
	require.False(t, wrong, out)

	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(&other.PublicKey)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o600))
	_, wrong, err = s.at("-public-key", file)
	require.NoError(t, err)
	require.True(t, wrong)
	require.NoError(t, os.WriteFile(file, []byte("none"), 0o600))
	_, _, err = s.at("-public-key", file)
	require.ErrorContains(t, err, "holds no public key")
	_, _, err = s.at("-public-key", file, "-save-key", file)
	require.ErrorContains(t, err, "-save-key")
}

func TestWhatCannotBeAsked(t *testing.T) {
	t.Parallel()
	none := func(string) (string, bool) { return "", false }
	for args, says := range map[string]string{
		"now":                           "no option",
		"-tenant ../x":                  "no institution's id",
		"-project p":                    "-bucket",
		"-project p -bucket b":          "-key",
		"-public-key f -save-key g":     "-save-key",
		"-project p -bucket b -unknown": "not defined",
	} {
		_, err := settings(strings.Fields(args), none)
		require.ErrorContains(t, err, says, args)
	}
}
