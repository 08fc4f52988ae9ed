package sds_test

import (
	"maps"
	"strings"
	"testing"

	"cool.example/sync/shared/roster/conform"
	"cool.example/sync/shared/roster/csvset"
	"cool.example/sync/shared/roster/rows"
	"cool.example/sync/shared/roster/sds"
)

// TestConforms runs what every format must satisfy.
func TestConforms(t *testing.T) {
	t.Parallel()
	conform.Run(t, conform.Case{
		Format: sds.Format{}, Wanted: wanted(), Codes: append(append(sds.Codes(), csvset.Codes()...), rows.Codes()...),
		Files: maps.Clone(good()), Main: "users.csv", People: 3,
		Twice: func(text string) string { return strings.Replace(text, "\np2,", "\np1,", 1) },
		Text:  func(text, value string) string { return strings.Replace(text, ",Bram,", ",\""+value+"\",", 1) },
		One: func(files map[string]string, bsn string) map[string]string {
			for name, text := range files {
				files[name] = strings.ReplaceAll(text, "p2,", bsn+",")
			}
			return files
		},
		Plant: func(text, value string) string {
			text = strings.Replace(text, "phone,sms", "phone,sms,BSN", 1)
			return strings.Replace(text, ",,+31612345678,\r\n", ","+value+","+value+","+value+","+value+"\r\n", 1)
		},
		Keys: func(files map[string]string) map[string]string {
			number := map[string]string{"p1,": "999000007,", "p2,": "999000019,", "t1,": "999000020,", "x1,": "999000032,"}
			for name, text := range files {
				for key, bsn := range number {
					text = strings.ReplaceAll(text, key, bsn)
				}
				files[name] = text
			}
			files["users.csv"] += "999000044,bo@leerling.example,Bo,Bos,,,,,\r\n"
			files["roles.csv"] += "999000044,99ZZ00,student,y26,04,true,,\r\n"
			return files
		},
	})
}
