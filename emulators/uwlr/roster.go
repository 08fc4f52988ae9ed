package uwlr

import (
	"bytes"
	"crypto/sha512"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// parts are the parts of an EDEXML file, each as it stands, by name.
type parts struct {
	section map[string]string // "school", "groepen" … with their tags
	pupils  []person
	staff   []person
}

// person is one leerling or leerkracht as it stands.
type person struct {
	text   string
	groups map[string]bool // "groep/K1": what the person is in
}

// split takes an EDEXML file apart.
func split(file []byte) (parts, error) {
	p := parts{section: map[string]string{}}
	dec := xml.NewDecoder(bytes.NewReader(file))
	depth := 0
	var begun [4]int64
	for {
		before := dec.InputOffset()
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return p, nil
		}
		if err != nil {
			return p, fmt.Errorf("read EDEXML: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth < len(begun) {
				begun[depth] = before
			}
		case xml.EndElement:
			if depth == 2 || depth == 3 {
				p.add(t.Name.Local, strings.TrimSpace(string(file[begun[depth]:dec.InputOffset()])), depth)
			}
			depth--
		}
	}
}

var reference = regexp.MustCompile(`<(groep|samengestelde_groep) key="([^"]*)"`)

func (p *parts) add(name, text string, depth int) {
	if depth == 2 {
		p.section[name] = text
		return
	}
	one := person{text: text, groups: map[string]bool{}}
	for _, m := range reference.FindAllStringSubmatch(text, -1) {
		one.groups[m[1]+"/"+m[2]] = true
	}
	switch name {
	case "leerling":
		p.pupils = append(p.pupils, one)
	case "leerkracht":
		p.staff = append(p.staff, one)
	}
}

var stated = regexp.MustCompile(`<xsdversie>[^<]*</xsdversie>`)

// head returns the parts that come before the people, in the version asked for.
func (p parts) head(version string) string {
	school := stated.ReplaceAllString(p.section["school"], "<xsdversie>"+version+"</xsdversie>")
	return school + p.section["vestigingen"] + p.section["groepen"]
}

var pupilKey = regexp.MustCompile(`^<leerling key="([^"]*)"`)

// list returns an element with those of people whom in lets through, "" for
// nobody.
func list(element string, people []person, in func(person) bool, naming Naming) string {
	var b strings.Builder
	for _, p := range people {
		if !in(p) {
			continue
		}
		text := p.text
		if m := pupilKey.FindStringSubmatch(text); m != nil && naming != ByKey {
			rest := text[len(m[0]):]
			if naming == ByBoth {
				rest = ` key="` + m[1] + `"` + rest
			}
			text = `<leerling eckid="` + ECKiD(m[1]) + `"` + rest
		}
		b.WriteString(text)
	}
	if b.Len() == 0 {
		return ""
	}
	return "<" + element + ">" + b.String() + "</" + element + ">"
}

// ECKiD returns the invented ECK iD of the pupil with that key.
func ECKiD(key string) string {
	sum := sha512.Sum512([]byte("eckid" + key))
	return "https://ketenid.nl/201703/" + hex.EncodeToString(sum[:])
}
