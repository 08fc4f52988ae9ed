package notary_test

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/firestore"
	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/manifest"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

func TestWhatIsNewIsSigned(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.minute()
	require.Empty(t, s.chain(ours), "there is nothing to sign")
	one, two := s.log(ours), s.log(ours)
	other := s.log(theirs)
	s.minute()
	require.Equal(t, once(one, two), s.signed(ours))
	require.Equal(t, once(other), s.signed(theirs))
	for range 3 {
		s.minute()
	}
	require.Len(t, s.chain(ours), 1, "a minute without entries writes nothing")
	three := s.log(ours)
	s.minute()
	require.Equal(t, once(one, two, three), s.signed(ours))
	require.Len(t, s.chain(ours), 2)
	require.Len(t, s.chain(theirs), 1)
	last := s.chain(ours)[1]
	require.Equal(t, s.clock.Now(), last.Made)
	require.Len(t, last.Entries, 1)
}

// TestEntriesThatComeInLateAreSigned writes entries that the database took in
// before the newest signed one, and that no run has seen.
func TestEntriesThatComeInLateAreSigned(t *testing.T) {
	t.Parallel()
	s := begin(t)
	first := s.log(ours)
	s.minute()
	to := s.head(ours).To
	var late []audit.ID
	for _, behind := range []time.Duration{time.Microsecond, time.Second, 270 * time.Second} {
		late = append(late, s.log(ours, func(e *audit.Entry) { e.Recorded = to.Add(-behind) }))
		s.minute()
	}
	require.Equal(t, once(append(late, first)...), s.signed(ours))
	require.Equal(t, to, s.head(ours).To)
	for range 6 {
		s.minute()
	}
	require.True(t, s.head(ours).Settled, "by now everything of then has come in")
	next := s.log(ours)
	s.minute()
	require.Equal(t, once(append(late, first, next)...), s.signed(ours))
}

func TestADayWithoutEntriesHasAManifest(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.log(ours)
	s.minute()
	for range 3 * 24 {
		s.clock.Advance(time.Hour)
		require.Equal(t, http.StatusNoContent, s.tick())
	}
	chain := s.chain(ours)
	require.Len(t, chain, 4)
	for i, m := range chain[1:] {
		require.Empty(t, m.Entries)
		require.LessOrEqual(t, m.Made.Sub(chain[i].Made), 24*time.Hour)
	}
	require.Empty(t, s.chain(theirs), "where nothing ever happened there is no chain")
}

func TestTicksSideBySideWriteOneChain(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.deps.Most = 7
	var ids []audit.ID
	for round := range 3 {
		for range 20 + round {
			ids = append(ids, s.log(ours))
		}
		s.clock.Advance(time.Minute)
		var ticks sync.WaitGroup
		for range 6 {
			ticks.Go(func() { s.tick() })
		}
		ticks.Wait()
	}
	require.Equal(t, http.StatusNoContent, s.tick())
	require.Equal(t, once(ids...), s.signed(ours))
	for _, m := range s.chain(ours) {
		require.LessOrEqual(t, len(m.Entries), 7)
	}
}

// TestARunThatDiesIsMadeUpFor: the manifest is stored and nobody knows.
func TestARunThatDiesIsMadeUpFor(t *testing.T) {
	t.Parallel()
	s := begin(t)
	lossy := &shelf{Shelf: s.bucket}
	s.deps.Shelf = lossy
	first := s.log(ours)
	s.minute()
	lossy.dies.Store(1)
	second := s.log(ours)
	s.minute()
	require.EqualValues(t, 1, s.head(ours).Sequence)
	third := s.log(ours)
	s.minute()
	require.Equal(t, once(first, second, third), s.signed(ours))
	require.Len(t, s.chain(ours), 3)

	require.NoError(t, s.db.Heads().Delete(t.Context(), ours, store.LogHead)) // as a restored database may be without it
	fourth := s.log(ours)
	s.minute()
	require.Equal(t, once(first, second, third, fourth), s.signed(ours))
	require.Len(t, s.chain(ours), 4)
}

