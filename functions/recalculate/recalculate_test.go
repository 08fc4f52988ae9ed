package recalculate_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/functions/recalculate"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/link"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

const board = tenant.ID("golfbreker")

// stage is the function with an institution of two schools, whose messages to
// itself wait in a queue.
type stage struct {
	t     *testing.T
	db    *store.DB
	clock *clock.Manual
	mu    sync.Mutex
	queue []outbox.Message
	other int // messages to other functions
	deps  recalculate.Deps
}

func (s *stage) Publish(_ context.Context, messages []outbox.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range messages {
		if m.Topic == topic.Recalculate.Name {
			s.queue = append(s.queue, m)
		} else {
			s.other++
		}
	}
	return nil
}

func begin(t *testing.T) *stage {
	t.Helper()
	s := &stage{t: t, clock: clock.NewManual(time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC))}
	db, err := store.Open(t.Context(), store.Config{Project: emulators.Firestore(t), Clock: s.clock})
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() }) // nothing is left to write
	s.db = db
	s.deps = recalculate.Deps{DB: db, Post: outbox.Post{Publisher: s, Shelf: db.Outbox()}, Clock: s.clock, Patience: time.Hour, Page: 7}
	for _, id := range []school.ID{"zee", "duin"} {
		require.NoError(t, db.Schools().Create(t.Context(), board, id, school.School{ID: id, LastYear: 2026}))
	}
	for _, g := range []group.Group{
		{ID: "c4a", School: "zee", Kind: group.Class, Name: "4A", Year: 2026},
		{ID: "fours", School: "zee", Kind: group.Ruled, Name: "Alle vieren", Rule: group.Rule{Any: []group.All{{Terms: []group.Term{
			{Field: group.ByKind, Value: "pupil"}, {Field: group.ByYear, Value: "4"},
		}}}}},
	} {
		require.NoError(t, db.Groups().Create(t.Context(), board, g.ID, g))
	}
	rules, err := link.Rules{}.Add(link.Rule{ID: "class", Staff: link.Staff{By: link.OfClass}})
	require.NoError(t, err)
	require.NoError(t, db.LinkRules().Create(t.Context(), board, store.TheRules, rules))
	return s
}

// put stores somebody at a school, in class 4A.
func (s *stage) put(id account.ID, k person.Kind, at school.ID) account.Account {
	s.t.Helper()
	a := account.Account{ID: id, Kind: k, State: account.Active, Version: 1, Main: at, Memberships: []account.Membership{{School: at, Year: 2026, Grade: "4", Groups: []group.ID{"c4a"}}}}
	if k == person.Staff {
		a.Memberships[0].Grade = ""
	}
	a.Digest = a.Imported()
	require.NoError(s.t, s.db.Accounts().Set(s.t.Context(), board, id, a))
	return a
}

// deliver hands one message to the function.
func (s *stage) deliver(body topic.Recalculation) int {
	s.t.Helper()
	data, err := json.Marshal(body)
	require.NoError(s.t, err)
	push, err := json.Marshal(map[string]any{"message": map[string]any{"data": data, "messageId": "1"}})
	require.NoError(s.t, err)
	w := httptest.NewRecorder()
	recalculate.New(s.deps).ServeHTTP(w, httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, "/"+topic.Recalculate.Name, bytes.NewReader(push)))
	return w.Code
}

// ask asks for everything, now, and delivers until nothing waits.
func (s *stage) ask() {
	s.t.Helper()
	s.clock.Advance(time.Minute)
	require.Equal(s.t, http.StatusNoContent, s.deliver(topic.Recalculation{Tenant: board, Asked: s.clock.Now().UnixMilli()}))
	for len(s.queue) > 0 {
		var body topic.Recalculation
		require.NoError(s.t, json.Unmarshal(s.queue[0].Body, &body))
		s.queue = s.queue[1:]
		require.Equal(s.t, http.StatusNoContent, s.deliver(body))
	}
}

func (s *stage) read(id account.ID) account.Account {
	s.t.Helper()
	a, err := s.db.Accounts().Get(s.t.Context(), board, id)
	require.NoError(s.t, err)
	return a
}

