package provisiongoogle_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cool.example/sync/emulators/google"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/connection"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/privacy"
	"cool.example/sync/shared/topic"
)

const (
	klasAddress = "groep-2026-klas12345678@" + domain
	plusAddress = "groep-2026-plus12345678@" + domain
)

func TestPupilFromCreateToLeave(t *testing.T) {
	t.Parallel()
	s := begin(t, google.Options{})
	s.save(pupil(sanne))
	s.done(sanne)
	made := s.fake.Users()["sanne@"+domain]
	require.Equal(t, google.User{
		ID: made.ID, Email: "sanne@" + domain, Given: "Sanne", Family: "van der Berg", Unit: "/Leerlingen", ExternalID: string(sanne),
	}, made)
	require.Equal(t, []string{"sanne@" + domain}, s.fake.Members()[klasAddress])
	require.Equal(t, "4A (2026-2027)", s.fake.Groups()[klasAddress].Name)

	s.change(sanne, func(a *account.Account) {
		a.Kind, a.Source.Name.Call, a.Address = person.Staff, strings.Repeat("é", 41), "s.berg@"+domain
		a.Memberships[0].Groups = []group.ID{plus}
	})
	s.done(sanne)
	changed := s.fake.Users()["s.berg@"+domain]
	require.Equal(t, google.User{
		ID: made.ID, Email: "s.berg@" + domain, Aliases: []string{made.Email}, Given: strings.Repeat("é", 40), Family: "van der Berg",
		Unit: "/Medewerkers", ExternalID: string(sanne),
	}, changed)
	require.Empty(t, s.fake.Members()[klasAddress])
	require.Equal(t, []string{"s.berg@" + domain}, s.fake.Members()[plusAddress])

	s.change(sanne, func(a *account.Account) { a.State = account.Left })
	s.done(sanne)
	require.True(t, s.fake.Users()["s.berg@"+domain].Suspended)
	require.Empty(t, s.fake.Members()[plusAddress])
	s.change(sanne, func(a *account.Account) { a.State = account.Active })
	s.done(sanne)
	require.False(t, s.fake.Users()["s.berg@"+domain].Suspended)
	require.Len(t, s.fake.Users(), 1)
}

func TestGroupIsRenamed(t *testing.T) {
	t.Parallel()
	s := begin(t, google.Options{})
	m := outbox.To(topic.ProvisionGoogle, topic.Provision{Tenant: board, Connection: link, Groups: []group.ID{klas}})
	for _, name := range []string{"4A", "4B"} {
		require.NoError(t, s.db.Groups().Set(t.Context(), board, klas, group.Group{ID: klas, Name: name, Year: 2026}))
		for range 2 {
			require.Equal(t, http.StatusNoContent, s.deliver(m))
		}
		require.Equal(t, name+" (2026-2027)", s.fake.Groups()[klasAddress].Name)
	}
	require.Len(t, s.fake.Groups(), 1)
	require.Equal(t, 1, s.calls("groups.patch"))
}

// TestGroupThatSomebodyRemovedAtGoogle removes a class there with everybody in
// it, and then has somebody join it.
func TestGroupThatSomebodyRemovedAtGoogle(t *testing.T) {
	t.Parallel()
	s := begin(t, google.Options{})
	late := pupil(tim)
	late.Memberships[0].Groups = []group.ID{plus}
	s.save(pupil(sanne), late)
	s.done(sanne, tim)
	s.fake.RemoveGroup(klasAddress)
	require.NotContains(t, s.fake.Groups(), klasAddress)
	s.clock.Advance(10 * time.Minute)
	s.change(tim, func(a *account.Account) { a.Memberships[0].Groups = []group.ID{klas} })
	s.done(tim)
	s.clock.Advance(time.Second)
	for _, m := range s.letters() {
		require.Equal(t, http.StatusNoContent, s.deliver(m))
	}
	require.ElementsMatch(t, []string{"sanne@" + domain, "tim@" + domain}, s.fake.Members()[klasAddress])
	s.stands(sanne, connection.Linked, "")
	s.stands(tim, connection.Linked, "")
}

// fields ties every field of a request to the privacy register, or to "" for
// what says nothing of a person.
func fields() map[string][]string {
	return map[string][]string{
		"primaryEmail": {"school_email"}, "name.givenName": {"call_name"}, "name.familyName": {"infix", "surname"},
		"suspended": nil, "orgUnitPath": nil, "password": nil, // random
		"externalIds.type": nil, "externalIds.customType": nil, "externalIds.value": nil, // our own random id
		"email": {"class"}, "description": {"class"}, "id": nil, "role": nil, // of a group and its members
		"parentOrgUnitPath": nil, // "name" of a group or org unit is the class
		"name":              {"class"},
	}
}

// sent collects the names of the fields in a request's body.
func sent(value any, path string, into map[string]bool) {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			sent(inner, strings.TrimPrefix(path+"."+name, "."), into)
		}
	case []any:
		for _, inner := range v {
			sent(inner, path, into)
		}
	default:
		into[path] = true
	}
}

