package rosterplan_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/functions/rosterplan"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/plan"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
	"cool.example/sync/shared/upload"
)

const (
	board = tenant.ID("bestuur")
	place = school.ID("zeester")
)

// eck is a sound ECK-iD, of nobody.
var eck = "https://ketenid.nl/202601/" + strings.Repeat("0a", 64)

// sent keeps what is published.
type sent struct{ messages []outbox.Message }

func (s *sent) Publish(_ context.Context, messages []outbox.Message) error {
	s.messages = append(s.messages, messages...)
	return nil
}

// fixture is the function with an institution and a school.
type fixture struct {
	t       *testing.T
	db      *store.DB
	uploads upload.Shelf
	plans   plan.Shelf
	index   seal.Index
	bin     erase.Keeper
	ring    *seal.Ring
	clock   *clock.Manual
	sent    *sent
	handler http.Handler
}

func begin(t *testing.T) *fixture {
	t.Helper()
	ctx := t.Context()
	f := &fixture{t: t, sent: &sent{}, clock: clock.NewManual(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC))}
	var err error
	f.db, err = store.Open(ctx, store.Config{Project: emulators.Firestore(t), Clock: f.clock})
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.db.Close() })
	bucket, err := blob.Open(ctx, blob.Config{Bucket: emulators.Storage(t), Emulator: os.Getenv("STORAGE_EMULATOR_HOST")})
	require.NoError(t, err)
	sealer, err := seal.Open(ctx, seal.Config{Key: emulators.Keys(t), Endpoint: os.Getenv("KMS_ENDPOINT")})
	require.NoError(t, err)
	index, err := seal.NewIndex(bytes.Repeat([]byte{7}, 32))
	require.NoError(t, err)
	f.ring, err = seal.NewRing("eck", map[int][]byte{1: bytes.Repeat([]byte{8}, 32)})
	require.NoError(t, err)
	f.uploads, f.plans = upload.Shelf{Bucket: bucket, Keys: sealer}, plan.Shelf{Bucket: bucket, Keys: sealer}
	f.index = index
	f.bin = erase.Keeper{DB: f.db, Box: sealer, Index: index, Clock: f.clock}
	f.serve(f.uploads)
	require.NoError(t, f.db.Tenants().Create(ctx, board, board, tenant.Tenant{
		ID: board, Domains: tenant.Domains{Pupils: "leerling.example", Staff: "school.example", Guardians: "thuis.example"},
	}))
	require.NoError(t, f.db.Schools().Create(ctx, board, place, school.School{
		ID: place, Sector: school.PO, Code: school.Code{BRIN: "99ZZ", Location: "00"},
	}))
	return f
}

// serve begins the function anew, with these uploads.
func (f *fixture) serve(uploads upload.Shelf) {
	f.handler = rosterplan.New(rosterplan.Deps{
		DB: f.db, Uploads: uploads, Plans: f.plans, Index: f.index, ECK: f.ring, Clock: f.clock, Bin: f.bin,
		Post: outbox.Post{Publisher: f.sent, Shelf: f.db.Outbox()},
	})
}

// receive stores an upload as the desk does and plans it.
func (f *fixture) receive(id roster.RunID, body string) (roster.Run, int) {
	f.t.Helper()
	f.store(id, body)
	return f.deliver(id)
}

// store stores an upload as the desk does.
func (f *fixture) store(id roster.RunID, body string) roster.Run {
	f.t.Helper()
	run := roster.Run{ID: id, School: place, Status: roster.Received, ExpireAt: f.clock.Now().Add(48 * time.Hour)}
	var err error
	run.Upload, err = f.uploads.Write(f.t.Context(), board, id, strings.NewReader(body))
	require.NoError(f.t, err)
	require.NoError(f.t, f.db.Runs().Create(f.t.Context(), board, id, run))
	return run
}

func (f *fixture) deliver(id roster.RunID) (roster.Run, int) { return f.deliverAged(id, 0) }

