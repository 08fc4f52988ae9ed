package admin_test

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// description is the part of an OpenAPI document that tests look at.
type description struct {
	OpenAPI    string `json:"openapi"`
	Info       struct{ Title, Version string }
	Components map[string]map[string]json.RawMessage
	Paths      map[string]map[string]operation
}

type operation struct {
	Summary     string
	Security    []map[string][]string
	Parameters  []struct{ Name, In string }
	RequestBody json.RawMessage
	Responses   map[string]json.RawMessage
}

// described reads the API's description from its file.
func described(t *testing.T) (d description) {
	t.Helper()
	raw, err := os.ReadFile("openapi.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &d))
	return d
}

// promised fails t where the answer to a call of the API is not in the API's
// description, or an error is no problem document (RFC 9457).
func promised(t *testing.T, c call, a answer) {
	t.Helper()
	if !strings.HasPrefix(c.path, "/api/") {
		return
	}
	kind := a.header.Get("Content-Type")
	if a.status >= http.StatusBadRequest {
		require.Equal(t, "application/problem+json", kind)
		require.Contains(t, a.body, `"status":`+strconv.Itoa(a.status))
	} else {
		require.Equal(t, "application/json", kind)
	}
	for template, operations := range described(t).Paths {
		op, ok := operations[strings.ToLower(c.method)]
		if ok && regexp.MustCompile("^"+regexp.MustCompile(`\{\w+\}`).ReplaceAllString(template, `[^/]+`)+"$").MatchString(c.path) {
			require.Contains(t, op.Responses, strconv.Itoa(a.status), "%s %s may answer this by its description", c.method, template)
		}
	}
}

func TestDescription(t *testing.T) {
	t.Parallel()
	s := begin(t)
	got := s.do(call{method: "GET", path: "/api/import/v1/openapi.json"})
	require.Equal(t, http.StatusOK, got.status)
	d := decode[description](t, got)
	require.Regexp(t, `^3\.1\.\d+$`, d.OpenAPI)
	require.NotEmpty(t, d.Info.Title)
	require.NotEmpty(t, d.Info.Version)

	want := map[string][]string{
		"put /api/import/v1/files/{name}":        {"202", "401", "413", "422", "500", "503"},
		"get /api/import/v1/files/{id}":          {"200", "401", "404", "500", "503"},
		"post /api/import/v1/files/{id}/approve": {"200", "401", "403", "404", "409", "422", "500", "503"},
		"post /api/import/v1/files/{id}/refuse":  {"200", "401", "403", "404", "409", "422", "500", "503"},
		"get /api/import/v1/openapi.json":        {"200"},
	}
	have := map[string][]string{}
	for path, operations := range d.Paths {
		for method, op := range operations {
			route := method + " " + path
			require.NotEmpty(t, op.Summary, route)
			have[route] = []string{}
			for status := range op.Responses {
				have[route] = append(have[route], status)
			}
			for _, name := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(path, -1) {
				require.Len(t, op.Parameters, 1, route)
				require.Equal(t, name[1], op.Parameters[0].Name, route)
				require.Equal(t, "path", op.Parameters[0].In, route)
			}
			for _, choice := range op.Security {
				for scheme := range choice {
					require.Contains(t, d.Components["securitySchemes"], scheme, route)
				}
			}
		}
	}
	require.Len(t, have, len(want))
	for route, statuses := range want {
		require.ElementsMatch(t, statuses, have[route], route)
	}
	for _, ref := range regexp.MustCompile(`"\$ref":\s*"#/components/(\w+)/(\w+)"`).FindAllStringSubmatch(got.body, -1) {
		require.Contains(t, d.Components[ref[1]], ref[2], "a reference leads nowhere")
	}
}
