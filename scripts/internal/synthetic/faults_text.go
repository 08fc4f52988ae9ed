package synthetic

import (
	"regexp"
	"strings"
)

// textFaults are the defects of XML.
func textFaults() map[Defect]map[kind]fault {
	later := []kind{xmlSecond, xmlEDEX, xmlUWLR}
	chained := []kind{xmlEDEX, xmlUWLR}
	swap := func(pattern, with string) fault { return func(s *source) { s.swap(pattern, with) } }
	pupil := func(pattern, with string) fault {
		return func(s *source) { s.pupilText(func(text string) string { return replaceFirst(text, pattern, with) }) }
	}
	return map[Defect]map[kind]fault{
		Doctype:           each(swap(`\?>\n`, "?>\n<!DOCTYPE EDEX [<!ENTITY school \"De Zeester\">]>\n"), xmls()...),
		Nested:            each(swap(`</school>`, strings.Repeat("<x>", nestings)+strings.Repeat("</x>", nestings)+"</school>"), xmls()...),
		WrongBRIN:         each(swap(`<brincode>[^<]*`, "<brincode>9X"), xmls()...),
		WrongYear:         each(swap(`<schooljaar>(\d{4})[^<]*`, "<schooljaar>$1"), xmls()...),
		OtherVersion:      each(swap(`<xsdversie>[^<]*`, "<xsdversie>9.9"), xmls()...),
		Order:             each(swap(`(?s)(<groepen>.*?</groepen>\n)(<leerlingen>.*?</leerlingen>\n)`, "$2$1"), xmls()...),
		NoPupils:          each(swap(`(?s)<leerlingen>.*</leerlingen>`, "<leerlingen></leerlingen>"), xmls()...),
		DuplicateKey:      each(swap(`(?s)(<leerling key="[^"]*")(.*?)<leerling key="[^"]*"`, "$1$2$1"), xmls()...),
		MissingKey:        each(pupil(`key="[^"]*"( eckid="[^"]*")?`, `key=""`), xmls()...),
		BSNKeys:           each(keysOfText, xmls()...),
		BSNText:           each(pupil(`<roepnaam>[^<]*`, "<roepnaam>Jan "+bsnOfNobody), xmls()...),
		DanglingReference: each(pupil(`<groep key="[^"]*"`, `<groep key="K0"`), xmls()...),
		WrongKind:         each(pupil(`<groep key="[^"]*"`, `<groep key="`+lessonKey+`1"`), later...),
		MissingName:       each(pupil(`<achternaam>.*</roepnaam>`, ""), xmls()...),
		LongName:          each(pupil(`<achternaam>[^<]*`, "<achternaam>"+strings.Repeat("Lang", 75)), xmls()...),
		UnknownCode:       each(swap(`<jaargroep>[^<]*`, "<jaargroep>X"), xmls()...),
		InvalidEmail:      each(pupil(`(<emailadres>[^<]*</emailadres>)?((<bsn>.*)?</leerling>)`, "<emailadres>geen adres</emailadres>$2"), later...),
		InvalidECKiD:      each(pupil(`key="([^"]*)"( eckid="[^"]*")?`, `key="$1" eckid="https://id.school/LL_1"`), chained...),
		DuplicateECKiD:    each(swap(`(?s)( eckid="[^"]*")(.*?<leerling key="[^"]*")( eckid="[^"]*")`, "$1$2$1"), chained...),
		OtherInfix:        each(swap(`<voorvoegsel>([^<]*)</voorvoegsel>`, "<tussenvoegsel>$1</tussenvoegsel>"), xmls()...),
		Flemish:           each(swap(`<brincode>.*</dependancecode>`, "<instellingsnummer>12345</instellingsnummer>"), xmls()...),
		ParentRole:        each(swap(`<rol>[^<]*`, "<rol>OUD"), later...),
	}
}

// nestings is how deep elements stand within each other: deeper than any file
// that means well.
const nestings = 5000

// swap replaces what matches first; $1 stands for a part of it.
func (s *source) swap(pattern, with string) {
	t := s.people()
	t.text = replaceFirst(t.text, pattern, with)
}

func replaceFirst(text, pattern, with string) string {
	re := regexp.MustCompile(pattern)
	at := re.FindStringSubmatchIndex(text)
	if at == nil {
		return text
	}
	return text[:at[0]] + string(re.ExpandString(nil, with, text, at)) + text[at[1]:]
}

// pupilText changes how the first pupil is written.
func (s *source) pupilText(change func(string) string) {
	t := s.people()
	const ends = "</leerling>"
	from := strings.Index(t.text, "<leerling ")
	to := from + strings.Index(t.text[from:], ends) + len(ends)
	t.text = t.text[:from] + change(t.text[from:to]) + t.text[to:]
}

func keysOfText(s *source) {
	next := elevens()
	t := s.people()
	t.text = regexp.MustCompile(`<leerling key="[^"]*"`).ReplaceAllStringFunc(t.text, func(string) string {
		return `<leerling key="` + next() + `"`
	})
}
