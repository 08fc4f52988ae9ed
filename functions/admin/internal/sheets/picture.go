package sheets

import (
	"strconv"
	"strings"

	"rsc.io/qr"
)

// picture is a QR code (ISO/IEC 18004) as the page draws it: a square of Size
// units with the path of what is black.
type picture struct {
	Size int
	Path string
}

// quiet is the white margin that a reader needs, in modules.
const quiet = 4

// drawn returns the QR code of a text, which can still be read where an eighth
// of it is worn.
func drawn(text string) (*picture, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, err
	}
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if n := strconv.Itoa(x - from); x > from {
				path.WriteString("M" + strconv.Itoa(from+quiet) + " " + strconv.Itoa(y+quiet) + "h" + n + "v1h-" + n + "z")
			}
		}
	}
	return &picture{Size: code.Size + 2*quiet, Path: path.String()}, nil
}
