package rows

import (
	"unicode"
	"unicode/utf8"
)

// digitsOfBSN is how many digits a citizen service number has, written whole.
const digitsOfBSN = 9

// HoldsBSN reports whether a text that people read holds a citizen service
// number (BSN) as a word of its own: nine digits, together or in groups as
// documents print them, that pass the eleven test. Where numbers are meant to
// stand one in eleven passes by chance: see Elevens.
func HoldsBSN(text string) bool {
	if !enoughDigits(text) {
		return false
	}
	var last [3]digits // the newest runs of digits, the last one behind
	for at := 0; at < len(text); {
		if !digit(text[at]) {
			at++
			continue
		}
		run := digits{begin: at}
		for at < len(text) && digit(text[at]) {
			at++
		}
		run.end = at
		last = [3]digits{last[1], last[2], run}
		if run.end-run.begin == digitsOfBSN && lone(text, run.begin, run.end) && Eleven(text[run.begin:run.end]) || grouped(text, last) {
			return true
		}
	}
	return false
}

// digits is where digits stand in a text.
type digits struct{ begin, end int }

func (d digits) len() int { return d.end - d.begin }

// grouped reports whether three runs of digits are one number: 123 456 782,
// 1234.56.782.
func grouped(text string, runs [3]digits) bool {
	a, b, c := runs[0], runs[1], runs[2]
	if c.len() != 3 || !(a.len() == 3 && b.len() == 3 || a.len() == 4 && b.len() == 2) {
		return false
	}
	divider := text[a.end:b.begin]
	switch divider {
	case " ", ".", "-", "\u00a0":
	default:
		return false
	}
	return text[b.end:c.begin] == divider && lone(text, a.begin, c.end) &&
		Eleven(text[a.begin:a.end]+text[b.begin:b.end]+text[c.begin:c.end])
}

// lone reports whether neither a letter nor a digit touches a part of a text.
func lone(text string, begin, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:begin])
	after, _ := utf8.DecodeRuneInString(text[end:])
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	return (begin == 0 || !word(before)) && (end == len(text) || !word(after))
}

// enoughDigits reports whether a text has as many digits as a number needs;
// nearly none has.
func enoughDigits(text string) bool {
	if len(text) < digitsOfBSN {
		return false
	}
	n := 0
	for i := range len(text) {
		if digit(text[i]) {
			n++
		}
	}
	return n >= digitsOfBSN
}

func digit(c byte) bool { return c-'0' < 10 }
