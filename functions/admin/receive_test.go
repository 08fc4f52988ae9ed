package admin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/topic"
	"cool.example/sync/shared/upload"
)

type accepted struct {
	ID        roster.RunID `json:"id"`
	StatusURL string       `json:"status_url"`
}

// lines is a source file of n lines, none of which can be mistaken for noise.
func lines(n int) string {
	var b strings.Builder
	b.WriteString("<EDEX>\n")
	for i := range n {
		fmt.Fprintf(&b, "<leerling key=\"%06d\"><achternaam>Zonneveld-%06d</achternaam></leerling>\n", i, i)
	}
	return b.String() + "</EDEX>\n"
}

func TestUploadIsSealedAndAnnounced(t *testing.T) {
	t.Parallel()
	s := begin(t)
	token := s.token(ours, zeester)
	body := lines(4000) // several sealed pieces
	got := s.do(call{method: "PUT", path: "/api/import/v1/files/leerlingen-van-juf-Sanne.xml", bearer: token, body: strings.NewReader(body)})
	require.Equal(t, http.StatusAccepted, got.status, got.body)
	made := decode[accepted](t, got)
	require.Equal(t, "/api/import/v1/files/"+string(made.ID), made.StatusURL)
	require.Equal(t, made.StatusURL, got.header.Get("Location"))

	run, err := s.deps.DB.Runs().Get(t.Context(), ours, made.ID)
	require.NoError(t, err)
	require.Equal(t, roster.Run{
		ID: made.ID, School: zeester, Status: roster.Received, Upload: run.Upload, Plan: roster.Stored{Key: []byte{}, Steps: map[roster.Phase][]roster.Span{}},
		Created: s.clock.Now(), Changed: s.clock.Now(), ExpireAt: s.clock.Now().Add(90 * 24 * time.Hour),
	}, run)
	require.Equal(t, []string{run.Upload}, s.objects())
	require.NotContains(t, run.Upload, "Sanne", "the name of a file is not kept")
	s.sealed(run, body)

	entries := all(t, s.deps.DB.Log())
	require.Len(t, entries, 1)
	require.Equal(t, audit.ImportReceived, entries[0].Action)
	require.Equal(t, audit.Actor{System: "import-token"}, entries[0].Actor)
	require.Equal(t, string(made.ID), entries[0].Object)

	var sent topic.Received
	messages := emulators.Pull(t, s.project, topic.RosterReceived.Name, 1)
	require.Len(t, messages, 1)
	require.NoError(t, json.Unmarshal(messages[0].GetData(), &sent))
	require.Equal(t, topic.Received{Tenant: ours, Import: made.ID}, sent)
	left, err := s.deps.DB.Leftovers(t.Context(), s.clock.Now().Add(time.Hour), 10)
	require.NoError(t, err)
	require.Empty(t, left, "a letter that was sent is removed")
}

// sealed checks that what lies in the bucket shows nothing of body, and opens
// as body for run alone and with the key alone.
func (s *stage) sealed(run roster.Run, body string) {
	s.t.Helper()
	stored := s.stored(run.Upload)
	require.Greater(s.t, len(stored), len(body))
	for _, clear := range []string{"EDEX", "leerling", "Zonneveld"} {
		require.NotContains(s.t, string(stored), clear)
	}
	opened, err := s.opened(s.deps.Uploads, run)
	require.NoError(s.t, err)
	require.Equal(s.t, body, opened)

	other := run
	other.ID = "ianother"
	_, err = s.opened(s.deps.Uploads, other)
	require.Error(s.t, err, "it opened as another run's")
	_, err = s.opened(upload.Shelf{Bucket: s.deps.Uploads.Bucket, Keys: s.sealer()}, run)
	require.Error(s.t, err, "it opened with another key")
}

func (s *stage) opened(shelf upload.Shelf, run roster.Run) (string, error) {
	clear, err := shelf.Open(s.t.Context(), ours, run)
	if err != nil {
		return "", err
	}
	defer clear.Close()
	body, err := io.ReadAll(clear)
	return string(body), err
}

func TestSameFileTwiceIsTwoRuns(t *testing.T) {
	t.Parallel()
	s := begin(t)
	c := call{method: "PUT", path: "/api/import/v1/files/x", bearer: s.token(ours, zeester)}
	seen := map[roster.RunID]bool{}
	for range 2 {
		c.body = strings.NewReader("<EDEX/>")
		seen[decode[accepted](t, s.do(c)).ID] = true
	}
	require.Len(t, seen, 2)
	objects := s.objects()
	require.Len(t, objects, 2)
	require.NotEqual(t, s.stored(objects[0]), s.stored(objects[1]), "each upload has a key of its own")
}

