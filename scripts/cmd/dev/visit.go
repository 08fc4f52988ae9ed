package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/net/html"

	"cool.example/sync/scripts/internal/browse"
	"cool.example/sync/scripts/internal/inventory"
)

// signIn signs in as the pupil, first with a wrong password, and looks for
// the application on the start page.
func (j *job) signIn(ctx context.Context) (string, error) {
	pupil, err := browse.New(j.stack.URL)
	if err != nil {
		return "", err
	}
	u := j.users["pupil"]
	if err := pupil.SignIn(ctx, u.Username, "dit-is-fout-00"); err == nil {
		return "", fmt.Errorf("a wrong password lets somebody in")
	}
	if err := pupil.SignIn(ctx, u.Username, u.Password); err != nil {
		return "", err
	}
	page, err := pupil.Get(ctx, "/")
	if err != nil {
		return "", err
	}
	for n := range page.Root.Descendants() {
		if n.Type == html.ElementNode && browse.Attribute(n, "class") == "tile" && browse.Attribute(n, "href") == j.app.URL+"/" {
			return "a wrong password was refused, the tile is there", nil
		}
	}
	return "", fmt.Errorf("the start page shows no tile for the application")
}

// singleSignOn opens the application as the signed-in pupil: no second
// password, and the application greets by name.
func (j *job) singleSignOn(ctx context.Context) (string, error) {
	pupil, err := browse.New(j.stack.URL)
	if err != nil {
		return "", err
	}
	u := j.users["pupil"]
	if err := pupil.SignIn(ctx, u.Username, u.Password); err != nil {
		return "", err
	}
	page, err := pupil.Get(ctx, j.app.URL+"/")
	if err != nil {
		return "", err
	}
	for n := range page.Root.Descendants() {
		if n.Type == html.ElementNode && browse.Attribute(n, "id") == "who" && strings.Contains(browse.Text(n), j.name) {
			return "the application knows who came", nil
		}
	}
	return "", fmt.Errorf("the application at %s answered %d and greets nobody", page.URL.Host, page.Status)
}

// search looks through everything that is stored, was sent as a message, logged,
// mailed or passed on, for values that stood in the source file and may not be
// kept.
func (j *job) search(ctx context.Context) (string, error) {
	all, err := inventory.Take(ctx, j.stack)
	if err != nil {
		return "", err
	}
	log, err := os.ReadFile(filepath.Join(local, "dev.log"))
	if err != nil {
		return "", err
	}
	planted := j.school.Planted()
	if len(planted) == 0 {
		return "", fmt.Errorf("nothing was planted to look for")
	}
	elsewhere := map[string]string{
		"a message": j.messages.String(), "the log": string(log),
		"a mail": fmt.Sprint(j.stack.SendGrid.Mails()), "the Workspace": string(j.stack.Google.Dump()),
	}
	for _, kind := range []string{"a message", "the log", "the Workspace"} {
		if elsewhere[kind] == "" {
			return "", fmt.Errorf("there is nothing to look through: %s is empty", kind)
		}
	}
	for where, text := range elsewhere {
		all.Add(where, text)
	}
	for _, value := range planted {
		if where := all.Find(value); where != "" {
			return "", fmt.Errorf("a planted value lies in %s", where)
		}
	}
	return fmt.Sprintf("%d planted values, %d documents, %d objects, %d bytes of messages",
		len(planted), all.Documents, all.Objects, len(elsewhere["a message"])), nil
}
