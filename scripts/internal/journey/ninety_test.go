package journey_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/emulators/demo"
	"cool.example/sync/scripts/internal/browse"
	"cool.example/sync/scripts/internal/inventory"
	"cool.example/sync/scripts/internal/journey"
	"cool.example/sync/scripts/internal/synthetic"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/erase"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/secret"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/vault"
)

// TestNothingOfAPersonOpensAfterNinetyDays: somebody leaves on day 1. On days 30
// and 60 the school imports, exports and is backed up, and is put back as it was
// on the day of the backup before. On day 96 no document, object or message names
// the person, nor does any envelope or backup, opened with every key that is still
// there.
func TestNothingOfAPersonOpensAfterNinetyDays(t *testing.T) {
	t.Parallel()
	n := beginNinety(t)
	invented := journey.School(40)
	leaver := unmistakable(t, invented)
	file := journey.File(t, invented)
	require.Equal(t, "applied", n.Hand(file).Status)
	n.PassedOn(len(invented.People))
	n.backUp()
	var gone account.Account
	for _, a := range accounts(t, n.Stage) {
		if a.Source.Name == leaver.Name {
			gone = a
		}
	}
	traces := []string{leaver.Name.Surname, gone.Address, gone.Username, string(gone.Memberships[0].Key)}
	n.holds(true, traces[0], traces[1:]...)

	n.pass(1)
	smaller := journey.Without(file, fmt.Sprintf(`<leerling key="%s"`, leaver.Key))
	run := n.Hand(smaller)
	require.Equal(t, "applied", run.Status, run.Findings)
	require.Equal(t, 1, run.Counts.Leave)
	binned := n.binned(gone.ID)
	for _, day := range []int{30, 60} {
		n.pass(day - n.day)
		n.exports(run.ID)
		run = n.Hand(smaller)
		require.Equal(t, "applied", run.Status, run.Findings)
		n.backUp()
		n.restore(backup.On(n.clock.Now().AddDate(0, 0, -30))) // of day 0, with the leaver in it, and of day 30
		require.WithinDuration(t, binned.Deadline, n.binned(gone.ID).Deadline, time.Second, "the 90 days begin anew")
		run = n.Hand(smaller)
		require.Equal(t, "applied", run.Status, "the institution goes on after it was put back: %+v", run.Findings)
		n.holds(true, leaver.Name.Surname)
	}

	n.pass(96 - n.day)
	require.Eventually(t, func() bool {
		_, there := n.Google.Users()[gone.Address]
		return !there
	}, time.Minute, 50*time.Millisecond, "Google has not been told")
	n.holds(false, traces[0], traces[1:]...)
	require.NotEmpty(t, accounts(t, n.Stage), "the others are there")
}

// ninety is a product whose days the test lets pass.
type ninety struct {
	*journey.Stage
	t      *testing.T
	clock  *clock.Manual
	key    string
	day    int
	vault  vault.Vault
	keeper erase.Keeper
	sealer *seal.Sealer
}

func beginNinety(t *testing.T) *ninety {
	t.Helper()
	n := &ninety{t: t, clock: clock.NewManual(time.Now())}
	n.Stage = journey.BeginWith(t, "99XX", journey.Setting{Clock: n.clock})
	ctx := clock.With(t.Context(), n.clock)
	env := n.Space.Environ()
	n.key, _ = n.Lookup()("KMS_KEY")
	hold, _ := n.Lookup()("KMS_HOLD_KEY")
	sealer, err := seal.Open(ctx, seal.Config{Key: n.key, Hold: hold, Endpoint: env["KMS_ENDPOINT"]})
	require.NoError(t, err)
	n.sealer = sealer
	bucket, err := blob.Open(ctx, blob.Config{Bucket: n.Backups, Emulator: env["STORAGE_EMULATOR_HOST"]})
	require.NoError(t, err)
	n.vault = vault.Vault{DB: n.database(""), Credentials: n.database(store.CredentialsDatabase), Scratch: n.database(vault.ScratchDatabase), Bucket: bucket, Box: sealer, Clock: n.clock}
	secrets, err := secret.Open(ctx, secret.Config{Project: n.Space.Project, Endpoint: env["SECRET_MANAGER_ENDPOINT"]})
	require.NoError(t, err)
	value, err := secrets.Get(ctx, "index-key")
	require.NoError(t, err)
	index, err := seal.NewIndex(value)
	require.NoError(t, err)
	publisher, err := event.Open(ctx, n.Space.Project)
	require.NoError(t, err)
	n.keeper = erase.Keeper{
		DB: n.vault.DB, Credentials: n.vault.Credentials, Ledger: n.database(store.LedgerDatabase), Box: sealer, Index: index, Clock: n.clock,
		Post: outbox.Post{Publisher: publisher, Shelf: n.vault.DB.Outbox()},
	}
	return n
}

// binned returns what the recycle bin says of somebody.
func (n *ninety) binned(id account.ID) bin.Entry {
	n.t.Helper()
	e, err := n.vault.DB.Bin().Get(n.t.Context(), demo.Tenant, id)
	require.NoError(n.t, err)
	return e
}

func (n *ninety) database(name string) *store.DB {
	n.t.Helper()
	db, err := n.Database(n.t.Context(), name)
	require.NoError(n.t, err)
	n.t.Cleanup(func() { _ = db.Close() }) // the test is over
	return db
}

// pass lets days pass, on each of which the sweep does its work.
func (n *ninety) pass(days int) {
	n.t.Helper()
	for range days {
		n.clock.Advance(24 * time.Hour)
		emulators.Advance(n.t, n.key, 24*time.Hour)
		require.NoError(n.t, n.Tick(n.t.Context(), "tick-day", "sweep"))
		n.day++
	}
	require.NoError(n.t, n.Tick(n.t.Context(), "tick-minute", "sweep"))
}

