package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/scripts/internal/terminal"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/blob"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/ledger"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/vault"
)

const ours = tenant.ID("golfbreker")

// stage is a product with one institution, as a person at a terminal meets it.
type stage struct {
	t       *testing.T
	project string
	db      *store.DB
	bucket  string
	flags   []string
}

func begin(t *testing.T) *stage {
	t.Helper()
	secrets := emulators.Secrets(t)
	secrets.Put("index-key", bytes.Repeat([]byte{7}, 32))
	s := &stage{t: t, project: secrets.Project, bucket: emulators.Storage(t)}
	s.flags = []string{"-project", secrets.Project, "-bucket", s.bucket, "-key", emulators.Keys(t), "-hold-key", emulators.Keys(t)}
	require.NotEmpty(t, emulators.Firestore(t))
	var err error
	s.db, err = store.Open(t.Context(), store.Config{Project: secrets.Project})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.db.Close() }) // nothing is left to write
	require.NoError(t, s.db.Tenants().Create(t.Context(), ours, ours, tenant.Tenant{ID: ours}))
	for _, id := range []account.ID{"asanne", "atim"} {
		require.NoError(t, s.db.Accounts().Create(t.Context(), ours, id, account.Account{ID: id, State: account.Active}))
	}
	return s
}

// at runs the command; typed is what the person answers.
func (s *stage) at(typed string, args ...string) (string, error) {
	s.t.Helper()
	var out bytes.Buffer
	err := run(s.t.Context(), append(append([]string{}, s.flags...), args...), terminal.Terminal{In: strings.NewReader(typed), Out: &out})
	return out.String(), err
}

// works demands that the command does what it is asked and says so.
func (s *stage) works(says, typed string, args ...string) {
	s.t.Helper()
	out, err := s.at(typed, args...)
	require.NoError(s.t, err, out)
	require.Contains(s.t, out, says)
}

func TestFromABackupToARestoredInstitution(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	s.works("There is no backup yet", "")
	for range 2 {
		s.works("is whole: 3 documents", "", "-tenant", string(ours), "-make")
	}
	s.works("2 accounts, 3 documents", "")
	s.works("proven", "", "-tenant", string(ours))
	s.works("PROVEN", "", "-tenant", string(ours), "-verify")
	s.works("PROVEN", "", "-tenant", string(ours), "-day", "latest", "-verify")

	require.NoError(t, s.db.Accounts().Delete(ctx, ours, "asanne"))
	_, err := s.at("", "-tenant", string(ours), "-day", "latest")
	require.ErrorContains(t, err, "-replace")
	s.works("this was a dry run", "", "-tenant", string(ours), "-day", "latest", "-replace", "-dry-run")
	for _, typed := range []string{"", "yes\n", "duinrand\n"} {
		_, err := s.at(typed, "-tenant", string(ours), "-day", "latest", "-replace")
		require.ErrorContains(t, err, "nothing was changed")
	}
	_, err = s.db.Accounts().Get(ctx, ours, "asanne")
	require.Equal(t, fault.NotFound, fault.KindOf(err))

	s.works("2  accounts", "golfbreker\n", "-tenant", string(ours), "-day", "latest", "-into", "look")
	_, err = s.db.Accounts().Get(ctx, ours, "asanne")
	require.Equal(t, fault.NotFound, fault.KindOf(err), "looking something up changes the institution")
	s.works("RESTORED", "golfbreker\n", "-tenant", string(ours), "-day", "latest", "-replace", "-order", "order-1")
	_, err = s.db.Accounts().Get(ctx, ours, "asanne")
	require.NoError(t, err)
	s.works("was restored from", "")
	s.works("RESTORED", "", "-tenant", string(ours), "-day", "latest", "-replace", "-yes")
}

func TestBackupsThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	s := begin(t)
	_, err := s.at("", "-tenant", string(ours), "-day", "latest")
	require.ErrorIs(t, err, backup.ErrAbsent)
	require.True(t, useless(err))
	s.works("is whole", "", "-tenant", string(ours), "-make")
	s.damage()
	out, err := s.at("", "-tenant", string(ours), "-verify")
	require.ErrorIs(t, err, errFailed)
	require.True(t, useless(err))
	require.Contains(t, out, "NOT PROVEN")
	_, err = s.at("", "-tenant", string(ours), "-day", "latest", "-replace", "-yes")
	require.ErrorIs(t, err, backup.ErrDamaged)
	_, err = s.db.Accounts().Get(t.Context(), ours, "asanne")
	require.NoError(t, err, "something was removed for a backup that is damaged")
	_, err = s.at("", "-tenant", "nergens", "-make")
	require.ErrorContains(t, err, "there is no institution nergens")
}

// damage removes one piece of every backup.
func (s *stage) damage() {
	s.t.Helper()
	ctx := s.t.Context()
	b, err := blob.Open(ctx, blob.Config{Bucket: s.bucket, Emulator: os.Getenv("STORAGE_EMULATOR_HOST")})
	require.NoError(s.t, err)
	defer b.Close()
	for name, err := range b.Names(ctx, backup.Folder(ours)) {
		require.NoError(s.t, err)
		if !strings.HasSuffix(name, backup.ManifestName) {
			require.NoError(s.t, b.Delete(context.WithoutCancel(ctx), name))
			return
		}
	}
}

