package manifest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/tenant"
)

// largest bounds how many entries a manifest may claim to hold.
const largest = 1 << 20

// Signed is an object that was read.
type Signed struct {
	Manifest
	Body      []byte // what is signed
	Signature []byte
}

// Parse reads an object. It answers Invalid where it is not written as a
// manifest is, to the byte. It does not look at the signature: see Verify.
func Parse(object []byte) (Signed, error) {
	end := bytes.LastIndex(object, []byte("\nsignature ")) + 1
	if end == 0 {
		return Signed{}, invalid("no signature")
	}
	lines := &lines{rest: string(object[:end])}
	var m Manifest
	if lines.next("") != title {
		return Signed{}, invalid("not a manifest of this version")
	}
	m.Tenant = tenant.ID(lines.next("institution "))
	m.Sequence = int64(lines.number("sequence ", 1<<40))
	if m.Before = lines.next("before "); m.Before == "-" {
		m.Before = ""
	}
	m.Made, m.From, m.To = lines.moment("made "), lines.moment("from "), lines.moment("to ")
	m.Key = lines.next("key ")
	for range lines.number("entries ", largest) {
		if lines.wrong != nil {
			break
		}
		m.Entries = append(m.Entries, lines.entry())
	}
	if lines.wrong != nil {
		return Signed{}, lines.wrong
	}
	encoded := strings.TrimSuffix(string(object[end+len("signature "):]), "\n")
	signature, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return Signed{}, invalid("signature")
	}
	body := m.Body()
	if !bytes.Equal(Object(body, signature), object) {
		return Signed{}, invalid("written otherwise than a manifest is")
	}
	return Signed{Manifest: m, Body: body, Signature: signature}, nil
}

// Verify reports whether the signature is key's.
func (s Signed) Verify(key *ecdsa.PublicKey) bool {
	digest := sha256.Sum256(s.Body)
	return ecdsa.VerifyASN1(key, digest[:], s.Signature)
}

func invalid(what string) error {
	return fault.As(fault.Invalid, fmt.Errorf("read a manifest: %s", what))
}

// lines reads line by line and remembers the first that is wrong.
type lines struct {
	rest  string
	wrong error
}

// next returns what follows label on the next line.
func (l *lines) next(label string) string {
	line, rest, ok := strings.Cut(l.rest, "\n")
	value, labelled := strings.CutPrefix(line, label)
	if (!ok || !labelled) && l.wrong == nil {
		l.wrong = invalid("no line " + strings.TrimSpace(label))
	}
	l.rest = rest
	return value
}

func (l *lines) number(label string, most uint64) uint64 {
	n, err := strconv.ParseUint(l.next(label), 10, 64)
	if (err != nil || n > most) && l.wrong == nil {
		l.wrong = invalid(strings.TrimSpace(label) + " is no number that can be")
	}
	return n
}

func (l *lines) moment(label string) time.Time { return l.parse(l.next(label)) }

func (l *lines) parse(text string) time.Time {
	at, err := time.Parse(moment, text)
	if err != nil && l.wrong == nil {
		l.wrong = invalid("a moment")
	}
	return at
}

func (l *lines) entry() Line {
	parts := strings.Split(l.next(""), " ")
	if len(parts) != 3 {
		if l.wrong == nil {
			l.wrong = invalid("an entry")
		}
		return Line{}
	}
	id, err := url.PathUnescape(parts[0])
	sum, wrong := hex.DecodeString(parts[1])
	line := Line{ID: audit.ID(id), ExpireAt: l.parse(parts[2])}
	if (err != nil || wrong != nil || copy(line.Hash[:], sum) != len(line.Hash)) && l.wrong == nil {
		l.wrong = invalid("an entry")
	}
	return line
}