// deliverAged delivers the message that a run was received, published so long
// ago.
func (f *fixture) deliverAged(id roster.RunID, age time.Duration) (roster.Run, int) {
	f.t.Helper()
	data, err := json.Marshal(topic.Received{Tenant: board, Import: id})
	require.NoError(f.t, err)
	sent := time.Now().Add(-age).Format(time.RFC3339Nano)
	body, err := json.Marshal(map[string]any{"message": map[string]any{"data": data, "messageId": "1", "publishTime": sent}})
	require.NoError(f.t, err)
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(f.t.Context(), http.MethodPost, "/"+topic.RosterReceived.Name, bytes.NewReader(body))
	f.handler.ServeHTTP(w, r)
	run, err := f.db.Runs().Get(f.t.Context(), board, id)
	require.NoError(f.t, err)
	return run, w.Code
}

// list is a list of pupils.
func list(n int) string {
	text := "Leerlingnummer;Roepnaam;Achternaam;Klas;ECK-iD\n"
	for i := range n {
		text += fmt.Sprintf("%d;Kind%d;Smit%d;4A;\n", 70001+i, i, i)
	}
	return text
}

func (f *fixture) uploaded(run roster.Run) bool {
	f.t.Helper()
	r, err := f.uploads.Open(f.t.Context(), board, run)
	if err != nil {
		require.Equal(f.t, fault.NotFound, fault.KindOf(err))
		return false
	}
	return r.Close() == nil
}

func (f *fixture) slot() store.Slot {
	f.t.Helper()
	slot, err := f.db.Slots().Get(f.t.Context(), board, place)
	require.NoError(f.t, err)
	return slot
}

func TestAPlanIsMadeOnce(t *testing.T) {
	t.Parallel()
	f := begin(t)
	run, status := f.receive("r1", list(3))
	require.Equal(t, http.StatusNoContent, status)
	require.Equal(t, roster.Applying, run.Status)
	require.Equal(t, 3, run.Counts.Create)
	require.Equal(t, map[roster.Phase]int{roster.People: 3}, run.Rows)
	require.Len(t, run.Columns, 5, "the school sees how its columns were read")
	require.False(t, f.uploaded(run), "the raw upload is gone once it is planned")
	require.Len(t, f.sent.messages, 1)
	again, status := f.deliver("r1")
	require.Equal(t, http.StatusNoContent, status)
	require.Equal(t, run, again, "a repeated message changes nothing")
	require.Len(t, f.sent.messages, 1)
}

func TestARefusedFileLeavesNothing(t *testing.T) {
	t.Parallel()
	f := begin(t)
	for id, body := range map[roster.RunID]string{"empty": "", "photo": "\x89PNG\x00", "zip": "PK\x03\x04", "words": "dag school"} {
		run, status := f.receive(id, body)
		require.Equal(t, http.StatusNoContent, status)
		require.Equal(t, roster.Refused, run.Status, id)
		require.NotEmpty(t, run.Findings)
		require.False(t, f.uploaded(run))
		require.Empty(t, f.slot().Run)
		require.Empty(t, run.Plan.Object)
	}
	require.Empty(t, f.sent.messages)
}

func TestOneImportOfASchoolAtATime(t *testing.T) {
	t.Parallel()
	f := begin(t)
	f.receive("r1", list(3))
	second, status := f.receive("r2", list(4))
	require.Equal(t, http.StatusServiceUnavailable, status, "the message comes back")
	require.Equal(t, roster.Received, second.Status)
	require.True(t, f.uploaded(second), "nothing is lost meanwhile")
	f.clock.Advance(roster.Hold + time.Second)
	second, status = f.deliver("r2")
	require.Equal(t, http.StatusNoContent, status)
	require.Equal(t, roster.Applying, second.Status, "a run that died does not keep the school")
	first, err := f.db.Runs().Get(t.Context(), board, "r1")
	require.NoError(t, err)
	require.Equal(t, roster.Failed, first.Status, "nor does it stay under way for ever")
}

// waiting stores a run whose held part waits.
func (f *fixture) waiting(id roster.RunID) {
	f.t.Helper()
	run := roster.Run{ID: id, School: place, Status: roster.Waiting, Held: []roster.Phase{roster.Leave}, ExpireAt: f.clock.Now().Add(48 * time.Hour)}
	require.NoError(f.t, f.db.Runs().Create(f.t.Context(), board, id, run))
	require.NoError(f.t, f.db.Slots().Set(f.t.Context(), board, place, store.Slot{Waiting: id}))
}

