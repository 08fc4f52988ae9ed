// Package journey tests the product from end to end, as schools, pupils and
// applications use it: through its one origin, on the emulators.
package journey

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators/demo"
	"cool.example/sync/emulators/stack"
	"cool.example/sync/scripts/internal/browse"
	"cool.example/sync/scripts/internal/inventory"
	"cool.example/sync/scripts/internal/synthetic"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/upload"
)

// Stage is a running product with the demo institution, for one test.
type Stage struct {
	*stack.Stack
	App         *demo.Application
	Institution demo.Institution

	t        testing.TB
	wait     time.Duration
	messages inventory.Messages
}

// hashMemory is the least argon2id allows, in KiB: tests hash a lot.
const hashMemory = 8

// Begin starts the product for t and sets up the institution, whose school
// has this BRIN.
func Begin(t testing.TB, brin string) *Stage {
	t.Helper()
	return BeginWith(t, brin, Setting{})
}

// Setting says what is otherwise than usual.
type Setting struct {
	Hurry   time.Duration
	Wait    time.Duration // how long a wait may take; the usual where 0
	Replace map[string]func([]string) http.Handler
	Environ map[string]string
	Clock   clock.Clock
}

// BeginWith is Begin with something otherwise: see stack.Options.
func BeginWith(t testing.TB, brin string, o Setting) *Stage {
	t.Helper()
	s := &Stage{t: t, wait: cmp.Or(o.Wait, patience)}
	var err error
	s.Stack, err = stack.Start(t.Context(), stack.Options{
		Speed: 100, Argon: hashMemory, Seen: s.messages.See, Hurry: o.Hurry, Replace: o.Replace, Environ: o.Environ, Clock: o.Clock,
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Stop() }) // the test is over
	s.App, err = demo.StartApplication(s.URL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.App.Stop() })
	code, err := school.NewCode(brin, "00")
	require.NoError(t, err)
	s.Institution, err = s.Stack.Institution(t.Context(), code, s.App.Registration())
	require.NoError(t, err)
	return s
}

// Messages returns everything that was delivered so far.
func (s *Stage) Messages() string {
	return s.messages.String()
}

// patience bounds every wait of a journey.
const patience = 90 * time.Second

// Hand hands over a file with the institution's token and waits until its run
// has ended, or waits itself.
func (s *Stage) Hand(body []byte) browse.Run {
	s.t.Helper()
	return s.HandAs(s.Institution.ImportToken, body)
}

// HandAs is Hand with another school's token.
func (s *Stage) HandAs(token string, body []byte) browse.Run {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), s.wait)
	defer cancel()
	status, raw, err := browse.Hand(ctx, s.URL, token, bytes.NewReader(body))
	require.NoError(s.t, err)
	require.Equal(s.t, http.StatusAccepted, status, string(raw))
	var accepted struct{ ID string }
	require.NoError(s.t, json.Unmarshal(raw, &accepted))
	run, err := browse.Watch(ctx, s.URL, token, accepted.ID, "applied", "refused", "waiting")
	require.NoError(s.t, err)
	return run
}

// HandAtOnce is Hand with several files at the same time.
func (s *Stage) HandAtOnce(files ...[]byte) []browse.Run {
	s.t.Helper()
	runs := make([]browse.Run, len(files))
	var wg sync.WaitGroup
	for i, file := range files {
		wg.Go(func() { runs[i] = s.Hand(file) })
	}
	wg.Wait()
	return runs
}

// Neighbour sets up another institution, whose school has BRIN 98YY, and
// returns that school's import token.
func (s *Stage) Neighbour() string {
	s.t.Helper()
	const owner, place = tenant.ID("duinrand"), school.ID("duin")
	db, err := s.Database(s.t.Context(), "")
	require.NoError(s.t, err)
	defer db.Close()
	token := upload.NewToken(owner)
	_, hash, err := upload.ParseToken(token)
	require.NoError(s.t, err)
	code := school.Code{BRIN: "98YY", Location: "00"}
	ctx := s.t.Context()
	require.NoError(s.t, db.Tenants().Create(ctx, owner, owner, tenant.Tenant{ID: owner, Name: "Stichting Duinrand"}))
	require.NoError(s.t, db.Schools().Create(ctx, owner, place, school.School{ID: place, Name: "Het Duin", Code: code, Sector: school.PO}))
	require.NoError(s.t, db.Tokens().Create(ctx, owner, store.TokenID(hash), store.Token{School: place, Created: time.Now()}))
	return token
}

// PassedOn waits until this many accounts are at the Workspace, in their groups,
// and no message is under way.
func (s *Stage) PassedOn(want int) {
	s.t.Helper()
	db, err := s.Database(s.t.Context(), "")
	require.NoError(s.t, err)
	defer db.Close()
	require.Eventually(s.t, func() bool {
		linked := 0
		for e, err := range db.Links(connection.ID(connection.Google)).All(s.t.Context(), demo.Tenant) {
			if err == nil && e.Value.State == connection.Linked {
				linked++
			}
		}
		waiting, err := db.Leftovers(s.t.Context(), time.Now(), 1)
		return err == nil && len(waiting) == 0 && linked == want
	}, s.wait, 50*time.Millisecond, "not everybody was passed on")
}

// Stored returns everything that is stored.
func (s *Stage) Stored() *inventory.Inventory {
	s.t.Helper()
	all, err := inventory.Take(s.t.Context(), s.Stack)
	require.NoError(s.t, err)
	return all
}

// School invents a school with this many pupils for BRIN 99XX.
func School(pupils int) *synthetic.School {
	code := school.Code{BRIN: "99XX", Location: "00"}
	return synthetic.Generate(synthetic.Options{Seed: 7, Pupils: pupils, Code: code, Year: 2026, Forbidden: true})
}

// File returns a school's source file.
func File(t testing.TB, of *synthetic.School) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, of.WriteEDEXML(&b))
	return b.Bytes()
}

// Packed returns body packed with gzip.
func Packed(t testing.TB, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(body)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}

// Without returns a source file without the elements that begin with any of
// these openings, each of which ends on its own line.
func Without(body []byte, openings ...string) []byte {
	var kept []string
	for line := range strings.SplitSeq(string(body), "\n") {
		drop := false
		for _, o := range openings {
			drop = drop || strings.HasPrefix(line, o)
		}
		if !drop {
			kept = append(kept, line)
		}
	}
	return []byte(strings.Join(kept, "\n"))
}
