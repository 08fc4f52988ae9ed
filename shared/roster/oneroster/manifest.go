package oneroster

import (
	"slices"
	"strings"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/csvset"
)

// minimum returns the files without which the standard has no rostering.
func minimum(version string) []string {
	list := []string{"academicSessions.csv", "orgs.csv", "courses.csv", "classes.csv", "users.csv", "enrollments.csv"}
	if version == "1.2" {
		list = append(list, "roles.csv")
	}
	return list
}

// every returns the files that the standard knows beside the manifest.
func every(version string) []string {
	list := append(minimum(version),
		"categories.csv", "classResources.csv", "courseResources.csv", "demographics.csv", "lineItems.csv", "resources.csv", "results.csv")
	if version == "1.2" {
		list = append(list, "lineItemLearningObjectiveIds.csv", "lineItemScoreScales.csv", "resultLearningObjectiveIds.csv",
			"resultScoreScales.csv", "scoreScales.csv", "userProfiles.csv", "userResources.csv")
	}
	return list
}

// manifest reads manifest.csv, which says what the set holds.
func (r *reader) manifest() error {
	if !r.Has("manifest.csv") {
		r.stop(NoManifest, "")
		return nil
	}
	r.files = map[string]string{}
	seen := map[string]string{}
	table := csvset.Table{
		Name: "manifest.csv", Columns: []string{"propertyName", "value"}, Required: []string{"propertyName", "value"},
		Filled: []string{"propertyName"}, Bound: []string{"propertyName", "value"}, Most: 1000,
	}
	err := r.Each(table, func(rec *csvset.Record) { r.property(rec, seen) })
	if err != nil || r.Found.Stopped() {
		return err
	}
	switch version := seen["oneroster.version"]; version {
	case "1.1", "1.2":
		r.version, r.Roster.Format = version, "oneroster "+version
	default:
		r.stop(VersionUnknown, "manifest.csv")
		return nil
	}
	if len(r.Files) == 1 {
		r.stop(NothingNew, "manifest.csv")
		return nil
	}
	if seen["manifest.version"] == "" {
		r.stop(ManifestInvalid, "manifest.csv")
	}
	r.Check(append(every(r.version), "manifest.csv"))
	r.against()
	return nil
}

// property reads one row of the manifest.
func (r *reader) property(rec *csvset.Record, seen map[string]string) {
	name := rec.Get("propertyName")
	if _, twice := seen[name]; twice {
		r.add(rec, ManifestInvalid, "propertyName")
	}
	seen[name] = rec.Get("value")
	file, ok := strings.CutPrefix(name, "file.")
	switch {
	case ok && slices.Contains(every("1.2"), file+".csv"):
		value := r.enum(rec, "value", "absent", "bulk", "delta")
		r.files[file+".csv"] = value
		if value == "delta" {
			r.add(rec, Delta, "value")
		}
	case name == "manifest.version" && seen[name] != "1.0":
		r.add(rec, ManifestInvalid, "value")
	case name != "manifest.version" && name != "oneroster.version" && !strings.HasPrefix(name, "source."):
		r.add(rec, ManifestInvalid, "propertyName")
	}
}

// against compares the files with what the manifest says of them. Where they
// disagree, the files count.
func (r *reader) against() {
	needed := minimum(r.version)
	for _, name := range every(r.version) {
		said, there, need := r.files[name], r.Has(name), slices.Contains(needed, name)
		switch {
		case need && !there && name != "courses.csv":
			r.Set.Add(roster.Finding{Code: csvset.MissingFile, Severity: roster.Stop, File: name})
		case said == "" && need:
			r.stop(ManifestLacks, name)
		case said == "" && there:
			r.Set.Add(roster.Finding{Code: csvset.Unexpected, Severity: r.Slight(), File: name})
		case said == "" && r.First(ManifestShort):
			r.stop(ManifestShort, "manifest.csv")
		case said == "absent" && there:
			r.stop(NotInManifest, name)
		case said == "bulk" && !there:
			r.Set.Add(roster.Finding{Code: csvset.MissingFile, Severity: roster.Warning, File: name})
		}
	}
}

// named reports whether the manifest speaks of a file that we can do without.
func (r *reader) named(name string) bool { return r.files[name] != "" }
