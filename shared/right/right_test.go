package right_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cool.example/sync/shared/access"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/app"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/right"
)

var (
	noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	math = app.App{ID: "rekentuin", Kinds: []person.Kind{person.Pupil}, Groups: []group.ID{"g4a"}}
)

// substitute is a member of staff with no role.
func substitute() account.Account {
	return account.Account{
		ID: "ajuf", Kind: person.Staff, State: account.Active, Own: account.Own{Function: "Invaller"},
		Memberships: []account.Membership{
			{School: "zee", Roles: []string{"LRK"}, Groups: []group.ID{"g4a"}}, {School: "duin", Roles: []string{"DIR"}, Left: true},
		},
	}
}

func grant(by right.By, value string) right.Right {
	return right.Right{ID: right.ID("grant " + string(by)), What: right.Object{Sort: right.Application, ID: "rekentuin"}, Whom: right.Whom{By: by, Value: value}}
}

func deny(by right.By, value string) right.Right {
	r := grant(by, value)
	r.ID, r.Deny = right.ID("deny "+string(by)), true
	return r
}

func TestWhomARightMeans(t *testing.T) {
	t.Parallel()
	for w, means := range map[right.Whom]bool{
		{By: right.ByKind, Value: "staff"}: true, {By: right.ByKind, Value: "pupil"}: false,
		{By: right.ByRole, Value: "admin"}:        false,
		{By: right.ByFunction, Value: "lrk"}:      true,
		{By: right.ByFunction, Value: "invaller"}: true, {By: right.ByFunction, Value: "DIR"}: false,
		{By: right.BySchool, Value: "zee"}: true, {By: right.BySchool, Value: "duin"}: false,
		{By: right.ByGroup, Value: "g4a"}: true, {By: right.ByGroup, Value: "g5b"}: false,
		{By: right.ByPerson, Value: "ajuf"}: true, {By: right.ByPerson, Value: "aander"}: false,
	} {
		v := right.List{grant(w.By, w.Value)}.App(math, substitute(), noon)
		require.Equal(t, means, v.Allowed, w)
		require.Equal(t, means, len(v.Rights) == 1, w)
		require.Equal(t, right.Nothing, v.Base)
	}
}

func TestADenialWinsAndSaysSo(t *testing.T) {
	t.Parallel()
	pupil := account.Account{ID: "akind", Kind: person.Pupil, State: account.Active, Own: account.Own{Groups: []group.ID{"g4a"}}}
	require.Equal(t, right.Verdict{Allowed: true, Base: right.Within}, right.List{}.App(math, pupil, noon))
	all := right.List{grant(right.ByGroup, "g4a"), deny(right.ByPerson, "akind"), deny(right.ByKind, "pupil"), grant(right.ByPerson, "akind")}
	require.Equal(t, right.Verdict{Base: right.Within, Rights: []right.ID{"deny kind", "deny person"}}, all.App(math, pupil, noon))
	pupil.State = account.Blocked
	require.Equal(t, right.Verdict{Base: right.Gone}, right.List{grant(right.ByPerson, "akind")}.App(math, pupil, noon))
}

func TestARightForATime(t *testing.T) {
	t.Parallel()
	r := grant(right.ByPerson, "ajuf")
	r.From, r.Until = noon, noon.Add(time.Hour)
	for after, want := range map[time.Duration]bool{-time.Second: false, 0: true, time.Hour - time.Second: true, time.Hour: false} {
		require.Equal(t, want, right.List{r}.App(math, substitute(), noon.Add(after)).Allowed, after)
	}
}

