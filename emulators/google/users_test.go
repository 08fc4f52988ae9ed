package google_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	admin "google.golang.org/api/admin/directory/v1"

	"cool.example/sync/emulators/google"
)

func TestUserIsFoundByItsKeys(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	want := pupil("Sanne@" + pupils)
	want.ExternalIds = []admin.UserExternalId{{Type: "custom", CustomType: "sync", Value: "p-1"}}
	made, err := r.api.Users.Insert(want).Do()
	require.NoError(t, err)
	require.Equal(t, "sanne@"+pupils, made.PrimaryEmail)
	require.Equal(t, "/", made.OrgUnitPath)
	require.Equal(t, "C1", made.CustomerId)
	require.Empty(t, made.Password)
	_, err = r.api.Users.Aliases.Insert(made.Id, &admin.Alias{Alias: "s@" + pupils}).Do()
	require.NoError(t, err)
	for _, key := range []string{made.Id, "SANNE@" + pupils, "s@" + pupils} {
		got, err := r.api.Users.Get(key).Do()
		require.NoError(t, err)
		require.Equal(t, made.Id, got.Id)
		require.Equal(t, "Sanne van der Berg", got.Name.FullName)
		require.Equal(t, []string{"s@" + pupils}, got.Aliases)
	}
	for query, n := range map[string]int{
		"externalId='p-1'": 1, "externalId:p-*": 1, "externalId=p-2": 0, "email=sanne@" + pupils: 1, "email:s*": 1,
		"orgUnitPath='/'": 1, "orgUnitPath=/Elders": 0, "givenName:san* familyName='van der Berg'": 1, "isSuspended=true": 0,
	} {
		list, err := r.api.Users.List().Customer("my_customer").Query(query).Do()
		require.NoError(t, err, query)
		require.Len(t, list.Users, n, query)
	}
	_, err = r.api.Users.List().Customer("my_customer").Query("shoeSize=43").Do()
	refused(t, err, http.StatusBadRequest, "invalid")
	require.Empty(t, r.Violations())
}

func TestUserIsRefused(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{Speed: 1e6, Clock: time.Now}) // quotas are for another test
	r.made(t, "taken@"+staff)
	r.group(t, "group@"+staff)
	for name, c := range map[string]struct {
		change func(*admin.User)
		status int
		reason string
	}{
		"address taken":          {func(u *admin.User) { u.PrimaryEmail = "TAKEN@" + staff }, 409, "duplicate"},
		"address of a group":     {func(u *admin.User) { u.PrimaryEmail = "group@" + staff }, 409, "duplicate"},
		"address of the admin":   {func(u *admin.User) { u.PrimaryEmail = boss }, 409, "duplicate"},
		"accent in address":      {func(u *admin.User) { u.PrimaryEmail = "josé@" + staff }, 400, "invalid"},
		"two dots in address":    {func(u *admin.User) { u.PrimaryEmail = "a..b@" + staff }, 400, "invalid"},
		"dot first":              {func(u *admin.User) { u.PrimaryEmail = ".b@" + staff }, 400, "invalid"},
		"address without domain": {func(u *admin.User) { u.PrimaryEmail = "b" }, 400, "invalid"},
		"address too long":       {func(u *admin.User) { u.PrimaryEmail = strings.Repeat("b", 65) + "@" + staff }, 400, "invalid"},
		"unknown domain":         {func(u *admin.User) { u.PrimaryEmail = "b@nobody.example" }, 403, "forbidden"},
		"domain of another":      {func(u *admin.User) { u.PrimaryEmail = "b@" + stranger }, 403, "forbidden"},
		"long name":              {func(u *admin.User) { u.Name.FamilyName = strings.Repeat("é", 41) }, 400, "invalid"},
		"short password":         {func(u *admin.User) { u.Password = "1234567" }, 400, "invalid"},
		"long password":          {func(u *admin.User) { u.Password = strings.Repeat("x", 101) }, 400, "invalid"},
		"unknown hash":           {func(u *admin.User) { u.HashFunction = "rot13" }, 400, "invalid"},
		"no such org unit":       {func(u *admin.User) { u.OrgUnitPath = "/Nergens" }, 400, "invalid"},
		"external id without type": {func(u *admin.User) {
			u.ExternalIds = []admin.UserExternalId{{Value: "1"}}
		}, 400, "invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := pupil("new@" + staff)
			c.change(u)
			_, err := r.api.Users.Insert(u).Do()
			refused(t, err, c.status, c.reason)
		})
	}
	t.Cleanup(func() {
		require.Len(t, r.Users(), 1)
		require.Empty(t, r.Violations())
	})
}