// TestABrokenChainIsNotCoveredUp: nothing is written after what is not as it
// was left.
func TestABrokenChainIsNotCoveredUp(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*stage){
		"the last manifest is gone": func(s *stage) {
			require.NoError(s.t, s.bucket.Delete(s.t.Context(), manifest.Name(ours, 2)))
		},
		"it is another": func(s *stage) {
			s.replace(2, append([]byte(nil), s.object(ours, 1)...))
		},
		"it is altered": func(s *stage) {
			object := s.object(ours, 2)
			object[len(object)-10] ^= 1
			s.replace(2, object)
		},
		"somebody writes the next": func(s *stage) {
			m, err := manifest.Parse(s.object(ours, 2))
			require.NoError(s.t, err)
			forged := m.Manifest
			forged.Sequence, forged.Before, forged.Entries = 3, s.head(ours).Hash, nil
			s.replace(3, manifest.Object(forged.Body(), m.Signature))
		},
		"with a key of their own": func(s *stage) {
			m, err := manifest.Parse(s.object(ours, 2))
			require.NoError(s.t, err)
			forged := m.Manifest
			forged.Sequence, forged.Before, forged.Key = 3, s.head(ours).Hash, emulators.SigningKey(s.t)
			s.replace(3, manifest.Object(forged.Body(), m.Signature))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			for range 2 {
				s.log(ours)
				s.minute()
			}
			spoil(s)
			before := s.head(ours)
			s.log(ours)
			other := s.log(theirs)
			s.minute()
			require.Equal(t, before, s.head(ours))
			require.Equal(t, once(other), s.signed(theirs), "another institution is held up")
		})
	}
}

// replace puts an object in the place of another, as nobody can where the
// bucket is locked.
func (s *stage) replace(sequence int64, object []byte) {
	s.t.Helper()
	name := manifest.Name(ours, sequence)
	require.NoError(s.t, s.bucket.Delete(s.t.Context(), name))
	_, err := s.bucket.Create(s.t.Context(), name, func(w io.Writer) error {
		_, err := w.Write(object)
		return err
	})
	require.NoError(s.t, err)
}

func TestEntriesOfLaterAreNotSigned(t *testing.T) {
	t.Parallel()
	s := begin(t)
	good := s.log(ours)
	s.log(ours, func(e *audit.Entry) { e.Recorded = time.Now().Add(time.Hour) })
	s.minute()
	require.Equal(t, once(good), s.signed(ours))
	require.True(t, s.head(ours).To.Before(time.Now()))
}

// TestEverybodyHasATurn: a run without time does a part, and the next goes on.
func TestEverybodyHasATurn(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.deps.Budget = time.Nanosecond
	s.deps.Clock = &hasty{Manual: s.clock}
	var all []tenant.ID
	for i := range 80 {
		owner := tenant.ID("bestuur" + strconv.Itoa(100+i))
		require.NoError(t, s.db.Tenants().Create(t.Context(), owner, owner, tenant.Tenant{ID: owner}))
		s.log(owner)
		all = append(all, owner)
	}
	done := func() (n int) {
		for _, owner := range all {
			if len(s.chain(owner)) > 0 {
				n++
			}
		}
		return n
	}
	require.Equal(t, http.StatusNoContent, s.tick())
	first := done()
	require.Greater(t, first, 0)
	require.Less(t, first, 80)
	for range 3 {
		require.Equal(t, http.StatusNoContent, s.tick())
	}
	require.Equal(t, 80, done())
}

// hasty is a clock that moves whenever it is asked.
type hasty struct{ *clock.Manual }

func (h *hasty) Now() time.Time {
	h.Advance(time.Microsecond)
	return h.Manual.Now()
}

func TestOneInstitutionsTroubleHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.deps.Shelf = &shelf{Shelf: s.bucket, fails: manifest.Name(theirs, 1)}
	s.log(theirs)
	mine := s.log(ours)
	s.minute()
	require.Equal(t, once(mine), s.signed(ours))
	require.Empty(t, s.chain(theirs))
	s.deps.Shelf = s.bucket
	s.minute()
	require.Len(t, s.chain(theirs), 1)
}

// TestFieldsOfALaterVersionAreSigned: what this version does not know is part
// of what is signed.
func TestFieldsOfALaterVersionAreSigned(t *testing.T) {
	t.Parallel()
	s := begin(t)
	project := emulators.Firestore(t)
	db, err := store.Open(t.Context(), store.Config{Project: project, Clock: s.clock})
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	s.db, s.deps.DB = db, db
	require.NoError(t, db.Tenants().Create(t.Context(), ours, ours, tenant.Tenant{ID: ours}))
	id := s.log(ours)
	client, err := firestore.NewClient(t.Context(), project)
	require.NoError(t, err)
	defer client.Close()
	ref := client.Doc("tenants/" + string(ours) + "/log/" + string(id))
	_, err = ref.Update(context.WithoutCancel(t.Context()), []firestore.Update{{Path: "later", Value: "x"}})
	require.NoError(t, err)
	s.minute()
	require.Equal(t, once(id), s.signed(ours))
	_, err = ref.Update(t.Context(), []firestore.Update{{Path: "later", Value: "y"}})
	require.NoError(t, err)
	for l, err := range db.LeavesSince(t.Context(), ours, time.Time{}) {
		require.NoError(t, err)
		require.NotEqual(t, s.chain(ours)[0].Entries[0].Hash, l.Hash)
	}
}
