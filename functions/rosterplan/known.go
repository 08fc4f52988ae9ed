package rosterplan

import (
	"context"
	"fmt"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/bin"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/tenant"
)

// knower reads what a plan is compared with, and keeps the first failure of
// what the plan asks of it.
type knower struct {
	*server
	owner  tenant.ID
	failed error
	closed map[naming.UsedID]bool // names of those in the bin whom nobody can open any more
}

// all reads the institution, the run's school, and every account and group.
// How keys are remembered is told apart: see keys.
func (n *knower) all(ctx context.Context, run roster.Run) (roster.Known, error) {
	k := roster.Known{
		Now:     n.Clock.Now(),
		ECKOf:   func(eck string) string { return n.Index.Of(n.owner, "eck-id", eck) },
		SealECK: n.seal,
		Schools: map[school.ID]school.School{},
	}
	var err error
	if k.Tenant, err = n.DB.Tenants().Get(ctx, n.owner, n.owner); err != nil {
		return k, fmt.Errorf("read institution: %w", err)
	}
	for e, err := range n.DB.Schools().All(ctx, n.owner) {
		if err != nil {
			return k, fmt.Errorf("read schools: %w", err)
		}
		k.Schools[e.ID] = e.Value
	}
	var there bool
	if k.School, there = k.Schools[run.School]; !there {
		return k, fault.New(fault.NotFound, "")
	}
	for e, err := range n.DB.Accounts().All(ctx, n.owner) {
		if err != nil {
			return k, fmt.Errorf("read accounts: %w", err)
		}
		k.Accounts = append(k.Accounts, roster.KnownAccount{Account: e.Value, Written: e.Written})
	}
	if err := n.binned(ctx, &k); err != nil {
		return k, err
	}
	if err := n.names(ctx, &k); err != nil {
		return k, err
	}
	for e, err := range n.DB.Groups().All(ctx, n.owner) {
		if err != nil {
			return k, fmt.Errorf("read groups: %w", err)
		}
		k.Groups = append(k.Groups, roster.KnownGroup{Group: e.Value, Written: e.Written})
	}
	return k, nil
}

// binned adds those who lie in the recycle bin: whoever is back in the source
// gets the same account. What nobody can open any more is left out.
func (n *knower) binned(ctx context.Context, k *roster.Known) error {
	for e, err := range n.DB.Bin().All(ctx, n.owner) {
		if err != nil {
			return fmt.Errorf("read the bin: %w", err)
		}
		var a account.Account
		err := fault.New(fault.NotFound, "")
		if !e.Value.Due(k.Now) {
			a, err = n.Bin.Open(ctx, n.owner, e.Value)
		}
		if fault.KindOf(err) == fault.NotFound {
			for _, name := range e.Value.Names { // that are theirs until they are erased
				n.closed[naming.UsedID(name)] = true
			}
			continue
		}
		if err != nil {
			return err
		}
		k.Accounts = append(k.Accounts, roster.KnownAccount{Account: bin.Gone(a), Day: seal.Day(e.Value.Envelope.Batch)})
	}
	return nil
}

// keys tells k how keys of the sources of a family are remembered, or where that
// is "" those of the school's main ones.
func (n *knower) keys(k *roster.Known, family string) {
	k.KeyOf = func(kind person.Kind, key string) string {
		return n.key(k.School.ID, kind, space(k.School, kind, family), key)
	}
	k.FormerKeysOf = func(kind person.Kind, key string) (keys []string) {
		for _, former := range k.School.Former {
			keys = append(keys, n.key(former, kind, space(k.Schools[former], kind, family), key))
		}
		return keys
	}
	if next := k.School.System.Space(); next != "" {
		k.NewKeyOf = func(kind person.Kind, key string) string { return n.key(k.School.ID, kind, next, key) }
	}
}

// space returns the space of the keys of a family's source at a school.
func space(s school.School, kind person.Kind, family string) string {
	if family != "" {
		return s.SpaceOf(kind, family)
	}
	main, _ := s.MainOf(kind)
	return main.Space
}

// key returns the keyed hash by which a source key is found. The keys of a
// school's first source lie in no space.
func (n *knower) key(at school.ID, kind person.Kind, space, key string) string {
	parts := []string{string(at), string(kind), key}
	if space != "" {
		parts = append(parts, space)
	}
	return n.Index.Of(n.owner, "source-key", parts...)
}

// seal seals an ECK-iD for its account.
func (n *knower) seal(id account.ID, eck string) []byte {
	sealed, err := n.ECK.Seal([]byte(eck), []byte("eck\x00"+string(n.owner)+"\x00"+string(id)))
	if err != nil && n.failed == nil {
		n.failed = fmt.Errorf("seal ECK-iD: %w", err)
	}
	return sealed
}
