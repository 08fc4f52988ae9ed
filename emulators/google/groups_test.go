package google_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	admin "google.golang.org/api/admin/directory/v1"

	"cool.example/sync/emulators/google"
)

func TestGroupLives(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	g := r.group(t, "groep8@"+staff)
	_, err := r.api.Groups.Insert(&admin.Group{Email: "groep8@" + staff}).Do()
	refused(t, err, http.StatusConflict, "duplicate")
	_, err = r.api.Groups.Patch(g.Id, &admin.Group{Email: "groep8b@" + staff, Description: "2026"}).Do()
	require.NoError(t, err)
	got, err := r.api.Groups.Get("groep8@" + staff).Do()
	require.NoError(t, err)
	require.Equal(t, "groep8b@"+staff, got.Email)
	require.Equal(t, "Groep 8", got.Name)
	require.Equal(t, "2026", got.Description)
	require.Equal(t, []string{"groep8@" + staff}, got.Aliases)
	list, err := r.api.Groups.List().Customer("my_customer").Query("email='groep8b@" + staff + "'").Do()
	require.NoError(t, err)
	require.Len(t, list.Groups, 1)
	require.NoError(t, r.api.Groups.Delete(g.Id).Do())
	_, err = r.api.Groups.Get(g.Id).Do()
	refused(t, err, http.StatusNotFound, "notFound")
	r.group(t, "groep8@"+staff)
	require.Empty(t, r.Violations())
}

func TestMembersJoinAndLeave(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	g, u := r.group(t, "groep8@"+staff), r.made(t, "sanne@"+pupils)
	m, err := r.api.Members.Insert(g.Id, &admin.Member{Id: u.Id, Role: "OWNER"}).Do()
	require.NoError(t, err)
	require.Equal(t, []string{u.Id, "sanne@" + pupils, "USER"}, []string{m.Id, m.Email, m.Type})
	_, err = r.api.Members.Insert(g.Id, &admin.Member{Email: "sanne@" + pupils}).Do()
	refused(t, err, http.StatusConflict, "duplicate")
	require.ErrorContains(t, err, "Member already exists.")
	_, err = r.api.Members.Insert(g.Id, &admin.Member{Email: "niemand@" + pupils}).Do()
	refused(t, err, http.StatusNotFound, "notFound")
	_, err = r.api.Members.Insert(g.Id, &admin.Member{}).Do()
	refused(t, err, http.StatusBadRequest, "required")
	_, err = r.api.Members.Insert("geen@"+staff, &admin.Member{Id: u.Id}).Do()
	refused(t, err, http.StatusNotFound, "notFound")
	in, err := r.api.Members.HasMember(g.Id, u.Id).Do()
	require.NoError(t, err)
	require.True(t, in.IsMember)
	got, err := r.api.Members.Get(g.Id, "sanne@"+pupils).Do()
	require.NoError(t, err)
	require.Equal(t, "OWNER", got.Role)
	list, err := r.api.Members.List(g.Id).Roles("MEMBER").Do()
	require.NoError(t, err)
	require.Empty(t, list.Members)
	of, err := r.api.Groups.List().UserKey(u.Id).Do()
	require.NoError(t, err)
	require.Len(t, of.Groups, 1)
	require.NoError(t, r.api.Members.Delete(g.Id, u.Id).Do())
	refused(t, r.api.Members.Delete(g.Id, u.Id).Do(), http.StatusNotFound, "notFound")
	require.Empty(t, r.Violations())
}

func TestGroupsNest(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	school, class, u := r.group(t, "school@"+staff), r.group(t, "groep8@"+staff), r.made(t, "sanne@"+pupils)
	_, err := r.api.Members.Insert(school.Id, &admin.Member{Id: class.Id}).Do()
	require.NoError(t, err)
	_, err = r.api.Members.Insert(class.Id, &admin.Member{Id: school.Id}).Do()
	refused(t, err, http.StatusPreconditionFailed, "conditionNotMet")
	_, err = r.api.Members.Insert(class.Id, &admin.Member{Id: u.Id}).Do()
	require.NoError(t, err)
	in, err := r.api.Members.HasMember(school.Id, u.Id).Do()
	require.NoError(t, err)
	require.True(t, in.IsMember)
	_, err = r.api.Members.Insert(school.Id, &admin.Member{Email: "guest@elsewhere.example"}).Do()
	require.NoError(t, err)
	require.Equal(t, []string{"groep8@" + staff, "guest@elsewhere.example"}, r.Members()["school@"+staff])
	require.Empty(t, r.Violations())
}

