package config_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/config"
)

type inner struct {
	Project string `env:"PROJECT"`
}

type settings struct {
	Store   inner
	Name    string        `env:"NAME"`
	Count   int           `env:"COUNT"`
	Large   int64         `env:"LARGE"`
	Share   float64       `env:"SHARE"`
	On      bool          `env:"ON"`
	Wait    time.Duration `env:"WAIT"`
	Base    *url.URL      `env:"BASE"`
	Secret  string        `env:"SECRET,optional"`
	Retries int           `env:"RETRIES,optional"`
	Plain   string        // no variable
}

func full() map[string]string {
	return map[string]string{
		"PROJECT": "p", "NAME": "n", "COUNT": "-3", "LARGE": "9000000000", "SHARE": "0.5", "ON": "true", "WAIT": "1m30s",
		"BASE": "https://sync.example/x", "SECRET": "s", "RETRIES": "7",
	}
}

func lookup(values map[string]string) config.Lookup {
	return func(name string) (string, bool) {
		v, ok := values[name]
		return v, ok
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	got := settings{Plain: "kept"}
	require.NoError(t, config.Load(lookup(full()), &got))
	require.Equal(t, settings{
		Store: inner{"p"}, Name: "n", Count: -3, Large: 9_000_000_000, Share: 0.5, On: true, Wait: 90 * time.Second,
		Base: &url.URL{Scheme: "https", Host: "sync.example", Path: "/x"}, Secret: "s", Retries: 7, Plain: "kept",
	}, got)
}

func TestOptionalVariablesKeepTheDefault(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(map[string]string){
		"absent": func(v map[string]string) { delete(v, "SECRET"); delete(v, "RETRIES") },
		"empty":  func(v map[string]string) { v["SECRET"], v["RETRIES"] = "", "" },
	} {
		values := full()
		change(values)
		got := settings{Secret: "default", Retries: 3}
		require.NoError(t, config.Load(lookup(values), &got), name)
		require.Equal(t, "default", got.Secret, name)
		require.Equal(t, 3, got.Retries, name)
	}
}

func TestEveryProblemIsNamedAndNoValue(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change   map[string]string // "" removes a variable
		problems []string
	}{
		"one missing":     {map[string]string{"NAME": ""}, []string{"NAME is not set"}},
		"inner missing":   {map[string]string{"PROJECT": ""}, []string{"PROJECT is not set"}},
		"no number":       {map[string]string{"COUNT": "geheim"}, []string{"COUNT is not a whole number"}},
		"half a number":   {map[string]string{"LARGE": "1.5"}, []string{"LARGE is not a whole number"}},
		"number too big":  {map[string]string{"LARGE": "9223372036854775808"}, []string{"LARGE is not a whole number"}},
		"no fraction":     {map[string]string{"SHARE": "geheim"}, []string{"SHARE is not a number"}},
		"no truth":        {map[string]string{"ON": "geheim"}, []string{"ON is not true or false"}},
		"no duration":     {map[string]string{"WAIT": "90"}, []string{"WAIT is not a duration such as 90s"}},
		"no URL":          {map[string]string{"BASE": "geheim"}, []string{"BASE is not an absolute URL"}},
		"URL of no host":  {map[string]string{"BASE": "mailto:geheim"}, []string{"BASE is not an absolute URL"}},
		"URL with secret": {map[string]string{"BASE": "https://x:geheim@%zz/"}, []string{"BASE is not an absolute URL"}},
		"optional, wrong": {map[string]string{"RETRIES": "geheim"}, []string{"RETRIES is not a whole number"}},
		"several": {map[string]string{"PROJECT": "", "COUNT": "geheim", "WAIT": "geheim"}, []string{
			"PROJECT is not set", "COUNT is not a whole number", "WAIT is not a duration such as 90s",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			values := full()
			for variable, value := range c.change {
				if values[variable] = value; value == "" {
					delete(values, variable)
				}
			}
			err := config.Load(lookup(values), &settings{})
			require.Error(t, err)
			require.Equal(t, c.problems, strings.Split(err.Error(), "\n"))
		})
	}
	require.ErrorContains(t, config.Load(lookup(nil), &settings{}), "BASE is not set")
}

func TestFieldsOfOtherTypesAreRefused(t *testing.T) {
	t.Parallel()
	var to struct {
		List []string `env:"LIST"`
	}
	err := config.Load(lookup(map[string]string{"LIST": "geheim"}), &to)
	require.EqualError(t, err, "LIST is not loadable into a []string")
}

func TestNames(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"PROJECT", "NAME", "COUNT", "LARGE", "SHARE", "ON", "WAIT", "BASE", "SECRET", "RETRIES"}, config.Names(settings{}))
	require.Empty(t, config.Names(struct{ Plain string }{}))
}

func FuzzLoad(f *testing.F) {
	f.Add("1", "1s", "https://x.example")
	f.Add("", "\x00", ":")
	f.Fuzz(func(t *testing.T, number, wait, base string) {
		values := full()
		values["COUNT"], values["WAIT"], values["BASE"], values["NAME"] = number, wait, base, "geheim-geheim"
		err := config.Load(lookup(values), &settings{})
		if err != nil {
			require.NotContains(t, err.Error(), "geheim")
			for line := range strings.Lines(err.Error()) {
				require.Regexp(t, `^(COUNT|WAIT|BASE) is not `, line)
			}
		}
	})
}
