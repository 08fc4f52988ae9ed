package mail

import (
	_ "embed"
	"html/template"
	"strings"

	"cool.example/sync/shared/i18n"
	"cool.example/sync/shared/pull"
	"cool.example/sync/shared/roster"
	"cool.example/sync/shared/school"
)

//go:embed letter.html
var page string

var htmlPage = template.Must(template.New("letter").Parse(page))

// letter is what a mail says, to whomever it goes: no word of it is about a
// person.
type letter struct {
	subject string
	text    string
	html    string
}

// part is a letter in one language.
type part struct {
	Lang  i18n.Lang
	Hello string
	Intro string
	Why   string
	Held  []string
	Do    string
	Link  string
	Foot  string
}

// waiting writes that a run of a school waits: why, in which phases, and where
// to go.
func (s *server) waiting(place school.School, run roster.Run) (letter, error) {
	return s.compose(func(say sayer) (subject string, p part) {
		p = part{
			Intro: say("mail.import_waiting.intro", "school", nameOf(place)),
			Why:   say("mail.import_waiting.why"),
			Do:    say("mail.import_waiting.do"),
			Link:  s.Base.JoinPath("admin", "imports", string(run.ID)).String(),
			Foot:  say("mail.import_waiting.foot"),
		}
		for _, phase := range run.Held {
			p.Held = append(p.Held, say("mail.held", "what", say("plan.phase."+string(phase)), "count", run.Rows[phase]))
		}
		return say("mail.import_waiting.subject"), p
	})
}

// stopped writes that nothing is fetched for a school any more: why, and where
// to mend it.
func (s *server) stopped(place school.School, c pull.Connection) (letter, error) {
	return s.compose(func(say sayer) (subject string, p part) {
		return say("mail.pull_stopped.subject"), part{
			Intro: say("mail.pull_stopped.intro", "school", nameOf(place)),
			Why:   say("mail.pull_stopped.why"),
			Held:  []string{say("pull.result."+string(c.State.Result)) + " (" + string(c.State.Result) + ")"},
			Do:    say("mail.pull_stopped.do"),
			Link:  s.Base.JoinPath("admin", "schools", string(place.ID), "pull").String(),
			Foot:  say("mail.pull_stopped.foot"),
		}
	})
}

// sayer returns a text in one language.
type sayer func(key string, pairs ...any) string

// compose writes a letter in every language, the preferred one first.
func (s *server) compose(in func(say sayer) (subject string, p part)) (letter, error) {
	var subjects, texts []string
	var parts []part
	for _, lang := range i18n.Langs() {
		say := func(key string, pairs ...any) string { return s.Texts.Text(lang, key, pairs...) }
		subject, p := in(say)
		p.Lang, p.Hello = lang, say("mail.hello")
		subjects, texts, parts = append(subjects, subject), append(texts, p.plain()), append(parts, p)
	}
	var html strings.Builder
	err := htmlPage.Execute(&html, parts)
	return letter{subject: strings.Join(subjects, " / "), text: strings.Join(texts, "\n----------\n\n"), html: html.String()}, err
}

// nameOf returns what a school is called.
func nameOf(place school.School) string {
	if place.Name == "" {
		return place.Code.String()
	}
	return strings.Join(strings.Fields(place.Name), " ") // on one line
}

// plain returns the part as plain text.
func (p part) plain() string {
	var b strings.Builder
	for _, line := range []string{p.Hello, p.Intro, p.Why} {
		b.WriteString(line + "\n\n")
	}
	for _, line := range p.Held {
		b.WriteString("* " + line + "\n")
	}
	b.WriteString("\n" + p.Do + "\n" + p.Link + "\n\n" + p.Foot + "\n")
	return b.String()
}
