package roster

import (
	"strconv"
	"strings"
)

// A school chooses the names of its files and sheets, and may have put
// somebody's name into them. So findings and columns name a table by its place
// instead, and only what a standard calls a file by that name.

// The words that name a table by its place.
const (
	tableWord = "table "
	sheetWord = "sheet "
)

// TablePlace names the i-th file of a set, from 0: "table 1". A file that is
// the only one needs no name.
func TablePlace(i int, files []File) string {
	if len(files) < 2 {
		return ""
	}
	return tableWord + strconv.Itoa(i+1)
}

// SheetPlace names a sheet of a workbook by its number from 1, within a file
// that TablePlace names: "sheet 2", "table 1 sheet 2". No number is no sheet.
func SheetPlace(file string, number int) string {
	if number == 0 {
		return file
	}
	return strings.TrimSpace(file + " " + sheetWord + strconv.Itoa(number))
}

// ParsePlace returns the numbers of the table and the sheet that place names,
// 0 for none; ok is false where it is the name that a standard gives a file.
func ParsePlace(place string) (table, sheet int, ok bool) {
	rest := place
	if after, cut := strings.CutPrefix(rest, tableWord); cut {
		number, more, _ := strings.Cut(after, " ")
		table, rest = numeral(number), more
	}
	if after, cut := strings.CutPrefix(rest, sheetWord); cut {
		sheet, rest = numeral(after), ""
	}
	return table, sheet, place != "" && rest == ""
}

// numeral returns a number from 1, 0 for anything else.
func numeral(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0
	}
	return n
}
