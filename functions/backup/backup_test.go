package backup_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	fn "cool.example/sync/functions/backup"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
	"cool.example/sync/shared/vault"
)

const (
	ours   = tenant.ID("golfbreker")
	theirs = tenant.ID("duinrand")
)

// stage is the function with two institutions, and what it published.
type stage struct {
	t      *testing.T
	deps   fn.Deps
	clock  *clock.Manual
	bucket *blob.Bucket
	posted []outbox.Message
	down   bool
}

func (s *stage) Publish(_ context.Context, m []outbox.Message) error {
	if s.down {
		return fault.New(fault.Busy, "the topic is down")
	}
	s.posted = append(s.posted, m...)
	return nil
}

func begin(t *testing.T) *stage {
	t.Helper()
	ctx := t.Context()
	s := &stage{t: t, clock: clock.NewManual(time.Now().Truncate(time.Microsecond))}
	project := emulators.Firestore(t)
	open := func(name string) *store.DB {
		db, err := store.Open(ctx, store.Config{Project: project, Database: name, Clock: s.clock})
		require.NoError(t, err)
		t.Cleanup(func() { _ = db.Close() }) // nothing is left to write
		return db
	}
	var err error
	s.bucket, err = blob.Open(ctx, blob.Config{Bucket: emulators.Storage(t), Emulator: os.Getenv("STORAGE_EMULATOR_HOST")})
	require.NoError(t, err)
	sealer, err := seal.Open(ctx, seal.Config{Key: emulators.Keys(t), Endpoint: os.Getenv("KMS_ENDPOINT"), Clock: s.clock})
	require.NoError(t, err)
	t.Cleanup(func() { _ = errors.Join(s.bucket.Close(), sealer.Close()) }) // nothing is left to write
	s.deps = fn.Deps{Publisher: s, Clock: s.clock, Vault: vault.Vault{
		DB: open(""), Credentials: open(store.CredentialsDatabase), Scratch: open(vault.ScratchDatabase), Bucket: s.bucket, Box: sealer, Clock: s.clock, Most: 2,
	}}
	for _, owner := range []tenant.ID{ours, theirs} {
		require.NoError(t, s.deps.Vault.DB.Tenants().Create(ctx, owner, owner, tenant.Tenant{ID: owner}))
		for _, id := range []account.ID{"aeen", "atwee", "adrie"} {
			require.NoError(t, s.deps.Vault.DB.Accounts().Create(ctx, owner, id, account.Account{ID: id}))
		}
	}
	return s
}

// push is a message as it is delivered.
type push struct {
	Data []byte    `json:"data"`
	ID   string    `json:"messageId"`
	Sent time.Time `json:"publishTime"`
}

// deliver pushes a message and returns the status.
func (s *stage) deliver(name string, data []byte) int { return s.pushed(name, push{Data: data}) }

func (s *stage) pushed(name string, p push) int {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{"message": p})
	require.NoError(s.t, err)
	w := httptest.NewRecorder()
	fn.New(s.deps).ServeHTTP(w, httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, "/"+name, bytes.NewReader(body)))
	return w.Code
}

// work delivers what was published until nothing is left, and returns how many
// deliveries that took.
func (s *stage) work() int {
	s.t.Helper()
	for n := 0; ; n++ {
		if len(s.posted) == 0 {
			return n
		}
		require.Less(s.t, n, 100)
		m := s.posted[0]
		s.posted = s.posted[1:]
		require.Equal(s.t, http.StatusNoContent, s.deliver(m.Topic, m.Body))
	}
}

func (s *stage) states() map[tenant.ID]backup.State {
	s.t.Helper()
	found := map[tenant.ID]backup.State{}
	for _, owner := range []tenant.ID{ours, theirs} {
		for e, err := range s.deps.Vault.DB.Backups().All(s.t.Context(), owner) {
			require.NoError(s.t, err)
			found[owner] = e.Value.State
		}
	}
	return found
}

