package credential

import (
	"crypto/rand"
	"crypto/subtle"
	"strings"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/tenant"
)

// badgeDigits are those of Crockford's base 32: no I, L, O and U
// (https://www.crockford.com/base32.html).
const badgeDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// A code has 28 digits of five bits each, 140 in all, which nobody guesses. It
// is shown in groups of four.
const (
	badgeLength = 28
	badgeGroup  = 4
)

// HasBadge reports whether somebody gets a badge: pupils up to the end of groep
// 8, and those of whom the school has not said how old they are. Who is older
// types a password, and nobody with a role or of another kind ever has one.
func HasBadge(a account.Account, b group.Band) bool { return b != group.Older && MayHaveBadge(a) }

// MayHaveBadge reports whether a badge that a has lets a in.
func MayHaveBadge(a account.Account) bool { return a.Kind == person.Pupil && len(a.Own.Roles) == 0 }

// NewBadge invents the code of a badge.
func NewBadge() string {
	raw := make([]byte, badgeLength)
	_, _ = rand.Read(raw) // which never fails
	for i, b := range raw {
		raw[i] = badgeDigits[b%32]
	}
	return string(raw)
}

// ReadBadge returns the code that somebody typed or scanned, "" where that is
// none: upper and lower case, spaces and hyphens make no difference, O is read
// as 0, I and L as 1. Of the address that a badge shows it is what follows the
// #: a scanner that works as a keyboard types all of it.
func ReadBadge(text string) string {
	text = text[strings.LastIndexByte(text, '#')+1:]
	code := strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-':
			return -1
		case 'O':
			return '0'
		case 'I', 'L':
			return '1'
		}
		return r
	}, strings.ToUpper(strings.TrimSpace(text)))
	if len(code) != badgeLength || strings.Trim(code, badgeDigits) != "" {
		return ""
	}
	return code
}

// ShowBadge returns a code as people read it: in groups.
func ShowBadge(code string) string {
	var groups []string
	for ; len(code) > badgeGroup; code = code[badgeGroup:] {
		groups = append(groups, code[:badgeGroup])
	}
	return strings.Join(append(groups, code), " ")
}

// BadgeID is the keyed hash under which a badge is found.
type BadgeID string

// Badge is what is stored of a badge: whose it is, and a keyed hash of the code
// together with that, so that an entry copied to somebody else opens nothing.
type Badge struct {
	Account account.ID
	Proof   string
}

// Index makes keyed hashes: see seal.Index.
type Index interface {
	Of(owner tenant.ID, kind string, values ...string) string
}

// Badges makes and checks badges. A code itself is stored nowhere: without the
// secret of the index the database alone does not tell whether one is good.
type Badges struct{ Index Index }

// ID returns where the badge with a code is found. No code, "", is a code that
// nobody has.
func (b Badges) ID(code string) BadgeID { return BadgeID(b.Index.Of(anywhere, "badge", code)) }

// anywhere stands for the institution of a code, which says of none.
const anywhere tenant.ID = ""

// Of returns the badge of an account with a code.
func (b Badges) Of(owner tenant.ID, a account.ID, code string) Badge {
	return Badge{Account: a, Proof: b.Index.Of(owner, "badge", string(a), code)}
}

// Check reports whether a badge that was found is that of an account, by its
// code.
func (b Badges) Check(owner tenant.ID, a account.ID, found Badge, code string) bool {
	want := b.Of(owner, a, code)
	return code != "" && found.Account == a && subtle.ConstantTimeCompare([]byte(found.Proof), []byte(want.Proof)) == 1
}
