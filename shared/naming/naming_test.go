package naming_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cool.example/sync/shared/naming"
	"cool.example/sync/shared/person"
)

// by compiles a rule of these templates, which must work.
func by(t require.TestingT, k person.Kind, templates ...string) naming.Namer {
	n, problems := naming.Compile(k, naming.Rule{Usernames: templates})
	require.Empty(t, problems)
	return n
}

func called(n person.Name) naming.Subject {
	return naming.Subject{Name: n, Number: "012345", Year: 2026, School: "99ZZ00"}
}

// TestUsualNames holds the rule of who has none against names of many origins.
func TestUsualNames(t *testing.T) {
	t.Parallel()
	for want, name := range map[string]person.Name{
		"sanne.vanderberg":      {Call: "Sanne", Infix: "van der", Surname: "Berg"},
		"zoe.dancona":           {Call: "Zoë", Infix: "d'", Surname: "Ancona"},
		"jan-willem.tjong":      {Call: "Jan-Willem", Surname: "Tjong"},
		"bjorn.osterstrasse":    {Call: "Bjørn", Surname: "Österstraße"},
		"lukasz.zolc":           {Call: "Łukasz", Surname: "Żółć"},
		"annemarie.dejong-smit": {Call: "Anne Marie", Infix: "de", Surname: "Jong-Smit"},
		"maria.bakker":          {FirstNames: "Maria Johanna", Surname: "Bakker"},
		"ab.thart":              {Initials: "A.B.", Infix: "'t", Surname: "Hart"},
		"madonna":               {Call: "Madonna"},
		"visser":                {Surname: "Visser"},
		"account":               {Call: "王", Surname: "芳"},
		"account2":              {Call: "محمد", Surname: "الأحمد"},
		"admin2":                {Call: "Admin"},
		// Turkish and Kurdish
		"isil.cicek":      {Call: "Işıl", Surname: "Çiçek"},
		"ibrahim.agaoglu": {Call: "İbrahim", Surname: "Ağaoğlu"},
		"suleyman.ozturk": {Call: "Süleyman", Surname: "Öztürk"},
		"sehriban.simsek": {Call: "Şehrîban", Surname: "Şimşek"},
		// Polish, Czech, Romanian, Hungarian
		"malgorzata.wisniewska": {Call: "Małgorzata", Surname: "Wiśniewska"},
		"swietoslaw.jaczwinski": {Call: "Świętosław", Surname: "Jaćzwiński"},
		"dvorak":                {Surname: "Dvořák"},
		"stefanita.tepes":       {Call: "Ștefăniță", Surname: "Țepeș"},
		"bela.erdos":            {Call: "Béla", Surname: "Erdős"},
		// Frisian and Dutch
		"fokje.tsjoensma":   {Call: "Fôkje", Surname: "Tsjoensmâ"},
		"jurjen.fanwyk":     {Call: "Jûrjen", Infix: "fan", Surname: "Wyk"},
		"ijsbrand.vanijken": {Call: "Ĳsbrand", Infix: "van", Surname: "Ĳken"},
		"teun.inthout":      {Call: "Teun", Infix: "in ’t", Surname: "Hout"},
		// Vietnamese, Icelandic, Maltese, Azeri, West African
		"nguyen.dang":       {Call: "Nguyễn", Surname: "Đặng"},
		"thor.aegisson":     {Call: "Þór", Surname: "Ægisson"},
		"gorge.hal-bajjada": {Call: "Ġorġ e", Surname: "Ħal‐Bajjada"},
		"leman.eliyeva":     {Call: "Ləman", Surname: "Əliyeva"},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			book := naming.NewBook()
			if want == "account2" {
				book.Take("account")
			}
			require.Equal(t, want, book.Give(by(t, person.Staff), naming.Wish{Subject: called(name)}).Username)
		})
	}
}

