package people

import (
	"net/http"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/i18n"
	"cool.example/sync/shared/session"
)

// imported is the answer to who changes by hand what a source delivers.
const imported = "people.imported"

// whose answers whose it is what a source delivers of a: of which school, and of
// which family the source is that leads there.
func (o Office) whose(r *http.Request, who session.Person, a account.Account) error {
	place, err := o.DB.Schools().Get(r.Context(), who.Tenant, a.Main)
	if fault.KindOf(err) == fault.NotFound || a.Main == "" {
		return fault.New(fault.Invalid, imported)
	}
	if err != nil {
		return err
	}
	text := func(key string, pairs ...any) string { return o.Pages.Texts().Text(i18n.Of(r), key, pairs...) }
	source, ok := place.MainOf(a.Kind)
	if !ok || source.Family == "" {
		return &fault.Error{Kind: fault.Invalid, Public: text("people.imported_at", "school", place.Name)}
	}
	return &fault.Error{Kind: fault.Invalid, Public: text("people.imported_by", "school", place.Name, "source", text("school.family."+source.Family))}
}
