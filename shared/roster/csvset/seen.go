package csvset

import (
	"hash/maphash"
	"math/bits"
)

// Seen remembers ids, of which there may be a million, by two hashes that are
// others in every run.
type Seen struct {
	seeds [2]maphash.Seed
	slots [][2]uint64 // a power of two, at most half of them taken; zero is free
	taken int
}

// fewSlots is how many slots there are at first.
const fewSlots = 1 << 10

// odd mixes the hashes of several ids.
const odd = 0x9e3779b97f4a7c15

// Again reports whether an id was asked for before, or several together.
func (s *Seen) Again(ids ...string) bool {
	if s.slots == nil {
		s.seeds, s.slots = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, make([][2]uint64, fewSlots)
	}
	var key [2]uint64
	for i, seed := range s.seeds {
		for _, id := range ids {
			key[i] = bits.RotateLeft64(key[i], 7)*odd + maphash.String(seed, id)
		}
	}
	key[0] |= 1 // never free
	if s.taken*2 >= len(s.slots) {
		s.grow()
	}
	return s.take(key)
}

// take takes a slot for a key, and reports whether it has one.
func (s *Seen) take(key [2]uint64) bool {
	mask := uint64(len(s.slots) - 1)
	for i := key[1] & mask; ; i = (i + 1) & mask {
		switch s.slots[i] {
		case key:
			return true
		case [2]uint64{}:
			s.slots[i] = key
			s.taken++
			return false
		}
	}
}

func (s *Seen) grow() {
	old := s.slots
	s.slots, s.taken = make([][2]uint64, 4*len(old)), 0
	for _, key := range old {
		if key != [2]uint64{} {
			s.take(key)
		}
	}
}
