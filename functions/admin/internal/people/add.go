package people

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"cool.example/sync/functions/admin/internal/console"
	"cool.example/sync/shared/account"
	"cool.example/sync/shared/audit"
	"cool.example/sync/shared/change"
	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/person"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/session"
	"cool.example/sync/shared/tenant"
)

type newView struct {
	ID      string // of the account that the form makes: sent twice, it makes one
	Schools []console.Choice
	Groups  []console.Choice
}

// showNew shows the form for one person: GET /admin/people/new.
func (o Office) showNew(w http.ResponseWriter, r *http.Request, who session.Person) error {
	v := newView{ID: string(account.NewID())}
	var err error
	if v.Schools, err = o.Schools(r.Context(), who.Tenant); err != nil {
		return err
	}
	if v.Groups, err = o.Groups(r.Context(), who.Tenant, func(g group.Group) bool { return g.Kind != group.Ruled }); err != nil {
		return err
	}
	return o.Pages.Write(w, r, http.StatusOK, "person-new", v)
}

// add adds one person: POST /admin/people/new.
func (o Office) add(w http.ResponseWriter, r *http.Request, who session.Person) error {
	if err := console.Form(w, r); err != nil {
		return err
	}
	get := r.PostForm.Get
	until, err := console.Until(get("until"))
	if err != nil {
		return err
	}
	d := change.Draft{
		ID: account.ID(get("id")), Kind: person.Kind(get("kind")), School: school.ID(get("school")), Function: console.Clean(get("function")), Until: until,
		Number: console.Clean(get("number")),
		Name:   person.Name{Call: console.Clean(get("call_name")), Infix: console.Clean(get("infix")), Surname: console.Clean(get("surname"))},
	}
	for _, id := range r.PostForm["group"] {
		if id != "" {
			d.Groups = append(d.Groups, group.ID(id))
		}
	}
	if d.Owner, err = o.owner(r.Context(), who.Tenant, get("owner")); err != nil {
		return err
	}
	a, err := o.Clerk.Add(r.Context(), o.By(r.Context(), who, audit.Added), d)
	if err != nil {
		return err
	}
	return console.To(w, r, "/admin/people/"+string(a.ID))
}

// owner returns the member of staff with an address or username, "" for none.
func (o Office) owner(ctx context.Context, owner tenant.ID, called string) (account.ID, error) {
	if strings.TrimSpace(called) == "" {
		return "", nil
	}
	a, err := o.Called(ctx, owner, called)
	if err == nil && a.Kind != person.Staff {
		err = fault.New(fault.Invalid, "people.owner_missing")
	}
	return a.ID, err
}

// The bounds of a file of people.
const (
	mostRows    = 500
	largestFile = 256 << 10
)

type fileView struct {
	School  string
	Schools []console.Choice
	Text    string // the file, to be sent again with the answer
	Form    string // of which the ids of the accounts are made
	Rows    []fileRow
	Bad     int
	Done    bool
}

type fileRow struct {
	Line       int
	Name, Kind string
	Problem    string // key of what is wrong; "" for nothing
	Address    string // once it is made
	ID         string

	draft change.Draft
}

// showFile shows the form for a file: GET /admin/people/file.
func (o Office) showFile(w http.ResponseWriter, r *http.Request, who session.Person) error {
	v := fileView{}
	var err error
	if v.Schools, err = o.Schools(r.Context(), who.Tenant); err != nil {
		return err
	}
	return o.Pages.Write(w, r, http.StatusOK, "people-file", v)
}

// file shows what a file would add, and adds it once that was said: POST
// /admin/people/file. With one bad row nobody is added.
func (o Office) file(w http.ResponseWriter, r *http.Request, who session.Person) error {
	ctx := r.Context()
	v, err := o.sent(w, r, who.Tenant)
	if err != nil {
		return err
	}
	if v.Rows, err = o.rows(ctx, who.Tenant, v); err != nil {
		return err
	}
	for _, row := range v.Rows {
		if row.Problem != "" {
			v.Bad++
		}
	}
	if r.FormValue("say") != "add" || v.Bad > 0 {
		return o.Pages.Write(w, r, http.StatusOK, "people-file", v)
	}
	for i := range v.Rows {
		a, err := o.Clerk.Add(ctx, o.By(ctx, who, audit.Added), v.Rows[i].draft)
		if err != nil {
			return err
		}
		v.Rows[i].Address, v.Rows[i].ID = a.Address, string(a.ID)
	}
	v.Done, v.Text = true, ""
	return o.Pages.Write(w, r, http.StatusOK, "people-file", v)
}

// sent reads the file of a request, or its text where it was sent before.
func (o Office) sent(w http.ResponseWriter, r *http.Request, owner tenant.ID) (fileView, error) {
	r.Body = http.MaxBytesReader(w, r.Body, 4*largestFile)
	if err := r.ParseMultipartForm(4 * largestFile); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return fileView{}, fault.As(fault.Invalid, err)
	}
	v := fileView{School: r.FormValue("school"), Text: r.FormValue("text"), Form: r.FormValue("form")}
	if v.Form == "" {
		v.Form = string(account.NewID())
	}
	if file, _, err := r.FormFile("file"); err == nil {
		var b bytes.Buffer
		_, err := b.ReadFrom(file)
		if err != nil {
			return v, fault.As(fault.Invalid, err)
		}
		v.Text = readable(b.Bytes())
	}
	if len(v.Text) > largestFile {
		return v, fault.New(fault.TooLarge, "")
	}
	if !account.ValidID(v.Form) {
		return v, fault.New(fault.Invalid, "")
	}
	var err error
	v.Schools, err = o.Schools(r.Context(), owner)
	console.Chosen(v.Schools, v.School)
	return v, err
}

