package people

import (
	"context"
	"slices"
	"strings"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/privacy"
	"cool.example/sync/shared/right"
	"cool.example/sync/shared/tenant"
)

// mayView is one thing that somebody may or may not reach, with why.
type mayView struct {
	Sort    right.Sort
	Name    string // of an application; the key of a task or a field
	Verdict right.Verdict
	Denied  bool         // by a right
	Given   bool         // by a right alone
	Rights  []meantRight // that made the verdict, or agree with it
}

// meantRight is a right as it stands beside what it decides.
type meantRight struct {
	ID    right.ID
	Deny  bool
	By    right.By
	Until string // the last day
}

// may returns what a may use, do and see, with why. Tasks and data of others
// are left out of who has none of them and is no staff.
func (o Office) may(ctx context.Context, owner tenant.ID, a account.Account) ([]mayView, error) {
	rights, err := o.DB.RightsOf(ctx, owner)
	if err != nil {
		return nil, err
	}
	now := o.Clock.Now()
	var all []mayView
	for e, err := range o.DB.Apps().All(ctx, owner) {
		if err != nil {
			return nil, err
		}
		all = append(all, judged(rights, right.Application, e.Value.Name, rights.App(e.Value, a, now)))
	}
	slices.SortFunc(all, func(x, y mayView) int { return strings.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name)) })
	var duties []mayView
	for _, p := range access.Permissions() {
		duties = append(duties, judged(rights, right.Task, string(p), rights.Task(p, a, now)))
	}
	for _, f := range privacy.Register() {
		if slices.Contains(f.Viewers, privacy.Managers) {
			duties = append(duties, judged(rights, right.Data, f.Key, rights.Field(f.Key, a, now)))
		}
	}
	if a.Kind == person.Staff || slices.ContainsFunc(duties, func(v mayView) bool { return v.Verdict.Allowed || len(v.Rights) > 0 }) {
		all = append(all, duties...)
	}
	return all, nil
}

func judged(rights right.List, sort right.Sort, name string, verdict right.Verdict) mayView {
	v := mayView{
		Sort: sort, Name: name, Verdict: verdict, Denied: !verdict.Allowed && len(verdict.Rights) > 0, Given: verdict.Allowed && verdict.Base == right.Nothing,
	}
	for _, r := range rights {
		if slices.Contains(verdict.Rights, r.ID) {
			v.Rights = append(v.Rights, meantRight{r.ID, r.Deny, r.Whom.By, console.LastDay(r.Until)})
		}
	}
	return v
}