func TestANewerFileSupersedesWhatWaits(t *testing.T) {
	t.Parallel()
	f := begin(t)
	f.waiting("old")
	_, _ = f.receive("bad", "dag school")
	old, err := f.db.Runs().Get(t.Context(), board, "old")
	require.NoError(t, err)
	require.Equal(t, roster.Waiting, old.Status, "a refused file supersedes nothing")
	require.EqualValues(t, "old", f.slot().Waiting)

	_, _ = f.receive("new", list(2))
	old, err = f.db.Runs().Get(t.Context(), board, "old")
	require.NoError(t, err)
	require.Equal(t, roster.Refused, old.Status)
	require.Equal(t, "plan.superseded", old.Findings[0].Code)
}

// apply does what a run plans, in place of the function that does.
func (f *fixture) apply(run roster.Run) {
	f.t.Helper()
	ctx := f.t.Context()
	for _, phase := range []roster.Phase{roster.Groups, roster.People} {
		for i := range run.Plan.Steps[phase] {
			step, err := f.plans.Read(ctx, board, run, phase, i)
			require.NoError(f.t, err)
			for _, row := range step.Groups {
				require.NoError(f.t, f.db.Groups().Create(ctx, board, row.Group.ID, row.Group))
			}
			for _, row := range step.Accounts {
				require.NoError(f.t, f.db.Accounts().Create(ctx, board, row.Account.ID, row.Account))
			}
		}
	}
	run.Status = roster.Applied
	require.NoError(f.t, f.db.Runs().Set(ctx, board, run.ID, run))
	require.NoError(f.t, f.db.Slots().Set(ctx, board, place, store.Slot{}))
}

// TestWhoMayApproveIsTold plans a file of which nothing can be done before
// somebody approves it.
func TestWhoMayApproveIsTold(t *testing.T) {
	t.Parallel()
	f := begin(t)
	first, _ := f.receive("r1", list(40))
	f.apply(first)
	f.sent.messages = nil
	run, status := f.receive("r2", list(1))
	require.Equal(t, http.StatusNoContent, status)
	require.Equal(t, roster.Waiting, run.Status, "%+v", run.Findings)
	require.Equal(t, []roster.Phase{roster.Leave}, run.Held)
	want := []outbox.Message{outbox.To(topic.Mail, topic.Waits(board, "r2"))}
	require.Equal(t, want, f.sent.messages)
	_, _ = f.deliver("r2")
	require.Equal(t, want, f.sent.messages)
}

func TestAnECKiDIsSealedInThePlan(t *testing.T) {
	t.Parallel()
	f := begin(t)
	run, _ := f.receive("r1", strings.Replace(list(1), "4A;\n", "4A;"+eck+"\n", 1))
	require.Equal(t, roster.Applying, run.Status, run.Findings)
	step, err := f.plans.Read(t.Context(), board, run, roster.People, 0)
	require.NoError(t, err)
	a := step.Accounts[0].Account
	require.NotEmpty(t, a.Source.ECK.Hash)
	plain, err := f.ring.Open(a.Source.ECK.Sealed, []byte("eck\x00"+string(board)+"\x00"+string(a.ID)))
	require.NoError(t, err)
	require.Equal(t, eck, string(plain))
	_, err = f.ring.Open(a.Source.ECK.Sealed, []byte("eck\x00"+string(board)+"\x00another"))
	require.Error(t, err, "it opens for its account alone")
	body, err := json.Marshal(step)
	require.NoError(t, err)
	require.NotContains(t, string(body), "ketenid")
}

func TestAMergerNeedsNoFile(t *testing.T) {
	t.Parallel()
	f := begin(t)
	ctx := t.Context()
	require.NoError(t, f.db.Schools().Create(ctx, board, "duinpan", school.School{ID: "duinpan", Code: school.Code{BRIN: "99XX", Location: "00"}}))
	a := account.Account{ID: "a1", Kind: person.Pupil, State: account.Active}.With(account.Membership{School: "duinpan", Key: "k"})
	require.NoError(t, f.db.Accounts().Create(ctx, board, a.ID, a))
	run := roster.MergerOf(school.School{ID: "duinpan"})
	run.School, run.Status, run.ExpireAt = place, roster.Received, f.clock.Now().Add(48*time.Hour)
	require.NoError(t, f.db.Runs().Create(ctx, board, run.ID, run))
	run, status := f.deliver(run.ID)
	require.Equal(t, http.StatusNoContent, status)
	require.Equal(t, roster.Applying, run.Status)
	require.Equal(t, 1, run.Counts.Change)
}
