package journey_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators/demo"
	"cool.example/sync/emulators/stack"
	"cool.example/sync/scripts/internal/browse"
	"cool.example/sync/scripts/internal/journey"
	"cool.example/sync/shared/account"
)

// accounts returns the imported accounts of the demo institution by address.
func accounts(t *testing.T, s *journey.Stage) map[string]account.Account {
	t.Helper()
	db, err := s.Database(t.Context(), "")
	require.NoError(t, err)
	defer db.Close()
	all := map[string]account.Account{}
	for e, err := range db.Accounts().All(t.Context(), demo.Tenant) {
		require.NoError(t, err)
		if len(e.Value.Memberships) > 0 && e.Value.Memberships[0].Key != "" {
			require.NotContains(t, all, e.Value.Address, "an address was given twice")
			all[e.Value.Address] = e.Value
		}
	}
	return all
}

// log gathers what every function of every stage logs.
var log = journey.CatchLog()

func TestImportTwiceAndKeepNothingForbidden(t *testing.T) {
	t.Parallel()
	s := journey.Begin(t, "99XX")
	invented := journey.School(120)
	file := journey.File(t, invented)
	first := s.Hand(journey.Packed(t, file))
	require.Equal(t, "applied", first.Status)
	require.Equal(t, len(invented.People), first.Counts.Create)
	made := accounts(t, s)
	require.Len(t, made, len(invented.People))

	second := s.Hand(file)
	require.Equal(t, "applied", second.Status)
	require.Equal(t, len(invented.People), second.Counts.Unchanged)
	require.Equal(t, made, accounts(t, s), "the same file again wrote an account")

	require.Eventually(t, func() bool { return len(s.Google.Users()) == len(invented.People) }, time.Minute, 50*time.Millisecond)
	require.Empty(t, s.Google.Violations())
	stored, said := s.Stored(), s.Messages()+log.String()
	require.Contains(t, said, "roster-received")
	require.NotEmpty(t, invented.Planted())
	for _, value := range invented.Planted() {
		require.Empty(t, stored.Find(value), "a value that may not be kept is stored")
		require.NotContains(t, said, value, "a value that may not be kept was said")
	}
	for address, a := range made {
		require.NotContains(t, said, address, "a message or the log holds an address")
		require.NotContains(t, said, a.Username+"@", "a message or the log holds a username")
		if len(a.Source.Name.Surname) > 4 {
			require.NotContains(t, said, a.Source.Name.Surname, "a message or the log names somebody")
		}
	}
}

func TestChangesAndLeavers(t *testing.T) {
	t.Parallel()
	s := journey.Begin(t, "99XX")
	invented := journey.School(60)
	file := journey.File(t, invented)
	require.Equal(t, "applied", s.Hand(file).Status)
	before := accounts(t, s)

	gone := fmt.Sprintf(`<leerling key="%s"`, invented.People[3].Key)
	few := s.Hand(journey.Without(file, gone))
	require.Equal(t, "applied", few.Status)
	require.Equal(t, 1, few.Counts.Leave)

	back := s.Hand(file)
	require.Equal(t, 1, back.Counts.Return)
	after := accounts(t, s)
	require.Len(t, after, len(before), "somebody who came back got another account")
	for address, a := range after {
		require.Equal(t, before[address].ID, a.ID)
		require.Equal(t, account.Active, a.State)
	}

	var many []string
	for _, p := range invented.People[:20] {
		many = append(many, fmt.Sprintf(`<leerling key="%s"`, p.Key))
	}
	held := s.Hand(journey.Without(file, many...))
	require.Equal(t, "waiting", held.Status)
	require.Equal(t, 20, held.Counts.Leave)
	for _, a := range accounts(t, s) {
		require.Equal(t, account.Active, a.State, "somebody left before the plan was approved")
	}
	told(t, s, held)
	approve(t, s, held)
	require.Eventually(t, func() bool { return len(accounts(t, s)) == len(before)-20 }, time.Minute, 50*time.Millisecond)
	told(t, s, held)
}