// linked returns the staff of a pupil.
func (s *stage) linked(id account.ID) []account.ID {
	s.t.Helper()
	found, err := s.db.Supervision().GetMany(s.t.Context(), board, []account.ID{id})
	require.NoError(s.t, err)
	var staff []account.ID
	for _, t := range found[id].Value.Ties(s.clock.Now()) {
		require.Equal(s.t, []link.Why{{Rule: "class", Fact: link.Fact{By: link.OfClass, Value: "c4a"}}}, t.Why)
		staff = append(staff, t.Staff)
	}
	return staff
}

func TestGroupsAndLinksFollowFromRules(t *testing.T) {
	t.Parallel()
	s := begin(t)
	for i := range 20 {
		s.put(account.ID(fmt.Sprintf("p%02d", i)), person.Pupil, "zee")
	}
	s.put("juf", person.Staff, "zee")
	s.put("meester", person.Staff, "duin")
	s.ask()
	for i := range 20 {
		id := account.ID(fmt.Sprintf("p%02d", i))
		require.Equal(t, []group.ID{"fours"}, s.read(id).Own.Ruled)
		require.Contains(t, s.linked(id), account.ID("juf"))
	}
	require.Empty(t, s.read("juf").Own.Ruled)

	versions := map[account.ID]int64{}
	for e, err := range s.db.Accounts().All(t.Context(), board) {
		require.NoError(t, err)
		versions[e.ID] = e.Value.Version
	}
	s.ask()
	for e, err := range s.db.Accounts().All(t.Context(), board) {
		require.NoError(t, err)
		require.Equal(t, versions[e.ID], e.Value.Version, "nothing was to be done")
	}
}

func TestWhoLeavesLosesGroupsAndLinks(t *testing.T) {
	t.Parallel()
	s := begin(t)
	p := s.put("p1", person.Pupil, "zee")
	s.put("juf", person.Staff, "zee")
	s.ask()
	require.Len(t, s.linked("p1"), 1)
	p = s.read("p1")
	p.Memberships[0].Grade, p.Memberships[0].Groups = "5", nil
	require.NoError(t, s.db.Accounts().Set(t.Context(), board, p.ID, p))
	s.ask()
	require.Empty(t, s.read("p1").Own.Ruled)
	require.Empty(t, s.linked("p1"))

	require.NoError(t, s.db.Accounts().Delete(t.Context(), board, "p1"))
	s.put("p1", person.Pupil, "zee")
	s.ask()
	require.NoError(t, s.db.Accounts().Delete(t.Context(), board, "p1"))
	s.ask()
	found, err := s.db.Supervision().GetMany(t.Context(), board, []account.ID{"p1"})
	require.NoError(t, err)
	require.Empty(t, found, "nothing is kept of who does not exist")
}

// TestTwoWorkersNeverMix: a school is one worker's at a time, and a request that
// was made before the last calculation began is done.
func TestTwoWorkersNeverMix(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.put("p1", person.Pupil, "zee")
	asked := s.clock.Now().UnixMilli()
	require.NoError(t, s.db.Recalculations().Create(t.Context(), board, "zee", store.Recalculation{Fence: 3, Until: s.clock.Now().Add(time.Minute)}))
	require.Equal(t, http.StatusServiceUnavailable, s.deliver(topic.Recalculation{Tenant: board, School: "zee", Asked: asked}))
	require.Empty(t, s.read("p1").Own.Ruled)
	s.clock.Advance(2 * time.Minute)
	require.Equal(t, http.StatusNoContent, s.deliver(topic.Recalculation{Tenant: board, School: "zee", Asked: asked}))
	require.Equal(t, []group.ID{"fours"}, s.read("p1").Own.Ruled)
	a := s.read("p1")
	a.Own.Ruled = nil
	require.NoError(t, s.db.Accounts().Set(t.Context(), board, a.ID, a))
	require.Equal(t, http.StatusNoContent, s.deliver(topic.Recalculation{Tenant: board, School: "zee", Asked: asked}))
	require.Empty(t, s.read("p1").Own.Ruled, "what was asked for before is done")
}

// TestALargeSchoolGoesOnByMessage stops after each page, and misses nobody.
func TestALargeSchoolGoesOnByMessage(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.deps.Patience = 0
	for i := range 30 {
		s.put(account.ID(fmt.Sprintf("p%02d", i)), person.Pupil, "zee")
	}
	s.ask()
	for i := range 30 {
		require.Equal(t, []group.ID{"fours"}, s.read(account.ID(fmt.Sprintf("p%02d", i))).Own.Ruled)
	}
}
