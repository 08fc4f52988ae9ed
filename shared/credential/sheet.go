package credential

import (
	"crypto/rand"
	"strings"
	"time"

	"cool.example/sync/shared/account"
)

// SheetLife is how long a sheet of first passwords can be read at most.
const SheetLife = 24 * time.Hour

// SheetID identifies a sheet within its institution. It is random.
type SheetID string

// NewSheetID returns a fresh random id.
func NewSheetID() SheetID { return SheetID("s" + strings.ToLower(rand.Text())) }

// Sheet is a sheet of first passwords that can be read until it is printed. It
// is sealed under a key that the maker's browser alone holds.
type Sheet struct {
	Maker    account.ID
	Sealed   []byte
	ExpireAt time.Time
}
