package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/pull"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

func TestLeftovers(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	for i, owner := range []tenant.ID{ours, theirs, ours, theirs} {
		l := outbox.New(owner, today.Add(-time.Duration(i)*time.Minute), outbox.Message{Topic: "tick", Body: []byte(`{}`)})
		l.ID = outbox.ID(fmt.Sprintf("brief%d", i))
		require.NoError(t, db.Outbox().Create(t.Context(), owner, l.ID, l))
	}
	for name, c := range map[string]struct {
		before time.Time
		limit  int
		want   []outbox.ID
	}{
		"all":                 {today.Add(time.Hour), 10, []outbox.ID{"brief3", "brief2", "brief1", "brief0"}},
		"the oldest":          {today.Add(time.Hour), 2, []outbox.ID{"brief3", "brief2"}},
		"before, and not at":  {today.Add(-time.Minute), 10, []outbox.ID{"brief3", "brief2"}},
		"none is old enough":  {today.Add(-time.Hour), 10, nil},
		"nothing is asked of": {today.Add(-3 * time.Minute), 10, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			letters, err := db.Leftovers(t.Context(), c.before, c.limit)
			require.NoError(t, err)
			var ids []outbox.ID
			for _, l := range letters {
				ids = append(ids, l.ID)
				stored, err := db.Outbox().Get(t.Context(), l.Tenant, l.ID)
				require.NoError(t, err)
				require.Equal(t, stored, l)
			}
			require.Equal(t, c.want, ids)
		})
	}
}

func TestDuePulls(t *testing.T) {
	t.Parallel()
	db, now := open(t)
	for id, c := range map[school.ID]pull.Connection{
		"over":  {On: true, State: pull.State{Next: today.Add(-time.Hour)}},
		"now":   {On: true, State: pull.State{Next: today}},
		"later": {On: true, State: pull.State{Next: today.Add(time.Minute)}},
		"never": {On: true, State: pull.State{Next: pull.Never()}},
		"off":   {On: false, State: pull.State{Next: today.Add(-2 * time.Hour)}},
	} {
		require.NoError(t, db.Pulls().Create(t.Context(), ours, id, c))
	}
	require.NoError(t, db.Pulls().Create(t.Context(), theirs, "over", pull.Connection{On: true, State: pull.State{Next: today.Add(-time.Minute)}}))

	due, err := db.DuePulls(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, []store.DuePull{{Tenant: ours, School: "over"}, {Tenant: theirs, School: "over"}, {Tenant: ours, School: "now"}}, due)
	due, err = db.DuePulls(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, []store.DuePull{{Tenant: ours, School: "over"}}, due)
	now.Advance(time.Minute)
	due, err = db.DuePulls(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, due, 4)
}

func TestTurning(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	due := school.School{ID: "sdue", Name: "De Golfbreker", Prepared: school.Prepared{Year: 2026, From: today}}
	for owner, places := range map[tenant.ID][]school.School{
		ours:   {due, {ID: "snone"}, {ID: "slater", Prepared: school.Prepared{Year: 2027, From: today.Add(time.Microsecond)}}},
		theirs: {due},
	} {
		for _, s := range places {
			require.NoError(t, db.Schools().Create(t.Context(), owner, s.ID, s))
		}
	}
	turns, err := db.Turning(t.Context(), today)
	require.NoError(t, err)
	require.ElementsMatch(t, []store.Turn{{Tenant: ours, School: due}, {Tenant: theirs, School: due}}, turns)
}

func TestBadgeOf(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	mine := credential.Badge{Account: "asanne", Proof: "bewijs"}
	require.NoError(t, db.Badges().Create(t.Context(), ours, "een", mine))
	require.NoError(t, db.Badges().Create(t.Context(), theirs, "twee", credential.Badge{Account: "abram"}))
	owner, found, err := db.BadgeOf(t.Context(), "een")
	require.NoError(t, err)
	require.Equal(t, ours, owner)
	require.Equal(t, mine, found)
	for _, id := range []credential.BadgeID{"drie", "", ".", "..", "een/twee", "../een", "__een__"} {
		owner, found, err = db.BadgeOf(t.Context(), id)
		require.Equal(t, fault.NotFound, fault.KindOf(err), "%q", id)
		require.Empty(t, owner)
		require.Zero(t, found)
	}
}

func TestTenantOf(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	require.NoError(t, db.Domains().Create(t.Context(), ours, "golfbreker.example", ours))
	for domain, want := range map[store.Domain]tenant.ID{
		"golfbreker.example":                    ours,
		"GolfBreker.Example":                    ours,
		"duinrand.example":                      "",
		"sub.golfbreker.example":                "",
		"":                                      "",
		".":                                     "",
		"..":                                    "",
		"__golfbreker.example__":                "",
		"golfbreker.example/accounts":           "",
		"golfbreker\xff.example":                "",
		store.Domain(strings.Repeat("a", 254)):  "",
		store.Domain(strings.Repeat("a", 2000)): "",
	} {
		t.Run(fmt.Sprintf("%.30q", string(domain)), func(t *testing.T) {
			t.Parallel()
			got, err := db.TenantOf(t.Context(), domain)
			require.Equal(t, want, got)
			if want == "" {
				require.Equal(t, fault.NotFound, fault.KindOf(err), "%v", err)
			} else {
				require.NoError(t, err)
			}
		})
	}
}