func TestRenameLeavesAnAlias(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	u := r.made(t, "jansen@"+staff)
	other := r.made(t, "pietersen@"+staff)
	_, err := r.api.Users.Patch(u.Id, &admin.User{PrimaryEmail: "pietersen@" + staff}).Do()
	refused(t, err, http.StatusConflict, "duplicate")
	_, err = r.api.Users.Patch(u.Id, &admin.User{PrimaryEmail: "dejong@" + staff, Suspended: true}).Do()
	require.NoError(t, err)
	_, err = r.api.Users.Insert(pupil("jansen@" + staff)).Do()
	refused(t, err, http.StatusConflict, "duplicate")
	got, err := r.api.Users.Get("jansen@" + staff).Do()
	require.NoError(t, err)
	require.Equal(t, "dejong@"+staff, got.PrimaryEmail)
	require.Equal(t, "van der Berg", got.Name.FamilyName, "a patch leaves the rest")
	require.True(t, got.Suspended)
	require.NoError(t, r.api.Users.Aliases.Delete(u.Id, "jansen@"+staff).Do())
	_, err = r.api.Users.Patch(other.Id, &admin.User{PrimaryEmail: "jansen@" + staff}).Do()
	require.NoError(t, err, "an alias that was deleted is free at once")
	_, err = r.api.Users.Update(other.Id, &admin.User{PrimaryEmail: "pietersen@" + staff}).Do()
	require.NoError(t, err, "a user may take its own alias back")
	list, err := r.api.Users.Aliases.List(other.Id).Do()
	require.NoError(t, err)
	require.Len(t, list.Aliases, 1)
	require.Empty(t, r.Violations())
}

func TestDeletedUserComesBackWithin20Days(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	u := r.made(t, "sanne@"+pupils)
	g := r.group(t, "groep8@"+staff)
	_, err := r.api.Members.Insert(g.Id, &admin.Member{Id: u.Id}).Do()
	require.NoError(t, err)
	require.NoError(t, r.api.Users.Delete(u.Id).Do())
	require.Empty(t, r.Members()["groep8@"+staff])
	_, err = r.api.Users.Get(u.Id).Do()
	refused(t, err, http.StatusNotFound, "notFound")
	deleted, err := r.api.Users.List().Customer("C1").ShowDeleted("true").Do()
	require.NoError(t, err)
	require.Len(t, deleted.Users, 1)
	require.NotEmpty(t, deleted.Users[0].DeletionTime)

	r.clock.pass(19 * 24 * time.Hour)
	_, err = r.api.Users.Insert(pupil("sanne@" + pupils)).Do()
	refused(t, err, http.StatusConflict, "duplicate")
	refused(t, r.api.Users.Undelete("sanne@"+pupils, &admin.UserUndelete{}).Do(), http.StatusPreconditionFailed, "conditionNotMet")
	require.NoError(t, r.api.Users.Undelete(u.Id, &admin.UserUndelete{OrgUnitPath: "/"}).Do())
	got, err := r.api.Users.Get("sanne@" + pupils).Do()
	require.NoError(t, err)
	require.Equal(t, u.Id, got.Id)

	require.NoError(t, r.api.Users.Delete(u.Id).Do())
	r.clock.pass(20 * 24 * time.Hour)
	refused(t, r.api.Users.Undelete(u.Id, &admin.UserUndelete{}).Do(), http.StatusPreconditionFailed, "conditionNotMet")
	again := r.made(t, "sanne@"+pupils)
	require.NotEqual(t, u.Id, again.Id)
	require.Empty(t, r.Violations())
}

func TestNewUserIsSeenLater(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{Delay: 10 * time.Second})
	u, g := r.made(t, "sanne@"+pupils), r.group(t, "groep8@"+staff)
	_, err := r.api.Users.Get(u.Id).Do()
	refused(t, err, http.StatusNotFound, "notFound")
	_, err = r.api.Users.Patch(u.Id, &admin.User{Suspended: true}).Do()
	refused(t, err, http.StatusPreconditionFailed, "conditionNotMet")
	_, err = r.api.Members.Insert(g.Id, &admin.Member{Id: u.Id}).Do()
	refused(t, err, http.StatusNotFound, "notFound")
	_, err = r.api.Users.Insert(pupil("sanne@" + pupils)).Do()
	refused(t, err, http.StatusConflict, "duplicate")
	r.clock.pass(10 * time.Second)
	_, err = r.api.Members.Insert(g.Id, &admin.Member{Id: u.Id}).Do()
	require.NoError(t, err)
	require.Empty(t, r.Violations())
}

func TestUsersComeInPages(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	want := map[string]bool{}
	for i := range 25 {
		want[r.made(t, fmt.Sprintf("p%d@%s", i, pupils)).Id] = true
		r.clock.pass(time.Second)
	}
	pages := 0
	require.NoError(t, r.api.Users.List().Domain(pupils).MaxResults(10).OrderBy("email").Pages(t.Context(), func(u *admin.Users) error {
		pages++
		for _, each := range u.Users {
			require.True(t, want[each.Id], "twice or unknown")
			delete(want, each.Id)
		}
		return nil
	}))
	require.Equal(t, 3, pages)
	require.Empty(t, want)
	list, err := r.api.Users.List().Domain(staff).Do()
	require.NoError(t, err)
	require.Empty(t, list.Users)
	_, err = r.api.Users.List().Domain(stranger).Do()
	refused(t, err, http.StatusNotFound, "notFound")
	_, err = r.api.Users.List().Customer("C2").Do()
	refused(t, err, http.StatusForbidden, "forbidden")
	_, err = r.api.Users.List().Do()
	refused(t, err, http.StatusBadRequest, "badRequest")
	require.Empty(t, r.Violations())
}
