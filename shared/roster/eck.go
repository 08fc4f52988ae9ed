package roster

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// eckPrefix begins the key of a pupil whom only an ECK-iD names.
const eckPrefix = "eckid:"

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
