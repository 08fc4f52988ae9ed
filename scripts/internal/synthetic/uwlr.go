package synthetic

import (
	"bufio"
	"io"
)

// The namespaces of an answer over UWLR.
const (
	envelopeSpace = "http://schemas.xmlsoap.org/soap/envelope/"
	answerSpace   = "http://www.edustandaard.nl/leerresultaten/2/leerlinggegevens"
)

// writeUWLR writes the school as a server answers HaalLeerlinggegevens, in one
// message.
func (s *School) writeUWLR(w io.Writer, version string) error {
	x := &writer{w: bufio.NewWriter(w)}
	x.line(`<?xml version="1.0" encoding="utf-8"?>`)
	x.line(`<soap:Envelope xmlns:soap="`, envelopeSpace, `"><soap:Body>`)
	x.line(`<leerlinggegevens_antwoord xmlns="`, answerSpace, `" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><leerlinggegevens>`)
	s.writeParts(x, edition{version: version, eck: true})
	x.line("</leerlinggegevens></leerlinggegevens_antwoord>")
	x.line("</soap:Body></soap:Envelope>")
	return x.w.Flush()
}
