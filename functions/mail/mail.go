package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"

	"cool.example/sync/functions/mail/internal/sendgrid"
	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/event"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/i18n"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

// Secrets reads secrets: see secret.Vault.
type Secrets interface {
	Get(ctx context.Context, name string) ([]byte, error)
	Forget(names ...string)
}

// Deps is what mailing needs.
type Deps struct {
	DB       *store.DB
	Secrets  Secrets // holds sendgrid-key
	Clock    clock.Clock
	Texts    i18n.Catalogue
	Base     *url.URL     // the product's origin, to which mails link
	From     mail.Address // who mails are from
	SendGrid string       // address of the mail service
	Patience time.Duration
}

type server struct {
	Deps
	client *sendgrid.Client
}

// New returns the handler of the topic mail, at its path.
func New(d Deps) http.Handler {
	s := &server{Deps: d, client: sendgrid.New(d.SendGrid, d.Patience)}
	mux := http.NewServeMux()
	mux.Handle("POST /"+topic.Mail.Name, event.Handler(topic.Mail, s.handle))
	return mux
}

// handle tells everybody who may approve a run that waits. A run that no longer
// does is nobody's concern. One person's trouble holds up no other.
func (s *server) handle(ctx context.Context, m event.Message[topic.Mailing]) error {
	if m.Body.Letter != topic.ImportWaiting {
		return fault.As(fault.Invalid, fmt.Errorf("no such letter: %s", m.Body.Letter))
	}
	owner := m.Body.Tenant
	run, err := s.DB.Runs().Get(ctx, owner, m.Body.Import)
	if err != nil {
		return fmt.Errorf("read run: %w", err)
	}
	if run.Status != roster.Waiting {
		return nil
	}
	place, err := s.DB.Schools().Get(ctx, owner, run.School)
	if err != nil {
		return fmt.Errorf("read school: %w", err)
	}
	people, err := s.approvers(ctx, owner)
	if err != nil {
		return fmt.Errorf("read who may approve: %w", err)
	}
	if len(people) == 0 {
		slog.WarnContext(ctx, "a run waits and nobody may approve it", "tenant", owner, "run", run.ID)
	}
	l, err := s.waiting(place, run)
	if err != nil {
		return fmt.Errorf("write letter: %w", err)
	}
	var failed []error
	for _, who := range people {
		if err := s.tell(ctx, job{owner: owner, run: run.ID, who: who, letter: l}); err != nil {
			failed = append(failed, fmt.Errorf("mail account %s: %w", who.ID, err))
		}
	}
	return errors.Join(failed...)
}

// approvers returns who may approve imports of the institution, in order.
func (s *server) approvers(ctx context.Context, owner tenant.ID) ([]account.Account, error) {
	people, err := s.DB.Holders(ctx, owner, access.Roles(access.ApproveImport))
	people = slices.DeleteFunc(people, func(a account.Account) bool { return !a.MaySignIn() || a.Address == "" })
	slices.SortFunc(people, func(a, b account.Account) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return people, err
}
