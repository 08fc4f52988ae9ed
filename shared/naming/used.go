package naming

// UsedID is the keyed hash of an address that somebody had who has been
// erased. It is the hash by which the address was found while its holder lived,
// so that an erasure keeps it without knowing the address.
type UsedID string

// Used are the names of the people who have been erased, by their hashes. The
// zero Used are none.
type Used struct {
	Of      func(address string) UsedID
	IDs     map[UsedID]bool
	Domains []string // of the institution's addresses
}

// Holds reports whether somebody had the name before, under any domain.
func (u Used) Holds(local string) bool {
	if len(u.IDs) == 0 {
		return false
	}
	for _, domain := range u.Domains {
		if u.IDs[u.Of(local+"@"+domain)] {
			return true
		}
	}
	return false
}
