package rosterpull_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	fake "cool.example/sync/emulators/uwlr"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/pull"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/uwlr"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/topic"
)

// read reads an upload as the planning does.
func read(t *testing.T, files ...roster.File) *roster.Roster {
	t.Helper()
	var found roster.Findings
	require.True(t, uwlr.Format{}.Claims(files))
	list, err := uwlr.Format{}.Read(files, roster.Wanted{Today: time.Now()}, &found)
	require.NoError(t, err)
	require.Empty(t, found.List)
	return list
}

func file(name string, body []byte) roster.File {
	return roster.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }}
}

func TestPull(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.set(s.settings())
	begun := s.clock.Now()
	c := s.minute()
	require.Equal(t, pull.Received, c.State.Result)
	require.Equal(t, begun, c.State.Last)
	require.Equal(t, begun.Add(24*time.Hour), c.State.Next)
	require.False(t, c.State.Open)
	runs := s.runs()
	require.Len(t, runs, 1)
	require.Equal(t, c.State.Run, runs[0].ID)
	require.Equal(t, roster.Received, runs[0].Status)
	require.Equal(t, zeester, runs[0].School)
	require.JSONEq(t, `{"tenant":"golfbreker","import":"`+string(runs[0].ID)+`"}`,
		string(emulators.Pull(t, s.project, topic.RosterReceived.Name, 1)[0].GetData()))
	require.JSONEq(t, `{"tenant":"golfbreker","school":"zeester","turn":2}`,
		string(emulators.Pull(t, s.project, topic.RosterPull.Name, 1)[0].GetData()))
	for e, err := range s.deps.DB.Log().All(t.Context(), owner) {
		require.NoError(t, err)
		require.Equal(t, audit.ImportReceived, e.Value.Action)
		require.Equal(t, "rosterpull", e.Value.Actor.System)
	}
	z, err := gzip.NewReader(bytes.NewReader(s.uploaded(runs[0])))
	require.NoError(t, err)
	clear, err := io.ReadAll(z)
	require.NoError(t, err)
	list := read(t, file("", clear))
	require.Equal(t, "uwlr 2.3", list.Format)
	require.Len(t, list.People, 2)
	require.Empty(t, s.las.Violations())
}

// TestOnSchedule expects a pull each time, an answer that nothing changed in
// between, and everything anew where the last answer was of no use.
func TestOnSchedule(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.set(s.settings())
	first := s.minute()
	s.ends(first.State.Run, applied)
	s.clock.Advance(23 * time.Hour)
	require.Equal(t, first, s.minute(), "it is not due yet")
	s.clock.Advance(time.Hour)
	c := s.minute()
	require.Equal(t, pull.NoChanges, c.State.Result)
	require.Equal(t, s.clock.Now(), c.State.Last)
	require.Equal(t, first.State.Run, c.State.Run)
	require.Equal(t, first.State.Received, c.State.Received)
	require.Equal(t, first.State.Received.Truncate(time.Second).Format(time.RFC3339), s.las.Requests()[1].Since)
	require.Equal(t, first.State.Last.Add(-10*time.Minute), first.State.Received, "clocks may be apart")

	run := s.runs()[0]
	run.Status = roster.Refused
	require.NoError(t, s.deps.DB.Runs().Set(t.Context(), owner, run.ID, run))
	s.clock.Advance(24 * time.Hour)
	c = s.minute()
	require.Equal(t, pull.Received, c.State.Result, "an answer whose run was refused is fetched anew")
	require.Empty(t, s.las.Requests()[2].Since)
	require.NotEqual(t, run.ID, c.State.Run)

	s.ends(c.State.Run, applied)
	narrow := s.settings()
	narrow.Version = "2.2"
	s.set(narrow)
	require.Equal(t, pull.Received, s.minute().State.Result)
	require.Empty(t, s.las.Requests()[3].Since, "another question was answered before")

	s.ends(s.connection().State.Run, applied)
	require.NoError(t, s.las.Deliver(edexml(school.YearAt(s.clock.Now()).String(), "Bo", "Ada"), s.clock.Now().Add(time.Hour)))
	s.clock.Advance(24 * time.Hour)
	require.Equal(t, pull.Received, s.minute().State.Result)
	require.NotEmpty(t, s.las.Requests()[4].Since)
	require.Len(t, s.runs(), 4)
}

