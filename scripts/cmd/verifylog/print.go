package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"cool.example/sync/shared/proof"
)

// print writes a report as a person reads it, or as JSON.
func (a asked) print(w io.Writer, r proof.Report, took time.Duration) error {
	if a.json {
		body, err := json.Marshal(r)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, "%s\n", body)
		return err
	}
	_, err := io.WriteString(w, text(r, took))
	return err
}

func text(r proof.Report, took time.Duration) string {
	var b strings.Builder
	fmt.Fprintf(&b, "institution %s\n", r.Tenant)
	if r.Last == 0 {
		fmt.Fprintf(&b, "  manifests  none\n")
	} else {
		fmt.Fprintf(&b, "  manifests  %d to %d\n", r.First, r.Last)
	}
	fmt.Fprintf(&b, "  entries    %d are as they were signed; the time of %d others is over\n", r.Signed, r.Over)
	if r.Pending > 0 {
		fmt.Fprintf(&b, "  not yet    %d entries are too young: they are signed within a minute or two, and nobody can vouch for them before\n", r.Pending)
	}
	if r.Unproven > 0 {
		fmt.Fprintf(&b, "  untold     %d entries are of times whose manifests are broken or gone: nobody can tell\n", r.Unproven)
	}
	if !r.Until.IsZero() {
		fmt.Fprintf(&b, "  reaches    to %s\n", moment(r.Until))
	}
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "  %-9s  %s  %s", strings.ToUpper(string(f.Kind)), moment(f.At), f.Place)
		if f.Sequence > 0 {
			fmt.Fprintf(&b, "  (manifest %d)", f.Sequence)
		}
		fmt.Fprintf(&b, ": %s\n", f.Note)
	}
	if r.More > 0 {
		fmt.Fprintf(&b, "  and %d more\n", r.More)
	}
	if len(r.Findings) == 0 {
		fmt.Fprintf(&b, "  PROVEN     nothing was altered, removed or added (%.1f s)\n", took.Seconds())
	} else {
		fmt.Fprintf(&b, "  WRONG      %d findings, the oldest first (%.1f s)\n", len(r.Findings)+r.More, took.Seconds())
	}
	return b.String()
}

func moment(at time.Time) string {
	if at.IsZero() {
		return "before the first"
	}
	return at.UTC().Format("2006-01-02 15:04:05 UTC")
}
