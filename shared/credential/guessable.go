package credential

import (
	"strings"
)

// common are the words that most guessed passwords consist of, in Dutch and
// English. A password of nothing but these, digits and repetition is refused.
const common = `wachtwoord password welkom welcome geheim secret qwerty qwertyuiop azerty asdfgh zxcvbn school leerling
docent leerkracht admin beheer login inloggen iloveyou ikhouvanjou voetbal football ajax feyenoord psv liefde love
zomer winter herfst lente summer spring autumn nederland holland amsterdam rotterdam utrecht monkey dragon sunshine
princess prinses pokemon minecraft roblox fortnite hallo hello test letmein changeme abcdef abcdefgh abc123 hond kat
mama papa januari februari maart april juni juli augustus september oktober november december`

// Guessable reports whether a password consists of what guessers try first:
// common words, the person's own words, digits, signs and repetition. Words
// are compared without regard to case and to digits that stand for letters.
func Guessable(password string, own ...string) bool {
	words := append(strings.Fields(common), own...)
	return bare(strings.ToLower(password), words) || bare(readable(password), words)
}

// bare reports whether little is left of text without words.
func bare(text string, words []string) bool {
	for _, word := range words {
		for _, w := range []string{strings.ToLower(word), readable(word)} {
			if len(w) >= 3 {
				text = strings.ReplaceAll(text, w, " ")
			}
		}
	}
	return different(strings.Map(letter, text)) < 4
}

// readable returns s in lower case, with digits and signs read as the letters
// that they stand for.
func readable(s string) string {
	return strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "@", "a", "$", "s").Replace(strings.ToLower(s))
}

// letter keeps letters only.
func letter(r rune) rune {
	if strings.ContainsRune(" -_.!?#*+=0123456789", r) {
		return -1
	}
	return r
}

// different returns how many different letters s has.
func different(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}