// noise is n bytes that do not compress.
func noise(n int64) io.Reader {
	return io.LimitReader(rand.NewChaCha8([32]byte{1}), n)
}

func TestUploadsOfEverySize(t *testing.T) {
	t.Parallel()
	s := begin(t)
	token := s.token(ours, zeester)
	announced := func(n int64) io.Reader {
		body, err := io.ReadAll(noise(n))
		require.NoError(t, err)
		return bytes.NewReader(body)
	}
	inPieces := func(n int64) io.Reader { return struct{ io.Reader }{noise(n)} }
	for name, c := range map[string]struct {
		body io.Reader
		want int
	}{
		"nothing":               {announced(0), http.StatusAccepted},
		"the most, announced":   {announced(upload.Limit), http.StatusAccepted},
		"the most, in pieces":   {inPieces(upload.Limit), http.StatusAccepted},
		"a byte more":           {announced(upload.Limit + 1), http.StatusRequestEntityTooLarge},
		"a byte more in pieces": {inPieces(upload.Limit + 1), http.StatusRequestEntityTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			before := s.traces()
			got := s.do(call{
				method: "PUT", path: "/api/import/v1/files/x", bearer: token, body: c.body,
				header: map[string]string{"Accept-Language": "en"},
			})
			require.Equal(t, c.want, got.status, got.body)
			if c.want == http.StatusRequestEntityTooLarge {
				require.Contains(t, got.body, "Compress it with gzip or zip", "the answer says what to do")
				require.Equal(t, before, s.traces(), "something of a refused upload stayed behind")
			}
		})
	}
}

// TestTooLargeIsRefusedUnread announces a body and never sends it.
func TestTooLargeIsRefusedUnread(t *testing.T) {
	t.Parallel()
	s := begin(t)
	conn := s.dial(s.token(ours, zeester), "Content-Length: 33554433")
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(30*time.Second)))
	first := make([]byte, len("HTTP/1.1 413"))
	_, err := io.ReadFull(conn, first)
	require.NoError(t, err, "it waited for the body")
	require.Equal(t, "HTTP/1.1 413", string(first))
}

// dial begins an upload by hand.
func (s *stage) dial(token, header string) net.Conn {
	s.t.Helper()
	conn, err := new(net.Dialer).DialContext(s.t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = conn.Close() }) // most tests close it themselves
	_, err = fmt.Fprintf(conn, "PUT /api/import/v1/files/x HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n%s\r\n\r\n", token, header)
	require.NoError(s.t, err)
	return conn
}

func TestSenderWhoGoesAway(t *testing.T) {
	t.Parallel()
	for name, sent := range map[string]int64{"early": 100 << 10, "when most was sent": 20 << 20} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			before := s.traces()
			conn := s.dial(s.token(ours, zeester), "Content-Length: 25000000")
			_, err := io.Copy(conn, noise(sent))
			require.NoError(t, err)
			require.NoError(t, conn.Close())
			require.Eventually(t, func() bool { return s.handled.Load() == 1 }, time.Minute, 10*time.Millisecond)
			require.Equal(t, before, s.traces())
		})
	}
}

func TestNameOfTheFile(t *testing.T) {
	t.Parallel()
	s := begin(t)
	token := s.token(ours, zeester)
	for name, want := range map[string]int{
		"x":                            http.StatusAccepted,
		"Leerlingen%20%2F%20groep.zip": http.StatusAccepted,
		strings.Repeat("a", 255):       http.StatusAccepted,
		strings.Repeat("a", 256):       http.StatusUnprocessableEntity,
		strings.Repeat("%C3%A9", 128):  http.StatusUnprocessableEntity,
		"folder/x":                     http.StatusNotFound,
	} {
		got := s.do(call{method: "PUT", path: "/api/import/v1/files/" + name, bearer: token, body: strings.NewReader("<EDEX/>")})
		require.Equal(t, want, got.status, name)
	}
}

// breaking is a bucket after whose next object the database is gone.
type breaking struct {
	upload.Bucket
	db *store.DB
}

// Create stores the object and cuts the connection with the database.
func (b breaking) Create(ctx context.Context, name string, write func(io.Writer) error) (int64, error) {
	generation, err := b.Bucket.Create(ctx, name, write)
	if err != nil {
		return generation, err
	}
	return generation, b.db.Close()
}