func TestSessionAndAccount(t *testing.T) {
	t.Parallel()
	db, now := open(t)
	ctx := t.Context()
	s := session.Session{Account: "aeen", Epoch: 3, ExpireAt: today.Add(time.Hour)}
	who := account.Account{ID: "aeen", Username: "een"}
	require.NoError(t, db.CreateSession(ctx, ours, "ween", s))
	require.NoError(t, db.Accounts().Create(ctx, ours, "aeen", who))
	require.NoError(t, db.Accounts().Create(ctx, theirs, "aeen", who))

	got, a, err := db.SessionAndAccount(ctx, ours, "ween", "aeen")
	require.NoError(t, err)
	require.Equal(t, s, got)
	require.Equal(t, who, a)
	absent := func(owner tenant.ID, id session.ID, of account.ID) {
		t.Helper()
		got, a, err := db.SessionAndAccount(ctx, owner, id, of)
		require.Equal(t, fault.NotFound, fault.KindOf(err))
		require.Zero(t, a)
		if of == who.ID {
			require.Zero(t, got)
		}
	}
	absent(theirs, "ween", "aeen")
	absent(ours, "wtwee", "aeen")
	absent(ours, "ween", "atwee")
	absent(ours, "ween", "a/b/c")
	absent(ours, "a/b/c", "aeen")
	absent("a/b/c", "ween", "aeen")
	require.NoError(t, db.DeleteSession(ctx, theirs, "ween"))
	_, _, err = db.SessionAndAccount(ctx, ours, "ween", "aeen")
	require.NoError(t, err, "another institution ends no session")
	now.Advance(time.Hour)
	absent(ours, "ween", "aeen")
	now.Advance(-time.Hour)
	require.NoError(t, db.DeleteSession(ctx, ours, "ween"))
	absent(ours, "ween", "aeen")
}

func TestTablesBelowADocumentAreApart(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	ctx := t.Context()
	require.NoError(t, db.Links("google").Create(ctx, ours, "aeen", connection.Link{Remote: "1"}))
	_, err := db.Links("entra").Get(ctx, ours, "aeen")
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	expire := today.Add(time.Hour)
	require.NoError(t, db.Lanes("ione", expire).Create(ctx, ours, "people-0", store.Lane{Next: 1}))
	_, err = db.Lanes("itwo", expire).Get(ctx, ours, "people-0")
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}

func TestDatabasesAreApart(t *testing.T) {
	t.Parallel()
	project, now := emulators.Firestore(t), clock.NewManual(today)
	apart, err := store.Open(t.Context(), store.Config{Project: project, Database: store.CredentialsDatabase, Clock: now})
	require.NoError(t, err)
	t.Cleanup(func() { _ = apart.Close() }) // nothing is left to send
	require.NoError(t, apart.Credentials().Create(t.Context(), ours, "aeen", credential.Credential{Failures: 1}))
	_, err = openAt(t, project, now).Credentials().Get(t.Context(), ours, "aeen")
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	require.Equal(t, today, apart.Now())

	system, err := store.Open(t.Context(), store.Config{Project: project})
	require.NoError(t, err)
	t.Cleanup(func() { _ = system.Close() }) // nothing is left to send
	require.WithinDuration(t, time.Now(), system.Now(), time.Minute)
}

func TestStoredForms(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	ctx := t.Context()
	t.Run("a pull that is off is never due", func(t *testing.T) {
		t.Parallel()
		require.NoError(t, db.Pulls().Create(ctx, ours, "soff", pull.Connection{State: pull.State{Next: today}}))
		c, err := db.Pulls().Get(ctx, ours, "soff")
		require.NoError(t, err)
		require.Equal(t, pull.Never(), c.State.Next)
	})
	t.Run("usual bounds stay the usual ones", func(t *testing.T) {
		t.Parallel()
		require.NoError(t, db.Schools().Create(ctx, ours, "susual", school.School{Rollover: &school.Bounds{}}))
		s, err := db.Schools().Get(ctx, ours, "susual")
		require.NoError(t, err)
		require.Equal(t, school.School{ID: "susual", Rollover: &school.Bounds{}}, s)
	})
	t.Run("an empty run", func(t *testing.T) {
		t.Parallel()
		require.NoError(t, db.Runs().Create(ctx, ours, "ileeg", roster.Run{}))
		r, err := db.Runs().Get(ctx, ours, "ileeg")
		require.NoError(t, err)
		require.Empty(t, r.Plan.Steps)
		require.Empty(t, r.Plan.Key)
		r.Plan = roster.Stored{}
		require.Equal(t, roster.Run{ID: "ileeg"}, r)
	})
}
