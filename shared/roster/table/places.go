package table

// places are where the columns of fields stand: of each ordinal the index of its
// column and 1, 0 for none.
type places [ordinals]int

// settle notes where the columns stand, once they are decided on.
func (s *sheet) settle() {
	s.places = &places{}
	for i := len(s.columns) - 1; i >= 0; i-- { // the first of several counts
		s.places[ordinal(s.columns[i].field)] = i + 1
	}
}

// ordinal numbers the fields that a heading may stand for, from 1; 0 is none. A
// row asks for each of them.
func ordinal(field string) int {
	switch field {
	case number:
		return 1
	case callName:
		return 2
	case firstNames:
		return 3
	case initials:
		return 4
	case infix:
		return 5
	case surname:
		return 6
	case gender:
		return 7
	case email:
		return 8
	case eckID:
		return 9
	case class:
		return 10
	case year:
		return 11
	case ilt:
		return 12
	case function:
		return 13
	case wholeName:
		return 14
	case period:
		return 15
	case begins:
		return 16
	case ends:
		return 17
	case leaves:
		return 18
	case state:
		return 19
	case code:
		return 20
	case login:
		return 21
	case study:
		return 22
	case location:
		return 23
	}
	return 0
}

// ordinals is how many numbers ordinal returns.
const ordinals = 24
