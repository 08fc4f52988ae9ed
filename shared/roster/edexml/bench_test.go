package edexml_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/roster"
)

// large returns a file of n pupils as a school would export it.
func large(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "    <leerling key=\"%d\">\n      <achternaam>Berg</achternaam>\n      <voorvoegsel>van der</voorvoegsel>\n"+
			"      <roepnaam>Zoë</roepnaam>\n      <geboortedatum>2018-03-04</geboortedatum>\n      <geslacht>2</geslacht>\n"+
			"      <jaargroep>4</jaargroep>\n      <groep key=\"g4\"/>\n      <samengestelde_groepen>\n        <samengestelde_groep key=\"s1\"/>\n"+
			"      </samengestelde_groepen>\n      <bsn>900000001</bsn>\n      <postcodenl>1234AB</postcodenl>\n    </leerling>\n", i)
	}
	return file("", "", "  <leerlingen>\n"+b.String()+"  </leerlingen>", "")
}

// BenchmarkParse compares parsing with the bare token loop that it cannot do
// without.
func BenchmarkParse(b *testing.B) {
	text := large(10_000)
	b.Run("parse", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			var found roster.Findings
			list, err := usual().Parse(strings.NewReader(text), &found)
			require.NoError(b, err)
			require.Len(b, list.People, 10_001)
		}
	})
	b.Run("tokens", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			dec := xml.NewDecoder(strings.NewReader(text))
			for {
				if _, err := dec.Token(); err != nil {
					require.ErrorIs(b, err, io.EOF)
					break
				}
			}
		}
	})
}