// TestStagedEqualsWhole expects the same roster from both operations.
func TestStagedEqualsWhole(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.set(s.settings())
	s.minute()
	whole := s.runs()[0]
	z, err := gzip.NewReader(bytes.NewReader(s.uploaded(whole)))
	require.NoError(t, err)
	clear, err := io.ReadAll(z)
	require.NoError(t, err)

	stages := s.settings()
	stages.Operation = pull.Staged
	s.set(stages)
	c := s.minute()
	require.Equal(t, pull.Received, c.State.Result)
	staged, err := s.deps.DB.Runs().Get(t.Context(), owner, c.State.Run)
	require.NoError(t, err)
	packed := s.uploaded(staged)
	archive, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	require.NoError(t, err)
	var files []roster.File
	for _, f := range archive.File {
		files = append(files, roster.File{Name: f.Name, Open: f.Open})
	}
	require.Len(t, files, 3)
	require.Equal(t, read(t, file("", clear)), read(t, files...))
	require.Empty(t, s.las.Violations())
}

// TestStageThatFails expects nothing to stay of stages that were not all
// answered.
func TestStageThatFails(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]pull.Result{
		"structuur_verzoek": pull.NoData, "leerlingen_verzoek": "Server.InterneFout", "leerkrachten_verzoek": "Server.InterneFout",
	} {
		t.Run(message, func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			stages := s.settings()
			stages.Operation = pull.Staged
			s.set(stages)
			p := fake.Planned{On: message, Fault: "Server.InterneFout"}
			if want == pull.NoData {
				p = fake.Planned{On: message, NoData: true}
			}
			s.las.Plan(p)
			require.Equal(t, want, s.minute().State.Result)
			require.Empty(t, s.runs())
		})
	}
}

func TestSchoolWithoutStaff(t *testing.T) {
	t.Parallel()
	s := begin(t)
	stages := s.settings()
	stages.Operation = pull.Staged
	s.set(stages)
	s.las.Plan(fake.Planned{On: "leerkrachten_verzoek", NoData: true})
	require.Equal(t, pull.Received, s.minute().State.Result)
}

// TestResults expects each way to fail to be seen at the school's connection,
// to be tried again where that may help, and to leave nothing behind.
func TestResults(t *testing.T) {
	t.Parallel()
	s := begin(t)
	cases := map[pull.Result]fake.Planned{
		pull.NoData: {NoData: true}, pull.Refused: {Status: http.StatusBadGateway}, pull.Redirected: {Location: "https://elsewhere.example/"},
		pull.NoAnswer: {Body: "<html/>"}, pull.Unreachable: {CutAfter: 500}, pull.Slow: {Wait: 3 * time.Second},
	}
	for _, f := range uwlr.Faults() {
		cases[pull.Result(f)] = fake.Planned{Fault: string(f)}
	}
	for want, planned := range cases {
		s.set(s.settings())
		s.las.Plan(planned)
		c := s.minute()
		require.Equal(t, want, c.State.Result)
		require.Equal(t, s.clock.Now(), c.State.Last)
		require.Equal(t, 1, c.State.Failures)
		if want.Passing() {
			require.Equal(t, s.clock.Now().Add(5*time.Minute), c.State.Next, want)
		} else {
			require.Equal(t, pull.Never(), c.State.Next, want)
			s.clock.Advance(48 * time.Hour)
			require.Equal(t, c, s.minute(), "it stands still until somebody acts")
			s.clock.Advance(-48 * time.Hour)
		}
	}
	require.Empty(t, s.runs())
}

