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
	"cool.example/sync/shared/right"
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

// handle writes a letter and sends it to everybody whom it concerns. One
// person's trouble holds up no other.
func (s *server) handle(ctx context.Context, m event.Message[topic.Mailing]) error {
	var j job
	var err error
	switch m.Body.Letter {
	case topic.ImportWaiting:
		j, err = s.importWaiting(ctx, m.Body)
	case topic.PullStopped:
		j, err = s.pullStopped(ctx, m.Body)
	default:
		return fault.As(fault.Invalid, fmt.Errorf("no such letter: %s", m.Body.Letter))
	}
	if err != nil || j.about == "" {
		return err
	}
	people, err := s.holders(ctx, j.owner, j.may)
	if err != nil {
		return fmt.Errorf("read whom it concerns: %w", err)
	}
	if len(people) == 0 {
		slog.WarnContext(ctx, "there is nobody whom a mail concerns", "tenant", j.owner, "letter", m.Body.Letter, "about", j.about)
	}
	var failed []error
	for _, who := range people {
		j.who = who
		if err := s.tell(ctx, j); err != nil {
			failed = append(failed, fmt.Errorf("mail account %s: %w", who.ID, err))
		}
	}
	return errors.Join(failed...)
}

// importWaiting returns the letter that a run waits, none where it no longer
// does.
func (s *server) importWaiting(ctx context.Context, m topic.Mailing) (job, error) {
	run, err := s.DB.Runs().Get(ctx, m.Tenant, m.Import)
	if err != nil {
		return job{}, fmt.Errorf("read run: %w", err)
	}
	if run.Status != roster.Waiting {
		return job{}, nil
	}
	place, err := s.DB.Schools().Get(ctx, m.Tenant, run.School)
	if err != nil {
		return job{}, fmt.Errorf("read school: %w", err)
	}
	l, err := s.waiting(place, run)
	if err != nil {
		return job{}, fmt.Errorf("write letter: %w", err)
	}
	stands := func(tx *store.Tx) (bool, error) {
		run, err := s.DB.Runs().GetTx(tx, m.Tenant, m.Import)
		return run.Status == roster.Waiting, err
	}
	return job{owner: m.Tenant, about: string(run.ID), run: run.ID, may: access.ApproveImport, letter: l, stands: stands}, nil
}

// pullStopped returns the letter that a connection stands still since a turn,
// none where somebody has acted.
func (s *server) pullStopped(ctx context.Context, m topic.Mailing) (job, error) {
	c, err := s.DB.Pulls().Get(ctx, m.Tenant, m.School)
	if err != nil {
		return job{}, fmt.Errorf("read connection: %w", err)
	}
	if !c.Stopped() || c.State.Turn != m.Turn {
		return job{}, nil
	}
	place, err := s.DB.Schools().Get(ctx, m.Tenant, m.School)
	if err != nil {
		return job{}, fmt.Errorf("read school: %w", err)
	}
	l, err := s.stopped(place, c)
	if err != nil {
		return job{}, fmt.Errorf("write letter: %w", err)
	}
	stands := func(tx *store.Tx) (bool, error) {
		c, err := s.DB.Pulls().GetTx(tx, m.Tenant, m.School)
		return c.Stopped() && c.State.Turn == m.Turn, err
	}
	about := fmt.Sprintf("pull-%s-%d", m.School, m.Turn)
	return job{owner: m.Tenant, about: about, may: access.ManageSchool, letter: l, stands: stands}, nil
}

// holders returns who of the institution may do something now, in order: by role
// or because a right grants it, and nobody to whom a right denies it.
func (s *server) holders(ctx context.Context, owner tenant.ID, p access.Permission) ([]account.Account, error) {
	rights, err := s.DB.RightsOf(ctx, owner)
	if err != nil {
		return nil, err
	}
	people, err := s.candidates(ctx, owner, p, rights)
	now := s.Clock.Now()
	people = slices.DeleteFunc(people, func(a account.Account) bool { return !rights.Task(p, a, now).Allowed || a.Address == "" })
	slices.SortFunc(people, func(a, b account.Account) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return people, err
}

// candidates returns who may do something as far as role and kind say. Only where
// a right grants it is everybody read whom one could mean.
func (s *server) candidates(ctx context.Context, owner tenant.ID, p access.Permission, rights right.List) ([]account.Account, error) {
	task := right.Object{Sort: right.Task, ID: string(p)}
	now := s.Clock.Now()
	if !slices.ContainsFunc(rights, func(r right.Right) bool { return r.What == task && !r.Deny && r.In(now) }) {
		return s.DB.Holders(ctx, owner, access.Roles(p))
	}
	var people []account.Account
	for e, err := range s.DB.Accounts().All(ctx, owner) {
		if err != nil {
			return nil, err
		}
		people = append(people, e.Value)
	}
	return people, nil
}
