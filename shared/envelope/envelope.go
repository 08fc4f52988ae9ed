// Package envelope describes how a value about a person is kept outside the
// live documents: sealed under a key of its own, so that one person's can be
// held or thrown away, which lies sealed under a data key, which the key of the
// day wraps. When that day's key is destroyed, the value is gone in every copy.
package envelope

// Envelope is one sealed value. The zero Envelope holds nothing.
type Envelope struct {
	Body  []byte // the value, sealed under the own key
	Key   []byte // the own key, sealed under the data key
	Batch []byte // the data key, wrapped by the key of the day
	Hold  []byte // the own key, wrapped by the key of restrictions; nil where nothing holds it beyond its day
}

// Empty reports whether e holds nothing.
func (e Envelope) Empty() bool { return len(e.Body) == 0 }
