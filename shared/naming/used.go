package naming

// UsedID is the keyed hash of a name that somebody had who has been erased.
type UsedID string

// UsedOf returns under which ids the names of an account are kept when it is
// erased, where the institution chose to hand out no name twice: give it the
// username and every address of the account.
func UsedOf(of Hash, names ...string) []UsedID {
	seen := map[string]bool{}
	var ids []UsedID
	for _, n := range names {
		if local := Local(n); local != "" && !seen[local] {
			seen[local] = true
			ids = append(ids, UsedID(of(local)))
		}
	}
	return ids
}

// Used are the names of the people who have been erased, by their hashes.
type Used struct {
	Of  Hash
	IDs map[UsedID]bool
}

// Holds reports whether somebody had the name before.
func (u Used) Holds(local string) bool { return len(u.IDs) > 0 && u.IDs[UsedID(u.Of(local))] }
