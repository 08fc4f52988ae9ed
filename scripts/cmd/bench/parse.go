package main

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"runtime"
	"syscall"
	"time"

	"cool.example/sync/scripts/internal/synthetic"
	model "cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/format"
	"cool.example/sync/shared/school"
)

// sample is what one format is measured with.
type sample struct {
	format synthetic.Format
	files  []synthetic.File
	bare   func([]byte) error // the standard library's decoder alone
}

// parse measures every format beside the bare decoder on the same bytes.
func parse(invented *synthetic.School) error {
	for _, f := range synthetic.Formats() {
		files, err := invented.Files(f)
		if err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
		if err := (sample{f, files, bare(f)}).measure(invented.Options); err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
	}
	return nil
}

// measure tells how fast the format is, and what share that is of the bare
// decoder's rate. The bytes are those that the decoder sees: of a workbook its
// unpacked sheet.
func (s sample) measure(o synthetic.Options) error {
	files, total := s.roster(), 0
	ours, bare, err := best(func() error { return s.read(files, o) }, func() error {
		total = 0
		for _, f := range s.files {
			n, err := s.decode(f.Body)
			if err != nil {
				return err
			}
			total += n
		}
		return nil
	})
	if err != nil {
		return err
	}
	rate := func(d time.Duration) float64 { return float64(total) / 1e6 / d.Seconds() }
	share := 100 * rate(ours) / rate(bare)
	tell("parse "+string(s.format), fmt.Sprintf("%.0f MB/s, %.0f %% of the bare decoder's %.0f MB/s", rate(ours), share, rate(bare)), "≥ 70 %", share >= 70)
	return nil
}

// decode has the bare decoder read a file, and returns how many bytes it saw.
func (s sample) decode(body []byte) (int, error) {
	if s.format != synthetic.Excel {
		return len(body), s.bare(body)
	}
	book, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return 0, err
	}
	total := 0
	for _, f := range book.File {
		r, err := f.Open()
		if err != nil {
			return 0, err
		}
		part, err := io.ReadAll(r)
		if err != nil {
			return 0, err
		}
		total += len(part)
		if err := s.bare(part); err != nil {
			return 0, err
		}
	}
	return total, nil
}

// bare returns the standard library's decoder of a format.
func bare(f synthetic.Format) func([]byte) error {
	switch f {
	case synthetic.OneRoster11, synthetic.OneRoster12, synthetic.SDS21:
		return bareCSV(',')
	case synthetic.CSV, synthetic.Magister, synthetic.SOMtoday, synthetic.Guardians:
		return bareCSV(';')
	default:
		return bareXML
	}
}

// turns is how often each is measured.
const turns = 3

// best returns the shortest time of each of two things, which take turns. It is
// the processor's time and not the clock's: what else a machine does would hit
// the longer of two harder. That of collecting garbage counts.
func best(one, other func() error) (first, second time.Duration, err error) {
	for range turns {
		for _, x := range []struct {
			do       func() error
			shortest *time.Duration
		}{{one, &first}, {other, &second}} {
			runtime.GC() // of what was before
			at, err := processor()
			if err != nil {
				return 0, 0, err
			}
			if err := x.do(); err != nil {
				return 0, 0, err
			}
			until, err := processor()
			if err != nil {
				return 0, 0, err
			}
			if d := until - at; *x.shortest == 0 || d < *x.shortest {
				*x.shortest = d
			}
		}
	}
	return first, second, nil
}

// processor returns how much of the processors' time this process has had.
func processor() (time.Duration, error) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0, err
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()), nil
}

// roster returns the files as a format reads them.
func (s sample) roster() []model.File {
	var files []model.File
	for _, f := range s.files {
		files = append(files, model.File{Name: f.Name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(f.Body)), nil }})
	}
	return files
}

// read has the format found out and the files read.
func (s sample) read(files []model.File, o synthetic.Options) error {
	var found model.Findings
	list, _, err := format.Read(files, model.Wanted{School: o.Code, Sector: school.PO, Today: time.Now()}, &found)
	if err != nil {
		return err
	}
	if found.Stopped() || len(list.People) == 0 {
		return fmt.Errorf("the file is refused: %+v", found.List)
	}
	return nil
}

func bareXML(body []byte) error {
	d := xml.NewDecoder(bytes.NewReader(body))
	for {
		if _, err := d.RawToken(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func bareCSV(comma rune) func([]byte) error {
	return func(body []byte) error {
		r := csv.NewReader(bytes.NewReader(body))
		r.Comma, r.ReuseRecord, r.FieldsPerRecord = comma, true, -1
		for {
			if _, err := r.Read(); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
		}
	}
}