func TestTasksAndData(t *testing.T) {
	t.Parallel()
	admin := substitute()
	admin.Own.Roles = []access.Role{access.Admin}
	require.Equal(t, right.Verdict{Allowed: true, Base: right.ForRole}, right.List{}.Task(access.ManagePeople, admin, noon))
	require.Equal(t, fault.Forbidden, fault.KindOf(right.List{}.Allow(access.ManagePeople, substitute(), noon)))
	people := right.Right{ID: "people", What: right.Object{Sort: right.Task, ID: string(access.ManagePeople)}, Whom: right.Whom{By: right.ByPerson, Value: "ajuf"}}
	require.NoError(t, right.List{people}.Allow(access.ManagePeople, substitute(), noon))

	phone := right.Right{ID: "phone", Deny: true, What: right.Object{Sort: right.Data, ID: "phone"}, Whom: right.Whom{By: right.ByFunction, Value: "LRK"}}
	require.True(t, right.List{people}.Field("phone", substitute(), noon).Allowed, "whoever may see people sees what of them is kept")
	require.False(t, right.List{people, phone}.Field("phone", substitute(), noon).Allowed)
	require.True(t, right.List{people, phone}.Field("surname", substitute(), noon).Allowed)
	require.False(t, right.List{}.Field("surname", substitute(), noon).Allowed)
	require.False(t, right.List{people}.Field("source_key_hash", substitute(), noon).Allowed, "nobody is shown it")
}

func TestRightsThatCannotWork(t *testing.T) {
	t.Parallel()
	good := grant(right.ByPerson, "ajuf")
	require.NoError(t, good.Check())
	for name, change := range map[string]func(*right.Right){
		"no application": func(r *right.Right) { r.What.ID = "" },
		"no such field":  func(r *right.Right) { r.What = right.Object{Sort: right.Data, ID: "birth_date"} },
		"a hidden field": func(r *right.Right) { r.What = right.Object{Sort: right.Data, ID: "eck_id"} },
		"no such task":   func(r *right.Right) { r.What = right.Object{Sort: right.Task, ID: "everything"} },
		"no such sort":   func(r *right.Right) { r.What.Sort = "x" },
		"nobody":         func(r *right.Right) { r.Whom.Value = "" },
		"white space":    func(r *right.Right) { r.Whom.Value = " ajuf" },
		"no such kind":   func(r *right.Right) { r.Whom = right.Whom{By: right.ByKind, Value: "robot"} },
		"no such role":   func(r *right.Right) { r.Whom = right.Whom{By: right.ByRole, Value: "king"} },
		"no such way":    func(r *right.Right) { r.Whom.By = "moon" },
		"over at once":   func(r *right.Right) { r.From, r.Until = noon, noon },
		"locks all out": func(r *right.Right) {
			r.Deny, r.What = true, right.Object{Sort: right.Task, ID: string(access.ManageRights)}
		},
	} {
		r := good
		change(&r)
		require.Equal(t, fault.Invalid, fault.KindOf(r.Check()), name)
	}
}

// anyRights draws rights of one application for the substitute and others.
func anyRights(t *rapid.T) right.List {
	var l right.List
	for range rapid.IntRange(0, 8).Draw(t, "rights") {
		w := rapid.SampledFrom([]right.Whom{
			{By: right.ByKind, Value: "staff"},
			{By: right.ByKind, Value: "pupil"},
			{By: right.ByGroup, Value: "g4a"},
			{By: right.BySchool, Value: "duin"},
			{By: right.ByPerson, Value: "ajuf"},
			{By: right.ByFunction, Value: "LRK"},
		}).Draw(t, "whom")
		r := grant(w.By, w.Value)
		r.ID, r.Deny = right.NewID(), rapid.Bool().Draw(t, "deny")
		if rapid.Bool().Draw(t, "is over") {
			r.Until = noon
		}
		l = append(l, r)
	}
	return l
}

// TestEffectiveRights: the order of rights says nothing, a further grant takes
// nothing away, a further denial gives nothing, and one that is over is none.
func TestEffectiveRights(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l, more := anyRights(t), anyRights(t)
		before := l.App(math, substitute(), noon)
		mixed := slices.Clone(l)
		rand.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		require.Equal(t, before, mixed.App(math, substitute(), noon))
		holding := slices.DeleteFunc(slices.Clone(l), func(r right.Right) bool { return !r.In(noon) })
		require.Equal(t, before, holding.App(math, substitute(), noon))
		for _, r := range more {
			after := append(slices.Clone(l), r).App(math, substitute(), noon)
			if r.Deny {
				require.False(t, after.Allowed && !before.Allowed)
			} else {
				require.Equal(t, before.Allowed, before.Allowed && after.Allowed)
			}
		}
	})
}
