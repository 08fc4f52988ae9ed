package people

import (
	"slices"
	"strings"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
)

// fieldView is one registered field of a person: what it says, and from where
// and since when.
type fieldView struct {
	Key, Value string
	By         account.Hand
	Since      string
}

type partView struct{ Name, How string }

// byHand reports whether no source delivers a.
func byHand(a account.Account) bool {
	return !slices.ContainsFunc(slices.Concat(a.Memberships, a.Next), func(m account.Membership) bool { return m.Key != "" && !m.Left })
}

// fields returns what is kept of a and may be shown in the console, in the order
// of the register. An address is followed by the one that the source delivered
// and by earlier ones, which still are the person's own.
func fields(a account.Account, names map[group.ID]string) []fieldView {
	n, s := a.Source.Name, a.Source
	var groups, grades, codes []string
	roles := []string{a.Own.Function}
	for _, g := range a.Groups() {
		groups = append(groups, groupName(names, g))
	}
	for _, m := range a.Memberships {
		if m.Left {
			continue
		}
		grades, codes, roles = append(grades, m.Grade), append(codes, m.ILT), append(roles, m.Roles...)
	}
	own := map[string]bool{"phone": true, "age_band": true, "private_email": a.Kind != person.Guardian}
	username, private := []string{a.Username}, a.Own.Email
	if a.Kind == person.Guardian { // what signs a guardian in is no school address
		username, private = append(username, a.Aliases...), inOrder([]string{private, s.Email})
	}
	all := []fieldView{
		{Key: "call_name", Value: n.Call},
		{Key: "first_names", Value: n.FirstNames},
		{Key: "initials", Value: n.Initials},
		{Key: "infix", Value: n.Infix},
		{Key: "surname", Value: n.Surname},
		{Key: "salutation", Value: string(s.Salutation)},
		{Key: "gender", Value: string(s.Gender)},
		{Key: "phone", Value: a.Own.Phone},
		{Key: "username", Value: inOrder(username)},
		{Key: "school_email", Value: inOrder(append([]string{a.Address, s.Email}, a.Aliases...))},
		{Key: "private_email", Value: private},
		{Key: "administration_number", Value: s.Number},
		{Key: "class", Value: listed(groups)},
		{Key: "year", Value: listed(grades)},
		{Key: "ilt", Value: listed(codes)},
		{Key: "age_band", Value: string(a.Own.Band)},
		{Key: "function", Value: listed(roles)},
	}
	for i, f := range all {
		t, traced := a.Traces[f.Key]
		switch {
		case traced:
			all[i].By, all[i].Since = t.By, console.Day(t.At)
		case own[f.Key], byHand(a):
			all[i].By, all[i].Since = account.ByHand, console.Day(a.Created)
		case f.Key == "username", f.Key == "school_email":
			all[i].By, all[i].Since = account.ByRule, console.Day(a.Created)
		default:
			all[i].By, all[i].Since = account.BySource, console.Day(a.Created)
		}
	}
	if a.Kind == person.Guardian {
		all = slices.DeleteFunc(all, func(f fieldView) bool { return f.Key == "school_email" })
	}
	return all
}

// listed writes what is not empty, each once.
func listed(words []string) string {
	words = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(words))), func(w string) bool { return w == "" })
	return strings.Join(words, ", ")
}

// inOrder writes what is not empty, each once, in the order that it has.
func inOrder(words []string) string {
	var all []string
	for _, w := range words {
		if w != "" && !slices.Contains(all, w) {
			all = append(all, w)
		}
	}
	return strings.Join(all, ", ")
}

// groupName returns what a group is called, its id where it is no longer there.
func groupName(names map[group.ID]string, id group.ID) string {
	if name, ok := names[id]; ok {
		return name
	}
	return string(id)
}

// within says of each group how a came into it.
func within(a account.Account, names map[group.ID]string) []partView {
	var all []partView
	add := func(how string, ids []group.ID) {
		for _, id := range ids {
			all = append(all, partView{groupName(names, id), how})
		}
	}
	for _, m := range a.Memberships {
		if !m.Left {
			add("source", m.Groups)
		}
	}
	add("hand", a.Own.Groups)
	add("rule", a.Own.Ruled)
	return all
}
