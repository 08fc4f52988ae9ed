package guardian_test

import (
	"strings"
	"testing"

	"cool.example/sync/shared/roster/conform"
	"cool.example/sync/shared/roster/guardian"
	"cool.example/sync/shared/roster/rows"
)

// TestConforms runs what every format must satisfy.
func TestConforms(t *testing.T) {
	t.Parallel()
	conform.Run(t, conform.Case{
		Format: guardian.Format{}, Wanted: wanted(), Codes: append(guardian.Codes(), rows.Codes()...),
		Files: map[string]string{"": plain}, People: 3,
		Twice: func(text string) string { return strings.Replace(text, "\n123;2;", "\n123;1;", 1) },
		Plant: func(text, value string) string {
			return strings.ReplaceAll(strings.ReplaceAll(text, ";x\n", ";"+value+"\n"), "0612345678", value)
		},
		Text: func(text, value string) string { return strings.Replace(text, ";Anna;", ";"+value+";", 1) },
		One: func(files map[string]string, bsn string) map[string]string {
			files[""] = strings.Replace(files[""], "\n124;", "\n"+bsn+";", 1)
			return files
		},
		Keys: func(files map[string]string) map[string]string {
			lines := strings.SplitAfter(files[""], "\n")
			files[""] = lines[0] + "999000007" + lines[1][len("00123"):] + "999000019" + lines[2][len("123"):] + "999000020" + lines[3][len("124"):] +
				"999000032;1;;Bo;;Bos;;ja;;\n"
			return files
		},
	})
}