// told demands that the administrator, and nobody else, has one mail about a
// run that waits or waited, which names none of the people in it.
func told(t *testing.T, s *journey.Stage, run browse.Run) {
	t.Helper()
	require.Eventually(t, func() bool { return len(s.SendGrid.Mails()) > 0 }, time.Minute, 50*time.Millisecond)
	mails := s.SendGrid.Mails()
	require.Len(t, mails, 1)
	m := mails[0]
	require.Equal(t, []string{s.Institution.Admin}, m.To)
	require.Equal(t, stack.MailSender, m.From)
	require.Empty(t, m.Tracked)
	words := map[string]bool{}
	for _, body := range []string{m.Text, m.HTML} {
		require.Contains(t, body, "De Zeester")
		require.Contains(t, body, fmt.Sprintf("Vertrek: %d", run.Counts.Leave))
		require.Contains(t, body, s.URL+"/admin/imports/"+run.ID)
		for word := range strings.FieldsFuncSeq(m.Subject+" "+body, func(r rune) bool { return !unicode.IsLetter(r) }) {
			words[word] = true
		}
	}
	for address, a := range accounts(t, s) {
		require.NotContains(t, m.Subject+m.Text+m.HTML, address)
		require.False(t, words[a.Source.Name.Call], "the mail holds the name %s", a.Source.Name.Call)
		require.False(t, words[a.Source.Name.Surname], "the mail holds the name %s", a.Source.Name.Surname)
	}
}

// approve approves a plan as the administrator does, from its page.
func approve(t *testing.T, s *journey.Stage, run browse.Run) {
	t.Helper()
	admin, err := browse.New(s.URL)
	require.NoError(t, err)
	require.NoError(t, admin.SignIn(t.Context(), s.Institution.Admin, demo.AdminPassword))
	page, err := admin.Post(t.Context(), "/admin/imports/"+run.ID+"/approve", map[string][]string{"plan_hash": {"another"}})
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, page.Status, "another plan was approved")
	page, err = admin.Post(t.Context(), "/admin/imports/"+run.ID+"/approve", map[string][]string{"plan_hash": {run.PlanHash}})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, page.Status)
}

func TestBadFilesChangeNothing(t *testing.T) {
	t.Parallel()
	s := journey.Begin(t, "99XX")
	good := journey.File(t, journey.School(30))
	require.Equal(t, "applied", s.Hand(good).Status)
	before := accounts(t, s)
	text := string(good)
	pupil := text[strings.Index(text, "<leerling key"):]
	pupil = pupil[:strings.Index(pupil, "\n")+1]
	for name, body := range map[string][]byte{
		"empty":              {},
		"not XML":            []byte("naam;klas\nx;y\n"),
		"truncated":          good[:len(good)/2],
		"DOCTYPE":            []byte(strings.Replace(text, "<EDEX", "<!DOCTYPE EDEX SYSTEM \"x\">\n<EDEX", 1)),
		"entity bomb":        []byte("<!DOCTYPE EDEX [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><EDEX>&b;</EDEX>"),
		"unknown entity":     []byte(strings.Replace(text, "<naam>", "<naam>&ruis;", 1)),
		"wrong root":         []byte("<?xml version=\"1.0\"?><school/>"),
		"wrong BRIN":         []byte(strings.ReplaceAll(text, "99XX", "98YY")),
		"older year":         []byte(strings.ReplaceAll(text, "2026-2027", "2025-2026")),
		"duplicate key":      []byte(strings.Replace(text, pupil, pupil+pupil, 1)),
		"dangling reference": []byte(strings.Replace(text, `<groep key="`, `<groep key="weg-`, 1)),
		"no pupils":          journey.Without(good, "<leerling key"),
		"60 MB of nothing":   journey.Packed(t, bytes.Repeat([]byte(" "), 60<<20)),
		"gzip bomb":          journey.Packed(t, append([]byte("<EDEX>"), make([]byte, 300<<20)...)),
		"damaged gzip":       journey.Packed(t, good)[:200],
		"two files in a zip": zipped(t, map[string]string{"a.xml": "<EDEX/>", "b.xml": "<EDEX/>"}),
		"path in a zip":      zipped(t, map[string]string{"../../etc/passwd": "<EDEX/>"}),
	} {
		t.Run(name, func(t *testing.T) {
			run := s.Hand(body)
			require.Equal(t, "refused", run.Status)
			require.NotEmpty(t, run.Findings)
			stopped := false
			for _, f := range run.Findings {
				stopped = stopped || f.Severity == "stop"
				require.NotEqual(t, "finding."+f.Code, f.Message, "a finding without a text")
			}
			require.True(t, stopped)
			t.Logf("%s: line %d column %d: %s", run.Findings[0].Code, run.Findings[0].Line, run.Findings[0].Column, run.Findings[0].Message)
		})
	}
	require.Equal(t, before, accounts(t, s))
	require.Equal(t, "applied", s.Hand(good).Status, "after refusals a good file is taken")
}

