package provisiongoogle

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"cool.example/sync/functions/provisiongoogle/internal/directory"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/provision"
)

// longestName is the most characters of a part of a name at Google.
const longestName = 40

// workspace is a Google Workspace as a target; it implements provision.Target.
type workspace struct {
	client *directory.Client
	domain string // of group addresses
}

// Find looks for the user with our id as external id.
func (w *workspace) Find(ctx context.Context, id account.ID) (string, error) {
	u, err := w.client.FindUser(ctx, string(id))
	if err != nil || u == nil {
		return "", w.judge(ctx, err)
	}
	return u.ID, nil
}

// Create makes a user. Its password is random and known to nobody: people
// sign in through COOL Sync.
func (w *workspace) Create(ctx context.Context, want provision.Wanted) (string, error) {
	u := user(want)
	u.Password = rand.Text() + rand.Text()
	u.ExternalIDs = []directory.ExternalID{{Type: "custom", CustomType: "cool-sync", Value: string(want.Account)}}
	id, err := w.client.CreateUser(ctx, u)
	return id, w.judge(ctx, err)
}

// Update changes a user; the target sends only fields that are ours.
func (w *workspace) Update(ctx context.Context, remote string, want provision.Wanted) error {
	return w.judgeKnown(ctx, w.client.PatchUser(ctx, remote, user(want)))
}

// judgeKnown is judge for a call about what is known by its immutable id: that
// it is absent stays NotFound.
func (w *workspace) judgeKnown(ctx context.Context, err error) error {
	if directory.Is(err, directory.NotFound) {
		return err
	}
	return w.judge(ctx, err)
}

// Suspend suspends a user: nobody can sign in, everything is kept.
func (w *workspace) Suspend(ctx context.Context, remote string) error {
	suspended := true
	return w.judgeKnown(ctx, w.client.PatchUser(ctx, remote, directory.User{Suspended: &suspended}))
}

// recoverable is how long Google can bring a deleted user back:
// https://support.google.com/a/answer/33314.
const recoverable = 20 * 24 * time.Hour

// Delete deletes a user.
func (w *workspace) Delete(ctx context.Context, remote string) (time.Duration, error) {
	return recoverable, w.judgeKnown(ctx, w.client.DeleteUser(ctx, remote))
}

// judge gives a refused call its kind. Google answers "forbidden" for one
// address in a domain that is not the customer's as it does for everything
// once the delegation is withdrawn: another call tells them apart.
func (w *workspace) judge(ctx context.Context, err error) error {
	if !directory.Is(err, directory.Denied) {
		return classify(err)
	}
	if _, failed := w.client.OrgUnit(ctx, unit(person.Pupil)); failed != nil {
		return classify(failed)
	}
	return fault.As(fault.Invalid, err)
}

func user(want provision.Wanted) directory.User {
	suspended := !want.Active
	given, family := want.Given, want.Family
	if given == "" {
		given = family // Google needs both parts
	}
	if family == "" {
		family = given
	}
	return directory.User{
		PrimaryEmail: want.Address, Name: &directory.Name{GivenName: cut(given), FamilyName: cut(family)},
		Suspended: &suspended, OrgUnitPath: "/" + unit(person.Kind(want.Kind)),
	}
}

func cut(s string) string {
	if r := []rune(s); len(r) > longestName {
		return strings.TrimSpace(string(r[:longestName]))
	}
	return s
}

// Group makes or renames a group. One with its address is ours: the address
// holds a part of our id.
func (w *workspace) Group(ctx context.Context, remote string, g group.Group) (string, error) {
	want := directory.Group{Email: w.address(g), Name: g.Name}
	if g.Imported() { // which is another next year
		want.Name = fmt.Sprintf("%s (%s)", g.Name, g.Year)
	}
	if remote != "" {
		return remote, w.judgeKnown(ctx, w.client.PatchGroup(ctx, remote, directory.Group{Name: want.Name}))
	}
	id, err := w.client.CreateGroup(ctx, want)
	if directory.Is(err, directory.Duplicate) || directory.Is(err, directory.Transient) {
		have, missing := w.client.FindGroup(ctx, want.Email)
		return have.ID, w.judge(ctx, missing)
	}
	return id, w.judge(ctx, err)
}

// address derives a group's address from its id, which never changes, and
// its year, so that it is readable and never another group's.
func (w *workspace) address(g group.Group) string {
	return fmt.Sprintf("groep-%d-%s@%s", int(g.Year), string(g.ID)[1:13], w.domain)
}

// Join puts a user in a group.
func (w *workspace) Join(ctx context.Context, group, remote string) error {
	return w.judgeKnown(ctx, w.client.AddMember(ctx, group, remote))
}

// Leave takes a user out of a group.
func (w *workspace) Leave(ctx context.Context, group, remote string) error {
	return w.judge(ctx, w.client.RemoveMember(ctx, group, remote))
}
