package journey_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators/samples"
	"cool.example/sync/scripts/internal/journey"
)

// TestPublishedExamples imports the standard's own examples, where this
// machine has them, besides an invented file of the same old school year, and
// looks for what they hold and may not be kept.
func TestPublishedExamples(t *testing.T) {
	t.Parallel()
	own := strings.NewReplacer("99XX", "99ZZ", "2026-2027", "2014-2015").Replace(string(journey.File(t, journey.School(5))))
	files := map[string]string{"own": own}
	published := samples.Files(t, "edexml", "EDEXML.Voorbeeld.2.?.xml")
	for name, body := range published {
		files[name] = string(body)
	}
	if len(published) > 0 {
		require.Contains(t, published, "EDEXML.Voorbeeld.2.0.xml")
		require.Contains(t, published, "EDEXML.Voorbeeld.2.1.xml")
	}
	for name, body := range files {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := journey.Begin(t, "99ZZ")
			run := s.Hand([]byte(body))
			require.Equal(t, "applied", run.Status, "%+v", run.Findings)
			require.NotZero(t, run.Counts.Create)
			require.Eventually(t, func() bool { return len(s.Google.Users()) == run.Counts.Create }, time.Minute, 50*time.Millisecond)
			stored, messages, said, passedOn := s.Stored(), s.Messages(), log.String(), string(s.Google.Dump())
			require.NotEmpty(t, messages)
			require.NotEmpty(t, said)
			require.NotEmpty(t, passedOn)
			for kind, values := range forbidden(body) {
				require.NotEmpty(t, values, "the file holds no %s: there is nothing to look for", kind)
				for _, value := range values {
					require.Empty(t, stored.Find(value), kind)
					require.NotContains(t, messages, value, kind)
					require.NotContains(t, said, value, kind)
					require.NotContains(t, passedOn, value, kind)
				}
			}
		})
	}
}

// forbidden returns the values in a file that may not be kept, by kind.
func forbidden(text string) map[string][]string {
	values := map[string][]string{}
	for kind, element := range map[string]string{"BSN": "bsn", "birth date": "geboortedatum", "postcode": "postcodenl"} {
		values[kind] = nil
		for _, m := range regexp.MustCompile("<"+element+">([^<]+)</").FindAllStringSubmatch(text, -1) {
			values[kind] = append(values[kind], strings.TrimSpace(m[1]))
		}
	}
	return values
}
