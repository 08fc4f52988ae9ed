package journey_test

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators/demo"
	"cool.example/sync/scripts/internal/browse"
	"cool.example/sync/scripts/internal/journey"
	"cool.example/sync/shared/upload"
)

// kept returns everything that is stored but what every upload leaves behind,
// refused or not: its run, its entries in the log, and messages on their way.
func kept(t *testing.T, s *journey.Stage) map[string]string {
	t.Helper()
	return s.Stored().Without("imports", "log", "outbox", "slots")
}

// bad is a file that is refused.
type bad struct {
	body []byte
	code string // of the finding that stops it
	at   string // stands in the line that the finding points at; "" where it points at none
}

func badFiles(t *testing.T, good []byte) map[string]bad {
	t.Helper()
	text := string(good)
	pupil := text[strings.Index(text, "<leerling key"):]
	pupil = pupil[:strings.Index(pupil, "\n")+1]
	return map[string]bad{
		"empty":              {[]byte{}, "edexml.empty", ""},
		"not XML":            {[]byte("naam;klas\nx;y\n"), "table.no_number", "naam;klas"},
		"truncated":          {good[:len(good)/2], "edexml.truncated", ""},
		"DOCTYPE":            {[]byte(strings.Replace(text, "<EDEX", "<!DOCTYPE EDEX SYSTEM \"x\">\n<EDEX", 1)), "edexml.doctype", "<!DOCTYPE"},
		"entity bomb":        {[]byte("<!DOCTYPE EDEX [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><EDEX>&b;</EDEX>"), "edexml.doctype", "<!DOCTYPE"},
		"unknown entity":     {[]byte(strings.Replace(text, "<naam>", "<naam>&ruis;", 1)), "edexml.entity", "&ruis;"},
		"wrong root":         {[]byte("<?xml version=\"1.0\"?><school/>"), "edexml.wrong_root", "<school/>"},
		"wrong BRIN":         {[]byte(strings.ReplaceAll(text, "99XX", "98YY")), "plan.wrong_brin", ""},
		"older year":         {[]byte(strings.ReplaceAll(text, "2026-2027", "2025-2026")), "plan.older_year", ""},
		"duplicate key":      {[]byte(strings.Replace(text, pupil, pupil+pupil, 1)), "edexml.duplicate_key", "<leerling key"},
		"dangling reference": {[]byte(strings.Replace(text, `<groep key="`, `<groep key="weg-`, 1)), "edexml.dangling_reference", "<groep key"},
		"no pupils":          {journey.Without(good, "<leerling key"), "edexml.no_pupils", ""},
		"60 MB of nothing":   {journey.Packed(t, bytes.Repeat([]byte(" "), 60<<20)), "edexml.token_too_long", ""},
		"gzip bomb":          {journey.Packed(t, append([]byte("<EDEX>"), make([]byte, 300<<20)...)), "edexml.illegal_character", ""},
		"damaged gzip":       {journey.Packed(t, good)[:200], "upload.damaged", ""},
		"two files in a zip": {zipped(t, map[string]string{"a.xml": "<EDEX/>", "b.xml": "<EDEX/>"}), "format.unknown_set", ""},
		"path in a zip":      {zipped(t, map[string]string{"../../etc/passwd": "<EDEX/>"}), "upload.entries", ""},
	}
}

