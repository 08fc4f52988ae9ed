package serve

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/i18n"
)

// Pages renders the templates of one function; a page is written whole or not
// at all.
type Pages struct {
	texts i18n.Catalogue
	sets  map[i18n.Lang]*template.Template
}

// View is what every template gets: the language and the page's own data.
type View struct {
	Lang i18n.Lang
	Data any
}

// failure is the data of the page "error".
type failure struct {
	Message string
	Status  int
}

// NewPages parses the templates of folder and of shared/. Templates call
// {{t "key" "name" value}} for a text and {{static "style.css"}} for the
// address of a static file.
func NewPages(files fs.FS, folder string, static *Static) (*Pages, error) {
	texts, err := i18n.Load()
	if err != nil {
		return nil, err
	}
	p := &Pages{texts: texts, sets: map[i18n.Lang]*template.Template{}}
	for _, l := range i18n.Langs() {
		set := template.New("").Funcs(template.FuncMap{
			"t":      func(key string, pairs ...any) string { return texts.Text(l, key, pairs...) },
			"static": static.Path,
		})
		if p.sets[l], err = set.ParseFS(files, "shared/*.html", folder+"/*.html"); err != nil {
			return nil, fmt.Errorf("parse templates of %s: %w", folder, err)
		}
	}
	return p, nil
}

// Texts returns the catalogue that the pages are written from.
func (p *Pages) Texts() i18n.Catalogue { return p.texts }

// Write renders page name with data under status, in the language that r asks for.
func (p *Pages) Write(w http.ResponseWriter, r *http.Request, status int, name string, data any) error {
	lang := i18n.Of(r)
	var b bytes.Buffer
	if err := p.sets[lang].ExecuteTemplate(&b, name, View{Lang: lang, Data: data}); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", string(lang))
	w.Header().Add("Vary", "Accept-Language")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // the client has gone; nothing is left to do
	return nil
}

// Handler turns f into a handler whose failures become error pages.
func (p *Pages) Handler(f Func) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if err := f(w, r); err != nil {
			report(r, err)
			p.Fail(w, r, err)
		}
	})
}

// Fail answers err with the error page.
func (p *Pages) Fail(w http.ResponseWriter, r *http.Request, err error) {
	status := Status(fault.KindOf(err))
	data := failure{Message: text(p.texts, i18n.Of(r), err), Status: status}
	if err := p.Write(w, r, status, "error", data); err != nil {
		report(r, err)
		http.Error(w, data.Message, status)
	}
}
