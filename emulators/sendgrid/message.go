package sendgrid

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/mail"
	"slices"
	"strings"
)

// message is the body of a request, as far as the fake knows it. A field that
// is not here is refused, as SendGrid refuses what it does not know.
type message struct {
	Personalizations []personalization `json:"personalizations"`
	From             *address          `json:"from"`
	ReplyTo          *address          `json:"reply_to"`
	Subject          string            `json:"subject"`
	Content          []content         `json:"content"`
	Categories       []string          `json:"categories"`
	Headers          map[string]string `json:"headers"`
	Tracking         struct {
		Click *struct {
			Enable     *bool `json:"enable"`
			EnableText *bool `json:"enable_text"`
		} `json:"click_tracking"`
		Open *struct {
			Enable          *bool   `json:"enable"`
			SubstitutionTag *string `json:"substitution_tag"`
		} `json:"open_tracking"`
		Subscription *struct {
			Enable *bool `json:"enable"`
		} `json:"subscription_tracking"`
		Analytics *struct {
			Enable *bool `json:"enable"`
		} `json:"ganalytics"`
	} `json:"tracking_settings"`
}

type personalization struct {
	To      []address `json:"to"`
	CC      []address `json:"cc"`
	BCC     []address `json:"bcc"`
	Subject string    `json:"subject"`
}

type address struct {
	Email string `json:"email"`
	Name  string `json:"name"`
}

func (a address) valid() bool {
	parsed, err := mail.ParseAddress(a.Email)
	return err == nil && parsed.Address == a.Email
}

type content struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

func bad(field, message string) error { return problem{http.StatusBadRequest, field, message} }

// parse decodes a body strictly.
func parse(raw []byte) (message, error) {
	var m message
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
			name = strings.Trim(name, `"`)
			return m, bad(name, fmt.Sprintf("Additional property %s is not allowed", name))
		}
		return m, bad("", "Bad Request")
	}
	if _, err := d.Token(); err != io.EOF { //nolint:errorlint // the decoder returns it bare
		return m, bad("", "Bad Request")
	}
	return m, nil
}

// Limits of a request.
const (
	personalizationsMost = 1000
	recipientsMost       = 1000
)

// check holds m against the reference. Only who is in senders may send, where
// it is not nil.
func (m message) check(senders []string) error {
	if err := m.checkRecipients(); err != nil {
		return err
	}
	if m.From == nil || !m.From.valid() {
		return bad("from.email", "The from email does not contain a valid address.")
	}
	if senders != nil && !slices.Contains(senders, m.From.Email) {
		return problem{http.StatusForbidden, "from", "The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved."}
	}
	if m.ReplyTo != nil && !m.ReplyTo.valid() {
		return bad("reply_to.email", "The reply_to email does not contain a valid address.")
	}
	if m.Subject == "" && slices.ContainsFunc(m.Personalizations, func(p personalization) bool { return p.Subject == "" }) {
		return bad("subject", "The subject is required. You can get around this requirement if you use a template with a subject defined or if every personalization has a subject defined.")
	}
	return m.checkContent()
}

func (m message) checkRecipients() error {
	if n := len(m.Personalizations); n == 0 {
		return bad("personalizations", "The personalizations field is required and must have at least one personalization.")
	} else if n > personalizationsMost {
		return bad("personalizations", fmt.Sprintf("The personalization block is limited to 1000 personalizations per API request. You have provided %d personalizations.", n))
	}
	total := 0
	for i, p := range m.Personalizations {
		field := fmt.Sprintf("personalizations.%d", i)
		if len(p.To) == 0 {
			return bad(field+".to", "The to array is required for all personalization objects, and must have at least one email object with a valid email address.")
		}
		seen := map[string]bool{}
		for _, a := range slices.Concat(p.To, p.CC, p.BCC) {
			total++
			if !a.valid() {
				return bad(field+".to.0.email", "Does not contain a valid address.")
			}
			if seen[strings.ToLower(a.Email)] {
				return bad(field, "Each email address in the personalization block should be unique between to, cc, and bcc.")
			}
			seen[strings.ToLower(a.Email)] = true
		}
	}
	if total > recipientsMost {
		return bad("personalizations", "There is a limit of 1000 total recipients (to + cc + bcc) per request.")
	}
	return nil
}

func (m message) checkContent() error {
	if len(m.Content) == 0 {
		return bad("content", "Unless a valid template_id is provided, the content parameter is required. There must be at least one defined content block.")
	}
	var order []int
	for i, c := range m.Content {
		field := fmt.Sprintf("content.%d", i)
		switch {
		case c.Type == "":
			return bad(field+".type", "The content type must be a string at least one character in length.")
		case strings.ContainsAny(c.Type, ";,\r\n"):
			return bad(field+".type", "The content type cannot contain ';', ',', or CRLF characters.")
		case c.Value == "":
			return bad(field+".value", "The content value must be a string at least one character in length.")
		}
		place := slices.Index([]string{"text/plain", "text/html"}, c.Type)
		if place < 0 {
			place = len(m.Content) + 2
		} else if slices.Contains(order, place) {
			return bad("content", "If present, text/plain and text/html may only be provided once.")
		}
		order = append(order, place)
	}
	if !slices.IsSorted(order) {
		return bad("content", "The content types must be in order: text/plain first, followed by text/html, followed by any other content.")
	}
	return nil
}

// mail returns what was taken on.
func (m message) mail() Mail {
	out := Mail{From: m.From.Email, FromName: m.From.Name, Subject: m.Subject}
	for _, p := range m.Personalizations {
		for _, a := range slices.Concat(p.To, p.CC, p.BCC) {
			out.To = append(out.To, a.Email)
		}
		if p.Subject != "" {
			out.Subject = p.Subject
		}
	}
	for _, c := range m.Content {
		switch c.Type {
		case "text/plain":
			out.Text = c.Value
		case "text/html":
			out.HTML = c.Value
		}
	}
	on := func(set *bool) bool { return set == nil || *set } // an account's own settings may have it on
	if t := m.Tracking.Click; t == nil || on(t.Enable) {
		out.Tracked = append(out.Tracked, "click")
	}
	if t := m.Tracking.Click; t == nil || on(t.EnableText) {
		out.Tracked = append(out.Tracked, "click_text")
	}
	if t := m.Tracking.Open; t == nil || on(t.Enable) {
		out.Tracked = append(out.Tracked, "open")
	}
	return out
}
