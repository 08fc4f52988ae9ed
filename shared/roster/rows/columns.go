package rows

import "iter"

// Places returns where the columns of a table stand, by their fields: the index
// of a column and 1, 0 for none. Of several columns of one field the first
// counts; field 0 is that of columns without one. all is how many fields there
// are.
func Places[F ~uint8](all F, columns []F) []int {
	places := make([]int, all)
	for i, f := range columns {
		if f != 0 && places[f] == 0 {
			places[f] = i + 1
		}
	}
	return places
}

// Tally counts, by column, the cells of rows that hold anything.
type Tally struct{ columns, cells []int }

// Watch has a column counted from now on.
func (t *Tally) Watch(column int) {
	t.columns, t.cells = append(t.columns, column), append(t.cells, 0)
}

// Row counts the cells of a row.
func (t *Tally) Row(row Row) {
	for n, i := range t.columns {
		if i < len(row.Cells) && row.Cells[i] != "" {
			t.cells[n]++
		}
	}
}

// All returns the columns that held anything, with how many cells did.
func (t *Tally) All() iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for n, i := range t.columns {
			if t.cells[n] > 0 && !yield(i, t.cells[n]) {
				return
			}
		}
	}
}
