package admin_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/privacy"
)

// unsaid are parts of an account whose value a subject's export leaves out, with
// why.
var unsaid = map[string]string{
	"ID":              "whose export it is",
	"Kind":            "another kind keeps other fields",
	"Epoch":           "counts changes",
	"Version":         "counts changes",
	"Digest":          "follows from the rest",
	"Source.ECK.Hash": "it is said that there is one", "Source.ECK.Sealed": "the console cannot open it",
	"Memberships.Key": "a hash: it is said that there is one", "Memberships.Keys": "the same", "Next.Key": "the same", "Next.Keys": "the same",
	"Apart": "other people: it is said how many",
}

// leaves yields every part of an account that holds a value, with its name.
func leaves(v reflect.Value, name string, visit func(string, reflect.Value)) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time](), v.Kind() != reflect.Struct && v.Kind() != reflect.Slice && v.Kind() != reflect.Map:
		visit(name, v)
	case v.Type() == reflect.TypeFor[[]byte]():
		visit(name, v)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			leaves(v.Field(i), strings.TrimPrefix(name+"."+v.Type().Field(i).Name, "."), visit)
		}
	case v.Kind() == reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		leaves(v.Index(0), name, visit)
	}
}

// other gives a leaf another value than it has.
func other(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() + 1)
	case reflect.Slice:
		v.SetBytes(append(slices.Clone(v.Bytes()), 1))
	default:
		v.Set(reflect.ValueOf(v.Interface().(time.Time).Add(time.Hour)))
	}
}

// whole returns somebody of a kind of whom everything is kept. Each call returns
// an account of its own.
func whole(kind person.Kind) account.Account {
	a, n := account.Account{}, 0
	leaves(reflect.ValueOf(&a).Elem(), "", func(_ string, v reflect.Value) {
		switch n++; {
		case v.Type() == reflect.TypeFor[time.Time]():
			v.Set(reflect.ValueOf(time.Date(2026, 11, 1, 9, n, 0, 0, time.UTC)))
		case v.Kind() == reflect.String:
			v.SetString(fmt.Sprintf("waarde%02d", n))
		case v.Kind() == reflect.Int, v.Kind() == reflect.Int64:
			v.SetInt(int64(n))
		case v.Kind() == reflect.Slice:
			v.SetBytes([]byte{byte(n)})
		}
	})
	a.ID, a.Kind, a.State, a.Traces = account.NewID(), kind, account.Active, nil
	return a
}

// exported stores an account and returns what its export says, without what
// differs from one export to the next; and the account as it was stored.
func (s *stage) exported(a account.Account) (map[string]any, account.Account) {
	s.t.Helper()
	require.NoError(s.t, s.deps.DB.Accounts().Create(s.t.Context(), ours, a.ID, a))
	got := s.submit("/admin/people/"+string(a.ID)+"/export", nil)
	require.Equal(s.t, http.StatusOK, got.status, got.body)
	var x map[string]any
	require.NoError(s.t, json.Unmarshal([]byte(got.body), &x))
	delete(x, "made")
	delete(x, "log")
	delete(x["account"].(map[string]any), "id")
	is := s.read(a.ID)
	is.ID = ""
	return x, is
}

// TestAnExportSaysEverything changes one by one whatever is stored of somebody:
// each time the export says otherwise, or it is known why it does not.
func TestAnExportSaysEverything(t *testing.T) {
	t.Parallel()
	for _, kind := range person.Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			base, was := s.exported(whole(kind))
			var parts []string
			one := whole(kind)
			leaves(reflect.ValueOf(&one).Elem(), "", func(name string, _ reflect.Value) { parts = append(parts, name) })
			stored := 0
			for _, part := range parts {
				if unsaid[part] != "" {
					continue
				}
				a := whole(kind)
				leaves(reflect.ValueOf(&a).Elem(), "", func(name string, v reflect.Value) {
					if name == part {
						other(v)
					}
				})
				if is, stores := s.exported(a); !reflect.DeepEqual(was, stores) {
					stored++
					require.False(t, reflect.DeepEqual(base, is), "%s is kept of a %s, and no export says so", part, kind)
				}
			}
			require.Greater(t, stored, 20, "nearly nothing was stored")
			said := map[string]bool{}
			for _, f := range base["fields"].([]any) {
				said[f.(map[string]any)["key"].(string)] = true
			}
			for _, f := range privacy.Register() {
				if f.Of(kind) && f.Life == privacy.WithAccount && f.Key != "supervision" { // which stands apart
					require.True(t, said[f.Key], "%s is kept of a %s, and no export names it", f.Key, kind)
				}
			}
		})
	}
}
