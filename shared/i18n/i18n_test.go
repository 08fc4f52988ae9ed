package i18n_test

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/i18n"
)

// catalogues returns every catalogue of the product by its folder: that of
// the pages, and those of packages whose findings people read.
func catalogues(t *testing.T) map[string]map[i18n.Lang]map[string]string {
	t.Helper()
	all := map[string]map[i18n.Lang]map[string]string{}
	root := os.DirFS("../..")
	for _, top := range []string{"shared", "functions"} {
		require.NoError(t, fs.WalkDir(root, top, func(name string, d fs.DirEntry, err error) error {
			lang := i18n.Lang(strings.TrimSuffix(path.Base(name), ".json"))
			if err != nil || d.IsDir() || path.Ext(name) != ".json" || !slices.Contains(i18n.Langs(), lang) {
				return err
			}
			raw, err := fs.ReadFile(root, name)
			require.NoError(t, err)
			texts := map[string]string{}
			require.NoError(t, json.Unmarshal(raw, &texts), name)
			require.Equal(t, len(texts), strings.Count(string(raw), "\": \""), "%s has a key twice", name)
			if all[path.Dir(name)] == nil {
				all[path.Dir(name)] = map[i18n.Lang]map[string]string{}
			}
			all[path.Dir(name)][lang] = texts
			return nil
		}))
	}
	require.Contains(t, all, "shared/i18n")
	return all
}

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// placeholders returns those of a text, sorted, each once.
func placeholders(text string) []string {
	found := placeholder.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestLanguagesSayTheSame(t *testing.T) {
	t.Parallel()
	for folder, c := range catalogues(t) {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			require.Len(t, c, len(i18n.Langs()))
			for _, from := range i18n.Langs() {
				for _, to := range i18n.Langs() {
					for key, text := range c[from] {
						require.Contains(t, c[to], key, "%s lacks what %s says", to, from)
						require.Equal(t, placeholders(text), placeholders(c[to][key]), key)
					}
				}
			}
		})
	}
}

func TestTextsAreTidy(t *testing.T) {
	t.Parallel()
	for folder, c := range catalogues(t) {
		for lang, texts := range c {
			for key, text := range texts {
				require.NotEmpty(t, text, "%s %s %s", folder, lang, key)
				require.Equal(t, strings.Join(strings.Fields(text), " "), text, "%s %s %s has blanks too many", folder, lang, key)
				require.NotContains(t, text, "<", "%s %s %s: texts are no HTML", folder, lang, key)
				for _, p := range placeholders(text) {
					require.Regexp(t, `^\{[a-z]+\}$`, p, "%s %s %s", folder, lang, key)
				}
				require.NotContains(t, strings.Join(placeholder.Split(text, -1), ""), "{", "%s %s %s", folder, lang, key)
			}
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	c := i18n.Catalogue{i18n.Dutch: {"a": "Groep {group} van {n}, {n}"}, i18n.English: {}}
	require.Equal(t, "Groep 4A van 3, 3", c.Text(i18n.Dutch, "a", "group", "4A", "n", 3))
	require.Equal(t, "Groep {group} van {n}, {n}", c.Text(i18n.Dutch, "a"))
	require.Equal(t, "Groep 4A van {n}, {n}", c.Text(i18n.Dutch, "a", "group", "4A", "n"), "a name without a value")
	require.Equal(t, "Groep {n} van 3, 3", c.Text(i18n.Dutch, "a", "group", "{n}", "n", 3), "a value is read as a text")
	require.Equal(t, "a", c.Text(i18n.English, "a", "n", 3), "an unknown key shows as itself")
	require.Equal(t, "a", c.Text("fr", "a"))
	c.Add(i18n.English, "more.", map[string]string{"b": "B"})
	require.Equal(t, "B", c.Text(i18n.English, "more.b"))
	require.Equal(t, "more.b", c.Text(i18n.Dutch, "more.b"))
}

func TestOf(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]i18n.Lang{
		"":                             i18n.Dutch,
		"nl":                           i18n.Dutch,
		"nl-BE":                        i18n.Dutch,
		"nl-NL,nl;q=0.9,en;q=0.8":      i18n.Dutch,
		"en":                           i18n.English,
		"en-GB,en;q=0.9":               i18n.English,
		"en;q=0.9,nl;q=0.2":            i18n.English,
		"en;q=0.2,nl;q=0.9":            i18n.Dutch,
		"de-DE,de;q=0.9,en;q=0.5":      i18n.English,
		"de,fr;q=0.5":                  i18n.Dutch,
		"tr":                           i18n.Dutch,
		"en;q=0":                       i18n.Dutch,
		"*":                            i18n.Dutch,
		"nonsense;;;":                  i18n.Dutch,
		"\x00":                         i18n.Dutch,
		strings.Repeat("en-", 5000):    i18n.Dutch,
		strings.Repeat("x-a-b,", 2000): i18n.Dutch,
	} {
		require.Equal(t, want, asked(t, header), "%.40q", header)
	}
}

func asked(t *testing.T, header string) i18n.Lang {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.Header.Set("Accept-Language", header)
	return i18n.Of(r)
}

func FuzzOf(f *testing.F) {
	f.Add("nl-NL,nl;q=0.9,en;q=0.8")
	f.Fuzz(func(t *testing.T, header string) {
		require.Contains(t, i18n.Langs(), asked(t, header))
	})
}
