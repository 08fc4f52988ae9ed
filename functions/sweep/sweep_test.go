package sweep_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/functions/sweep"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

const (
	ours   = tenant.ID("golfbreker")
	theirs = tenant.ID("duinrand")
)

// post records what is published and refuses one topic.
type post struct {
	mu      sync.Mutex
	sent    []outbox.Message
	refused string
}

func (p *post) Publish(_ context.Context, messages []outbox.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range messages {
		if m.Topic == p.refused {
			return fault.New(fault.Busy, "the topic is down")
		}
	}
	p.sent = append(p.sent, messages...)
	return nil
}

// stage is the sweep with a database, on a clock that stands still.
type stage struct {
	t    *testing.T
	db   *store.DB
	past *store.DB // sees what is stored, expired or not
	// pastLedger and pastCredentials see those databases as past sees the rest.
	pastLedger, pastCredentials *store.DB

	clock   *clock.Manual
	post    *post
	key     string // of the days
	bin     erase.Keeper
	uploads *blob.Bucket
	deps    sweep.Deps
	handler http.Handler
}

func (s *stage) open(project, database string) *store.DB {
	s.t.Helper()
	db, err := store.Open(s.t.Context(), store.Config{Project: project, Database: database, Clock: s.clock})
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = db.Close() }) // nothing is left to write
	return db
}

func begin(t *testing.T) *stage {
	t.Helper()
	s := &stage{t: t, clock: clock.NewManual(time.Now()), post: &post{}}
	var err error
	project := emulators.Firestore(t)
	s.db, err = store.Open(t.Context(), store.Config{Project: project, Clock: s.clock})
	require.NoError(t, err)
	s.past, err = store.Open(t.Context(), store.Config{Project: project, Clock: clock.NewManual(time.Unix(0, 0))})
	require.NoError(t, err)
	t.Cleanup(func() { _, _ = s.db.Close(), s.past.Close() }) // nothing is left to write
	for name, db := range map[string]**store.DB{store.LedgerDatabase: &s.pastLedger, store.CredentialsDatabase: &s.pastCredentials} {
		*db, err = store.Open(t.Context(), store.Config{Project: project, Database: name, Clock: clock.NewManual(time.Unix(0, 0))})
		require.NoError(t, err)
		t.Cleanup(func() { _ = (*db).Close() })
	}
	s.key = emulators.Keys(t)
	sealer, err := seal.Open(t.Context(), seal.Config{Key: s.key, Endpoint: os.Getenv("KMS_ENDPOINT"), Clock: s.clock})
	require.NoError(t, err)
	post := outbox.Post{Publisher: s.post, Shelf: s.db.Outbox()}
	s.bin = erase.Keeper{DB: s.db, Ledger: s.open(project, store.LedgerDatabase), Credentials: s.open(project, store.CredentialsDatabase), Box: sealer, Post: post, Clock: s.clock}
	s.bin.Index, err = seal.NewIndex(bytes.Repeat([]byte{7}, 32))
	require.NoError(t, err)
	s.uploads, err = blob.Open(t.Context(), blob.Config{Bucket: emulators.Storage(t), Emulator: os.Getenv("STORAGE_EMULATOR_HOST")})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.uploads.Close() }) // nothing is left to send
	s.deps = sweep.Deps{
		DB: s.db, Bin: s.bin, Days: seal.Days{Sealer: sealer, Clock: s.clock, Keep: account.Kept}, Uploads: s.uploads,
		Clock: s.clock, Patience: 30 * time.Second, Post: post,
	}
	s.handler = sweep.New(s.deps)
	return s
}

// tick delivers a timer's message and returns the status.
func (s *stage) tick(t topic.Topic[topic.Tick]) int {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{"message": map[string]any{"data": []byte("{}"), "messageId": "1"}})
	require.NoError(s.t, err)
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, "/"+t.Name, bytes.NewReader(body)))
	return w.Code
}

// letter stores a letter of that age about a run.
func (s *stage) letter(owner tenant.ID, age time.Duration, about roster.RunID, topics ...string) outbox.ID {
	s.t.Helper()
	l := outbox.New(owner, s.clock.Now().Add(-age))
	for _, name := range topics {
		m := outbox.To(topic.RosterReceived, topic.Received{Tenant: owner, Import: about})
		m.Topic = name
		l.Messages = append(l.Messages, m)
	}
	require.NoError(s.t, s.db.Outbox().Create(s.t.Context(), owner, l.ID, l))
	return l.ID
}

// abouts returns what each message that was sent is about, in order.
func (s *stage) abouts() []string {
	s.t.Helper()
	out := []string{}
	for _, m := range s.post.sent {
		var body topic.Received
		require.NoError(s.t, json.Unmarshal(m.Body, &body))
		out = append(out, m.Topic+" "+string(body.Import))
	}
	return out
}

func TestLettersThatWereNeverSentAreSent(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.letter(ours, time.Minute, "young", "a")
	s.letter(theirs, 6*24*time.Hour, "old", "b", "c")
	s.letter(ours, 29*time.Second, "fresh", "a")
	s.letter(ours, -10*time.Minute, "later", "a") // to be sent at that moment
	require.Equal(t, http.StatusNoContent, s.tick(topic.Minute))
	require.Equal(t, []string{"b old", "c old", "a young"}, s.abouts(), "the oldest first; not what its function may still send")
	require.Equal(t, http.StatusNoContent, s.tick(topic.Minute))
	require.Len(t, s.post.sent, 3, "a letter was sent again")
	s.clock.Advance(2 * time.Second)
	require.Equal(t, http.StatusNoContent, s.tick(topic.Minute))
	require.Equal(t, "a fresh", s.abouts()[3])
	s.clock.Advance(10*time.Minute + 30*time.Second)
	require.Equal(t, http.StatusNoContent, s.tick(topic.Minute))
	require.Equal(t, "a later", s.abouts()[4])
}

// TestLetterThatCannotBeSentHoldsUpNoOther: it stays, and is sent once it can.
func TestLetterThatCannotBeSentHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.post.refused = "down"
	stuck := s.letter(ours, 2*time.Hour, "stuck", "down")
	s.letter(theirs, time.Hour, "good", "up")
	require.Equal(t, http.StatusServiceUnavailable, s.tick(topic.Minute), "nobody hears of it")
	require.Equal(t, []string{"up good"}, s.abouts())
	_, err := s.db.Outbox().Get(t.Context(), ours, stuck)
	require.NoError(t, err)
	s.post.refused = ""
	require.Equal(t, http.StatusNoContent, s.tick(topic.Minute))
	require.Equal(t, []string{"up good", "down stuck"}, s.abouts())
}