func TestUploadWithoutRunIsRemoved(t *testing.T) {
	t.Parallel()
	s := begin(t)
	token := s.token(ours, zeester)
	d := s.connect()
	d.Uploads.Bucket = breaking{Bucket: d.Uploads.Bucket, db: d.DB}
	now := s.clock.Now()
	_, hash, err := upload.ParseToken(token)
	require.NoError(t, err)
	require.NoError(t, d.DB.Tokens().Create(t.Context(), ours, store.TokenID(hash), store.Token{School: zeester, Created: now}))
	s.url = s.serve(d)
	got := s.do(call{method: "PUT", path: "/api/import/v1/files/x", bearer: token, body: strings.NewReader("<EDEX/>")})
	require.Contains(t, []int{http.StatusInternalServerError, http.StatusServiceUnavailable}, got.status)
	require.Empty(t, s.objects())
}

// TestLettersWaitForTheSweep hands over a file and approves a plan while
// messages cannot be sent: both are done, and their letters wait.
func TestLettersWaitForTheSweep(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.waiting("ione")
	nowhere, err := event.Open(t.Context(), emulators.PubSub(t)) // a project without topics
	require.NoError(t, err)
	t.Cleanup(func() { _ = nowhere.Close() }) // nothing is left to send
	d := s.deps
	d.Post.Publisher = nowhere
	s.url = s.serve(d)
	got := s.do(call{method: "PUT", path: "/api/import/v1/files/x", bearer: s.token(ours, zeester), body: strings.NewReader("<EDEX/>")})
	require.Equal(t, http.StatusAccepted, got.status)
	require.Equal(t, http.StatusOK, s.do(approval(s, "ione", "c0ffee")).status)
	left, err := s.deps.DB.Leftovers(t.Context(), s.clock.Now().Add(time.Hour), 10)
	require.NoError(t, err)
	var topics []string
	for _, letter := range left {
		require.Equal(t, ours, letter.Tenant)
		for _, m := range letter.Messages {
			topics = append(topics, m.Topic)
		}
	}
	want := append(slices.Repeat([]string{topic.RosterApply.Name}, roster.Lanes), topic.RosterReceived.Name)
	require.ElementsMatch(t, want, topics)
}

func TestUploadByForm(t *testing.T) {
	t.Parallel()
	s := begin(t)
	body, header := handed(t, zeester, "leerlingen.xml", lines(10))
	got := s.do(call{method: "POST", path: "/admin/imports", session: s.admin, body: body, header: header})
	require.Equal(t, http.StatusSeeOther, got.status, got.body)
	id, ok := strings.CutPrefix(got.header.Get("Location"), "/admin/imports/")
	require.True(t, ok)
	run, err := s.deps.DB.Runs().Get(t.Context(), ours, roster.RunID(id))
	require.NoError(t, err)
	require.Equal(t, zeester, run.School)
	s.sealed(run, lines(10))
	entries := all(t, s.deps.DB.Log())
	require.Len(t, entries, 1)
	require.NotEmpty(t, entries[0].Actor.Account, "the log names who handed it over")
	require.Len(t, emulators.Pull(t, s.project, topic.RosterReceived.Name, 1), 1)
	require.Contains(t, text(s.show(s.admin, "/admin/imports/"+id)), "Ontvangen")
}

func TestFormsThatAreNotTaken(t *testing.T) {
	t.Parallel()
	s := begin(t)
	before := s.traces()
	for name, c := range map[string]struct {
		make func() (io.Reader, map[string]string)
		want int
	}{
		"no file chosen":   {func() (io.Reader, map[string]string) { return handed(t, zeester, "", "") }, http.StatusUnprocessableEntity},
		"no such school":   {func() (io.Reader, map[string]string) { return handed(t, "nergens", "a.xml", "x") }, http.StatusNotFound},
		"a path as school": {func() (io.Reader, map[string]string) { return handed(t, "zeester/x", "a.xml", "x") }, http.StatusNotFound},
		"no school":        {func() (io.Reader, map[string]string) { return handed(t, "", "a.xml", "x") }, http.StatusNotFound},
		"another form":     {func() (io.Reader, map[string]string) { return form(map[string]string{"school": "zeester"}) }, http.StatusUnprocessableEntity},
		"too large": {func() (io.Reader, map[string]string) {
			return handed(t, zeester, "a.xml", strings.Repeat("x", upload.Limit))
		}, http.StatusRequestEntityTooLarge},
		"cut off": {func() (io.Reader, map[string]string) {
			body, header := handed(t, zeester, "a.xml", strings.Repeat("x", 100))
			return io.LimitReader(body, 300), header
		}, http.StatusUnprocessableEntity},
	} {
		t.Run(name, func(t *testing.T) {
			body, header := c.make()
			got := s.in(t).do(call{method: "POST", path: "/admin/imports", session: s.admin, body: body, header: header})
			page(t, got, c.want)
		})
	}
	require.Equal(t, before, s.traces())
}
