package people

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/change"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/session"
)

type bulkView struct {
	What, Group, Until string // as they are sent again with the answer
	GroupName          string
	Rows               []bulkRow
	Changed            int
	Done               bool
}

type bulkRow struct {
	ID, Name string
	Changes  bool
	Why      string // key of why nothing changes
}

// bulk shows what a change of many people would do, and does it once that was
// said: POST /admin/people/bulk.
func (o Office) bulk(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := console.Form(w, r); err != nil {
		return err
	}
	get := r.PostForm.Get
	v := bulkView{What: get("what"), Group: get("to"), Until: get("until")}
	var ids []account.ID
	for _, id := range r.PostForm["person"] {
		ids = append(ids, account.ID(id))
	}
	if len(ids) == 0 || len(ids) > most {
		return fault.New(fault.Invalid, "people.nobody_chosen")
	}
	do, err := o.bulkEdit(r.Context(), who, &v)
	if err != nil {
		return err
	}
	found, err := o.DB.Accounts().GetMany(r.Context(), who.Tenant, ids)
	if err != nil {
		return err
	}
	var seen []account.ID
	for _, id := range ids {
		e, ok := found[id]
		if !ok {
			continue
		}
		row := bulkRow{ID: string(id), Name: e.Value.Source.Name.Sorted()}
		seen = append(seen, id)
		if row.Why = do.why(e.Value); id == who.Account.ID {
			row.Why = "people.not_yourself"
		}
		if row.Changes = row.Why == ""; row.Changes {
			v.Changed++
		}
		v.Rows = append(v.Rows, row)
	}
	if err := o.Viewed(r.Context(), who, "bulk", []string{"call_name", "infix", "surname"}, seen...); err != nil {
		return err
	}
	if get("say") == "do" {
		chosen := make([]account.ID, 0, len(v.Rows))
		for _, row := range v.Rows {
			if row.Changes {
				chosen = append(chosen, account.ID(row.ID))
			}
		}
		if err := do.carryOut(r.Context(), chosen); err != nil {
			return err
		}
		v.Done = true
	}
	return o.Pages.Write(w, r, http.StatusOK, "people-bulk", v)
}

// bulkDeed is one change of many.
type bulkDeed struct {
	why      func(account.Account) string // key of why nothing changes, "" where something does
	carryOut func(context.Context, []account.ID) error
}

// bulkEdit returns the change that a form asks for.
func (o Office) bulkEdit(ctx context.Context, who session.Person, v *bulkView) (bulkDeed, error) {
	byHand := o.ErasureBy(ctx, who, bin.ByHand, "")
	edit := func(f change.Edit) func(context.Context, []account.ID) error {
		return func(ctx context.Context, ids []account.ID) error {
			_, err := o.Clerk.Accounts(ctx, o.By(ctx, who, audit.Changed, ids...), f)
			return err
		}
	}
	switch v.What {
	case "block":
		return bulkDeed{unless(account.Active), func(ctx context.Context, ids []account.ID) error {
			_, err := o.Keeper.Block(ctx, who.Tenant, ids, byHand)
			return err
		}}, nil
	case "unblock":
		return bulkDeed{unless(account.Blocked), func(ctx context.Context, ids []account.ID) error {
			_, err := o.Keeper.Unblock(ctx, who.Tenant, ids, byHand)
			return err
		}}, nil
	case "join", "part":
		g, err := o.DB.Groups().Get(ctx, who.Tenant, group.ID(v.Group))
		if err != nil || g.Kind != group.Manual || g.Ended {
			return bulkDeed{}, fault.New(fault.Invalid, "people.group_invalid")
		}
		v.GroupName = g.Name
		return bulkDeed{inGroup(g.ID, v.What == "join"), edit(moving(g.ID, v.What == "join"))}, nil
	case "until":
		until, err := console.Until(v.Until)
		if err != nil || until.IsZero() || !until.After(o.Clock.Now()) {
			return bulkDeed{}, fault.New(fault.Invalid, "people.until_past")
		}
		return bulkDeed{lasting(until), edit(func(a *account.Account) ([]string, error) { a.Until = until; return nil, nil })}, nil
	default:
		return bulkDeed{}, fault.New(fault.Invalid, "")
	}
}

// unless says that nothing changes for whom is in another state.
func unless(s account.State) func(account.Account) string {
	return func(a account.Account) string {
		if a.State != s {
			return "people.already"
		}
		return ""
	}
}

func inGroup(id group.ID, join bool) func(account.Account) string {
	return func(a account.Account) string {
		if slices.Contains(a.Own.Groups, id) == join {
			return "people.already"
		}
		return ""
	}
}

// moving puts people in a manual group, or takes them out.
func moving(id group.ID, join bool) change.Edit {
	return func(a *account.Account) ([]string, error) {
		kept := slices.DeleteFunc(slices.Clone(a.Own.Groups), func(g group.ID) bool { return g == id })
		if join {
			kept = append(kept, id)
			slices.SortFunc(kept, func(x, y group.ID) int { return strings.Compare(string(x), string(y)) })
		}
		a.Own.Groups = kept
		return []string{"class"}, nil
	}
}

// lasting says that nobody whom a source delivers ends by a day.
func lasting(until time.Time) func(account.Account) string {
	return func(a account.Account) string {
		switch {
		case !byHand(a):
			return "people.imported"
		case a.Until.Equal(until):
			return "people.already"
		default:
			return ""
		}
	}
}