func TestOnlyWhatTheRegisterAllowsLeaves(t *testing.T) {
	t.Parallel()
	s := begin(t, google.Options{})
	staff := pupil(tim)
	staff.Kind = person.Staff
	s.save(pupil(sanne), staff)
	s.done(sanne, tim)
	for _, id := range []account.ID{sanne, tim} {
		s.change(id, func(a *account.Account) { a.Source.Name.Surname, a.State = "Dijk", account.Blocked })
	}
	s.done(sanne, tim)

	left := map[string]bool{}
	for _, r := range s.fake.Requests() {
		require.NotContains(t, strings.ToLower(string(r.Body)), "secret")
		if len(r.Body) == 0 {
			continue
		}
		var body any
		require.NoError(t, json.Unmarshal(r.Body, &body))
		sent(body, "", left)
	}
	require.NotContains(t, strings.ToLower(string(s.fake.Dump())), "secret")
	require.True(t, left["name.familyName"])
	for name := range left {
		keys, known := fields()[name]
		require.True(t, known, "%s leaves and is not in the register", name)
		for _, key := range keys {
			f, registered := privacy.Lookup(key)
			require.True(t, registered && f.Targets, "%s may not be passed on", key)
		}
	}
}

func TestLostAnswersEndWithOneOfEach(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"users.insert", "users.patch", "groups.insert", "members.insert", "members.delete"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			s := begin(t, google.Options{Delay: 3 * time.Second})
			s.save(pupil(sanne))
			s.fake.Fail(google.Fault{Method: "directory." + method, Status: 0, Times: 1, After: true})
			settle := func() {
				for range 20 {
					if s.deliver(about(sanne)) == http.StatusNoContent {
						break
					}
					s.clock.Advance(time.Second)
				}
				s.stands(sanne, connection.Linked, "")
			}
			settle()
			s.change(sanne, func(a *account.Account) { a.Source.Name.Call, a.Memberships[0].Groups = "Sien", []group.ID{plus} })
			settle()
			require.Len(t, s.fake.Users(), 1)
			require.Equal(t, "Sien", s.fake.Users()["sanne@"+domain].Given)
			require.Equal(t, map[string][]string{klasAddress: {}, plusAddress: {"sanne@" + domain}}, s.fake.Members())
		})
	}
}

func TestForeignUserIsNeverTouched(t *testing.T) {
	t.Parallel()
	s := begin(t, google.Options{})
	s.save(pupil(tim))
	s.done(tim) // somebody made by another system looks like this
	foreign := s.fake.Users()["tim@"+domain]
	a := pupil(sanne)
	a.Address = foreign.Email
	s.save(a)
	for range 3 {
		s.done(sanne)
	}
	s.stands(sanne, connection.Conflict, "address_taken")
	require.Equal(t, map[string]google.User{foreign.Email: foreign}, s.fake.Users())
	require.Equal(t, 1, s.fake.Counts()[google.Count{Method: "directory.users.insert", Status: http.StatusConflict}], "it is tried for ever")
	require.Zero(t, s.calls("users.patch"))

	s.change(sanne, func(a *account.Account) { a.Address = "sanne@" + domain })
	s.done(sanne)
	s.change(sanne, func(a *account.Account) { a.Address = foreign.Email })
	s.done(sanne)
	s.stands(sanne, connection.Conflict, "address_taken")
	require.Equal(t, foreign, s.fake.Users()[foreign.Email])
}

func TestRefusalsOfOneAccount(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]string{"no address": "josé@" + domain, "another's domain": "sanne@elsewhere.example"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, google.Options{})
			a := pupil(sanne)
			a.Address = address
			s.save(a, pupil(tim))
			s.done(sanne, tim)
			s.stands(sanne, connection.Failed, "refused_by_target")
			s.stands(tim, connection.Linked, "")
			require.Empty(t, s.connection().Trouble, "one account stops everybody")
			inserts := s.fake.Counts()
			s.done(sanne)
			require.Equal(t, inserts, s.fake.Counts(), "it is tried for ever")
		})
	}
}

func TestUserThatSomebodyDeletedThere(t *testing.T) {
	t.Parallel()
	s := begin(t, google.Options{})
	s.save(pupil(sanne))
	s.done(sanne)
	l, err := s.db.Links(link).Read(t.Context(), board, sanne)
	require.NoError(t, err)
	l.Value.Remote = "123" // one that is not there
	_, err = s.db.Links(link).SetIf(t.Context(), board, l)
	require.NoError(t, err)
	s.clock.Advance(10 * time.Minute)
	s.change(sanne, func(a *account.Account) { a.Source.Name.Call = "Sien" })
	s.done(sanne)
	s.stands(sanne, connection.Failed, "gone_at_target")
	require.Equal(t, "Sanne", s.fake.Users()["sanne@"+domain].Given)
}

func TestMessagesForNobody(t *testing.T) {
	t.Parallel()
	s := begin(t, google.Options{})
	s.save(pupil(sanne))
	c := s.connection()
	c.On = false
	require.NoError(t, s.db.Connections().Set(t.Context(), board, link, c))
	s.done(sanne)
	require.NoError(t, s.db.Connections().Delete(t.Context(), board, link))
	s.done(sanne)
	require.Empty(t, s.fake.Requests())
}
