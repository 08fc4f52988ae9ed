package rules

import (
	"context"
	"errors"
	"net/http"
	"net/mail"
	"slices"
	"strings"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/change"
	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

// The bounds of a list of mailboxes. A list of more people comes in parts: each
// adds to what was told before.
const (
	mostMailboxes   = 2000
	mailboxesAtOnce = 200 // stored in one transaction
)

// boxProblem is a line that cannot be read: code says why.
type boxProblem struct {
	Line int
	Code string
}

// setMailboxes takes in which addresses exist already, for people who are still
// to come with an import, or forgets them all: POST /admin/names/mailboxes. Each
// line is an address, and behind a semicolon the pupil's administration number
// or the name of whose it is; an address alone is held, so that nobody gets it.
// With one bad line nothing is stored.
func (o Office) setMailboxes(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := console.Form(w, r); err != nil {
		return err
	}
	ctx, get := r.Context(), r.PostForm.Get
	v, place, err := o.names(ctx, who.Tenant, askedFor(r.PostForm))
	if err != nil {
		return err
	}
	if get("say") == "forget" {
		if err := o.forgetMailboxes(ctx, who); err != nil {
			return err
		}
		return console.To(w, r, v.path())
	}
	t, err := o.DB.Tenants().Get(ctx, who.Tenant, who.Tenant)
	if err != nil {
		return err
	}
	var boxes []mailbox
	if boxes, v.BoxProblems = readMailboxes(get("boxes"), v.Kind, t, change.MailboxHash(o.Index, who.Tenant)); len(v.BoxProblems) > 0 {
		v.show(place.Naming[v.Kind].Usual(v.Kind))
		v.Boxes = get("boxes")
		return o.Pages.Write(w, r, http.StatusUnprocessableEntity, "names", v)
	}
	if err := o.storeMailboxes(ctx, who, boxes); err != nil {
		return err
	}
	return console.To(w, r, v.path())
}

type mailbox struct {
	id      naming.MailboxID
	address string
}

// readMailboxes reads a list for people of a kind, and says which lines cannot
// be.
func readMailboxes(text string, kind person.Kind, t tenant.Tenant, of naming.Hash) ([]mailbox, []boxProblem) {
	var boxes []mailbox
	var wrong []boxProblem
	lines, addresses, whose := 0, map[string]bool{}, map[naming.MailboxID]bool{}
	for line := range strings.Lines(text) {
		lines++
		if strings.TrimSpace(line) == "" {
			continue
		}
		address, owner, _ := strings.Cut(line, ";")
		address, owner = strings.ToLower(strings.TrimSpace(address)), console.Clean(owner)
		if len(boxes) == mostMailboxes {
			return nil, append(wrong, boxProblem{lines, "many"})
		}
		box := mailbox{naming.ByAddress(of, address), address}
		switch {
		case owner == "":
		case kind == person.Pupil && strings.Trim(owner, "0123456789") == "":
			box.id = naming.ByNumber(of, owner)
		default:
			box.id = naming.ByName(of, kind, owner)
		}
		_, domain, _ := strings.Cut(address, "@")
		parsed, err := mail.ParseAddress(address)
		switch {
		case err != nil || parsed.Address != address:
			wrong = append(wrong, boxProblem{lines, "address"})
		case !slices.Contains([]string{t.Domains.Pupils, t.Domains.Staff, t.Domains.Guardians}, domain):
			wrong = append(wrong, boxProblem{lines, "domain"})
		case addresses[address] || whose[box.id]:
			wrong = append(wrong, boxProblem{lines, "twice"})
		}
		addresses[address], whose[box.id] = true, true
		boxes = append(boxes, box)
	}
	if len(boxes) == 0 {
		wrong = append(wrong, boxProblem{1, "none"})
	}
	return boxes, wrong
}

// storeMailboxes adds to what is known of mailboxes, some at a time: told again,
// a list that was cut short is whole.
func (o Office) storeMailboxes(ctx context.Context, who session.Person, boxes []mailbox) error {
	until := o.Clock.Now().Add(naming.MailboxKeep)
	for some := range slices.Chunk(boxes, mailboxesAtOnce) {
		entry := o.mailboxesEntry(ctx, who)
		err := o.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
			failed := []error{o.DB.Log().CreateTx(tx, who.Tenant, entry.ID, entry)}
			for _, box := range some {
				failed = append(failed, o.DB.Mailboxes().SetTx(tx, who.Tenant, box.id, naming.Mailbox{Address: box.address, ExpireAt: until}))
			}
			return errors.Join(failed...)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (o Office) forgetMailboxes(ctx context.Context, who session.Person) error {
	var ids []naming.MailboxID
	for e, err := range o.DB.Mailboxes().All(ctx, who.Tenant) {
		if err != nil {
			return err
		}
		ids = append(ids, e.ID)
	}
	for some := range slices.Chunk(ids, mailboxesAtOnce) {
		entry := o.mailboxesEntry(ctx, who)
		err := o.DB.InTx(ctx, func(_ context.Context, tx *store.Tx) error {
			failed := []error{o.DB.Log().CreateTx(tx, who.Tenant, entry.ID, entry)}
			for _, id := range some {
				failed = append(failed, o.DB.Mailboxes().DeleteTx(tx, who.Tenant, id))
			}
			return errors.Join(failed...)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (o Office) mailboxesEntry(ctx context.Context, who session.Person) audit.Entry {
	return o.Entry(ctx, who, audit.SchoolSet).Of("school_email").On("mailboxes").Because("mailboxes")
}

// mailboxes returns how many mailboxes an institution has told of.
func (o Office) mailboxes(ctx context.Context, owner tenant.ID) (int, error) {
	n := 0
	for _, err := range o.DB.Mailboxes().All(ctx, owner) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}