// TestTemplates shows what each word of the language does.
func TestTemplates(t *testing.T) {
	t.Parallel()
	sanne := person.Name{Call: "Sanne Sofie", FirstNames: "Susanna Sofia Maria", Initials: "S.S.M.", Infix: "van der", Surname: "Berg"}
	noInfix := person.Name{Call: "Bo", Surname: "Çelik Yıldız"}
	for _, c := range []struct {
		template string
		name     person.Name
		want     string // "" where the template does not apply
	}{
		{"{call}", sanne, "sanne-sofie"},
		{"{call|nospace}", sanne, "sannesofie"},
		{"{call|dots}.{infix|dots}.{surname}", sanne, "sanne.sofie.van.der.berg"},
		{"{roepnaam|punten}.{tussenvoegsel|aaneen}{achternaam}", sanne, "sanne.sofie.vanderberg"},
		{"{first}", sanne, "susanna"},
		{"{firsts}", sanne, "susanna-sofia-maria"},
		{"{firsts|initials}", sanne, "ssm"},
		{"{initials}", sanne, "ssm"},
		{"{initials}", person.Name{FirstNames: "Jan-Willem Karel"}, "jwk"},
		{"{initials}", person.Name{Call: "Bo"}, "b"},
		{"{Initials}{infix|initials}{surname|cut:3}", sanne, "ssmvdber"},
		{"{call|initials}.{surname}", sanne, "ss.berg"},
		{"{call|cut:1}{surname}", sanne, "sberg"},
		{"{surname|nospace|cut:6}", noInfix, "celiky"},
		{"{call}.{infix}.{surname}", noInfix, "bo.celik-yildiz"},
		{"{infix}.{surname|lower}", sanne, "van-der.berg"},
		{"{call}[.{infix|nospace}].{surname}", noInfix, "bo.celik-yildiz"},
		{"[{infix|nospace}-]{surname|nospace}", sanne, "vander-berg"},
		{"{surname}[.{first}]", noInfix, "celik-yildiz"},
		{"{first}.{surname}", noInfix, ""},
		{"{number}", sanne, "012345"},
		{"LL{nummer}", sanne, "ll012345"},
		{"{call|cut:4}{year}", sanne, "sann2026"},
		{"{call|cut:4}{jaar|laatste:2}", sanne, "sann26"},
		{"{schoolcode}-{number}", sanne, "99zz00-012345"},
		{"{school code}_{call|cut:5}", sanne, "99zz00_sanne"},
		{"[{first}][.{surname}]", person.Name{Surname: "Maan"}, "maan"},
		{"[[{first}.]{surname}]", person.Name{Surname: "Maan"}, "maan"},
		{"{call}", person.Name{Call: "王芳"}, ""},
		{"..{call}..", person.Name{Call: "A"}, "a"},
	} {
		t.Run(c.template+" "+c.want, func(t *testing.T) {
			t.Parallel()
			stems, made := by(t, person.Pupil, c.template).Stems(called(c.name))
			require.Equal(t, c.want != "", made)
			if made {
				require.Equal(t, []string{c.want}, stems)
			}
		})
	}
}

