package signin_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/store"
)

// spans records the database's own account of what is asked of it.
var spans = tracetest.NewSpanRecorder()

func TestMain(m *testing.M) {
	otel.SetTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)))
	os.Exit(m.Run())
}

// cost signs in and returns how often each operation of the database was
// called for it. A removal counts as any other write of one document.
func (f *fixture) cost(name, password string) map[string]int {
	f.t.Helper()
	return f.costOf("/login", url.Values{"name": {name}, "password": {password}})
}

// costOf is cost of another form, which is refused.
func (f *fixture) costOf(path string, form url.Values) map[string]int {
	f.t.Helper()
	ctx, root := otel.Tracer("test").Start(f.t.Context(), "sign-in")
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, origin+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	require.Equal(f.t, http.StatusUnauthorized, w.Code)
	root.End()
	calls := map[string]int{}
	for _, span := range spans.Ended() {
		if span.SpanContext().TraceID() == root.SpanContext().TraceID() && span.Parent().IsValid() {
			operation := span.Name()[strings.LastIndex(span.Name(), "/")+1:]
			calls[strings.Replace(operation, "DocumentRef.Delete", "DocumentRef.Create", 1)]++
		}
	}
	return calls
}

// TestRefusalsCostTheSame counts what a refused sign-in asks of the database:
// what it takes must not tell whether somebody has that name.
func TestRefusalsCostTheSame(t *testing.T) {
	t.Parallel()
	f := begin(t)
	f.person("bram", func(a *account.Account) { a.State = account.Blocked })
	f.person("fleur", func(*account.Account) {})
	for range 6 {
		f.signIn("fleur@leerling.example", "fout")
	}
	require.NoError(t, f.db.Accounts().Create(t.Context(), board, "anew", account.Account{ID: "anew", State: account.Active, Address: "new@leerling.example"}))
	require.NoError(t, f.db.Names().Create(t.Context(), board, store.NameID(f.index.Of(board, "address", "new@leerling.example")), "anew"))

	want := f.cost("sanne@leerling.example", "fout")
	total := 0
	for _, n := range want {
		total += n
	}
	require.Greater(t, total, 6, "the database gave no account of itself: %v", want)
	for name, c := range map[string]struct{ name, password string }{
		"unknown name":    {"niemand@leerling.example", "fout"},
		"unknown domain":  {"sanne@elders.example", "fout"},
		"blocked":         {"bram@leerling.example", password},
		"too early":       {"fleur@leerling.example", password},
		"no password yet": {"new@leerling.example", "fout"},
		"nothing known":   {"niemand", "fout"},
	} {
		require.Equal(t, want, f.cost(c.name, c.password), name)
	}
	for e, err := range f.people.Credentials().All(t.Context(), board) {
		require.NoError(t, err)
		require.Contains(t, []account.ID{"asanne", "abram", "afleur"}, e.ID, "a vain try left a credential")
	}
}
