package start

import (
	"net/http"
	"strings"

	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/clock"
	"cool.example/sync/shared/i18n"
	"cool.example/sync/shared/serve"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
)

// shown is how many entries the page about oneself lists.
const shown = 100

type meView struct {
	Name    string
	Entries []meEntry
	More    bool
}

// meEntry is one line of the log as the person it is about reads it.
type meEntry struct{ When, Who, What, Purpose, Fields string }

// me shows a person who saw or changed what of their data: GET /me, the
// subject's own extract of the log. Colleagues stand there as staff: whose name
// that is, the institution can look up. Entries that would warn of an
// investigation are left out. That the page was asked for is logged itself.
func (s *server) me(w http.ResponseWriter, r *http.Request) error {
	who, err := s.People.Of(r)
	if err != nil {
		return serve.Unsigned(w, r, err)
	}
	entries, next, err := s.DB.LogPage(r.Context(), who.Tenant, store.LogQuery{Subject: who.Account.ID, Limit: shown})
	if err != nil {
		return err
	}
	v := meView{Name: who.Account.Source.Name.Given(), More: next != ""}
	text := func(key string) string { return s.pages.Texts().Text(i18n.Of(r), key) }
	for _, e := range entries {
		d := e.Action.Deed()
		if d.Confidential {
			continue
		}
		var fields []string
		for _, key := range e.Fields {
			fields = append(fields, text("field."+key))
		}
		v.Entries = append(v.Entries, meEntry{
			When: e.At.In(clock.Dutch()).Format("02-01-2006 15:04"), Who: text(hand(e, who)), What: d.Name, Purpose: d.Activity.Purpose, Fields: strings.Join(fields, ", "),
		})
	}
	entry := audit.New(s.People.Sessions.Clock.Now(), audit.Actor{Account: who.Account.ID}, audit.ExtractViewed, who.Account.ID)
	if err := s.DB.Log().Create(r.Context(), who.Tenant, entry.ID, entry); err != nil {
		return err
	}
	return s.pages.Write(w, r, http.StatusOK, "me", v)
}

// hand returns the key of who did something, as the person concerned reads it.
func hand(e audit.Entry, who session.Person) string {
	switch e.Actor.Account {
	case "":
		return "me.system"
	case who.Account.ID:
		return "me.yourself"
	default:
		return "me.staff"
	}
}
