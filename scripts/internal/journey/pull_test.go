package journey_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators/demo"
	fake "cool.example/sync/emulators/uwlr"
	"cool.example/sync/scripts/internal/browse"
	"cool.example/sync/scripts/internal/journey"
	"cool.example/sync/scripts/internal/synthetic"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/pull"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/store"
)

// fetched is a stage whose school's administration system delivers over UWLR.
type fetched struct {
	*journey.Stage
	t        *testing.T
	db       *store.DB
	las      *fake.Server
	invented *synthetic.School
	settings pull.Settings
}

// fetch sets up such a stage.
func fetch(t *testing.T, naming fake.Naming) *fetched {
	t.Helper()
	year := school.YearAt(time.Now())
	invented := synthetic.Generate(synthetic.Options{
		Seed: 7, Pupils: 60, Code: school.Code{BRIN: "99XX", Location: "00"}, Year: year, Forbidden: true,
	})
	var err error
	f := &fetched{t: t, invented: invented}
	f.las, err = fake.Start(fake.Options{
		EDEXML: journey.File(t, invented), BRIN: "99XX", Year: year.String(), Naming: naming, Changed: time.Now().Add(-time.Hour),
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.las.Stop() }) // the test is over
	f.Stage = journey.BeginWith(t, "99XX", journey.Setting{
		Hurry: time.Second, Environ: map[string]string{"PULL_ROOTS": string(f.las.Authority().PEM())},
	})
	certificate, err := f.las.Authority().Client(time.Now().Add(time.Hour))
	require.NoError(t, err)
	f.db, err = f.Database(t.Context(), "")
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.db.Close() }) // the test is over
	names := pull.SecretsOf(demo.Tenant, f.place())
	for name, value := range map[string]string{
		names.Key: fake.Key, names.Client: fake.Client, names.ClientName: fake.ClientName, names.Certificate: string(certificate),
	} {
		require.NoError(t, f.Space.Secret(t.Context(), name, []byte(value)))
	}
	f.settings = pull.Settings{
		URL: f.las.URL(), Operation: pull.Whole, Version: "2.3", Every: time.Hour,
		Secrets: names,
	}
	return f
}

// place returns the id of the institution's school.
func (f *fetched) place() school.ID {
	f.t.Helper()
	for e, err := range f.db.Schools().All(f.t.Context(), demo.Tenant) {
		require.NoError(f.t, err)
		if e.Value.Code.BRIN == "99XX" {
			return e.ID
		}
	}
	require.Fail(f.t, "no such school")
	return ""
}

// pull stores settings and waits until the pull that they bring about has
// ended.
func (f *fetched) pull(p pull.Settings) pull.Connection {
	f.t.Helper()
	id := f.place()
	c, err := f.db.Pulls().Get(f.t.Context(), demo.Tenant, id)
	if err != nil {
		require.Equal(f.t, fault.NotFound, fault.KindOf(err))
		c = pull.Connection{School: id}
	}
	before := time.Now().UTC()
	require.NoError(f.t, f.db.Pulls().Set(f.t.Context(), demo.Tenant, id, c.With(p, before)))
	require.Eventually(f.t, func() bool {
		c, err = f.db.Pulls().Get(f.t.Context(), demo.Tenant, id)
		return err == nil && !c.State.Open && c.State.Last.After(before)
	}, time.Minute, 50*time.Millisecond)
	return c
}

// applied waits until a run has been applied.
func (f *fetched) applied(id roster.RunID) roster.Run {
	f.t.Helper()
	run := f.ended(id, roster.Applied, roster.Refused, roster.Waiting)
	require.Equal(f.t, roster.Applied, run.Status, "%+v", run.Findings)
	return run
}

