// Package backup describes the daily copy of an institution: what a backup
// holds, under which names its objects lie, and how a stored document is
// written down in it, without loss.
//
// A backup is a folder of sealed pieces and a manifest, which is written last:
// a folder without one is no backup. Each piece holds documents of one table,
// one on each line, compressed and sealed as one stream, so that nothing can be
// altered, moved or cut off unseen. What lies sealed under the key of an earlier
// day is sealed under that key here too: it is over on the same day as the
// document that it was copied from.
package backup

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/tenant"
)

// Format is the version of the form that this package writes and reads.
const Format = 1

// ID names a backup of an institution by its day in UTC: "2026-11-26".
type ID string

// On returns the id of the backup of a moment.
func On(at time.Time) ID { return ID(at.UTC().Format(time.DateOnly)) }

// ParseID checks an id that came from outside. It answers NotFound for what is
// no day.
func ParseID(s string) (ID, error) {
	if at, err := time.Parse(time.DateOnly, s); err != nil || ID(s) != On(at) {
		return "", fault.New(fault.NotFound, "")
	}
	return ID(s), nil
}

// Begin returns the first moment of the day, the zero time of what is no day.
func (id ID) Begin() time.Time {
	at, err := time.Parse(time.DateOnly, string(id))
	if err != nil {
		return time.Time{}
	}
	return at
}

// Why a backup cannot be used. None of them changes by trying again.
var (
	ErrAbsent     = errors.New("there is no such backup, or it was not finished")
	ErrForeign    = errors.New("this is the backup of another institution, or of another day")
	ErrDamaged    = errors.New("the backup is not as it was written: something was altered, moved or cut off")
	ErrUnreadable = errors.New("the key of the backup's day is destroyed: nobody can read it any more")
	ErrFormat     = errors.New("the backup has a form that this version does not read")
)

// Piece is a part of a backup: some documents of one table, in the order of
// their ids.
type Piece struct {
	Object    string `json:"object"` // its name within the backup's folder
	Table     string `json:"table"`  // where its documents lie: "accounts", "connections/google/links"
	Documents int    `json:"documents"`
	Size      int64  `json:"size"` // bytes of the object
	Sum       []byte `json:"sum"`  // SHA-256 of the object, which is sealed
	Key       []byte `json:"key"`  // its data key, wrapped by the key of the day
}

// Place is what a piece is bound to: it opens in no other backup, nor as
// another piece.
func Place(owner tenant.ID, id ID, p Piece) []byte {
	return []byte(strings.Join([]string{"backup", string(owner), string(id), p.Table, p.Object}, "\x00"))
}

// Manifest says what a backup holds. It names no person.
type Manifest struct {
	Format  int       `json:"format"`
	Tenant  tenant.ID `json:"tenant"`
	ID      ID        `json:"id"`
	At      time.Time `json:"at"` // everything is as it was at this moment
	Pieces  []Piece   `json:"pieces"`
	LeftOut int       `json:"leftOut"` // documents under keys that were destroyed already
	Days    []string  `json:"days"`    // resource names of the day keys that something in it is sealed under
}

// Counts returns how many documents there are of each table.
func (m Manifest) Counts() map[string]int {
	n := map[string]int{}
	for _, p := range m.Pieces {
		n[p.Table] += p.Documents
	}
	return n
}

// Documents returns how many documents m holds.
func (m Manifest) Documents() int {
	n := 0
	for _, p := range m.Pieces {
		n += p.Documents
	}
	return n
}

// Size returns the bytes of all pieces.
func (m Manifest) Size() int64 {
	var n int64
	for _, p := range m.Pieces {
		n += p.Size
	}
	return n
}

// Needs notes that something in m is sealed under a day key.
func (m *Manifest) Needs(day string) {
	if !slices.Contains(m.Days, day) {
		m.Days = append(m.Days, day)
	}
}

// Signed is a manifest as it is stored: readable by whoever may list backups,
// and proven by the key of its day.
type Signed struct {
	Manifest json.RawMessage `json:"manifest"`
	Key      []byte          `json:"key"`  // a data key, wrapped by the key of the day
	Seal     []byte          `json:"seal"` // the hash of Manifest, sealed under it
}

// Digest is the hash that the seal of a manifest holds.
func Digest(body []byte) []byte {
	sum := sha256.Sum256(body)
	return sum[:]
}

// SealPlace is what the seal of a manifest is bound to.
func SealPlace(owner tenant.ID, id ID) []byte {
	return []byte(strings.Join([]string{"backup manifest", string(owner), string(id)}, "\x00"))
}

// Parse reads the manifest of s, which has to be that of an institution and a
// day. It answers ErrFormat, ErrDamaged or ErrForeign.
func (s Signed) Parse(owner tenant.ID, id ID) (Manifest, error) {
	var version struct{ Format int }
	if err := json.Unmarshal(s.Manifest, &version); err != nil {
		return Manifest{}, fmt.Errorf("%w: the manifest is no JSON", ErrDamaged)
	}
	if version.Format != Format {
		return Manifest{}, fmt.Errorf("%w: it is %d", ErrFormat, version.Format)
	}
	var m Manifest
	if err := json.Unmarshal(s.Manifest, &m); err != nil {
		return Manifest{}, fmt.Errorf("%w: the manifest cannot be read", ErrDamaged)
	}
	if m.Tenant != owner || m.ID != id {
		return Manifest{}, ErrForeign
	}
	for _, p := range m.Pieces {
		if p.Object == "" || strings.Contains(p.Object, "/") || p.Table == "" || p.Documents < 1 || p.Size < 1 {
			return Manifest{}, fmt.Errorf("%w: the manifest names an impossible piece", ErrDamaged)
		}
	}
	return m, nil
}

// Folder begins the names of everything of an institution.
func Folder(owner tenant.ID) string { return string(owner) + "/" }

// Of begins the names of everything of one backup.
func Of(owner tenant.ID, id ID) string { return Folder(owner) + string(id) + "/" }

// ManifestName names the object of the manifest within its folder.
const ManifestName = "manifest.json"

// NewObject names the n-th piece of a backup, so that no two runs that write the
// same backup write over each other's.
func NewObject(n int) string {
	return fmt.Sprintf("%06d-%s", n, strings.ToLower(rand.Text()[:10]))
}

// State is how far a backup has come.
type State string

// The states.
const (
	Writing   State = "writing"
	Verifying State = "verifying" // written; each piece is restored and compared
	Whole     State = "whole"     // every piece was restored and was what had been copied
	Failed    State = "failed"    // see Record.Problem
)

// Cursor says where the writing of a backup goes on: in the table, behind the
// document of that id. The zero Cursor begins.
type Cursor struct {
	Table string
	After string
}

// Record is how far a backup has come. It lies in the database; the backup
// itself can be read without it.
type Record struct {
	ID       ID
	State    State
	Manifest Manifest // of what was written so far
	Next     Cursor   // of one that is being written
	Verified int      // pieces that were restored and compared
	Problem  string   // why it failed
	Begun    time.Time
	Changed  time.Time
	ExpireAt time.Time
}

// Restoring says that an institution is being restored, or was. Until Done it is
// neither what it was nor what the backup holds: restoring again completes it.
type Restoring struct {
	Backup  ID
	Order   string // reference of the institution's order, "" where there is none
	Begun   time.Time
	Done    time.Time // zero until then
	Written int       // documents
}

// Unfinished reports whether r was begun and not completed.
func (r Restoring) Unfinished() bool { return !r.Begun.IsZero() && r.Done.IsZero() }