func TestEveryInstitutionIsBackedUp(t *testing.T) {
	t.Parallel()
	for name, budget := range map[string]time.Duration{"in one go": 0, "a step at a time": -1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			s.deps.Budget = budget
			s.down = true
			require.Equal(t, http.StatusServiceUnavailable, s.deliver(topic.Day.Name, []byte("{}")))
			s.down = false
			for range 2 { // the tick comes twice
				require.Equal(t, http.StatusNoContent, s.deliver(topic.Day.Name, []byte("{}")))
			}
			require.Len(t, s.posted, 4)
			n := s.work()
			require.Equal(t, budget < 0, n > 4, "%d deliveries", n)
			require.Equal(t, map[tenant.ID]backup.State{ours: backup.Whole, theirs: backup.Whole}, s.states())
			owners, err := s.deps.Vault.Owners(t.Context())
			require.NoError(t, err)
			require.Equal(t, []tenant.ID{theirs, ours}, owners)
		})
	}
}

// TestABackupThatIsNotWhatItShouldBeIsToldOf: one piece is replaced between
// writing and proving.
func TestABackupThatIsNotWhatItShouldBeIsToldOf(t *testing.T) {
	t.Parallel()
	s := begin(t)
	id := backup.On(s.clock.Now())
	var r backup.Record
	for r.State != backup.Verifying {
		var err error
		r, err = s.deps.Vault.Advance(t.Context(), ours, id)
		require.NoError(t, err)
	}
	name := backup.Of(ours, id) + r.Manifest.Pieces[0].Object
	require.NoError(t, s.bucket.Delete(t.Context(), name))
	_, err := s.bucket.Create(t.Context(), name, func(w io.Writer) error {
		_, err := w.Write([]byte("something else"))
		return err
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, s.deliver(topic.Backup.Name, []byte(`{"tenant":"golfbreker","backup":"`+string(id)+`"}`)))
	got, err := s.deps.Vault.DB.Backups().Get(t.Context(), ours, id)
	require.NoError(t, err)
	require.Equal(t, backup.Failed, got.State)
	require.Equal(t, vault.ProblemDamaged, got.Problem)
	require.Len(t, alarms("golfbreker", vault.ProblemDamaged), 1)
}

// full is a bucket that takes nothing: it says that each object is there.
type full struct{ vault.Bucket }

func (full) Create(context.Context, string, func(io.Writer) error) (int64, error) {
	return 0, fault.New(fault.Conflict, "the object is there")
}

// TestABackupThatCannotBeMadeIsToldOf once it was tried for long enough; until
// then it comes back.
func TestABackupThatCannotBeMadeIsToldOf(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.deps.Vault.Bucket = full{s.bucket}
	id := backup.On(s.clock.Now())
	body := []byte(`{"tenant":"duinrand","backup":"` + string(id) + `"}`)
	require.Equal(t, http.StatusServiceUnavailable, s.deliver(topic.Backup.Name, body))
	require.Empty(t, alarms("duinrand", "could not be made"))
	got, err := s.deps.Vault.DB.Backups().Get(t.Context(), theirs, id)
	require.NoError(t, err)
	require.Equal(t, backup.Writing, got.State)

	require.Equal(t, http.StatusNoContent, s.pushed(topic.Backup.Name, push{Data: body, Sent: time.Now().Add(-2 * time.Hour)}))
	require.Len(t, alarms("duinrand", "could not be made"), 1)
	got, err = s.deps.Vault.DB.Backups().Get(t.Context(), theirs, id)
	require.NoError(t, err)
	require.Equal(t, backup.Failed, got.State)
	require.Equal(t, vault.ProblemGivenUp, got.Problem)
	s.deps.Vault.Bucket = s.bucket
	require.Equal(t, http.StatusNoContent, s.deliver(topic.Backup.Name, body), "what was given up waits for a person")
}

func TestMessagesOfInstitutionsThatAreGone(t *testing.T) {
	t.Parallel()
	s := begin(t)
	require.Equal(t, http.StatusNoContent, s.deliver(topic.Backup.Name, []byte(`{"tenant":"nergens","backup":"2026-11-26"}`)))
	require.Empty(t, s.posted)
	require.Empty(t, alarms("nergens"))
}

// TestOldBackupsAreRemoved: the backup of today takes those along whose keys are
// destroyed.
func TestOldBackupsAreRemoved(t *testing.T) {
	t.Parallel()
	s := begin(t)
	for _, days := range []int{0, 1, 94} {
		s.clock.Advance(time.Duration(days) * 24 * time.Hour)
		require.Equal(t, http.StatusNoContent, s.deliver(topic.Day.Name, []byte("{}")))
		s.work()
	}
	list, err := s.deps.Vault.List(t.Context(), ours)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, backup.On(s.clock.Now()), list[0].ID)
}