// readable returns text that a spreadsheet wrote in UTF-8 or Windows-1252.
func readable(raw []byte) string {
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	if utf8.Valid(raw) {
		return string(raw)
	}
	text, _ := charmap.Windows1252.NewDecoder().Bytes(raw) // every byte is a letter there
	return string(text)
}

// columns are the headings of a file, folded, and what they hold.
func columns() map[string]string {
	return map[string]string{
		"soort": "kind", "kind": "kind", "roepnaam": "call", "callname": "call", "voornaam": "call", "tussenvoegsel": "infix", "infix": "infix",
		"achternaam": "surname", "surname": "surname", "functie": "function", "function": "function", "groepen": "groups", "groups": "groups",
		"klas": "groups", "tot": "until", "tot en met": "until", "totenmet": "until", "until": "until", "verantwoordelijke": "owner", "owner": "owner",
		"leerlingnummer": "number", "administratienummer": "number", "number": "number",
	}
}

// rows reads the rows of a file.
func (o Office) rows(ctx context.Context, owner tenant.ID, v fileView) ([]fileRow, error) {
	reader := csv.NewReader(strings.NewReader(v.Text))
	first, _, _ := strings.Cut(v.Text, "\n")
	if strings.Count(first, ";") >= strings.Count(first, ",") {
		reader.Comma = ';'
	}
	reader.FieldsPerRecord, reader.TrimLeadingSpace = -1, true
	lines, err := reader.ReadAll()
	if err != nil {
		return nil, fault.New(fault.Invalid, "people.file_damaged")
	}
	if len(lines) < 2 || len(lines) > mostRows+1 {
		return nil, fault.New(fault.Invalid, "people.file_rows")
	}
	at := map[string]int{}
	for i, heading := range lines[0] {
		if field, ok := columns()[roster.Fold(heading)]; ok {
			at[field] = i
		}
	}
	if _, ok := at["surname"]; !ok {
		return nil, fault.New(fault.Invalid, "people.file_headings")
	}
	groups, err := o.joinable(ctx, owner, school.ID(v.School))
	if err != nil {
		return nil, err
	}
	var all []fileRow
	for i, line := range lines[1:] {
		cell := func(field string) string {
			if n, ok := at[field]; ok && n < len(line) {
				return console.Clean(line[n])
			}
			return ""
		}
		row, err := o.row(ctx, owner, cell, groups)
		if err != nil && fault.KindOf(err) != fault.Invalid {
			return nil, err
		}
		row.Line, row.draft.School = i+2, school.ID(v.School)
		row.draft.ID = account.ID(v.Form[:20] + shortOf(i))
		if err == nil {
			err = row.draft.Check(o.Clock.Now())
		}
		if err != nil {
			row.Problem = fault.Public(err)
		}
		all = append(all, row)
	}
	return all, nil
}

// joinable returns the groups of a school, and those of the whole institution,
// into which somebody may be put by hand, by their names in lower case.
func (o Office) joinable(ctx context.Context, owner tenant.ID, at school.ID) (map[string]group.ID, error) {
	found := map[string]group.ID{}
	for e, err := range o.DB.Groups().All(ctx, owner) {
		if err != nil {
			return nil, err
		}
		if g := e.Value; !g.Ended && g.Kind != group.Ruled && (g.School == "" || g.School == at) {
			found[strings.ToLower(g.Name)] = e.ID
		}
	}
	return found, nil
}

// shortOf writes a number in letters and digits that an id may hold.
func shortOf(i int) string {
	const digits = "abcdefghijklmnopqrstuvwxyz234567"
	return strings.Repeat("a", 4) + string([]byte{digits[i/1024%32], digits[i/32%32], digits[i%32]})
}

// row reads one row: of what is wrong the key of the message.
func (o Office) row(ctx context.Context, owner tenant.ID, cell func(string) string, groups map[string]group.ID) (fileRow, error) {
	name := person.Name{Call: cell("call"), Infix: cell("infix"), Surname: cell("surname")}
	row := fileRow{Name: name.Display(), Kind: cell("kind"), draft: change.Draft{Name: name, Function: cell("function"), Number: cell("number")}}
	kind, ok := console.Kind(cmp.Or(row.Kind, "staff"))
	if !ok {
		return row, fault.New(fault.Invalid, "people.kind_invalid")
	}
	row.Kind, row.draft.Kind = string(kind), kind
	for word := range strings.SplitSeq(cell("groups"), ",") {
		if word = console.Clean(word); word == "" {
			continue
		}
		id, ok := groups[strings.ToLower(word)]
		if !ok {
			return row, fault.New(fault.Invalid, "people.group_invalid")
		}
		row.draft.Groups = append(row.draft.Groups, id)
	}
	until, err := console.Until(dayOf(cell("until")))
	if err != nil {
		return row, err
	}
	row.draft.Until = until
	row.draft.Owner, err = o.owner(ctx, owner, cell("owner"))
	return row, err
}

var dutchDay = regexp.MustCompile(`^(\d{1,2})[-/](\d{1,2})[-/](\d{4})$`)

// dayOf writes a day of a Dutch spreadsheet as forms do.
func dayOf(s string) string {
	m := dutchDay.FindStringSubmatch(s)
	if m == nil {
		return s
	}
	return m[3] + "-" + strings.Repeat("0", 2-len(m[2])) + m[2] + "-" + strings.Repeat("0", 2-len(m[1])) + m[1]
}
