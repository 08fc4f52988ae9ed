// Package access says who may do what: roles, and the permissions they hold.
package access

import (
	"slices"

	"cool.example/sync/shared/fault"
)

// Role is what a person is to the institution inside COOL Sync. Being a
// teacher or pupil is no role: it follows from the kind of person.
type Role string

// The roles that an institution grants.
const (
	Admin     Role = "admin"     // manages accounts, groups, connections
	Signatory Role = "signatory" // may consent to partners on behalf of the institution
)

// Permission is one thing that a person may do.
type Permission string

// The permissions that handlers ask for.
const (
	ManageGroups  Permission = "groups.manage"  // see every class of the institution
	IssueSheets   Permission = "sheets.issue"   // make first passwords for a class
	ApproveImport Permission = "import.approve" // approve a plan that waits
	ViewImport    Permission = "import.view"    // see runs, counts and findings
	UploadRoster  Permission = "import.upload"  // hand over a source file
	ManageBin     Permission = "bin.manage"     // see and restore deleted accounts
	ManageSchool  Permission = "school.manage"  // set bounds and columns, begin a year, merge schools
	ManagePeople  Permission = "people.manage"  // see, add, change and block people
	ManageRules   Permission = "rules.manage"   // set rules for names, groups and links
	ManageRights  Permission = "rights.manage"  // grant and deny applications, data and tasks
	ServeSubjects Permission = "subjects.serve" // export, restrict and erase on somebody's request
	ViewLog       Permission = "log.view"       // read who saw and changed what
)

// Permissions returns every permission, in the order of screens.
func Permissions() []Permission {
	return []Permission{
		ManagePeople, ManageGroups, IssueSheets, ManageRules, ManageRights, UploadRoster, ViewImport, ApproveImport, ManageBin, ManageSchool,
		ServeSubjects, ViewLog,
	}
}

// All returns every role.
func All() []Role { return []Role{Admin, Signatory} }

// held lists the permissions of each role. What is not listed is denied.
func held(r Role) []Permission {
	if r == Admin {
		return Permissions()
	}
	return nil
}

// Roles returns the roles that hold p.
func Roles(p Permission) []Role {
	return slices.DeleteFunc(All(), func(r Role) bool { return !slices.Contains(held(r), p) })
}

// Allow answers nil where one of roles holds p, else Forbidden.
func Allow(roles []Role, p Permission) error {
	for _, r := range roles {
		if slices.Contains(held(r), p) {
			return nil
		}
	}
	return fault.New(fault.Forbidden, "")
}
