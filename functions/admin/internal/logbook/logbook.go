// Package logbook is the part of the console where the log is read: who did what
// with whose data, and when.
package logbook

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/i18n"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/store"
	"cool.example/sync/shared/tenant"
)

const (
	shown    = 50  // entries on a page
	named    = 3   // people of one entry who stand there by name; the others are counted
	exported = 200 // entries that are read at once for an export
)

// Office is this part of the console.
type Office struct{ console.Console }

// Mount mounts the pages.
func (o Office) Mount(page console.Route) {
	page("GET /admin/log", access.ViewLog, o.show)
	page("POST /admin/log", access.ViewLog, o.show)
	page("POST /admin/log/export", access.ViewLog, o.export)
}

type view struct {
	Actions     []console.Choice
	By, Subject string // address, username or account
	From, Until string
	Entries     []entryView
	Cursor      string // of the next page; "" after the last
}

type entryView struct {
	When, Who, What      string
	Subjects             []personView
	Others               int // subjects who do not stand there by name
	Fields               []string
	Kind, Object, Reason string // what it was done with
}

// personView is somebody: ID is "" where there is no page of theirs any more.
type personView struct{ ID, Name string }

// show lists what was logged, the newest first: GET /admin/log, and POST with
// what to look for, so that nobody's name stands in an address. That it was
// looked at, and whose names were seen, is logged before it leaves.
func (o Office) show(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := console.Form(w, r); err != nil {
		return err
	}
	q, err := o.query(r.Context(), who.Tenant, r.PostForm)
	if err != nil {
		return err
	}
	q.Limit = shown
	entries, next, err := o.DB.LogPage(r.Context(), who.Tenant, q)
	if err != nil {
		return err
	}
	get := r.PostForm.Get
	v := view{By: get("by"), Subject: get("subject"), From: get("from"), Until: get("until"), Cursor: next}
	for _, a := range audit.Actions() {
		v.Actions = append(v.Actions, console.Choice{ID: string(a), Name: a.Deed().Name, Chosen: a == q.Action})
	}
	console.Sorted(v.Actions)
	people, err := o.people(r.Context(), who.Tenant, entries)
	if err != nil {
		return err
	}
	text := func(key string) string { return o.Pages.Texts().Text(i18n.Of(r), key) }
	for _, e := range entries {
		v.Entries = append(v.Entries, entry(e, people, text))
	}
	seen := make([]account.ID, 0, len(people))
	for id := range people {
		seen = append(seen, id)
	}
	slices.Sort(seen)
	if err := o.seen(r.Context(), who, "", seen...); err != nil {
		return err
	}
	return o.Pages.Write(w, r, http.StatusOK, "log", v)
}

// seen logs that the log was read, and who stood there by name.
func (o Office) seen(ctx context.Context, who session.Person, how string, people ...account.ID) error {
	e := o.Entry(ctx, who, audit.LogViewed, people...).Because(how)
	if len(people) > 0 {
		e = e.Of("call_name", "infix", "surname")
	}
	return o.DB.Log().Create(ctx, who.Tenant, e.ID, e)
}

// query reads what a form looks for. People are named by address or username,
// those whose account is gone by its id.
func (o Office) query(ctx context.Context, owner tenant.ID, form url.Values) (store.LogQuery, error) {
	q := store.LogQuery{Action: audit.Action(form.Get("action")), Cursor: form.Get("cursor")}
	var err error
	for field, id := range map[string]*account.ID{"by": &q.By, "subject": &q.Subject} {
		switch name := strings.TrimSpace(form.Get(field)); {
		case name == "":
		case account.ValidID(name):
			*id = account.ID(name)
		default:
			a, err := o.Called(ctx, owner, name)
			if err != nil {
				return q, err
			}
			*id = a.ID
		}
	}
	if q.From, err = console.Until(form.Get("from")); err != nil {
		return q, err
	}
	if !q.From.IsZero() {
		q.From = q.From.AddDate(0, 0, -1) // from the beginning of the day
	}
	q.Before, err = console.Until(form.Get("until"))
	return q, err
}

// people returns the names of those who acted, and of the first subjects of
// each entry, as far as they are still there.
func (o Office) people(ctx context.Context, owner tenant.ID, entries []audit.Entry) (map[account.ID]string, error) {
	var ids []account.ID
	for _, e := range entries {
		if e.Actor.Account != "" {
			ids = append(ids, e.Actor.Account)
		}
		ids = append(ids, e.Subjects[:min(named, len(e.Subjects))]...)
	}
	found, err := o.DB.Accounts().GetMany(ctx, owner, slices.Compact(slices.Sorted(slices.Values(ids))))
	names := make(map[account.ID]string, len(found))
	for id, e := range found {
		names[id] = e.Value.Source.Name.Display()
	}
	return names, err
}

// entry returns e as a page shows it.
func entry(e audit.Entry, people map[account.ID]string, text func(key string) string) entryView {
	d := e.Action.Deed()
	v := entryView{When: console.Second(e.At), Who: "COOL Sync", What: d.Name, Kind: d.Object, Object: e.Object, Reason: e.Reason}
	person := func(id account.ID) personView {
		if name, ok := people[id]; ok {
			return personView{string(id), name}
		}
		return personView{"", string(id)}
	}
	switch {
	case e.Actor.Account != "":
		v.Who = person(e.Actor.Account).Name
	case e.Actor.System != "":
		v.Who += " (" + e.Actor.System + ")"
	}
	for _, id := range e.Subjects[:min(named, len(e.Subjects))] {
		v.Subjects = append(v.Subjects, person(id))
	}
	v.Others = len(e.Subjects) - len(v.Subjects)
	for _, key := range e.Fields {
		v.Fields = append(v.Fields, text("field."+key))
	}
	return v
}

// export writes what a form looks for as lines of JSON, each a processing action
// after the standard Verwerkingenlogging, the newest first: POST
// /admin/log/export. That it was asked for is logged before anything leaves. A
// listing that is cut short ends the connection, so that no browser takes it for
// whole.
func (o Office) export(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := console.Form(w, r); err != nil {
		return err
	}
	ctx := r.Context()
	q, err := o.query(ctx, who.Tenant, r.PostForm)
	if err != nil {
		return err
	}
	q.Limit, q.Cursor = exported, ""
	if q.Before.IsZero() {
		q.Before = o.Clock.Now() // what is logged meanwhile is not of it
	}
	if err := o.seen(ctx, who, "export"); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/x-ndjson; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="logboek-`+o.Clock.Now().Format(time.DateOnly)+`.ndjson"`)
	w.Header().Set("Cache-Control", "no-store")
	out := json.NewEncoder(w)
	for wrote := false; ; wrote = true {
		entries, next, err := o.DB.LogPage(ctx, who.Tenant, q)
		for _, e := range entries {
			if err == nil {
				err = out.Encode(e.Wire(who.Tenant))
			}
		}
		if err != nil && !wrote && len(entries) == 0 {
			return err
		}
		if err != nil {
			slog.WarnContext(ctx, "export of the log was cut short", "err", err)
			panic(http.ErrAbortHandler)
		}
		if q.Cursor = next; next == "" {
			return nil
		}
	}
}
