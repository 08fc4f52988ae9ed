package uwlr

import (
	"embed"

	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/edexml"
)

// The findings about a delivery as a whole. Each refuses it.
const (
	WrongAnswer   = "uwlr.wrong_answer"   // something else than an answer, or parts in the wrong place
	FaultAnswer   = "uwlr.fault"          // the answer is a fault
	NoChange      = "uwlr.no_change"      // the answer says that nothing changed
	NoDataAtAll   = "uwlr.no_data"        // the answer says that there is nothing
	IncompleteSet = "uwlr.incomplete_set" // not the three answers of a staged delivery
	Damaged       = "uwlr.damaged"        // breaks off, or XML that breaks its own rules
	TooLarge      = "uwlr.too_large"
)

// The findings about what the answer holds.
const (
	UnknownVersion = "uwlr.unknown_version"
	MissingKey     = "uwlr.missing_key"   // neither a key nor a sound ECK iD: refuses the delivery
	ECKiDInvalid   = "uwlr.eckid_invalid" // not an ECK iD of the chain's production
)

// Codes lists the code of every finding that this package adds of its own.
// The others are those of package edexml.
func Codes() []string {
	return []string{
		WrongAnswer, FaultAnswer, NoChange, NoDataAtAll, IncompleteSet, Damaged, TooLarge,
		UnknownVersion, MissingKey, ECKiDInvalid,
	}
}

// own returns the code under which a finding of EDEXML's machinery is told:
// what it advises about an export does not help where nobody exports.
func own(code string) string {
	switch code {
	case edexml.Empty, edexml.NotXML, edexml.Malformed, edexml.Truncated, edexml.Doctype, edexml.Entity, edexml.Encoding,
		edexml.InvalidUTF8, edexml.IllegalCharacter, edexml.TooDeep, edexml.TokenTooLong:
		return Damaged
	case edexml.TooLarge, edexml.TooMany:
		return TooLarge
	case edexml.WrongRoot, edexml.SectionOrder, edexml.MissingSchool:
		return WrongAnswer
	case edexml.UnknownVersion:
		return UnknownVersion
	case edexml.MissingKey:
		return MissingKey
	case edexml.ECKiDInvalid:
		return ECKiDInvalid
	}
	return code
}

// pass adds what the machinery found, under this format's codes.
func pass(inner roster.Findings, found *roster.Findings) {
	for _, f := range inner.List {
		f.Code = own(f.Code)
		found.Add(f)
	}
	found.Dropped += inner.Dropped
}

//go:embed nl.json en.json
var catalogues embed.FS

// Messages returns what people read about the findings: see roster.Messages.
func Messages() (map[string]map[string]string, error) { return roster.Messages(catalogues) }
