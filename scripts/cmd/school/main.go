// Command school writes an invented school to standard output, in any format
// that is read, as it should be or with defects. The same options give the same
// bytes.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"cool.example/sync/scripts/internal/synthetic"
	"cool.example/sync/shared/school"
)

func main() {
	switch err := run(os.Args[1:], os.Stdout); {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run writes the school that args ask for to w.
func run(args []string, w io.Writer) error {
	a, err := parse(args)
	if err != nil {
		return err
	}
	return synthetic.Generate(a.Options).Write(w, a.format, a.defects...)
}

// asked is what the arguments ask for.
type asked struct {
	synthetic.Options
	format  synthetic.Format
	defects []synthetic.Defect
}

func parse(args []string) (asked, error) {
	flags := flag.NewFlagSet("school", flag.ContinueOnError)
	var o asked
	name := flags.String("format", string(synthetic.EDEXML21), fmt.Sprintf("one of %v", synthetic.Formats()))
	defects := flags.String("defects", "", "what is wrong with the file: names with commas between them; one that is none lists them all")
	flags.IntVar(&o.Pupils, "pupils", 400, "how many pupils")
	flags.IntVar(&o.Staff, "staff", 0, "how many members of staff; 0 for one to twelve pupils")
	flags.Uint64Var(&o.Seed, "seed", 7, "the same seed gives the same school")
	flags.StringVar(&o.Domain, "domain", "", "domain of the people's e-mail addresses; none where empty")
	flags.BoolVar(&o.ECK, "eck", false, "give pupils invented ECK iDs")
	flags.BoolVar(&o.Forbidden, "forbidden", false, "plant invented BSNs, birth dates and postcodes, which no import may keep")
	brin := flags.String("brin", "99XX", "BRIN of the school")
	location := flags.String("location", "00", "number of its location")
	year := flags.String("year", "2026-2027", "school year")
	sector := flags.String("sector", "PO", "PO (primary) or VO (secondary)")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is no option; see -h", flags.Arg(0))
	}
	if o.Pupils < 1 || o.Staff < 0 {
		return o, errors.New("a school has at least one pupil, and no fewer staff than none")
	}
	switch school.Sector(*sector) {
	case school.PO:
	case school.VO:
		o.Secondary = true
	default:
		return o, errors.New("the sector is PO or VO")
	}
	var errs [4]error
	o.Code, errs[0] = school.NewCode(*brin, *location)
	o.Year, errs[1] = school.ParseYear(*year)
	o.format, errs[2] = synthetic.ParseFormat(*name)
	o.defects, errs[3] = synthetic.ParseDefects(*defects)
	return o, errors.Join(errs[:]...)
}
