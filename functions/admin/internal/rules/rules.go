// Package rules is the part of the console where a school says who may reach
// what, which groups it has of its own, who supervises whom, and how people are
// named.
package rules

import (
	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/access"
	"cool.example/sync/shared/change"
	"cool.example/sync/shared/outbox"
	"cool.example/sync/shared/seal"
	"cool.example/sync/shared/tenant"
	"cool.example/sync/shared/topic"
)

// Office is this part of the console.
type Office struct {
	console.Console
	Desk  change.Desk
	Post  outbox.Post
	Index seal.Index
}

// Mount mounts the pages.
func (o Office) Mount(page console.Route) {
	page("GET /admin/rights", access.ManageRights, o.showRights)
	page("POST /admin/rights", access.ManageRights, o.setRight)
	page("POST /admin/rights/undo", access.ManageRights, o.undoRight)
	page("POST /admin/rights/{id}", access.ManageRights, o.dropRight)
	page("GET /admin/groups", access.ManageRules, o.showGroups)
	page("POST /admin/groups", access.ManageRules, o.addGroup)
	page("POST /admin/groups/undo", access.ManageRules, o.undoGroup)
	page("POST /admin/groups/{id}", access.ManageRules, o.setGroup)
	page("GET /admin/links", access.ManageRules, o.showLinks)
	page("POST /admin/links", access.ManageRules, o.addLinkRule)
	page("POST /admin/links/undo", access.ManageRules, o.undoLinkRule)
	page("POST /admin/links/{id}", access.ManageRules, o.dropLinkRule)
	page("POST /admin/supervision/{id}", access.ManageRules, o.except)
	page("POST /admin/supervision/{id}/undo", access.ManageRules, o.undoException)
	page("GET /admin/names", access.ManageRules, o.showNames)
	page("POST /admin/names", access.ManageRules, o.setNames)
	page("POST /admin/names/undo", access.ManageRules, o.undoNames)
	page("POST /admin/names/reserved", access.ManageRules, o.setReserved)
	page("POST /admin/names/reserved/undo", access.ManageRules, o.undoReserved)
	page("POST /admin/names/mailboxes", access.ManageRules, o.setMailboxes)
}

// recalculate returns the letter that has everything calculated anew that
// follows from rules.
func (o Office) recalculate(owner tenant.ID) outbox.Letter {
	now := o.Clock.Now()
	return outbox.New(owner, now, outbox.To(topic.Recalculate, topic.Recalculation{Tenant: owner, Asked: now.UnixMilli()}))
}
