package uwlr

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Kind is what an answer holds.
type Kind string

// The kinds of answer: what the element within the message is called.
const (
	Whole     Kind = "leerlinggegevens"
	Structure Kind = "leerlinggegevens-structuur"
	Pupils    Kind = "leerlinggegevens-leerlingen"
	Staff     Kind = "leerlinggegevens-leerkrachten"
	NoChanges Kind = "geenwijzigingen"
	NoData    Kind = "geengegevens"
)

// Message is the outer element of an answer, one for each operation.
type Message string

// The messages that answer.
const (
	WholeAnswer     Message = "leerlinggegevens_antwoord"
	StructureAnswer Message = "structuur_antwoord"
	PupilsAnswer    Message = "leerlingen_antwoord"
	StaffAnswer     Message = "leerkrachten_antwoord"
)

// Holds returns the kind of answer that carries the data of m.
func (m Message) Holds() Kind {
	switch m {
	case WholeAnswer:
		return Whole
	case StructureAnswer:
		return Structure
	case PupilsAnswer:
		return Pupils
	case StaffAnswer:
		return Staff
	}
	return ""
}

// Answer is what the beginning of an answer says.
type Answer struct {
	Of    Message    // the message; "" for a fault
	Kind  Kind       // "" for a fault
	Path  []xml.Name // from the root to the element that Kind names
	Fault Fault      // "" where the answer is none
}

// ErrNoAnswer says that something is no answer over UWLR.
var ErrNoAnswer = errors.New("no answer over UWLR")

// headBytes bounds how much of an answer is read to know what it is: a SOAP
// header may be large, a roster's first element stands early.
const headBytes = 64 << 10

// HeadBytes is how much of an answer Peek may read.
func HeadBytes() int { return headBytes }

// deepest is how deep the element that tells an answer's kind may stand:
// Envelope, Body, message, kind.
const deepest = 4

// Peek reads the beginning of an answer, with or without its SOAP envelope,
// until it is known what it is. It answers ErrNoAnswer where that is not an
// answer over UWLR, and r's own error where reading fails.
func Peek(r io.Reader) (Answer, error) {
	watched := &watched{r: io.LimitReader(r, headBytes)}
	in := bufio.NewReader(watched)
	if head, _ := in.Peek(512); len(head) > 0 && !marked(head) { // else the decoder would look for a tag far and wide
		return Answer{}, ErrNoAnswer
	}
	dec := xml.NewDecoder(in)
	dec.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // names are ASCII in every encoding that is read
	a, err := peekTokens(dec)
	if watched.failed != nil {
		return Answer{}, fmt.Errorf("read answer: %w", watched.failed)
	}
	if err != nil {
		return Answer{}, ErrNoAnswer // the decoder's own words may hold a value
	}
	return a, nil
}

// marked reports whether a file may be XML by how it begins.
func marked(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	return len(head) == 0 || head[0] == '<'
}

func peekTokens(dec *xml.Decoder) (Answer, error) {
	var a Answer
	for {
		token, err := dec.Token()
		if err != nil {
			return a, err
		}
		switch t := token.(type) {
		case xml.Directive, xml.EndElement:
			return a, ErrNoAnswer
		case xml.StartElement:
			if len(a.Path) == 1 && t.Name == (xml.Name{Space: SOAP, Local: "Header"}) {
				if err := dec.Skip(); err != nil {
					return a, err
				}
				continue
			}
			if done, err := a.step(dec, t); done || err != nil {
				return a, err
			}
		}
	}
}

// step takes the next element inwards and reports whether it tells the kind.
func (a *Answer) step(dec *xml.Decoder, e xml.StartElement) (done bool, err error) {
	a.Path = append(a.Path, e.Name)
	switch depth := len(a.Path); {
	case depth > deepest:
		return false, ErrNoAnswer
	case e.Name == xml.Name{Space: SOAP, Local: "Fault"} && depth == 3:
		a.Fault, err = readFault(dec, e)
		a.Path = nil
		return true, err
	case a.Of != "":
		a.Kind = Kind(e.Name.Local)
		if e.Name.Space != Space || !slices.Contains([]Kind{a.Of.Holds(), NoChanges, NoData}, a.Kind) {
			return false, ErrNoAnswer
		}
		return true, nil
	case e.Name.Space == Space && (depth == 1 || depth == 3):
		a.Of = Message(e.Name.Local)
		if a.Of.Holds() == "" {
			return false, ErrNoAnswer
		}
	case e.Name == xml.Name{Space: SOAP, Local: "Envelope"} && depth == 1:
	case e.Name == xml.Name{Space: SOAP, Local: "Body"} && depth == 2:
	default:
		return false, ErrNoAnswer
	}
	return false, nil
}

// readFault returns the code of a SOAP fault. Its text is left out: nobody
// says what stands in it.
func readFault(dec *xml.Decoder, e xml.StartElement) (Fault, error) {
	var f struct {
		Code string `xml:"faultcode"`
	}
	if err := dec.DecodeElement(&f, &e); err != nil {
		return "", err
	}
	_, local, qualified := strings.Cut(strings.TrimSpace(f.Code), ":")
	if !qualified {
		local = strings.TrimSpace(f.Code)
	}
	return faultOf(local), nil
}

// watched remembers why its reader failed.
type watched struct {
	r      io.Reader
	failed error
}

// Read reads on.
func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		w.failed = err
	}
	return n, err
}