func TestMembersComeInPages(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	g := r.group(t, "groep8@"+staff)
	for i := range 12 {
		u := r.made(t, fmt.Sprintf("p%d@%s", i, pupils))
		_, err := r.api.Members.Insert(g.Id, &admin.Member{Id: u.Id}).Do()
		require.NoError(t, err)
		r.clock.pass(time.Second)
	}
	seen := map[string]bool{}
	require.NoError(t, r.api.Members.List(g.Id).MaxResults(5).Pages(t.Context(), func(m *admin.Members) error {
		for _, each := range m.Members {
			seen[each.Id] = true
		}
		return nil
	}))
	require.Len(t, seen, 12)
	require.Empty(t, r.Violations())
}

func TestOrgUnitsHoldUsers(t *testing.T) {
	t.Parallel()
	r := start(t, google.Options{})
	unit := func(parent, name string) (*admin.OrgUnit, error) {
		r.clock.pass(time.Second)
		return r.api.Orgunits.Insert("my_customer", &admin.OrgUnit{Name: name, ParentOrgUnitPath: parent}).Do()
	}
	top, err := unit("/", "Leerlingen")
	require.NoError(t, err)
	_, err = unit("/Leerlingen", "Groep 8")
	require.NoError(t, err)
	_, err = unit("/", "leerlingen")
	refused(t, err, http.StatusBadRequest, "invalid")
	_, err = unit("/Nergens", "X")
	refused(t, err, http.StatusBadRequest, "invalid")
	want := pupil("sanne@" + pupils)
	want.OrgUnitPath = "/Leerlingen/Groep 8"
	u, err := r.api.Users.Insert(want).Do()
	require.NoError(t, err)

	r.clock.pass(time.Second)
	_, err = r.api.Orgunits.Patch("C1", "Leerlingen", &admin.OrgUnit{Name: "Kinderen"}).Do()
	require.NoError(t, err)
	got, err := r.api.Users.Get(u.Id).Do()
	require.NoError(t, err)
	require.Equal(t, "/Kinderen/Groep 8", got.OrgUnitPath)
	for query, n := range map[string]int{"orgUnitPath='/Kinderen'": 1, "orgUnitPath='/Kinderen/Groep 8'": 1, "orgUnitPath='/Leerlingen'": 0} {
		below, err := r.api.Users.List().Customer("my_customer").Query(query).Do()
		require.NoError(t, err)
		require.Len(t, below.Users, n, query)
	}
	byID, err := r.api.Orgunits.Get("my_customer", top.OrgUnitId).Do()
	require.NoError(t, err)
	require.Equal(t, "/Kinderen", byID.OrgUnitPath)
	_, err = r.api.Orgunits.Get("my_customer", "Leerlingen").Do()
	refused(t, err, http.StatusNotFound, "notFound")
	all, err := r.api.Orgunits.List("my_customer").Type("all").Do()
	require.NoError(t, err)
	require.Len(t, all.OrganizationUnits, 2)
	direct, err := r.api.Orgunits.List("my_customer").Do()
	require.NoError(t, err)
	require.Len(t, direct.OrganizationUnits, 1)

	refused(t, r.api.Orgunits.Delete("my_customer", "Kinderen").Do(), http.StatusPreconditionFailed, "conditionNotMet")
	refused(t, r.api.Orgunits.Delete("my_customer", "Kinderen/Groep 8").Do(), http.StatusPreconditionFailed, "conditionNotMet")
	_, err = r.api.Users.Patch(u.Id, &admin.User{OrgUnitPath: "/"}).Do()
	require.NoError(t, err)
	require.NoError(t, r.api.Orgunits.Delete("my_customer", "Kinderen/Groep 8").Do())
	_, err = r.api.Orgunits.Get("C2", "Leerlingen").Do()
	refused(t, err, http.StatusForbidden, "forbidden")
	require.Empty(t, r.Violations())
}