// TestRosterIsFetched follows a roster from the administration system into
// accounts: all at once, in stages, and when nothing changed.
func TestRosterIsFetched(t *testing.T) {
	t.Parallel()
	f := fetch(t, fake.ByKey)
	c := f.pull(f.settings)
	require.Equal(t, pull.Received, c.State.Result)
	run := f.applied(c.State.Run)
	require.Equal(t, "uwlr 2.3", run.Format)
	require.Equal(t, len(f.invented.People), run.Counts.Create)
	made := accounts(t, f.Stage)
	require.Len(t, made, len(f.invented.People))

	require.Equal(t, pull.NoChanges, f.pull(f.settings).State.Result)

	stages := f.settings
	stages.Operation = pull.Staged
	c = f.pull(stages)
	require.Equal(t, pull.Received, c.State.Result)
	run = f.applied(c.State.Run)
	require.Equal(t, len(f.invented.People), run.Counts.Unchanged, "stages say the same as one answer")
	require.Equal(t, made, accounts(t, f.Stage))

	gone := `<leerling key="` + f.invented.People[3].Key + `"`
	require.NoError(t, f.las.Deliver(journey.Without(journey.File(t, f.invented), gone), time.Now()))
	c = f.pull(f.settings)
	run = f.applied(c.State.Run)
	require.Equal(t, 1, run.Counts.Leave, "who is absent from an answer has left")
	require.Empty(t, f.las.Violations())

	stored, said := f.Stored(), f.Messages()+log.String()
	for _, value := range append(f.invented.Planted(), fake.Key) {
		require.Empty(t, stored.Find(value), "a value that may not be kept is stored")
		require.NotContains(t, said, value, "a value that may not be kept was said")
	}
}

// TestPupilsWithoutKeys follows pupils whom only an ECK iD names: nobody sees
// it, and when their keys are delivered they stay who they are.
func TestPupilsWithoutKeys(t *testing.T) {
	t.Parallel()
	f := fetch(t, fake.ByECK)
	c := f.pull(f.settings)
	require.Equal(t, pull.Received, c.State.Result)
	run := f.applied(c.State.Run)
	require.Equal(t, len(f.invented.People), run.Counts.Create)
	made := accounts(t, f.Stage)
	for _, a := range made {
		require.Empty(t, a.Source.Number, "an ECK iD is no administration number")
		require.Equal(t, a.Kind == person.Pupil, a.Source.ECK.Hash != "")
	}
	stored, said := f.Stored(), f.Messages()+log.String()
	for _, p := range f.invented.Pupils() {
		require.Empty(t, stored.Find(fake.ECKiD(p.Key)), "an ECK iD is stored as it stands")
		require.NotContains(t, said, fake.ECKiD(p.Key))
	}

	f.las.Name(fake.ByBoth, time.Now())
	c = f.pull(f.settings)
	require.Equal(t, pull.Received, c.State.Result)
	run = f.ended(c.State.Run, roster.Applied, roster.Refused, roster.Waiting)
	require.Zero(t, run.Counts.Create, "a pupil whose key is delivered at last is the same pupil")
	require.Zero(t, run.Counts.Leave)
	require.Equal(t, roster.Waiting, run.Status, "that everybody has another key is for a person to approve")
	approve(t, f.Stage, browse.Run{ID: string(run.ID), PlanHash: run.Plan.Hash, Held: []string{string(run.Held[0])}})
	f.ended(run.ID, roster.Applied)
	after := accounts(t, f.Stage)
	require.Len(t, after, len(made))
	for address, a := range after {
		require.Equal(t, made[address].ID, a.ID)
		require.Equal(t, a.Kind == person.Pupil, a.Source.Number != "")
	}
}

// ended waits until a run has one of these states.
func (f *fetched) ended(id roster.RunID, as ...roster.Status) roster.Run {
	f.t.Helper()
	var run roster.Run
	require.Eventually(f.t, func() bool {
		var err error
		run, err = f.db.Runs().Get(f.t.Context(), demo.Tenant, id)
		return err == nil && slices.Contains(as, run.Status)
	}, time.Minute, 50*time.Millisecond)
	return run
}

// TestFaultShowsAtTheConnection expects a wrong key to be seen, and nothing to
// change by it.
func TestFaultShowsAtTheConnection(t *testing.T) {
	t.Parallel()
	f := fetch(t, fake.ByKey)
	wrong := f.settings
	wrong.Secrets.Key = wrong.Secrets.ClientName
	c := f.pull(wrong)
	require.Equal(t, pull.Result("Client.AutorisatieOngeldig"), c.State.Result)
	require.Equal(t, pull.Never(), c.State.Next)
	require.Empty(t, accounts(t, f.Stage))
	require.Equal(t, pull.Received, f.pull(f.settings).State.Result)
}
