// Package credential holds what proves who a person is: the password verifier
// with how often it was tried in vain, badges, and the sheets on which both are
// handed out.
package credential

import (
	"time"
)

// Credential is what one account signs in with.
type Credential struct {
	Verifier []byte // sealed argon2id verifier: see seal.Ring; nil where no password was issued
	Issued   time.Time
	First    bool    // the password stands on a sheet; the person did not choose it
	Sheet    SheetID // the last sheet that the person was on; "" for none
	Badge    BadgeID // the one badge that is good; "" for none
	Failures int     // vain attempts since the last success
	RetryAt  time.Time
}

// free is how many vain attempts are met without delay.
const free = 5

// longest is the longest delay between two attempts.
const longest = 15 * time.Minute

// Waiting reports whether another attempt at now comes too early.
func (c Credential) Waiting(now time.Time) bool { return c.RetryAt.After(now) }

// Failed returns c after one more vain attempt at now: from the fifth on, each
// doubles the wait from one second up to fifteen minutes. It bounds guessing
// per account, so that a class behind one address is never held up together.
func (c Credential) Failed(now time.Time) Credential {
	c.Failures++
	if over := c.Failures - free; over >= 0 {
		wait := longest
		if over < 10 {
			wait = min(longest, time.Second<<over)
		}
		c.RetryAt = now.Add(wait)
	}
	return c
}

// Succeeded returns c after a good attempt.
func (c Credential) Succeeded() Credential {
	c.Failures, c.RetryAt = 0, time.Time{}
	return c
}