// TestLookingSomethingUpConcernsNobody: whoever was erased since is erased there
// too, and the product's own ledger and targets hear nothing of it.
func TestLookingSomethingUpConcernsNobody(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx := t.Context()
	open := func(name string) *store.DB {
		db, err := store.Open(ctx, store.Config{Project: s.project, Database: name})
		require.NoError(t, err)
		t.Cleanup(func() { _ = db.Close() }) // nothing is left to write
		return db
	}
	own, look := open(store.LedgerDatabase), open("look")
	require.NoError(t, s.db.Connections().Create(ctx, ours, "google", connection.Connection{ID: "google", Target: connection.Google, On: true}))
	require.NoError(t, s.db.Links("google").Create(ctx, ours, "atim", connection.Link{Account: "atim", Remote: "r", State: connection.Linked}))
	s.works("is whole", "", "-tenant", string(ours), "-make")
	erased := ledger.New(ledger.Erased, time.Now(), "atim")
	erased.State = ledger.Done
	require.NoError(t, own.Ledger().Create(ctx, ours, erased.ID, erased))
	s.works("1 erased again", "golfbreker\n", "-tenant", string(ours), "-day", "latest", "-into", "look")

	_, err := look.Accounts().Get(ctx, ours, "atim")
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = look.Accounts().Get(ctx, ours, "asanne")
	require.NoError(t, err)
	entries := func(db *store.DB) (n int) {
		for _, err := range db.Ledger().All(ctx, ours) {
			require.NoError(t, err)
			n++
		}
		return n
	}
	require.Equal(t, 1, entries(own))
	require.Equal(t, 2, entries(look))
	left, err := look.Leftovers(ctx, time.Now().Add(time.Hour), 10)
	require.NoError(t, err)
	require.Empty(t, left, "letters that somebody could send are left")
}

// TestTheLatestThatIsGood is restored, unless another is asked for by its day.
func TestTheLatestThatIsGood(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ctx, today := t.Context(), string(backup.On(time.Now()))
	s.works("is whole", "", "-tenant", string(ours), "-make")
	e, err := s.db.Backups().Read(ctx, ours, backup.ID(today))
	require.NoError(t, err)
	e.Value.State, e.Value.Problem = backup.Failed, vault.ProblemDiffers
	_, err = s.db.Backups().SetIf(ctx, ours, e)
	require.NoError(t, err)
	_, err = s.at("", "-tenant", string(ours), "-day", "latest", "-replace", "-dry-run")
	require.ErrorIs(t, err, backup.ErrAbsent)
	s.works("dry run", "", "-tenant", string(ours), "-day", today, "-replace", "-dry-run")
}

// TestWhatCannotBeReadNowIsNotFoundWanting: another run has the scratch database.
func TestWhatCannotBeReadNowIsNotFoundWanting(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.works("is whole", "", "-tenant", string(ours), "-make")
	scratch, err := store.Open(t.Context(), store.Config{Project: s.project, Database: vault.ScratchDatabase})
	require.NoError(t, err)
	defer scratch.Close()
	require.NoError(t, scratch.Restores().Set(t.Context(), ours, "scratch", backup.Restoring{Begun: time.Now(), Order: "another run"}))
	out, err := s.at("", "-tenant", string(ours), "-verify")
	require.ErrorContains(t, err, "could not be read, try again")
	require.NotContains(t, out, "PROVEN")
	require.False(t, useless(err))
}

func TestWhatCannotBeAsked(t *testing.T) {
	t.Parallel()
	none := func(string) (string, bool) { return "", false }
	for args, says := range map[string]string{
		"-day latest":                       "-tenant",
		"-verify":                           "-tenant",
		"-tenant ../x":                      "no institution's id",
		"-tenant golfbreker -day yesterday": "no day",
		"-tenant golfbreker -dry-run":       "-day",
		"-tenant golfbreker -day latest -verify -replace":  "-verify",
		"-tenant golfbreker -day latest -make":             "-make",
		"-tenant golfbreker -verify -make":                 "-make",
		"-tenant golfbreker -day latest -into (default)":   "own databases",
		"-tenant golfbreker -day latest -into ledger":      "own databases",
		"-tenant golfbreker -day latest -into scratch":     "own databases",
		"-tenant golfbreker -day latest -into credentials": "own databases",
		"now":        "no option",
		"-project p": "-bucket",
	} {
		_, err := settings(strings.Fields(args), none)
		require.ErrorContains(t, err, says, args)
	}
	a, err := settings([]string{"-tenant", "golfbreker", "-day", "latest"}, func(name string) (string, bool) { return "of " + name, true })
	require.NoError(t, err)
	require.Equal(t, "of BACKUPS_BUCKET", a.bucket)
	require.Equal(t, "of KMS_KEY", a.key)
}