// backUp makes the day's backup and waits until it is proven.
func (n *ninety) backUp() {
	n.t.Helper()
	require.NoError(n.t, n.Tick(n.t.Context(), "tick-day", "backup"))
	require.Eventually(n.t, func() bool {
		r, err := n.vault.DB.Backups().Get(n.t.Context(), demo.Tenant, backup.On(n.clock.Now()))
		return err == nil && r.State == backup.Whole
	}, 90*time.Second, 50*time.Millisecond, "no backup was proven on day %d", n.day)
}

// restore puts the institution back as a backup has it.
func (n *ninety) restore(id backup.ID) {
	n.t.Helper()
	_, err := n.vault.Restore(n.t.Context(), demo.Tenant, id, vault.Target{Keeper: n.keeper, Empty: true, Actor: audit.Actor{System: "restore"}, Order: "order-60"})
	require.NoError(n.t, err)
}

// exports takes away what the console gives: a plan, the log, and everything on
// a classmate.
func (n *ninety) exports(run string) {
	n.t.Helper()
	admin, err := browse.New(n.URL)
	require.NoError(n.t, err)
	ctx := n.t.Context()
	require.NoError(n.t, admin.SignIn(ctx, n.Institution.Admin, demo.AdminPassword))
	var classmate account.ID
	for _, a := range accounts(n.t, n.Stage) {
		if a.Kind == person.Pupil {
			classmate = a.ID
		}
	}
	for path, get := range map[string]func(context.Context, string) (browse.Page, error){
		"/admin/imports/" + run + "/plan.csv":            admin.Get,
		"/admin/bin?school=" + string(demo.School):       admin.Get,
		"/admin/log/export":                              n.post(admin),
		"/admin/people/" + string(classmate) + "/export": n.post(admin),
	} {
		page, err := get(ctx, path)
		require.NoError(n.t, err)
		require.Equal(n.t, http.StatusOK, page.Status, path)
	}
}

func (n *ninety) post(b *browse.Browser) func(context.Context, string) (browse.Page, error) {
	return func(ctx context.Context, path string) (browse.Page, error) { return b.Post(ctx, path, url.Values{}) }
}

// holds says whether every trace of a person, or none, is found in what is
// stored, and in what every backup gives that can still be opened.
func (n *ninety) holds(want bool, first string, others ...string) {
	n.t.Helper()
	ctx := n.t.Context()
	all := n.Stored()
	all.Add("messages", n.Messages())
	n.envelopes(all)
	list, err := n.vault.List(ctx, demo.Tenant)
	require.NoError(n.t, err)
	opened := 0
	for _, l := range list {
		m, err := n.vault.Open(ctx, demo.Tenant, l.ID)
		if err != nil {
			require.ErrorIs(n.t, err, backup.ErrUnreadable)
			continue
		}
		opened++
		name := strings.ToLower(fmt.Sprintf("read-%d-%s", n.day, m.ID))
		k := n.keeper
		k.DB = n.database(name)
		k.Credentials, k.Post = k.DB, outbox.Post{Publisher: nobody{}, Shelf: k.DB.Outbox()}
		_, err = n.vault.Restore(ctx, demo.Tenant, m.ID, vault.Target{Keeper: k, Empty: true, Actor: audit.Actor{System: "restore"}})
		require.NoError(n.t, err)
		require.NoError(n.t, all.Read(ctx, n.Stack, name))
	}
	require.Positive(n.t, opened, "no backup can be opened")
	for _, trace := range append([]string{first}, others...) {
		where := all.Find(trace)
		require.Equal(n.t, want, where != "", "day %d: %q is in %q", n.day, trace, where)
	}
}

// envelopes adds what lies sealed in the recycle bin and the history of changes,
// as far as its key is still there.
func (n *ninety) envelopes(all *inventory.Inventory) {
	n.t.Helper()
	ctx := n.t.Context()
	add := func(where string, what any, err error) {
		if fault.KindOf(err) == fault.NotFound {
			return
		}
		require.NoError(n.t, err)
		body, err := json.Marshal(what)
		require.NoError(n.t, err)
		all.Add(where, string(body))
	}
	for e, err := range n.vault.DB.Bin().All(ctx, demo.Tenant) {
		require.NoError(n.t, err)
		a, err := n.keeper.Open(ctx, demo.Tenant, e.Value)
		add("bin "+string(e.ID), a, err)
	}
	for e, err := range n.vault.DB.Revisions().All(ctx, demo.Tenant) {
		require.NoError(n.t, err)
		key, err := n.sealer.Unwrap(ctx, e.Value.Batch)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		require.NoError(n.t, err)
		for _, id := range e.Value.Accounts {
			c, err := e.Value.Open(key, demo.Tenant, id)
			add("revision "+string(e.ID), c, err)
		}
	}
}

// nobody is told of what is restored only to be read.
type nobody struct{}

func (nobody) Publish(context.Context, []outbox.Message) error { return nil }

// unmistakable returns a pupil whose surname nobody else has any part of.
func unmistakable(t *testing.T, of *synthetic.School) roster.Person {
	t.Helper()
	for _, p := range of.Pupils() {
		others := 0
		for _, q := range of.People {
			if strings.Contains(q.Name.Surname+q.Name.Call, p.Name.Surname) {
				others++
			}
		}
		if others == 1 && len(p.Name.Surname) > 4 {
			return p
		}
	}
	require.FailNow(t, "everybody has a name that others have too")
	return roster.Person{}
}
