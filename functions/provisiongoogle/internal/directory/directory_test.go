package directory_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators/google"
	"cool.example/sync/functions/provisiongoogle/internal/directory"
	"cool.example/sync/shared/fault"
)

const (
	boss   = "admin@board.example"
	domain = "board.example"
)

// rig is a client of a fake, on a clock that only moves when the client waits.
type rig struct {
	*directory.Client
	fake  *google.Server
	creds directory.Credentials

	mu    sync.Mutex
	at    time.Time
	waits []time.Duration
}

func (r *rig) now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.at
}

func (r *rig) pause(ctx context.Context, d time.Duration) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at = r.at.Add(d)
	r.waits = append(r.waits, d)
	return ctx.Err()
}

func start(t *testing.T, o google.Options) *rig {
	t.Helper()
	r := &rig{at: time.Date(2026, 8, 1, 8, 0, 0, 0, time.UTC)}
	account, err := google.NewAccount("sync@project.example")
	require.NoError(t, err)
	o.Clock, o.Account, o.Customer, o.Domains, o.Admin = r.now, account, "C1", []string{domain}, boss
	r.fake, err = google.Start(o)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.Empty(t, r.fake.Violations())
		require.NoError(t, r.fake.Stop())
	})
	file, err := account.JSON(r.fake.URL())
	require.NoError(t, err)
	r.creds = directory.Credentials{BaseURL: r.fake.URL(), Admin: boss, KeyFile: file}
	signed, err := directory.NewHTTP(t.Context(), r.creds)
	require.NoError(t, err)
	r.Client = directory.Config{BaseURL: r.fake.URL(), HTTP: signed, Pause: r.pause}.Client()
	return r
}

func person(address string) directory.User {
	return directory.User{
		PrimaryEmail: address, Password: "correct horse", Name: &directory.Name{GivenName: "Sanne", FamilyName: "van der Berg"},
		ExternalIDs: []directory.ExternalID{{Type: "custom", CustomType: "cool-sync", Value: "p'1"}},
	}
}

// made creates a user and returns its id.
func (r *rig) made(t *testing.T, address string) string {
	t.Helper()
	id, err := r.CreateUser(t.Context(), person(address))
	require.NoError(t, err)
	require.NotEmpty(t, id)
	return id
}

func refused(t *testing.T, err error, class directory.Class, kind fault.Kind) {
	t.Helper()
	require.Error(t, err)
	require.Truef(t, directory.Is(err, class), "%v is not %s", err, class)
	require.Equal(t, kind, fault.KindOf(err))
	require.NotContains(t, err.Error(), domain)
}

func TestUserFromCreateToUndelete(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	ctx := t.Context()
	require.NoError(t, r.EnsureOrgUnit(ctx, "Oud leerlingen"))
	id := r.made(t, "sanne@"+domain)
	_, err := r.CreateUser(ctx, person("sanne@"+domain))
	refused(t, err, directory.Duplicate, fault.Conflict)
	yes := true
	require.NoError(t, r.PatchUser(ctx, id, directory.User{PrimaryEmail: "s.berg@" + domain, Suspended: &yes}))
	u, err := r.User(ctx, id)
	require.NoError(t, err)
	require.Equal(t, "s.berg@"+domain, u.PrimaryEmail)
	require.Equal(t, []string{"sanne@" + domain}, u.Aliases)
	require.Equal(t, "van der Berg", u.Name.FamilyName)
	require.True(t, *u.Suspended)
	found, err := r.FindUser(ctx, "p'1")
	require.NoError(t, err)
	require.Equal(t, id, found.ID)
	none, err := r.FindUser(ctx, "P'1")
	require.NoError(t, err)
	require.Nil(t, none)
	require.NoError(t, r.DeleteUser(ctx, id))
	refused(t, r.DeleteUser(ctx, id), directory.NotFound, fault.NotFound)
	require.NoError(t, r.UndeleteUser(ctx, id, "/Oud leerlingen"))
	refused(t, r.UndeleteUser(ctx, id, "/"), directory.NotFound, fault.NotFound)
	require.Equal(t, "/Oud leerlingen", r.fake.Users()["s.berg@"+domain].Unit)
	require.Empty(t, r.waits)
}

