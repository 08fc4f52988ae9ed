// Package i18n holds what people read, in Dutch and English. Code names a
// message by its key; the texts stand in one catalogue per language.
package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/text/language"
)

//go:embed nl.json en.json
var files embed.FS

// Lang is a language that pages are written in.
type Lang string

// The languages, the preferred one first.
const (
	Dutch   Lang = "nl"
	English Lang = "en"
)

// Langs returns the languages, the preferred one first.
func Langs() []Lang { return []Lang{Dutch, English} }

// Catalogue holds the texts of every language by their keys.
type Catalogue map[Lang]map[string]string

// Load reads the catalogues that are built in.
func Load() (Catalogue, error) {
	c := Catalogue{}
	for _, l := range Langs() {
		raw, err := files.ReadFile(string(l) + ".json")
		if err != nil {
			return nil, err
		}
		texts := map[string]string{}
		if err := json.Unmarshal(raw, &texts); err != nil {
			return nil, fmt.Errorf("read catalogue %s: %w", l, err)
		}
		c[l] = texts
	}
	return c, nil
}

// Add puts the texts of another package into c, each key behind prefix. It is
// for start-up: c must not be in use yet.
func (c Catalogue) Add(l Lang, prefix string, texts map[string]string) {
	for key, text := range texts {
		c[l][prefix+key] = text
	}
}

// Text returns the message key in l. Pairs of name and value fill its
// placeholders: "Groep {group}". An unknown key shows as itself.
func (c Catalogue) Text(l Lang, key string, pairs ...any) string {
	text, ok := c[l][key]
	if !ok {
		return key
	}
	var fill []string
	for i := 0; i+1 < len(pairs); i += 2 {
		fill = append(fill, "{"+fmt.Sprint(pairs[i])+"}", fmt.Sprint(pairs[i+1]))
	}
	return strings.NewReplacer(fill...).Replace(text) // at once: a value may look like a placeholder
}

// Of returns the language that r's browser asks for, Dutch where it asks for
// neither. Ask by the header Accept-Language (RFC 9110 section 12.5.4).
func Of(r *http.Request) Lang {
	matcher := language.NewMatcher([]language.Tag{language.Dutch, language.English})
	tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil || len(tags) == 0 {
		return Dutch
	}
	_, at, confidence := matcher.Match(tags...)
	if confidence == language.No {
		return Dutch
	}
	return Langs()[at]
}
