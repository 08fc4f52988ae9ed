package provision_test

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/provision"
)

// memory is a target that keeps accounts as the vendors do: an address is one
// account's alone.
type memory struct {
	mu      sync.Mutex
	users   map[string]provision.Wanted // by remote id
	groups  map[string]string           // names by remote id
	members map[string][]string         // remote ids by group
	removed map[string]bool             // groups whose remote ids are never given again
	calls   []call
	last    int

	// before is asked ahead of a call, which its failure turns away; after
	// when it has taken effect, which its failure hides.
	before, after func(ctx context.Context, op string) error
	hidden        bool // what was made is not found yet
}

// call is one call as it came.
type call struct {
	op string
	at time.Time // of the machine's clock, as the pace waits by it
}

func newMemory() *memory {
	return &memory{users: map[string]provision.Wanted{}, groups: map[string]string{}, members: map[string][]string{}, removed: map[string]bool{}}
}

// do runs one call with its planned failures.
func (m *memory) do(ctx context.Context, op string, f func() error) error {
	m.mu.Lock()
	m.calls = append(m.calls, call{op, time.Now()})
	before, after := m.before, m.after
	m.mu.Unlock()
	if before != nil {
		if err := before(ctx, op); err != nil {
			return err
		}
	}
	m.mu.Lock()
	err := f()
	m.mu.Unlock()
	if err == nil && after != nil {
		return after(ctx, op)
	}
	return err
}

// holder returns who has an address.
func (m *memory) holder(address string) string {
	for remote, u := range m.users {
		if u.Address == address {
			return remote
		}
	}
	return ""
}

func (m *memory) Find(ctx context.Context, id account.ID) (found string, err error) {
	err = m.do(ctx, "find", func() error {
		for remote, u := range m.users {
			if u.Account == id && !m.hidden {
				found = remote
			}
		}
		return nil
	})
	return found, err
}

func (m *memory) Create(ctx context.Context, w provision.Wanted) (remote string, err error) {
	err = m.do(ctx, "create", func() error {
		if m.holder(w.Address) != "" {
			return fault.New(fault.Conflict, "")
		}
		m.last++
		remote = "u" + strconv.Itoa(m.last)
		m.users[remote] = w
		return nil
	})
	if err != nil {
		return "", err
	}
	return remote, nil
}

func (m *memory) Update(ctx context.Context, remote string, w provision.Wanted) error {
	return m.do(ctx, "update", func() error {
		was, ok := m.users[remote]
		if !ok {
			return fault.New(fault.NotFound, "")
		}
		if w.Address == "" {
			w.Address = was.Address
		}
		if holder := m.holder(w.Address); holder != "" && holder != remote {
			return fault.New(fault.Conflict, "")
		}
		m.users[remote] = w
		return nil
	})
}

// binned is how long the target keeps what it deleted.
const binned = 20 * 24 * time.Hour

func (m *memory) Suspend(ctx context.Context, remote string) error {
	return m.do(ctx, "suspend", func() error {
		u, ok := m.users[remote]
		if !ok {
			return fault.New(fault.NotFound, "")
		}
		u.Active = false
		m.users[remote] = u
		return nil
	})
}

func (m *memory) Delete(ctx context.Context, remote string) (time.Duration, error) {
	return binned, m.do(ctx, "delete", func() error {
		if _, ok := m.users[remote]; !ok {
			return fault.New(fault.NotFound, "")
		}
		delete(m.users, remote)
		return nil
	})
}

func (m *memory) Group(ctx context.Context, remote string, g group.Group) (string, error) {
	err := m.do(ctx, "group", func() error {
		if _, ok := m.groups[remote]; !ok && remote != "" {
			return fault.New(fault.NotFound, "")
		}
		if remote == "" {
			remote = "r" + string(g.ID)
		}
		if m.removed[remote] {
			remote += "anew"
		}
		m.groups[remote] = g.Name
		return nil
	})
	return remote, err
}

func (m *memory) Join(ctx context.Context, group, remote string) error {
	return m.do(ctx, "join", func() error {
		_, known := m.groups[group]
		if _, ok := m.users[remote]; !ok || !known {
			return fault.New(fault.NotFound, "")
		}
		if !slices.Contains(m.members[group], remote) {
			m.members[group] = append(m.members[group], remote)
		}
		return nil
	})
}

func (m *memory) Leave(ctx context.Context, group, remote string) error {
	return m.do(ctx, "leave", func() error {
		m.members[group] = slices.DeleteFunc(m.members[group], func(r string) bool { return r == remote })
		return nil
	})
}

// remove deletes a group, as an administrator does there.
func (m *memory) remove(group string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.groups, group)
	delete(m.members, group)
	m.removed[group] = true
}

// ops returns the calls since the last look.
func (m *memory) ops() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	ops := []string{}
	for _, c := range m.calls {
		ops = append(ops, c.op)
	}
	m.calls = nil
	return ops
}

// fails answers the first calls of op with err.
func fails(op string, times int, err error) func(context.Context, string) error {
	var mu sync.Mutex
	return func(_ context.Context, called string) error {
		mu.Lock()
		defer mu.Unlock()
		if called != op || times == 0 {
			return nil
		}
		times--
		return err
	}
}