func TestTwoUsersWithOneExternalID(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	r.made(t, "a@"+domain)
	r.made(t, "b@"+domain)
	_, err := r.FindUser(t.Context(), "p'1")
	refused(t, err, directory.Duplicate, fault.Conflict)
}

func TestUserIsRefused(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	for name, c := range map[string]struct {
		address string
		class   directory.Class
		kind    fault.Kind
	}{
		"accent":      {"josé@" + domain, directory.Invalid, fault.Invalid},
		"two dots":    {"a..b@" + domain, directory.Invalid, fault.Invalid},
		"administer":  {boss, directory.Duplicate, fault.Conflict},
		"not our own": {"a@elsewhere.example", directory.Denied, fault.Forbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := r.CreateUser(t.Context(), person(c.address))
			refused(t, err, c.class, c.kind)
		})
	}
}

func TestGroupAndMembers(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	ctx := t.Context()
	u := r.made(t, "sanne@"+domain)
	g, err := r.CreateGroup(ctx, directory.Group{Email: "groep8@" + domain, Name: "Groep 8"})
	require.NoError(t, err)
	require.NoError(t, r.PatchGroup(ctx, g, directory.Group{Name: "Groep 8a"}))
	got, err := r.Group(ctx, g)
	require.NoError(t, err)
	require.Equal(t, directory.Group{ID: g, Email: "groep8@" + domain, Name: "Groep 8a"}, got)
	found, err := r.FindGroup(ctx, "groep8@"+domain)
	require.NoError(t, err)
	require.Equal(t, got, found)
	require.NoError(t, r.AddMember(ctx, g, u))
	require.NoError(t, r.AddMember(ctx, g, u), "there already")
	members, err := r.Members(ctx, g)
	require.NoError(t, err)
	require.Equal(t, []directory.Member{{ID: u, Role: "MEMBER", Type: "USER"}}, members)
	require.NoError(t, r.RemoveMember(ctx, g, u))
	require.NoError(t, r.RemoveMember(ctx, g, u), "gone already")
	require.Contains(t, r.fake.Users(), "sanne@"+domain, "only the membership is gone")
	refused(t, r.AddMember(ctx, g, "123"), directory.NotFound, fault.NotFound)
	_, err = r.Group(ctx, "unknown")
	refused(t, err, directory.NotFound, fault.NotFound)
}

func TestMembersOfAllPages(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{Speed: 1e6})
	g, err := r.CreateGroup(t.Context(), directory.Group{Email: "school@" + domain})
	require.NoError(t, err)
	for i := range 201 {
		u := r.made(t, "p"+string(rune('a'+i/26))+string(rune('a'+i%26))+"@"+domain)
		require.NoError(t, r.AddMember(t.Context(), g, u))
		require.NoError(t, r.pause(t.Context(), time.Second))
	}
	members, err := r.Members(t.Context(), g)
	require.NoError(t, err)
	require.Len(t, members, 201)
	require.Equal(t, 2, r.fake.Counts()[google.Count{Method: "directory.members.list", Status: 200}])
}

func TestOrgUnits(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	ctx := t.Context()
	for range 2 {
		require.NoError(t, r.EnsureOrgUnit(ctx, "Leerlingen"))
	}
	below, err := r.CreateOrgUnit(ctx, "Groep 8", "/Leerlingen")
	require.NoError(t, err, "one a second: waits for its turn")
	require.Len(t, r.waits, 1)
	require.Equal(t, "/Leerlingen/Groep 8", below.Path)
	got, err := r.OrgUnit(ctx, "/Leerlingen/Groep 8")
	require.NoError(t, err)
	require.Equal(t, below, got)
	_, err = r.OrgUnit(ctx, "/Nergens")
	refused(t, err, directory.NotFound, fault.NotFound)
}
