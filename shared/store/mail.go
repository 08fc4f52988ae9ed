package store

import (
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/tenant"
)

// MailID names a mail: a hash of what it is about and whom it goes to, so that
// nobody gets the same mail twice.
type MailID string

// MailState is how far a mail has come.
type MailState string

// The states of a mail. One that is neither under way nor due has ended.
const (
	MailSending MailState = "sending" // on its way to the mail service since Changed
	MailDue     MailState = "due"     // the mail service had no time for it
	MailSent    MailState = "sent"    // the mail service has taken it on
	MailRefused MailState = "refused" // the mail service will never take it on: see Answer
	MailUnknown MailState = "unknown" // whether the mail service has it was never heard
)

// Mail is a mail to one account about one run. It holds no address and no text.
type Mail struct {
	Run      roster.RunID
	Account  account.ID
	State    MailState
	Answer   int // the mail service's last status; 0 where none was heard
	Changed  time.Time
	ExpireAt time.Time
}

type mailDoc struct {
	Run      string    `firestore:"run" register:"-"`
	Account  string    `firestore:"account" register:"-"`
	State    string    `firestore:"state" register:"-"`
	Answer   int       `firestore:"answer" register:"-"`
	Changed  time.Time `firestore:"changed" register:"-"`
	ExpireAt time.Time `firestore:"expireAt" register:"-"`
}

// Mails returns the table of mails.
func (db *DB) Mails() Table[MailID, Mail, mailDoc] {
	return Table[MailID, Mail, mailDoc]{
		db: db, collection: "mails",
		expires: func(d mailDoc) time.Time { return d.ExpireAt },
		toDoc: func(_ tenant.ID, m Mail) mailDoc {
			return mailDoc{string(m.Run), string(m.Account), string(m.State), m.Answer, m.Changed, m.ExpireAt}
		},
		fromDoc: func(_ MailID, d mailDoc) (Mail, error) {
			return Mail{roster.RunID(d.Run), account.ID(d.Account), MailState(d.State), d.Answer, d.Changed, d.ExpireAt}, nil
		},
	}
}
