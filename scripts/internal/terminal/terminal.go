// Package terminal is where a person reads what a command says, and answers.
package terminal

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Terminal is where a person reads and answers.
type Terminal struct {
	In  io.Reader
	Out io.Writer
}

// Say writes a line.
func (t Terminal) Say(format string, args ...any) { fmt.Fprintf(t.Out, format+"\n", args...) }

// Confirm asks for a word and reports whether it was typed.
func (t Terminal) Confirm(word string) bool {
	fmt.Fprintf(t.Out, "\nType %s to go on: ", word)
	line, _ := bufio.NewReader(t.In).ReadString('\n') // what is not typed is no consent
	return strings.TrimSpace(line) == word
}