func TestBadFilesChangeNothing(t *testing.T) {
	t.Parallel()
	s := journey.Begin(t, "99XX")
	good := journey.File(t, journey.School(30))
	require.Equal(t, "applied", s.Hand(good).Status)
	s.PassedOn(len(accounts(t, s)))
	before := kept(t, s)
	require.Greater(t, len(before), 100)
	for name, c := range badFiles(t, good) {
		t.Run(name, func(t *testing.T) {
			run := s.Hand(c.body)
			require.Equal(t, "refused", run.Status)
			var stops []string
			for _, f := range run.Findings {
				require.NotEmpty(t, f.Message)
				require.NotContains(t, f.Message, f.Code, "a finding without a text")
				if f.Severity != "stop" {
					continue
				}
				stops = append(stops, f.Code)
				if c.at != "" {
					require.Positive(t, f.Line, f.Code)
					line := strings.Split(string(c.body), "\n")[f.Line-1]
					require.Contains(t, line, c.at)
					require.True(t, f.Column > 0 || strings.HasPrefix(f.Code, "table."), "only what a row of headings lacks has no column")
					require.LessOrEqual(t, f.Column, len(line)+1)
				}
				t.Logf("%s: line %d column %d: %s", f.Code, f.Line, f.Column, f.Message)
			}
			require.Contains(t, stops, c.code)
		})
	}
	require.Equal(t, before, kept(t, s))
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
	mine, theirs := s.Institution.ImportToken, s.Neighbour()
	before := s.Stored().Without()
	_, secret, _ := strings.Cut(theirs, ".")
	endless := io.LimitReader(zeroes{}, upload.Limit+1)
	for name, c := range map[string]struct {
		token string
		body  io.Reader
		want  int
	}{
		"no such token":                 {"golfbreker." + strings.Repeat("A", 52), strings.NewReader("x"), http.StatusUnauthorized},
		"no such institution":           {"andere1234." + strings.SplitN(mine, ".", 2)[1], strings.NewReader("x"), http.StatusUnauthorized},
		"a neighbour's secret, as ours": {string(demo.Tenant) + "." + secret, strings.NewReader("x"), http.StatusUnauthorized},
		"no token at all":               {"", strings.NewReader("x"), http.StatusUnauthorized},
		"path in the token":             {"golfbreker/x." + strings.Repeat("A", 52), strings.NewReader("x"), http.StatusUnauthorized},
		"too large, announced":          {mine, bytes.NewReader(make([]byte, upload.Limit+1)), http.StatusRequestEntityTooLarge},
		"too large, in pieces":          {mine, struct{ io.Reader }{endless}, http.StatusRequestEntityTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			status, raw, err := browse.Hand(t.Context(), s.URL, c.token, c.body)
			require.NoError(t, err)
			require.Equal(t, c.want, status)
			require.Contains(t, string(raw), `"detail"`)
		})
	}
	require.Equal(t, before, s.Stored().Without(), "something of a refused upload stayed behind")
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// TestANeighboursToken hands over our file with the token of another
// institution: it is theirs, and nothing of ours is seen or changed.
func TestANeighboursToken(t *testing.T) {
	t.Parallel()
	s := journey.Begin(t, "99XX")
	theirs := s.Neighbour()
	file := journey.File(t, journey.School(12))
	ours := s.Hand(file)
	require.Equal(t, "applied", ours.Status)
	s.PassedOn(len(accounts(t, s)))
	before := s.Stored()
	status, _, err := browse.Look(t.Context(), s.URL, theirs, ours.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, status, "another institution's run is seen")

	run := s.HandAs(theirs, file)
	require.Equal(t, "refused", run.Status)
	require.Equal(t, "plan.wrong_brin", run.Findings[0].Code)
	mine := func(all map[string]string) map[string]string {
		for where := range all {
			if !strings.Contains(where, "/tenants/"+string(demo.Tenant)+"/") {
				delete(all, where)
			}
		}
		return all
	}
	require.Equal(t, mine(before.Without()), mine(s.Stored().Without()))
}

func TestTwoUploadsAtOnce(t *testing.T) {
	t.Parallel()
	s := journey.Begin(t, "99XX")
	invented := journey.School(90)
	file := journey.File(t, invented)
	created := 0
	for _, run := range s.HandAtOnce(file, file, file) {
		require.Equal(t, "applied", run.Status)
		created += run.Counts.Create
	}
	require.Equal(t, len(invented.People), created, "uploads side by side made somebody twice")
	require.Len(t, accounts(t, s), len(invented.People))
}

// TestTwoDifferentUploadsAtOnce hands over two states of a school at the same
// time: one comes after the other, and the school stands as the later says.
func TestTwoDifferentUploadsAtOnce(t *testing.T) {
	t.Parallel()
	s := journey.Begin(t, "99XX")
	invented := journey.School(60)
	all := journey.File(t, invented)
	gone := invented.Pupils()[:2]
	fewer := journey.Without(all, `<leerling key="`+gone[0].Key+`"`, `<leerling key="`+gone[1].Key+`"`)
	runs := s.HandAtOnce(all, fewer)
	require.Equal(t, []string{"applied", "applied"}, []string{runs[0].Status, runs[1].Status})
	left := len(invented.People) - len(accounts(t, s))
	require.Contains(t, []int{0, 2}, left, "neither of the two states")
	require.Equal(t, left, runs[1].Counts.Leave, "the later file decides")
	require.Equal(t, len(invented.People), runs[0].Counts.Create+runs[1].Counts.Create, "somebody was made twice")
}
