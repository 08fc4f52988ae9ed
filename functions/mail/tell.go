package mail

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"cool.example/sync/functions/mail/internal/sendgrid"
	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

const (
	// keep is how long it is kept that somebody was told: as long as the run.
	keep = 90 * 24 * time.Hour
	// lease is how long a delivery may take over a mail. One that has not said
	// by then how it ended has died, and whether its mail went out is not known.
	lease = 2 * time.Minute
	// recording bounds how long it may take to note how a mail ended.
	recording = 20 * time.Second
)

// keyName is the secret that holds the mail service's key.
const keyName = "sendgrid-key"

// job is a letter for one person.
type job struct {
	owner  tenant.ID
	about  string       // names what it is about
	run    roster.RunID // "" where it is about no run
	may    access.Permission
	who    account.Account
	letter letter
	stands func(tx *store.Tx) (bool, error) // whether it still is worth telling
}

// id names the mail: about the same thing the same account gets the same id.
func (j job) id() store.MailID {
	sum := sha256.Sum256([]byte(j.about + "\x00" + string(j.who.ID)))
	return store.MailID(hex.EncodeToString(sum[:]))
}

// tell sends the person the letter, unless that was done. Its error means that
// another try is worthwhile.
func (s *server) tell(ctx context.Context, j job) error {
	mine, err := s.claim(ctx, j)
	if err != nil || !mine {
		return err
	}
	failure := s.send(ctx, j)
	m := outcome(failure)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recording) // what went out is noted even where nobody waits any more
	defer cancel()
	if err := s.record(ctx, j, m); err != nil {
		return fmt.Errorf("record mail: %w", err)
	}
	switch m.State {
	case store.MailDue:
		return fault.As(fault.Busy, failure)
	case store.MailSent:
	default:
		slog.ErrorContext(ctx, "a mail did not go out", "tenant", j.owner, "about", j.about, "account", j.who.ID, "state", m.State, "err", failure)
	}
	return nil
}

// claim notes that the mail is on its way, before it is, and reports whether it
// is this delivery's to send. It answers Busy while another has it.
func (s *server) claim(ctx context.Context, j job) (mine bool, err error) {
	err = s.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
		mine = false
		stands, err := j.stands(tx)
		if err != nil {
			return err
		}
		m, err := s.DB.Mails().GetTx(tx, j.owner, j.id())
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		now := s.Clock.Now()
		switch {
		case m.State == store.MailSending && now.Sub(m.Changed) < lease:
			return fault.New(fault.Busy, "another delivery is sending the mail")
		case m.State == store.MailSending:
			return s.write(tx, j, store.Mail{State: store.MailUnknown})
		case m.State != "" && m.State != store.MailDue, !stands:
			return nil // it has ended, or is no longer needed
		}
		mine = true
		return s.write(tx, j, store.Mail{State: store.MailSending, Answer: m.Answer})
	})
	return mine && err == nil, err
}

// record stores how the mail ended.
func (s *server) record(ctx context.Context, j job, m store.Mail) error {
	return s.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error { return s.write(tx, j, m) })
}

// write stores the mail in that state, and its end in the log.
func (s *server) write(tx *store.Tx, j job, m store.Mail) error {
	now := s.Clock.Now()
	m.Run, m.Account, m.Changed, m.ExpireAt = j.run, j.who.ID, now, now.Add(keep)
	if err := s.DB.Mails().SetTx(tx, j.owner, j.id(), m); err != nil {
		return err
	}
	if m.State == store.MailSending || m.State == store.MailDue {
		return nil
	}
	entry := audit.New(now, audit.Actor{System: "mail"}, audit.Mailed, j.who.ID).Of("school_email").On(j.about).Because(string(m.State))
	return s.DB.Log().CreateTx(tx, j.owner, entry.ID, entry)
}

// send hands the mail over. A key that is refused is read anew once: it may
// have been replaced.
func (s *server) send(ctx context.Context, j job) error {
	m := sendgrid.Mail{From: s.From, To: j.who.Address, Subject: j.letter.subject, Text: j.letter.text, HTML: j.letter.html}
	for again := true; ; again = false {
		key, err := s.Secrets.Get(ctx, keyName)
		if err != nil {
			return fault.As(fault.Busy, err) // nobody can be told before there is a key
		}
		err = s.client.Send(ctx, key, m)
		refused, ok := errors.AsType[*sendgrid.Answer](err)
		if !again || !ok || refused.Status != http.StatusUnauthorized {
			return err
		}
		s.Secrets.Forget(keyName)
	}
}

// outcome returns the mail as a failure, or none, leaves it.
func outcome(err error) store.Mail {
	m := store.Mail{State: store.MailSent}
	if a, ok := errors.AsType[*sendgrid.Answer](err); ok {
		m.Answer = a.Status
	}
	switch {
	case err == nil:
		m.Answer = http.StatusAccepted
	case errors.Is(err, sendgrid.ErrUnheard):
		m.State = store.MailUnknown
	case fault.KindOf(err) == fault.Invalid:
		m.State = store.MailRefused
	default:
		m.State = store.MailDue
	}
	return m
}
