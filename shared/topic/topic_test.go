package topic_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/backup"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/privacy"
	"cool.example/sync/shared/receipt"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

// wire is a topic with a body that has every field, and how it travels.
type wire struct {
	topic string
	body  any
	json  string
	least string // with only what is not left out when empty
}

// on ties a body to its topic, so that the two cannot differ.
func on[T any](t topic.Topic[T], body T, full, least string) wire {
	return wire{t.Name, body, full, least}
}

func wires() []wire {
	return []wire{
		on(topic.RosterReceived, topic.Received{Tenant: "bestuur", Import: "i1"},
			`{"tenant":"bestuur","import":"i1"}`, `{"tenant":"","import":""}`),
		on(topic.RosterPull, topic.Pull{Tenant: "bestuur", School: "s1", Turn: 3},
			`{"tenant":"bestuur","school":"s1","turn":3}`, `{"tenant":"","school":"","turn":0}`),
		on(topic.RosterApply, topic.Apply{Tenant: "bestuur", Import: "i1", Phase: roster.People, Lane: 2},
			`{"tenant":"bestuur","import":"i1","phase":"people","lane":2}`,
			`{"tenant":"","import":"","phase":"","lane":0}`),
		on(topic.ProvisionGoogle, topic.Provision{
			Tenant: "bestuur", Connection: "google", Accounts: []account.ID{"a1"}, Groups: []group.ID{"g1"}, Receipt: "r1", Erased: []account.ID{"a2"},
		}, `{"tenant":"bestuur","connection":"google","accounts":["a1"],"groups":["g1"],"receipt":"r1","erased":["a2"]}`, `{"tenant":"","connection":""}`),
		on(topic.Mail, topic.Mailing{Tenant: "bestuur", Letter: topic.ImportWaiting, Import: "i1", School: "s1", Turn: 3},
			`{"tenant":"bestuur","letter":"import_waiting","import":"i1","school":"s1","turn":3}`, `{"tenant":"","letter":"","import":""}`),
		on(topic.Recalculate, topic.Recalculation{
			Tenant: "bestuur", School: "s1", Asked: 5, Accounts: []account.ID{"a1"}, After: "a2", Begun: 6,
		}, `{"tenant":"bestuur","school":"s1","asked":5,"accounts":["a1"],"after":"a2","begun":6}`, `{"tenant":"","asked":0}`),
		on(topic.Backup, topic.Copying{Tenant: "bestuur", Backup: "2026-11-26"},
			`{"tenant":"bestuur","backup":"2026-11-26"}`, `{"tenant":"","backup":""}`),
		on(topic.Minute, topic.Tick{}, `{}`, `{}`),
		on(topic.Day, topic.Tick{}, `{}`, `{}`),
	}
}

// TestMessagesUnderWayStayReadable fails where a field gets another name:
// messages that were sent before would lose it. Fields may only be added.
func TestMessagesUnderWayStayReadable(t *testing.T) {
	t.Parallel()
	for _, w := range wires() {
		t.Run(w.topic, func(t *testing.T) {
			t.Parallel()
			body := reflect.ValueOf(w.body)
			for i := range body.NumField() {
				require.False(t, body.Field(i).IsZero(), "the example lacks %s", body.Type().Field(i).Name)
			}
			raw, err := json.Marshal(w.body)
			require.NoError(t, err)
			require.Equal(t, w.json, string(raw))
			read := reflect.New(body.Type())
			require.NoError(t, json.Unmarshal([]byte(w.json), read.Interface()))
			require.Equal(t, w.body, read.Elem().Interface())
			raw, err = json.Marshal(reflect.Zero(body.Type()).Interface())
			require.NoError(t, err)
			require.Equal(t, w.least, string(raw))
		})
	}
}

// declared returns the names of the topics in the source.
func declared(t *testing.T) (names []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "topic.go", nil, 0)
	require.NoError(t, err)
	ast.Inspect(file, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		if generic, ok := lit.Type.(*ast.IndexExpr); ok && generic.X.(*ast.Ident).Name == "Topic" {
			name, err := strconv.Unquote(lit.Elts[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			names = append(names, name)
		}
		return true
	})
	return names
}

func TestEveryTopicHasItsOwnNameAndAnExample(t *testing.T) {
	t.Parallel()
	var covered []string
	seen := map[string]bool{}
	for _, w := range wires() {
		require.False(t, seen[w.topic], "two topics are called %s", w.topic)
		require.Regexp(t, regexp.MustCompile(`^[a-z][a-z-]{2,60}[a-z]$`), w.topic)
		covered, seen[w.topic] = append(covered, w.topic), true
	}
	require.ElementsMatch(t, declared(t), covered)
}

// TestMessagesNameThingsByID holds every field of every body against what a
// message may carry: ids, codes and numbers of our own, and no field that the
// privacy register knows.
func TestMessagesNameThingsByID(t *testing.T) {
	t.Parallel()
	allowed := map[reflect.Type]bool{
		reflect.TypeFor[tenant.ID](): true, reflect.TypeFor[school.ID](): true, reflect.TypeFor[account.ID](): true,
		reflect.TypeFor[group.ID](): true, reflect.TypeFor[connection.ID](): true, reflect.TypeFor[roster.RunID](): true,
		reflect.TypeFor[roster.Phase](): true, reflect.TypeFor[topic.Letter](): true,
		reflect.TypeFor[receipt.ID](): true, reflect.TypeFor[backup.ID](): true,
		reflect.TypeFor[int](): true, reflect.TypeFor[int64](): true,
	}
	for _, w := range wires() {
		typ := reflect.TypeOf(w.body)
		for i := range typ.NumField() {
			f := typ.Field(i)
			inner := f.Type
			if inner.Kind() == reflect.Slice {
				inner = inner.Elem()
			}
			require.True(t, allowed[inner], "%s.%s is a %s: a body names things by id", typ.Name(), f.Name, f.Type)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			require.NotEmpty(t, name, "%s.%s has no name of its own", typ.Name(), f.Name)
			for _, register := range privacy.Register() {
				plain := strings.ReplaceAll(register.Key, "_", "")
				require.NotContains(t, []string{plain, plain + "s"}, strings.ToLower(name), "%s carries personal data", w.topic)
			}
		}
	}
}

func TestFirst(t *testing.T) {
	t.Parallel()
	spans := func(n int) map[roster.Phase][]roster.Span {
		return map[roster.Phase][]roster.Span{roster.People: make([]roster.Span, n)}
	}
	for _, n := range []int{0, 1, roster.Lanes - 1, roster.Lanes, 3 * roster.Lanes} {
		run := roster.Run{ID: "i1", Plan: roster.Stored{Steps: spans(n)}}
		first := topic.First("bestuur", run, roster.People)
		require.Len(t, first, min(n, roster.Lanes))
		for lane, m := range first {
			require.Equal(t, topic.Apply{Tenant: "bestuur", Import: "i1", Phase: roster.People, Lane: lane}, m)
		}
		require.Empty(t, topic.First("bestuur", run, roster.Leave))
	}
}
