package roster

import (
	"slices"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/privacy"
)

// Fields returns the registered fields of people that a step changes, in order.
func (s Step) Fields() []string {
	var keys []string
	for _, row := range s.Accounts {
		keys = append(keys, row.fields()...)
	}
	return slices.Compact(slices.Sorted(slices.Values(keys)))
}

// fields returns the registered fields that a row changes, or may change where
// it is a proposal.
func (r AccountRow) fields() []string {
	var keys []string
	for _, c := range r.Changes {
		key := c.Field
		if key == "email" {
			key = "school_email"
			if r.Account.Kind == person.Guardian {
				key = "private_email"
			}
		}
		if _, ok := privacy.Lookup(key); ok { // what a school calls a state, say, is no datum
			keys = append(keys, key)
		}
	}
	if r.Action == Create {
		keys = append(keys, "username")
	}
	for _, other := range slices.Concat(r.Candidates(), r.With) {
		keys = append(keys, other.fields()...)
	}
	return keys
}