// zipped packs a set of files.
func zipped(t *testing.T, set map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range set {
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = w.Write([]byte(text))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.Bytes()
}

func TestUploadsThatAreNotTaken(t *testing.T) {
	t.Parallel()
	s := journey.Begin(t, "99XX")
	mine := s.Institution.ImportToken
	endless := io.LimitReader(zeroes{}, 33<<20)
	for name, c := range map[string]struct {
		token string
		body  io.Reader
		want  int
	}{
		"no such token":        {"golfbreker." + strings.Repeat("A", 52), strings.NewReader("x"), http.StatusUnauthorized},
		"another institution":  {"andere1234." + strings.SplitN(mine, ".", 2)[1], strings.NewReader("x"), http.StatusUnauthorized},
		"no token at all":      {"", strings.NewReader("x"), http.StatusUnauthorized},
		"path in the token":    {"golfbreker/x." + strings.Repeat("A", 52), strings.NewReader("x"), http.StatusUnauthorized},
		"too large, announced": {mine, bytes.NewReader(make([]byte, 33<<20)), http.StatusRequestEntityTooLarge},
		"too large, in pieces": {mine, struct{ io.Reader }{endless}, http.StatusRequestEntityTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			status, raw, err := browse.Hand(t.Context(), s.URL, c.token, c.body)
			require.NoError(t, err)
			require.Equal(t, c.want, status)
			require.Contains(t, string(raw), `"detail"`)
		})
	}
	require.Zero(t, s.Stored().Objects, "something of a refused upload stayed behind")
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestTwoUploadsAtOnce(t *testing.T) {
	t.Parallel()
	s := journey.Begin(t, "99XX")
	invented := journey.School(90)
	file := journey.File(t, invented)
	runs := make([]browse.Run, 3)
	var wg sync.WaitGroup
	for i := range runs {
		wg.Go(func() { runs[i] = s.Hand(file) })
	}
	wg.Wait()
	created := 0
	for _, run := range runs {
		require.Equal(t, "applied", run.Status)
		created += run.Counts.Create
	}
	require.Equal(t, len(invented.People), created, "uploads side by side made somebody twice")
	require.Len(t, accounts(t, s), len(invented.People))
}

// TestPublishedExamples imports the files in the folder that EDEXML_SAMPLES
// names, the standard's own examples, besides one of the same kind that is
// always there.
func TestPublishedExamples(t *testing.T) {
	t.Parallel()
	files := map[string][]byte{"own": []byte(strings.ReplaceAll(string(journey.File(t, journey.School(5))), "99XX", "99ZZ"))}
	found, err := filepath.Glob(filepath.Join(os.Getenv("EDEXML_SAMPLES"), "EDEXML-2.*", "EDEXML.Voorbeeld.2.?.xml"))
	require.NoError(t, err)
	for _, path := range found {
		files[filepath.Base(path)], err = os.ReadFile(path)
		require.NoError(t, err)
	}
	for name, body := range files {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := journey.Begin(t, "99ZZ")
			run := s.Hand(body)
			require.Equal(t, "applied", run.Status, "%+v", run.Findings)
			require.NotZero(t, run.Counts.Create)
			stored, messages := s.Stored(), s.Messages()
			for _, value := range forbidden(string(body)) {
				require.Empty(t, stored.Find(value))
				require.NotContains(t, messages, value)
			}
		})
	}
}

// forbidden returns the values of elements that may not be kept.
func forbidden(text string) []string {
	var values []string
	for _, element := range []string{"bsn", "sofinummer", "onderwijsnummer", "geboortedatum", "postcodenl"} {
		rest := text
		for {
			_, after, ok := strings.Cut(rest, "<"+element+">")
			if !ok {
				break
			}
			value, tail, _ := strings.Cut(after, "<")
			values, rest = append(values, value), tail
		}
	}
	return values
}
