package serve_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/i18n"
	"cool.example/sync/shared/serve"
)

// kinds is every kind of failure with its status.
func kinds() map[fault.Kind]int {
	return map[fault.Kind]int{
		fault.Internal: 500, fault.Invalid: 422, fault.TooLarge: 413, fault.Unsigned: 401, fault.Forbidden: 403,
		fault.NotFound: 404, fault.Conflict: 409, fault.Limited: 429, fault.Busy: 503,
	}
}

func texts(t *testing.T) i18n.Catalogue {
	t.Helper()
	c, err := i18n.Load()
	require.NoError(t, err)
	return c
}

// ask has h answer a GET request in a language.
func ask(t *testing.T, h http.Handler, lang string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://sync.example/here", nil)
	if lang != "" {
		r.Header.Set("Accept-Language", lang)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func failing(err error) serve.Func {
	return func(http.ResponseWriter, *http.Request) error { return err }
}

func TestStatusOfEveryKind(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for k, status := range kinds() {
		require.Equal(t, status, serve.Status(k), k)
		names[k.String()] = true
	}
	require.Len(t, names, len(kinds()))
	last := fault.Kind(len(kinds()))
	require.Equal(t, "internal", last.String(), "a kind is missing in this test")
	require.Equal(t, http.StatusInternalServerError, serve.Status(last))
	require.Equal(t, http.StatusInternalServerError, serve.Status(-1))
}

func TestProblems(t *testing.T) {
	t.Parallel()
	c := texts(t)
	for k, status := range kinds() {
		t.Run(k.String(), func(t *testing.T) {
			t.Parallel()
			err := fmt.Errorf("read of sanne-problem: %w", fault.As(k, errors.New("at 10.0.0.7")))
			for _, lang := range i18n.Langs() {
				w := ask(t, serve.API(c, failing(err)), string(lang))
				require.Equal(t, status, w.Code)
				require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
				require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
				require.Equal(t, k == fault.Unsigned, w.Header().Get("WWW-Authenticate") != "")
				var said map[string]any
				require.NoError(t, json.Unmarshal(w.Body.Bytes(), &said))
				require.NotEmpty(t, said["detail"])
				require.Equal(t, c.Text(lang, "error."+strings.ReplaceAll(k.String(), " ", "_")), said["detail"])
				delete(said, "detail")
				require.Equal(t, map[string]any{"type": "about:blank", "title": http.StatusText(status), "status": float64(status)}, said)
				require.NotContains(t, w.Body.String(), "sanne")
				require.NotContains(t, w.Body.String(), "10.0.0.7")
			}
		})
	}
}

func TestProblemSaysWhatIsMeantForThePerson(t *testing.T) {
	t.Parallel()
	c := texts(t)
	for name, tt := range map[string]struct {
		err    error
		detail string
	}{
		"a key":                   {fault.New(fault.Invalid, "import.no_file"), c.Text(i18n.Dutch, "import.no_file")},
		"a sentence":              {fault.New(fault.Invalid, "Zo niet."), "Zo niet."},
		"inside another failure":  {fault.As(fault.Conflict, fault.New(fault.Invalid, "Zo niet.")), "Zo niet."},
		"a sentence and a cause":  {&fault.Error{Kind: fault.Busy, Public: "Straks.", Err: errors.New("tcp 10.0.0.7")}, "Straks."},
		"internal with sentence":  {fault.New(fault.Internal, "tcp 10.0.0.7"), c.Text(i18n.Dutch, "error.internal")},
		"internal around another": {fault.As(fault.Internal, fault.New(fault.Invalid, "tcp 10.0.0.7")), c.Text(i18n.Dutch, "error.internal")},
		"unclassified":            {io.ErrUnexpectedEOF, c.Text(i18n.Dutch, "error.internal")},
		"cancelled":               {context.Canceled, c.Text(i18n.Dutch, "error.internal")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var said struct{ Detail string }
			require.NoError(t, json.Unmarshal(ask(t, serve.API(c, failing(tt.err)), "").Body.Bytes(), &said))
			require.Equal(t, tt.detail, said.Detail)
		})
	}
}

func TestProblemOfFields(t *testing.T) {
	t.Parallel()
	c := texts(t)
	err := &fault.Error{Kind: fault.Invalid, Fields: map[string]string{"file": "import.no_file", "name": "Zo niet."}, Err: errors.New("cause")}
	for _, lang := range i18n.Langs() {
		var said struct{ Fields map[string]string }
		w := ask(t, serve.API(c, failing(fmt.Errorf("around: %w", err))), string(lang))
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &said))
		require.Equal(t, map[string]string{"file": c.Text(lang, "import.no_file"), "name": "Zo niet."}, said.Fields)
		require.NotContains(t, w.Body.String(), "cause")
	}
	require.Equal(t, "import.no_file", err.Fields["file"], "the failure itself was changed")
}

func TestOnlyOurOwnFailuresAreLogged(t *testing.T) {
	t.Parallel()
	for k := range kinds() {
		word := "cause-of-" + strings.ReplaceAll(k.String(), " ", "-")
		ask(t, serve.API(texts(t), failing(fault.As(k, errors.New(word)))), "")
		found := said(t, word)
		if k != fault.Internal && k != fault.Busy {
			require.Empty(t, found, k)
			continue
		}
		require.Len(t, found, 1, k)
		require.Equal(t, "ERROR", found[0]["level"])
		require.Equal(t, k.String(), found[0]["kind"])
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	require.NoError(t, serve.JSON(w, http.StatusAccepted, map[string]string{"id": "<i1>"}))
	require.Equal(t, http.StatusAccepted, w.Code)
	require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	require.JSONEq(t, `{"id":"<i1>"}`, w.Body.String())

	w = ask(t, serve.API(texts(t), func(w http.ResponseWriter, _ *http.Request) error {
		return serve.JSON(w, http.StatusOK, func() {})
	}), "")
	require.Equal(t, http.StatusInternalServerError, w.Code, "what cannot be written as JSON began an answer")
}

func TestLargeBodiesAreNotRead(t *testing.T) {
	t.Parallel()
	const most, sent = 1 << 10, 64 << 20
	server := httptest.NewServer(serve.Outer("large", serve.API(texts(t), func(w http.ResponseWriter, r *http.Request) error {
		_, err := io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, most))
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return fault.As(fault.TooLarge, err)
		}
		return err
	})))
	defer server.Close()
	body := &counted{Reader: io.LimitReader(endless{}, sent)}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, body)
	require.NoError(t, err)
	r.ContentLength = sent
	r.Header.Set("Expect", "100-continue")
	answer, err := server.Client().Do(r)
	if err == nil { // else the server hung up while the body was still under way
		defer answer.Body.Close()
		require.Equal(t, http.StatusRequestEntityTooLarge, answer.StatusCode)
	}
	require.Less(t, body.n.Load(), int64(sent/2))
}

// endless yields zeros for ever.
type endless struct{}

func (endless) Read(b []byte) (int, error) { clear(b); return len(b), nil }

type counted struct {
	io.Reader
	n atomic.Int64
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.n.Add(int64(n))
	return n, err
}
