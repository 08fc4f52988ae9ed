package school

import "time"

// Bound is how many of something an import may do by itself: beyond both the
// count and the share, a person looks at it first.
type Bound struct {
	Count   int
	Percent int // of those whom it could befall
}

// Exceeded reports whether n out of of is beyond the bound.
func (b Bound) Exceeded(n, of int) bool { return n > b.Count && n*100 > b.Percent*of }

// Bounds are the bounds of an import. Each holds back only its own kind.
type Bounds struct {
	Leavers Bound // of one kind of person at the school
	Class   Bound // leavers of one class
	Names   Bound // people with another surname or call name
	Moves   Bound // pupils who change class
}

// UsualBounds returns the bounds for the year through.
func UsualBounds() Bounds {
	return Bounds{
		Leavers: Bound{5, 10}, Class: Bound{5, 50}, Names: Bound{5, 5}, Moves: Bound{15, 25},
	}
}

// UsualRollover returns the bounds between July and September, when a year
// group leaves and everybody changes class.
func UsualRollover() Bounds {
	return Bounds{
		Leavers: Bound{5, 35}, Class: Bound{100, 100}, Names: Bound{5, 5}, Moves: Bound{100, 100},
	}
}

// BoundsAt returns the bounds that hold at t.
func (s School) BoundsAt(t time.Time) Bounds {
	own, usual := s.Bounds, UsualBounds()
	if Turning(t) {
		own, usual = s.Rollover, UsualRollover()
	}
	if own != nil {
		return *own
	}
	return usual
}

// Turning reports whether t is in the weeks in which school years turn.
func Turning(t time.Time) bool { return t.Month() >= time.July && t.Month() <= time.September }

// Begins returns the day on which y begins.
func (y Year) Begins() time.Time { return time.Date(int(y), time.August, 1, 0, 0, 0, 0, time.UTC) }
