package sheets

import (
	"net/http"
	"strings"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/credential"
	"cool.example/sync/shared/session"
)

type sheetView struct {
	ID, Title, Made, Until string
	Host                   string // where people sign in
	Cards                  []cardView
	LeftOut                bool
}

type cardView struct {
	Name            string
	Mailbox, Domain string // the address up to the @, and what follows: a line may break there
	Password        string
	Void            bool // a later sheet has other words for this person
	Badge           string
	Picture         *picture // of the badge
}

// show shows a sheet, to print: GET /admin/sheets/{id}. That it was read is
// logged before the answer leaves.
func (o Office) show(w http.ResponseWriter, r *http.Request, who session.Person) error {
	id, s, err := o.open(r, who)
	if err != nil {
		return err
	}
	now, err := o.Credentials.Credentials().GetMany(r.Context(), who.Tenant, s.ids())
	if err != nil {
		return err
	}
	view := sheetView{
		ID: string(id), Title: s.Title, Made: console.Moment(s.Made), Until: console.Moment(s.Made.Add(credential.SheetLife)),
		Host: o.Origin.Host, LeftOut: s.LeftOut,
	}
	for _, c := range s.Cards {
		held, there := now[c.Account]
		if !there { // erased meanwhile
			continue
		}
		at := strings.LastIndexByte(c.Address, '@') + 1
		v := cardView{Name: c.Name, Mailbox: c.Address[:at], Domain: c.Address[at:]}
		if v.Void = held.Value.Sheet != id; !v.Void {
			v.Password = c.Password
		}
		if c.Badge != "" && !v.Void {
			v.Badge = credential.ShowBadge(c.Badge)
			if v.Picture, err = drawn(o.badgeAddress(c.Badge)); err != nil {
				return err
			}
		}
		view.Cards = append(view.Cards, v)
	}
	if err := o.Viewed(r.Context(), who, s.Object, []string{"call_name", "infix", "surname", "username"}, s.ids()...); err != nil {
		return err
	}
	return o.Pages.Write(w, r, http.StatusOK, "sheet", view)
}

// badgeAddress returns what the picture of a badge says. The code stands in the
// fragment, which a browser sends to nobody, so that it is in no log.
func (o Office) badgeAddress(code string) string {
	return o.Origin.Scheme + "://" + o.Origin.Host + "/badge#" + code
}

// printed removes a sheet, since its maker has it on paper: POST
// /admin/sheets/{id}/printed.
func (o Office) printed(w http.ResponseWriter, r *http.Request, who session.Person) error {
	id, s, err := o.open(r, who)
	if err != nil {
		return err
	}
	entry := o.Entry(r.Context(), who, audit.SheetPrinted, s.ids()...).On(s.Object)
	if err := o.DB.Log().Create(r.Context(), who.Tenant, entry.ID, entry); err != nil {
		return err
	}
	if err := o.Credentials.Sheets().Delete(r.Context(), who.Tenant, id); err != nil {
		return err
	}
	http.SetCookie(w, o.cookie(id, ""))
	return console.To(w, r, "/admin/")
}
