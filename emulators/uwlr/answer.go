package uwlr

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

const (
	soapSpace   = "http://schemas.xmlsoap.org/soap/envelope/"
	rosterSpace = "http://www.edustandaard.nl/leerresultaten/2/leerlinggegevens"
	signSpace   = "http://www.edustandaard.nl/leerresultaten/2/autorisatie"
)

// failure is a fault with its code.
type failure struct{ code, why string }

func (f *failure) Error() string { return f.code + ": " + f.why }

func fail(code, why string) error { return &failure{code, why} }

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q, err := s.understand(r)
	if err != nil {
		f := err.(*failure) //nolint:errorlint // understand makes no other
		s.violate(f)
		writeFault(w, f.code, http.StatusInternalServerError)
		return
	}
	planned := s.take(q.message)
	if planned != nil {
		time.Sleep(planned.Wait)
	}
	switch {
	case planned == nil:
		write(w, http.StatusOK, s.answer(q))
	case planned.Fault != "":
		writeFault(w, planned.Fault, orElse(planned.Status, http.StatusInternalServerError))
	case planned.NoData:
		write(w, http.StatusOK, envelope(message(q.message, "<geengegevens/>")))
	case planned.Location != "":
		w.Header().Set("Location", planned.Location)
		w.WriteHeader(orElse(planned.Status, http.StatusTemporaryRedirect))
	case planned.CutAfter > 0:
		whole := s.answer(q)
		w.Header().Set("Content-Length", fmt.Sprint(len(whole)))
		write(w, http.StatusOK, whole[:planned.CutAfter])
		panic(http.ErrAbortHandler) // the connection breaks
	case planned.Body != "" || planned.Status != 0:
		write(w, orElse(planned.Status, http.StatusOK), planned.Body)
	default:
		write(w, http.StatusOK, s.answer(q))
	}
}

func orElse(status, usual int) int {
	if status == 0 {
		return usual
	}
	return status
}

// violate notes what a request did against the standard. A wrong key or client
// is no such thing: it may be what a school filled in.
func (s *Server) violate(f *failure) {
	if f.code == "Client.OngeldigBericht" {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.violations = append(s.violations, f.why)
	}
}

func write(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body)) // a caller that has gone needs no answer
}

func writeFault(w http.ResponseWriter, code string, status int) {
	write(w, status, envelope(`<soap:Fault><faultcode>soap:`+code+`</faultcode><faultstring>Geweigerd</faultstring></soap:Fault>`))
}

func envelope(body string) string {
	return `<?xml version="1.0" encoding="utf-8"?>` + "\n" + `<soap:Envelope xmlns:soap="` + soapSpace + `"><soap:Body>` + body + `</soap:Body></soap:Envelope>`
}

// message returns the answer to a request with that inside.
func message(request, inside string) string {
	name := strings.TrimSuffix(request, "_verzoek") + "_antwoord"
	return "<" + name + ` xmlns="` + rosterSpace + `" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` + inside + "</" + name + ">"
}

// answer returns the usual answer to q.
func (s *Server) answer(q question) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	roster := s.roster
	if q.year != s.options.Year {
		if s.ahead == nil {
			return envelope(message(q.message, "<geengegevens/>"))
		}
		roster = *s.ahead
	}
	if since, err := moment(q.since); q.since != "" && err == nil && !since.Before(s.options.Changed) {
		return envelope(message(q.message, "<geenwijzigingen/>"))
	}
	all := func(person) bool { return true }
	naming := s.options.Naming
	if q.version != "2.3" {
		naming = ByKey
	}
	var element, inside string
	switch q.message {
	case "leerlinggegevens_verzoek":
		element = "leerlinggegevens"
		inside = roster.head(q.version) + list("leerlingen", roster.pupils, all, naming) + list("leerkrachten", roster.staff, all, ByKey)
	case "structuur_verzoek":
		element, inside = "leerlinggegevens-structuur", roster.head(q.version)
	case "leerlingen_verzoek":
		element, inside = "leerlinggegevens-leerlingen", list("leerlingen", roster.pupils, q.covers, naming)
	default:
		element, inside = "leerlinggegevens-leerkrachten", list("leerkrachten", roster.staff, q.covers, ByKey)
	}
	if inside == "" {
		return envelope(message(q.message, "<geengegevens/>"))
	}
	return envelope(message(q.message, "<"+element+">"+inside+"</"+element+">"))
}

// moment reads an xs:dateTime, with or without a zone.
func moment(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t, err = time.Parse("2006-01-02T15:04:05", text)
	}
	return t, err
}
