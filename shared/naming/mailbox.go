package naming

import (
	"slices"
	"strings"
	"time"

	"cool.example/sync/shared/person"
)

// Hash returns the keyed hash of values: see seal.Index.
type Hash func(values ...string) string

// MailboxID is the keyed hash of what somebody is known by who has a mailbox.
type MailboxID string

// Mailbox is an address that exists already, at a target or at the school,
// for somebody who has no account yet. It wins over what a template gives, and
// nobody else gets it.
type Mailbox struct {
	Address  string // in lower case, under a domain of the institution
	ExpireAt time.Time
}

// MailboxKeep is how long a list of mailboxes is kept: until the people on it
// have come in with an import, and never beyond the life of a deleted account.
const MailboxKeep = 90 * 24 * time.Hour

// ByNumber is the id of the mailbox of the pupil with an administration number.
// Leading zeros, which spreadsheets take away, do not count.
func ByNumber(of Hash, number string) MailboxID {
	return MailboxID(of("number", strings.TrimLeft(strings.TrimSpace(number), "0")))
}

// ByName is the id of the mailbox of somebody of a kind with a name as it is
// displayed: "Sanne van der Berg".
func ByName(of Hash, k person.Kind, display string) MailboxID {
	return MailboxID(of("name", string(k), fold(display)))
}

// ByAddress is the id of a mailbox of which nobody said whose it is: the
// address is held, and nobody gets it.
func ByAddress(of Hash, address string) MailboxID {
	return MailboxID(of("address", strings.ToLower(address)))
}

// Mailboxes are all that an institution has told of. The zero Mailboxes are none.
type Mailboxes struct {
	of     Hash
	boxes  map[MailboxID]string
	locals map[string]MailboxID // by which of its keys, one where it has several
}

// NewMailboxes returns boxes, found by the keys that of makes.
func NewMailboxes(of Hash, boxes map[MailboxID]Mailbox) Mailboxes {
	m := Mailboxes{of: of, boxes: make(map[MailboxID]string, len(boxes)), locals: make(map[string]MailboxID, len(boxes))}
	for id, box := range boxes {
		m.boxes[id] = box.Address
		m.locals[Local(box.Address)] = id
	}
	return m
}

// Named returns by what the mailbox of somebody with a name is known, "" where
// there are no mailboxes at all: two people with one id are namesakes.
func (m Mailboxes) Named(k person.Kind, n person.Name) MailboxID {
	if len(m.boxes) == 0 {
		return ""
	}
	return ByName(m.of, k, n.Display())
}

// Holds reports whether local is the name of a mailbox.
func (m Mailboxes) Holds(local string) bool { return m.locals[local] != "" }

// Of returns the address of the mailbox of somebody of a kind: by number, else
// by name where named says that nobody else is called that.
func (m Mailboxes) Of(k person.Kind, s Subject, named bool) (string, bool) {
	for _, id := range m.ids(k, s, named) {
		if address, ok := m.boxes[id]; ok {
			return address, true
		}
	}
	return "", false
}

// Others reports whether the mailbox with this name is somebody else's. One of
// which nobody said whose it is may be anybody's to whom the source gives it.
func (m Mailboxes) Others(k person.Kind, s Subject, local string) bool {
	whose, ok := m.locals[local]
	return ok && whose != ByAddress(m.of, m.boxes[whose]) && !slices.Contains(m.ids(k, s, true), whose)
}

// ids returns by what the mailbox of somebody may be known.
func (m Mailboxes) ids(k person.Kind, s Subject, named bool) (ids []MailboxID) {
	if len(m.boxes) == 0 {
		return nil
	}
	if k == person.Pupil && s.Number != "" {
		ids = append(ids, ByNumber(m.of, s.Number))
	}
	if named {
		ids = append(ids, ByName(m.of, k, s.Name.Display()))
	}
	return ids
}
