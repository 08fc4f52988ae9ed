package roster

import (
	"slices"
	"strings"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/person"
)

// twice proposes to make one of two accounts that may be one person's: schools
// of an institution that are imported side by side each make one. The older
// account stays, with its address; the other one leaves. Who says that they
// are two people is not asked again.
func (c *comparison) twice(matches []match) {
	if c.plan.Prepares {
		return
	}
	elsewhere := c.elsewhere()
	for at := range c.people {
		p, m := &c.people[at], matches[at]
		if !m.sure || p.Left || !c.roles[p.Kind].leads {
			continue
		}
		if doubles := c.doubles(m.who[0], elsewhere); len(doubles) > 0 {
			c.proposeOne(m.who[0], doubles)
		}
	}
}

// elsewhere returns the members of staff of other schools by what they look
// like.
func (c *comparison) elsewhere() map[string][]int {
	found := map[string][]int{}
	for i, a := range c.known.Accounts {
		if a.Kind != person.Staff || c.here(i) || !a.Present() {
			continue
		}
		for _, like := range likes(a.Account) {
			if like != "" && !slices.Contains(found[like], i) {
				found[like] = append(found[like], i)
			}
		}
	}
	return found
}

// doubles returns the accounts that may be of the same person as account i:
// pupils with its ECK-iD, staff of other schools with its name or address.
func (c *comparison) doubles(i int, elsewhere map[string][]int) []int {
	a := c.known.Accounts[i]
	var list []int
	switch {
	case a.Kind == person.Pupil && a.Source.ECK.Hash != "":
		list = slices.Clone(c.sameECK[a.Source.ECK.Hash])
	case a.Kind == person.Staff && Fold(a.Source.Name.Surname) != "" && len(elsewhere) > 0:
		for _, like := range likes(a.Account) {
			list = append(list, elsewhere[like]...)
		}
	}
	slices.Sort(list)
	list = slices.DeleteFunc(slices.Compact(list), func(j int) bool { return j == i || !c.mayBeOne(a.Account, j) })
	return list[:min(len(list), mostCandidates)]
}

// mayBeOne reports whether account j may be of the same person as a: it is at
// no school with a, and nobody has said that they are two.
func (c *comparison) mayBeOne(a account.Account, j int) bool {
	b := c.known.Accounts[j]
	if b.Kind != a.Kind || c.claimed[j] || !b.Present() || slices.Contains(a.Apart, b.ID) || slices.Contains(b.Apart, a.ID) {
		return false
	}
	return !slices.ContainsFunc(b.Memberships, func(m account.Membership) bool {
		at, ok := a.At(m.School)
		return ok && !at.Left && !m.Left
	})
}

// proposeOne proposes that account i and one of others are one person's.
func (c *comparison) proposeOne(i int, others []int) {
	this := c.planned(c.known.Accounts[i])
	row := this.Account
	row.Apart = slices.Clone(row.Apart)
	var candidates []AccountRow
	for _, j := range others {
		that := c.known.Accounts[j]
		row.Apart = append(row.Apart, that.ID)
		c.seen[j] = true
		stays, goes := that, this
		if older(this.Account, that.Account) {
			stays, goes = this, that
		}
		kept, gone := joined(stays.Account, goes.Account)
		one, with := c.leaving(that, gone, "merged"), c.row(this, kept, Change, "same_person_twice")
		if stays.ID == that.ID {
			one, with = c.row(that, kept, Change, "same_person_twice"), c.leaving(this, gone, "merged")
		}
		one.With = []AccountRow{with}
		candidates = append(candidates, one)
	}
	proposal := c.row(this, row, Change, "same_person_twice")
	proposal.Or, proposal.Others = &candidates[0], candidates[1:]
	if len(proposal.Others) == 0 {
		proposal.Others = nil
	}
	c.matches = append(c.matches, proposal)
	c.plan.Counts.Match++
}

// older reports whether a was made before b.
func older(a, b account.Account) bool {
	if !a.Created.Equal(b.Created) {
		return a.Created.Before(b.Created)
	}
	return strings.Compare(string(a.ID), string(b.ID)) < 0
}

// joined returns stays with everything that goes is to its schools, and goes
// without it: by no key is it found again.
func joined(stays, goes account.Account) (account.Account, account.Account) {
	gone := goes
	for _, m := range goes.Memberships {
		if at, ok := stays.At(m.School); !m.Left && (!ok || at.Left) {
			stays = stays.With(m)
		}
		gone = gone.With(account.Membership{School: m.School, Year: m.Year, Left: true})
	}
	for _, m := range goes.Next {
		if _, ok := stays.Prepared(m.School); !ok {
			stays = stays.Preparing(m)
		}
	}
	gone.Next = nil
	return stays, gone
}
