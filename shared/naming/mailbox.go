package naming

import (
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

// ByNumber is the id of the mailbox of the pupil with an administration number,
// which is without leading zeros: see roster.PlainNumber.
func ByNumber(of Hash, number string) MailboxID { return MailboxID(of("number", number)) }

// ByName is the id of the mailbox of somebody of a kind with a name.
func ByName(of Hash, k person.Kind, n person.Name) MailboxID {
	return MailboxID(of("name", string(k), strings.Join(words(n.Display()), "")))
}

// ByAddress is the id of a mailbox of which nobody said whose it is: the
// address is held, and nobody gets it.
func ByAddress(of Hash, address string) MailboxID {
	return MailboxID(of("address", strings.ToLower(address)))
}

// MailboxesOf returns the ids under which a mailbox of somebody may be kept:
// for whoever erases a person.
func MailboxesOf(of Hash, k person.Kind, n person.Name, number string, addresses ...string) []MailboxID {
	ids := []MailboxID{ByName(of, k, n)}
	if number != "" {
		ids = append(ids, ByNumber(of, number))
	}
	for _, a := range addresses {
		ids = append(ids, ByAddress(of, a))
	}
	return ids
}

// Mailboxes are all that an institution has told of. The zero Mailboxes are none.
type Mailboxes struct {
	of     Hash
	boxes  map[MailboxID]string
	locals List
}

// NewMailboxes returns boxes, found by the keys that of makes.
func NewMailboxes(of Hash, boxes map[MailboxID]Mailbox) Mailboxes {
	m := Mailboxes{of: of, boxes: make(map[MailboxID]string, len(boxes)), locals: make(List, len(boxes))}
	for id, box := range boxes {
		m.boxes[id] = box.Address
		m.locals[Local(box.Address)] = true
	}
	return m
}

// Holds reports whether local is the name of a mailbox.
func (m Mailboxes) Holds(local string) bool { return m.locals.Holds(local) }

// Of returns the address of the mailbox of somebody of a kind: by number, else
// by name where named says that nobody else is called that.
func (m Mailboxes) Of(k person.Kind, s Subject, named bool) (string, bool) {
	if len(m.boxes) == 0 {
		return "", false
	}
	if k == person.Pupil && s.Number != "" {
		if a, ok := m.boxes[ByNumber(m.of, s.Number)]; ok {
			return a, true
		}
	}
	if !named {
		return "", false
	}
	a, ok := m.boxes[ByName(m.of, k, s.Name)]
	return a, ok
}
