// Package manifest describes what the notary signs about an institution's log,
// so that nobody can alter, remove or add an entry unseen. Each minute in which
// there is something new it writes one manifest: the hash and the expiry of
// every new entry, and the hash of the manifest before. A manifest is an object
// in a bucket whose objects cannot be changed or removed before their time.
//
// An object is UTF-8 text, so that it can be read without this program. It ends
// with a line feed, as every line does:
//
//	COOL Sync log manifest 1
//	institution golfbreker
//	sequence 12
//	before 5f70…            SHA-256 of the whole object before, "-" for the first
//	made 2026-11-24T08:31:00.000000Z
//	from 2026-11-24T08:25:30.123456Z
//	to 2026-11-24T08:30:59.654321Z
//	key projects/…/cryptoKeyVersions/1
//	entries 2
//	ID HASH EXPIRY
//	ID HASH EXPIRY
//	signature MEUCIQ…
//
// Moments are in UTC with six digits behind the point, hashes in lower-case
// hexadecimal, ids escaped as a segment of a URL's path. The entries stand in
// the order in which the database took them in. HASH is audit.HashStored. The
// signature is ECDSA with P-256 over the SHA-256 of everything before its own
// line, in ASN.1 DER and base64. There is one way to write a manifest: Parse
// refuses any other.
package manifest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"time"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/tenant"
)

// Manifest is one link of the chain.
type Manifest struct {
	Tenant   tenant.ID
	Sequence int64     // 1 for the first, and one more each time
	Before   string    // Digest of the object before, "" for the first
	Made     time.Time // by the notary's clock
	From     time.Time // the log was read from here on, by the database's clock
	To       time.Time // the database took in the newest entry signed so far; zero where there is none
	Key      string    // resource name of the version of the key that signs
	Entries  []Line
}

// Line says what an entry is.
type Line struct {
	ID       audit.ID
	Hash     audit.Hash
	ExpireAt time.Time
}

// Head is where a chain ends. It is kept apart from the manifests, so that one
// shows where the other was cut off.
type Head struct {
	Sequence int64 // 0 where there is no manifest yet
	Hash     string
	To       time.Time
	Made     time.Time
	// Settled says that everything which the database had taken in by To is
	// signed: nothing of then can still be on its way.
	Settled bool
}

const (
	title  = "COOL Sync log manifest 1"
	moment = "2006-01-02T15:04:05.000000Z"
)

// Name returns the name of the object that holds a manifest.
func Name(owner tenant.ID, sequence int64) string {
	return fmt.Sprintf("%s%012d", Folder(owner), sequence)
}

// Folder returns what the names of an institution's manifests begin with.
func Folder(owner tenant.ID) string { return string(owner) + "/" }

// Digest returns the hash of a whole object, by which the next one names it.
func Digest(object []byte) string {
	sum := sha256.Sum256(object)
	return hex.EncodeToString(sum[:])
}

// Body returns m as it is signed.
func (m Manifest) Body() []byte {
	var b bytes.Buffer
	before := m.Before
	if before == "" {
		before = "-"
	}
	fmt.Fprintf(&b, "%s\ninstitution %s\nsequence %d\nbefore %s\n", title, m.Tenant, m.Sequence, before)
	fmt.Fprintf(&b, "made %s\nfrom %s\nto %s\n", text(m.Made), text(m.From), text(m.To))
	fmt.Fprintf(&b, "key %s\nentries %d\n", m.Key, len(m.Entries))
	for _, l := range m.Entries {
		fmt.Fprintf(&b, "%s %x %s\n", url.PathEscape(string(l.ID)), l.Hash, text(l.ExpireAt))
	}
	return b.Bytes()
}

// Object returns the object of a body that was signed.
func Object(body, signature []byte) []byte {
	return append(bytes.Clone(body), "signature "+base64.StdEncoding.EncodeToString(signature)+"\n"...)
}

func text(at time.Time) string { return at.UTC().Format(moment) }

// Head returns where a chain ends that ends with m, whose object is given.
func (m Manifest) Head(object []byte) Head {
	return Head{Sequence: m.Sequence, Hash: Digest(object), To: m.To, Made: m.Made}
}

// String names m in messages.
func (m Manifest) String() string { return strings.TrimPrefix(Name(m.Tenant, m.Sequence), "/") }
