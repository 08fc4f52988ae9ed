package serve_test

import (
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/i18n"
	"cool.example/sync/shared/serve"
	"cool.example/sync/web"
)

const layout = `{{define "error"}}<h1>{{t "error.title"}}</h1><p>{{.Data.Status}} {{.Data.Message}}</p>{{end}}`

// pages parses body as the templates of the function "own".
func pages(t *testing.T, body string) (*serve.Pages, error) {
	t.Helper()
	static, err := serve.NewStatic(fstest.MapFS{"static/style.css": {Data: []byte("p{}")}}, "static")
	require.NoError(t, err)
	return serve.NewPages(fstest.MapFS{"shared/error.html": {Data: []byte(layout)}, "own/own.html": {Data: []byte(body)}}, "own", static)
}

func page(p *serve.Pages, name string, data any) http.Handler {
	return p.Handler(func(w http.ResponseWriter, r *http.Request) error { return p.Write(w, r, http.StatusOK, name, data) })
}

func TestPagesInTheLanguageThatIsAskedFor(t *testing.T) {
	t.Parallel()
	p, err := pages(t, `{{define "own"}}{{.Lang}} {{t "skip"}} {{t "start.hello" "name" .Data}} {{static "style.css"}}{{end}}`)
	require.NoError(t, err)
	for header, lang := range map[string]i18n.Lang{"": i18n.Dutch, "en": i18n.English, "de": i18n.Dutch, "nl-BE, en;q=0.5": i18n.Dutch} {
		w := ask(t, page(p, "own", "<Sanne>"), header)
		require.Equal(t, http.StatusOK, w.Code)
		require.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"))
		require.Equal(t, string(lang), w.Header().Get("Content-Language"), header)
		require.Equal(t, "Accept-Language", w.Header().Get("Vary"))
		require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		require.True(t, strings.HasPrefix(w.Body.String(), string(lang)+" "+p.Texts().Text(lang, "skip")), header)
		require.Contains(t, w.Body.String(), "&lt;Sanne&gt;", "a name was written as HTML")
		require.Regexp(t, `/static/style\.[0-9a-f]{12}\.css$`, w.Body.String())
	}
}

func TestPagesAreWrittenWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	p, err := pages(t, `{{define "field"}}begun {{.Data.NoSuchField}}{{end}}{{define "file"}}begun {{static "none.css"}}{{end}}`)
	require.NoError(t, err)
	for _, name := range []string{"field", "file", "no-such-page"} {
		w := ask(t, page(p, name, "sanne"), "en")
		require.Equal(t, http.StatusInternalServerError, w.Code, name)
		require.Equal(t, "<h1>"+p.Texts().Text(i18n.English, "error.title")+"</h1><p>500 "+p.Texts().Text(i18n.English, "error.internal")+"</p>",
			w.Body.String(), name)
	}
	for _, body := range []string{`{{define "own"}}{{nothing}}{{end}}`, `{{define "own"}}`} {
		_, err = pages(t, body)
		require.ErrorContains(t, err, "templates of own")
	}
}

func TestFailuresBecomePages(t *testing.T) {
	t.Parallel()
	p, err := pages(t, "")
	require.NoError(t, err)
	for k, status := range kinds() {
		t.Run(k.String(), func(t *testing.T) {
			t.Parallel()
			w := ask(t, p.Handler(failing(fault.As(k, errors.New("at 10.0.0.7")))), "")
			require.Equal(t, status, w.Code)
			require.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"))
			require.Contains(t, w.Body.String(), p.Texts().Text(i18n.Dutch, "error."+strings.ReplaceAll(k.String(), " ", "_")))
			require.NotContains(t, w.Body.String(), "10.0.0.7")
		})
	}
	require.Equal(t, http.StatusNotFound, ask(t, p.Handler(serve.NoPage), "").Code)
}

func TestFailuresAreAnsweredWithoutAnErrorPage(t *testing.T) {
	t.Parallel()
	static, err := serve.NewStatic(fstest.MapFS{"static/a.css": {}}, "static")
	require.NoError(t, err)
	p, err := serve.NewPages(fstest.MapFS{"shared/a.html": {}, "own/a.html": {}}, "own", static)
	require.NoError(t, err)
	w := ask(t, p.Handler(serve.NoPage), "")
	require.Equal(t, http.StatusNotFound, w.Code)
	require.Equal(t, p.Texts().Text(i18n.Dutch, "error.not_found")+"\n", w.Body.String())
	require.Equal(t, "text/plain; charset=utf-8", w.Header().Get("Content-Type"))
}

func TestStatic(t *testing.T) {
	t.Parallel()
	s, err := serve.NewStatic(web.Static, "static")
	require.NoError(t, err)
	require.NoError(t, fs.WalkDir(web.Static, "static", func(name string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		if d.IsDir() {
			return nil
		}
		want, err := fs.ReadFile(web.Static, name)
		require.NoError(t, err)
		at, err := s.Path(strings.TrimPrefix(name, "static/"))
		require.NoError(t, err)
		w := httptest.NewRecorder()
		serve.Outer("static", s).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, at, nil))
		require.Equal(t, http.StatusOK, w.Code, at)
		require.Equal(t, want, w.Body.Bytes(), at)
		require.Equal(t, "public, max-age=31536000, immutable", w.Header().Get("Cache-Control"))
		require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
		_, _, err = mime.ParseMediaType(w.Header().Get("Content-Type"))
		require.NoError(t, err, "%s has no media type, and browsers do not guess", at)
		return nil
	}))
	_, err = s.Path("none.css")
	require.Error(t, err)
	_, err = serve.NewStatic(web.Static, "nowhere")
	require.Error(t, err)
}

func TestStaticFindsOnlyWhatIsThere(t *testing.T) {
	t.Parallel()
	read := func(body string) *serve.Static {
		s, err := serve.NewStatic(fstest.MapFS{"static/in/a.css": {Data: []byte(body)}}, "static")
		require.NoError(t, err)
		return s
	}
	s := read("p{}")
	at, err := s.Path("in/a.css")
	require.NoError(t, err)
	other, err := read("b{}").Path("in/a.css")
	require.NoError(t, err)
	require.NotEqual(t, at, other, "a changed file has its old address")
	for _, c := range []struct{ method, path string }{
		{http.MethodPost, at},
		{http.MethodDelete, at},
		{http.MethodGet, other},
		{http.MethodGet, "/static/in/a.css"},
		{http.MethodGet, "/static/"},
		{http.MethodGet, "/static/../static/in/a.css"},
	} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), c.method, c.path, nil))
		require.Equal(t, http.StatusNotFound, w.Code, c)
		require.NotContains(t, w.Header().Get("Cache-Control"), "immutable")
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodHead, at, nil))
	require.Equal(t, http.StatusOK, w.Code)
}
