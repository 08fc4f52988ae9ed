package roster

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// eckPrefix begins the key of a pupil whom only an ECK-iD names.
const eckPrefix = "eckid:"

// The form of an ECK-iD: where the chain stands, its instance, and a number.
// The instance is the chain's production by year and month, or its test
// environment. A stampseudoniem, which only its school's own systems may hold,
// has an instance that begins with sp.
const (
	chain     = "https://ketenid.nl/"
	pilot     = "pilot"
	eckDigits = 128
)

// ReadECK returns the ECK-iD that a source delivers as text; ok is false where
// it is none, or where it is one of the chain's test environment and those are
// not asked for. In capitals it is the same ECK-iD, told as mended.
func ReadECK(text string, tests bool) (eck string, mended, ok bool) {
	text = strings.TrimSpace(text)
	eck = strings.ToLower(text)
	rest, ours := strings.CutPrefix(eck, chain)
	instance, number, whole := strings.Cut(rest, "/")
	production := len(instance) == 6 && only(instance, "0123456789")
	if !ours || !whole || len(number) != eckDigits || !only(number, "0123456789abcdef") || !production && (instance != pilot || !tests) {
		return "", false, false
	}
	return eck, eck != text, true
}

// only reports whether text consists of these characters.
func only(text, characters string) bool { return strings.Trim(text, characters) == "" }

// IsECK reports whether text is an ECK-iD, also one of the chain's test
// environment: such a text may stand nowhere but in its own field.
func IsECK(text string) bool {
	_, _, ok := ReadECK(text, true)
	return ok
}

// KeyOfECK returns the key of a pupil whom a source names by an ECK-iD alone.
// It is a digest: the ECK-iD itself may stand in no key, plan or log.
func KeyOfECK(eck string) string {
	sum := sha256.Sum256([]byte(eck))
	return eckPrefix + hex.EncodeToString(sum[:])
}

// ByECK reports whether p's key stands for an ECK-iD. Such a key is no
// administration number.
func (p Person) ByECK() bool {
	return p.ECK != "" && strings.HasPrefix(p.Key, eckPrefix)
}
