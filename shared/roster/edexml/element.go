package edexml

import (
	"encoding/xml"
	"hash/maphash"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/rows"
)

// textBytes bounds what is gathered of one element's text, whose pieces the
// decoder may hand out one by one. The longest element has 200 runes.
const textBytes = 16 << 10

// children hands every child element of e to read, which must read it to its
// end. Text between the children is nobody's value: it is left out.
func (d *document) children(e xml.StartElement, read func(xml.StartElement) error) error {
	d.strangers(e)
	for {
		token, err := d.next()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.EndElement:
			return nil
		case xml.CharData:
			if !blank(t) {
				d.unknown(d.at.begin(t), "#text")
				d.roster.LeftOut[Unknown]++
			}
		case xml.StartElement:
			if t.Name.Space != d.space {
				err = d.leave(t)
			} else {
				err = read(t)
			}
			if err != nil {
				return err
			}
		}
	}
}

// each hands every child element of that name to read and leaves out others.
func (d *document) each(e xml.StartElement, name string, read func(xml.StartElement) error) error {
	return d.children(e, func(child xml.StartElement) error {
		if child.Name.Local != name {
			return d.leave(child)
		}
		return read(child)
	})
}

// leave skips an element and counts it where there was something in it.
func (d *document) leave(e xml.StartElement) error {
	name := e.Name.Local
	if !leftOut(name) {
		d.unknown(d.at, name)
		name = Unknown
	}
	full, err := d.skip(e)
	if full {
		d.roster.LeftOut[name]++
	}
	return err
}

func (d *document) unknown(at place, name string) { d.once(UnknownElement, at, name) }

// strangers leaves out the attributes of e that EDEXML does not know.
func (d *document) strangers(e xml.StartElement) {
	for _, a := range foreign(e.Attr) {
		d.unknown(d.at, "@"+a.Name.Local)
		d.roster.LeftOut[Unknown]++
	}
}

// value reads the text of e to its end: trimmed, inner white space as single
// spaces, composed (NFC). A text that is too long or holds control characters
// is left out with a finding; an empty one is absent.
func (d *document) value(e xml.StartElement) (string, error) {
	at := d.at
	d.strangers(e)
	d.text = d.text[:0]
	long := false
	for {
		token, err := d.next()
		if err != nil {
			return "", err
		}
		switch t := token.(type) {
		case xml.CharData:
			long = long || len(d.text)+len(t) > textBytes
			if !long {
				d.text = append(d.text, t...)
			}
		case xml.StartElement:
			if err := d.leave(t); err != nil {
				return "", err
			}
		case xml.EndElement:
			return d.clean(e.Name.Local, at, long), nil
		}
	}
}

func (d *document) clean(name string, at place, long bool) string {
	var text string
	sound := !long && plain(d.text) && len(d.text) <= longest(name)
	if sound {
		text = string(d.text)
	} else {
		text = norm.NFC.String(strings.Join(strings.Fields(string(d.text)), " "))
	}
	switch {
	case worded(name) && !long && rows.HoldsBSN(text):
		d.add(BSNInText, at, name)
		name = "bsn"
	case sound:
		return text
	case long || utf8.RuneCountInString(text) > longest(name):
		d.add(TooLong, at, name)
	case strings.ContainsFunc(text, unicode.IsControl):
		d.add(ControlCharacter, at, name)
	default:
		return text
	}
	d.roster.LeftOut[name]++
	return ""
}

// plain reports whether a text is as it should be already: signs of ASCII with
// single spaces between them.
func plain(text []byte) bool {
	for i, c := range text {
		lone := c == ' ' && i > 0 && i < len(text)-1 && text[i-1] != ' '
		if !lone && (c <= ' ' || c > '~') {
			return false
		}
	}
	return true
}

// fill reads e's text into target. Where the element stands twice the first
// one with a text counts.
func (d *document) fill(target *string, e xml.StartElement) error {
	at := d.at
	text, err := d.value(e)
	if err != nil || text == "" {
		return err
	}
	if *target != "" {
		d.add(DuplicateElement, at, e.Name.Local)
		return nil
	}
	*target = text
	return nil
}

// key returns e's key. Without a usable one there is a finding. Keys are
// compared as they stand, by case and white space too.
func (d *document) key(e xml.StartElement) (string, bool) {
	key := attribute(e, "key")
	switch {
	case strings.TrimSpace(key) == "":
		d.add(MissingKey, d.at, e.Name.Local)
	case utf8.RuneCountInString(key) > keyRunes:
		d.add(KeyTooLong, d.at, e.Name.Local)
	case strings.ContainsFunc(key, unicode.IsControl), roster.IsECK(key):
		// A key is shown and kept as it stands, which an ECK iD may not be.
		d.add(KeyInvalid, d.at, e.Name.Local)
	default:
		return key, true
	}
	return "", false
}

// chain checks e's ECK iD and returns it where it is sound. A frame that keeps
// it has it kept of a pupil; else it is left out. One person may stand once
// among the pupils and once among the staff; only hashes are remembered.
func (d *document) chain(e xml.StartElement, p *draft) string {
	text := strings.TrimSpace(attribute(e, "eckid"))
	if text == "" {
		return ""
	}
	id, mended, ok := roster.ReadECK(text, !d.frame.Production)
	if !ok {
		d.roster.LeftOut["eckid"]++
		d.add(ECKiDInvalid, d.at, e.Name.Local)
		return ""
	}
	if mended {
		d.add(ECKiDMended, d.at, e.Name.Local)
	}
	sum := maphash.String(d.seed, e.Name.Local+id)
	if d.chains[sum] {
		d.add(DuplicateECKiD, d.at, e.Name.Local)
	}
	d.chains[sum] = true
	if d.frame.ECK && p.person.Kind == person.Pupil {
		p.person.ECK = id
	} else {
		d.roster.LeftOut["eckid"]++
	}
	return id
}