// TestWhatCannotWork expects each fault of a rule to be named with its place.
func TestWhatCannotWork(t *testing.T) {
	t.Parallel()
	for template, want := range map[string]naming.Problem{
		"":                                 {Line: 1, Code: naming.Empty},
		"  ":                               {Line: 1, Code: naming.Empty},
		"leerling":                         {Line: 1, Code: naming.NoField},
		"{year}-{school code}":             {Line: 1, Code: naming.NoField},
		"{bsn}":                            {Line: 1, Code: naming.Unknown, Word: "bsn"},
		"{}":                               {Line: 1, Code: naming.Unknown},
		"{call|upper}":                     {Line: 1, Code: naming.Unknown, Word: "upper"},
		"{call|cut}":                       {Line: 1, Code: naming.BadNumber, Word: "cut"},
		"{call|cut:0}":                     {Line: 1, Code: naming.BadNumber, Word: "cut:0"},
		"{call|cut:65}":                    {Line: 1, Code: naming.BadNumber, Word: "cut:65"},
		"{call|cut:x}":                     {Line: 1, Code: naming.BadNumber, Word: "cut:x"},
		"{call|nospace:1}":                 {Line: 1, Code: naming.BadNumber, Word: "nospace:1"},
		"{call":                            {Line: 1, Code: naming.Unclosed, Word: "{"},
		"call}":                            {Line: 1, Code: naming.Unclosed, Word: "}"},
		"{call[}]":                         {Line: 1, Code: naming.Unclosed, Word: "{"},
		"[{call}":                          {Line: 1, Code: naming.Unclosed, Word: "["},
		"{call}]":                          {Line: 1, Code: naming.Unclosed, Word: "]"},
		"{call} {surname}":                 {Line: 1, Code: naming.BadSign, Word: " "},
		"{call}@school":                    {Line: 1, Code: naming.BadSign, Word: "@"},
		"{call}é":                          {Line: 1, Code: naming.BadSign, Word: "é"},
		"{username}":                       {Line: 1, Code: naming.Circular, Word: "username"},
		"{call}{adres}":                    {Line: 1, Code: naming.Circular, Word: "address"},
		"{infix|initials}":                 {Line: 1, Code: naming.MostlyEmpty, Word: "infix"},
		"[{infix}]{year}":                  {Line: 1, Code: naming.MostlyEmpty, Word: "infix"},
		"{number}":                         {Line: 1, Code: naming.NotOfKind, Word: "number"},
		strings.Repeat("x", 61) + "{call}": {Line: 1, Code: naming.TooLong},
		strings.Repeat("{call}", 40):       {Line: 1, Code: naming.TooLong},
		strings.Repeat("[", 9) + "{call}" + strings.Repeat("]", 9): {Line: 1, Code: naming.Unclosed, Word: "["},
	} {
		t.Run(template, func(t *testing.T) {
			t.Parallel()
			rule := naming.Rule{Usernames: []string{template}}
			require.Equal(t, []naming.Problem{want}, rule.Check(person.Staff))
			n, _ := naming.Compile(person.Staff, rule)
			stems, _ := n.Stems(called(person.Name{Call: "Bo", Surname: "Maan"}))
			require.Equal(t, []string{"bo.maan"}, stems, "a rule that cannot work names nobody")
		})
	}
	for address, want := range map[string]naming.Problem{
		"{address}":         {Code: naming.Circular, Word: "address"},
		"{username}{adres}": {Code: naming.Circular, Word: "address"},
		"info":              {Code: naming.NoField},
		"{gebruikersnaam":   {Code: naming.Unclosed, Word: "{"},
	} {
		require.Equal(t, []naming.Problem{want}, naming.Rule{Address: address}.Check(person.Pupil), address)
	}
	many := naming.Rule{Usernames: []string{"{call}", "{surname}", "{call}"}}
	require.Equal(t, []naming.Problem{{Line: 3, Code: naming.Twice}}, many.Check(person.Pupil))
	for len(many.Usernames) < 12 {
		many.Usernames = append(many.Usernames, "{call}"+strings.Repeat("x", len(many.Usernames)))
	}
	require.Contains(t, many.Check(person.Pupil), naming.Problem{Line: 11, Code: naming.TooMany})
}

func TestTheUsualRule(t *testing.T) {
	t.Parallel()
	for kind, want := range map[person.Kind]naming.Consent{person.Pupil: naming.Never, person.Staff: naming.Ask, person.Guardian: naming.Ask} {
		n, problems := naming.Compile(kind, naming.Rule{})
		require.Empty(t, problems)
		require.Equal(t, want, n.Renames(), kind)
		n, _ = naming.Compile(kind, naming.Rule{Renames: naming.Automatic})
		require.Equal(t, naming.Automatic, n.Renames(), "a school may say otherwise")
	}
	require.True(t, naming.Ask.Valid())
	require.False(t, naming.Consent("").Valid())
	for _, k := range person.Kinds() {
		for _, f := range naming.Fields(k) {
			for _, word := range []string{f.Dutch, f.English, strings.ToUpper(f.Dutch)} {
				require.Empty(t, naming.Rule{Address: "{" + word + "}{username}"}.Check(k), word)
			}
		}
	}
	for _, w := range naming.Treatments() {
		require.Empty(t, naming.Rule{Usernames: []string{"{call|" + w.Dutch + "}", "{call|" + w.English + "}."}}.Check(person.Pupil), w)
	}
}