// TestSettings expects settings and secrets that cannot work to be told.
func TestSettings(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.secrets.Put("pull_golfbreker_junk", []byte("-----BEGIN CERTIFICATE-----"))
	for want, spoil := range map[pull.Result]func(*pull.Settings){
		pull.BadSettings:   func(p *pull.Settings) { p.URL = "http://las.example/" },
		pull.SecretMissing: func(p *pull.Settings) { p.Secrets.Client = "pull_golfbreker_none" },
		pull.BadServer:     func(p *pull.Settings) { p.URL = "https://127.0.0.1" + p.URL[len("https://localhost"):] },
	} {
		p := s.settings()
		spoil(&p)
		s.set(p)
		require.Equal(t, want, s.minute().State.Result)
	}
	p := s.settings()
	p.Secrets.Key = "index-key"
	s.set(p)
	require.Equal(t, pull.BadSettings, s.minute().State.Result, "a connection shows no secret but its own")
	p = s.settings()
	p.Secrets.Certificate = "pull_golfbreker_junk"
	s.set(p)
	require.Equal(t, pull.SecretMissing, s.minute().State.Result)
	require.Empty(t, s.las.Requests())
}

// TestMendedKey expects a key that was replaced to be used at once.
func TestMendedKey(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.secrets.Put("pull_golfbreker_mine", []byte("an older key"))
	p := s.settings()
	p.Secrets.Key = "pull_golfbreker_mine"
	s.set(p)
	require.Equal(t, pull.Result(uwlr.Unauthorised), s.minute().State.Result)
	s.secrets.Put("pull_golfbreker_mine", []byte(fake.Key))
	s.set(p)
	require.Equal(t, pull.Received, s.minute().State.Result)
}

// TestTurns expects messages that come twice or too late to do nothing.
func TestTurns(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.set(s.settings())
	first := s.minute()
	old := topic.Pull{Tenant: owner, School: zeester, Turn: first.State.Turn}
	require.Equal(t, http.StatusNoContent, s.deliver(topic.RosterPull.Name, old))
	old.Turn--
	require.Equal(t, http.StatusNoContent, s.deliver(topic.RosterPull.Name, old))
	old.School = "elsewhere"
	require.Equal(t, http.StatusNoContent, s.deliver(topic.RosterPull.Name, old))
	require.Equal(t, first, s.connection())
	require.Len(t, s.las.Requests(), 1)

	s.clock.Advance(24 * time.Hour)
	require.Equal(t, http.StatusNoContent, s.deliver(topic.Minute.Name, topic.Tick{}))
	require.Equal(t, http.StatusNoContent, s.deliver(topic.Minute.Name, topic.Tick{}))
	begun := s.connection()
	require.Equal(t, first.State.Turn+1, begun.State.Turn, "a turn under way is not begun again")
	s.clock.Advance(pull.Hold)
	require.Equal(t, first.State.Turn+2, s.minute().State.Turn, "one that died is")

	off := s.connection()
	off.On, off.State.Open = false, true
	require.NoError(t, s.deps.DB.Pulls().Set(t.Context(), owner, zeester, off))
	s.clock.Advance(48 * time.Hour)
	asked := len(s.las.Requests())
	s.minute()
	require.Equal(t, http.StatusNoContent, s.deliver(topic.RosterPull.Name, topic.Pull{Tenant: owner, School: zeester, Turn: off.State.Turn}))
	require.Len(t, s.las.Requests(), asked, "a connection that is off is left alone")
}

// TestSettingsChangedMeanwhile expects an answer to older settings to be
// thrown away.
func TestSettingsChangedMeanwhile(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.set(s.settings())
	require.Equal(t, http.StatusNoContent, s.deliver(topic.Minute.Name, topic.Tick{}))
	turn := s.connection().State.Turn
	s.las.Plan(fake.Planned{Wait: time.Second})
	done := make(chan int)
	go func() {
		done <- s.deliver(topic.RosterPull.Name, topic.Pull{Tenant: owner, School: zeester, Turn: turn})
	}()
	require.Eventually(t, func() bool { return len(s.las.Requests()) == 1 }, 10*time.Second, 10*time.Millisecond)
	s.set(s.settings())
	require.Equal(t, http.StatusNoContent, <-done)
	require.Empty(t, s.runs())
	require.Equal(t, turn+1, s.connection().State.Turn)
	require.Empty(t, s.connection().State.Result)
}
