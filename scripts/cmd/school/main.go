// Command school writes an invented school as EDEXML 2.1 to standard output.
// The same options give the same bytes.
package main

import (
	"flag"
	"fmt"
	"os"

	"cool.example/sync/scripts/internal/synthetic"
	"cool.example/sync/shared/school"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	pupils := flag.Int("pupils", 400, "how many pupils")
	seed := flag.Uint64("seed", 7, "the same seed gives the same school")
	brin := flag.String("brin", "99XX", "BRIN of the school")
	location := flag.String("location", "00", "number of its location")
	year := flag.String("year", "2026-2027", "school year")
	sector := flag.String("sector", "PO", "PO (primary) or VO (secondary)")
	forbidden := flag.Bool("forbidden", false, "plant invented BSNs, birth dates and postcodes, which no import may keep")
	flag.Parse()
	code, err := school.NewCode(*brin, *location)
	if err != nil {
		return err
	}
	y, err := school.ParseYear(*year)
	if err != nil {
		return err
	}
	return synthetic.Generate(synthetic.Options{
		Seed: *seed, Pupils: *pupils, Code: code, Year: y, Secondary: *sector == "VO", Forbidden: *forbidden,
	}).WriteEDEXML(os.Stdout)
}
