package people

import (
	"context"
	"slices"
	"strconv"
	"time"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/session"
)

// extractAccount is the account itself: whatever is kept of it that is no field
// of the register.
type extractAccount struct {
	ID        account.ID    `json:"id"`
	Kind      string        `json:"kind"`
	State     account.State `json:"state"`
	Rest      account.State `json:"state_after_return,omitempty"`
	Created   time.Time     `json:"created"`
	Changed   time.Time     `json:"changed"`
	Until     *time.Time    `json:"until,omitempty"`
	LeaveAt   *time.Time    `json:"to_recycle_bin,omitempty"`
	Limited   *time.Time    `json:"restricted_since,omitempty"`
	Order     string        `json:"restricted_by_order,omitempty"`
	ECK       bool          `json:"has_eck_id"`
	SignIn    string        `json:"sign_in_name"`
	Main      school.ID     `json:"main_school,omitempty"`
	Delivered string        `json:"delivered_email,omitempty"` // by the source
	Earlier   []string      `json:"earlier_addresses,omitempty"`
	Renamed   bool          `json:"name_changed_address_undecided,omitempty"`
	Roles     []access.Role `json:"console_roles,omitempty"`
	Owner     account.ID    `json:"answered_for_by,omitempty"`
	Apart     int           `json:"told_apart_from,omitempty"` // how many others: who they are is theirs
	Deleted   *extractBin   `json:"in_recycle_bin,omitempty"`
}

// extractBin is said of somebody who lies in the recycle bin.
type extractBin struct {
	Since      time.Time  `json:"since"`
	Why        bin.Reason `json:"why"`
	Erased     time.Time  `json:"to_be_erased"` // unless a restriction holds
	Unreadable bool       `json:"can_no_longer_be_opened,omitempty"`
}

// extractSchool is what somebody is to a school.
type extractSchool struct {
	School   school.ID `json:"school"`
	Name     string    `json:"name"`
	Year     string    `json:"school_year"`
	Grade    string    `json:"year,omitempty"`
	ILT      string    `json:"ilt,omitempty"`
	Groups   []string  `json:"groups,omitempty"`
	Roles    []string  `json:"functions,omitempty"`
	Left     bool      `json:"left,omitempty"`
	Restored bool      `json:"restored_by_hand,omitempty"`
	Keys     int       `json:"known_by_keys"` // of sources: kept as hashes, which say nothing
}

// extractChild says whose guardian somebody is.
type extractChild struct {
	Account  account.ID `json:"account"`
	Slot     int        `json:"guardian_number"`
	Receives bool       `json:"may_receive_messages"`
}

func moment(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

func accountOf(s subject) extractAccount {
	x := extractAccount{
		ID: s.ID, Kind: string(s.Kind), State: s.State, Rest: s.Rest, Created: s.Created, Changed: s.Changed, Until: moment(s.Until),
		LeaveAt: moment(s.LeaveAt), Limited: moment(s.Limit.Since), Order: s.Limit.Order, ECK: s.Source.ECK.Hash != "",
		SignIn: s.Address, Main: s.Main, Delivered: s.Source.Email, Earlier: s.Aliases, Renamed: s.Renamed, Roles: s.Own.Roles, Owner: s.Own.Owner, Apart: len(s.Apart),
	}
	if e := s.binned; e != nil {
		x.Deleted = &extractBin{Since: e.Binned, Why: e.Why, Erased: e.Deadline, Unreadable: s.lost}
	}
	return x
}

// kept returns every field that is kept of a: also those that the console
// shows to nobody. Of one that it cannot open, it is said that it is there.
func kept(a account.Account, names map[group.ID]string, text func(string) string) []fieldView {
	all := fields(a, names)
	add := func(key, value string) {
		f := fieldView{Key: key, Value: value, By: account.BySource, Since: console.Day(a.Created)}
		if t, ok := a.Traces[key]; ok {
			f.By, f.Since = t.By, console.Day(t.At)
		}
		all = append(all, f)
	}
	if a.Source.ECK.Hash != "" {
		add("eck_id", text("people.held"))
	}
	var children []string
	for _, c := range a.Source.Children {
		value := string(c.Account) + " (" + strconv.Itoa(c.Slot)
		if c.Receives {
			value += ", " + text("people.receives")
		}
		children = append(children, value+")")
	}
	add("child", listed(children))
	if slices.ContainsFunc(slices.Concat(a.Memberships, a.Next), func(m account.Membership) bool { return m.Key != "" || len(m.Keys) > 0 }) {
		add("source_key_hash", text("people.held"))
	}
	return all
}

// extractSchools adds what somebody is to each school, now and in the year that
// is prepared.
func (o Office) extractSchools(ctx context.Context, who session.Person, a account.Account, x *extract, _ func(string) string) error {
	groups, err := o.groupNames(ctx, who.Tenant)
	if err != nil {
		return err
	}
	schools := map[school.ID]string{}
	for e, err := range o.DB.Schools().All(ctx, who.Tenant) {
		if err != nil {
			return err
		}
		schools[e.ID] = e.Value.Name
	}
	of := func(m account.Membership) extractSchool {
		s := extractSchool{
			School: m.School, Name: schools[m.School], Year: m.Year.String(), Grade: m.Grade, ILT: m.ILT, Roles: m.Roles,
			Left: m.Left, Restored: m.Kept, Keys: len(m.Keys),
		}
		if m.Key != "" {
			s.Keys++
		}
		for _, g := range m.Groups {
			s.Groups = append(s.Groups, groupName(groups, g))
		}
		return s
	}
	for _, m := range a.Memberships {
		x.Schools = append(x.Schools, of(m))
	}
	for _, m := range a.Next {
		x.NextYear = append(x.NextYear, of(m))
	}
	return nil
}
