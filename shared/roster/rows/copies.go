package rows

import "strings"

// Copies makes copies of cells that are kept, so that the rest of their rows is
// not. Many share one piece of memory, which saves their making one by one. The
// zero Copies is ready.
type Copies struct{ piece strings.Builder }

// pieceBytes is how large a piece is. It lives for as long as any copy in it.
const pieceBytes = 8 << 10

// Of returns a copy of a cell.
func (c *Copies) Of(cell string) string {
	if cell == "" {
		return ""
	}
	if c.piece.Cap()-c.piece.Len() < len(cell) {
		c.piece.Reset()
		c.piece.Grow(max(pieceBytes, len(cell)))
	}
	from := c.piece.Len()
	c.piece.WriteString(cell)
	return c.piece.String()[from:]
}
