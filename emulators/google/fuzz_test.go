package google

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzConditions(f *testing.F) {
	for _, query := range []string{
		"externalId='p-1'", `familyName='d\'Arc' email:s*`, "orgUnitPath='/A B'", "a=", "a='", "='b'", `a='\`, "name:*",
	} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		all, err := conditions(query)
		if err != nil {
			return
		}
		for _, c := range all {
			require.NotEmpty(t, c.field)
			require.True(t, c.holds(c.value))
		}
	})
}

func FuzzCheck(f *testing.F) {
	d, err := load()
	require.NoError(f, err)
	f.Add("directory.users.insert", "resolveConflictAccount=true", `{"name":{"givenName":null},"externalIds":[1]}`)
	f.Add("directory.members.list", "maxResults=0&roles=x", "")
	f.Add("directory.users.patch", "", `{"customSchemas":{"a":{"b":[]}},"name":[]}`)
	f.Fuzz(func(t *testing.T, id, query, raw string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		var body map[string]any
		if json.Unmarshal([]byte(raw), &body) != nil {
			body = nil
		}
		for _, m := range d.methods {
			if m.ID != id {
				continue
			}
			for _, wrong := range d.check(m, values, body) {
				require.Contains(t, wrong, id)
			}
		}
	})
}
