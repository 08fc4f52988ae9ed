package guardian

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
	case child:
		return 1
	case slot:
		return 2
	case key:
		return 3
	case callName:
		return 4
	case firstNames:
		return 5
	case initials:
		return 6
	case infix:
		return 7
	case surname:
		return 8
	case email:
		return 9
	case receives:
		return 10
	case wholeName:
		return 11
	case salutation:
		return 12
	case gender:
		return 13
	}
	return 0
}

// ordinals is how many numbers ordinal returns.
const ordinals = 14
