package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"cool.example/sync/shared/envelope"
	"cool.example/sync/shared/tenant"
)

// Hash is the SHA-256 of one stored entry and of its place.
type Hash [sha256.Size]byte

// entryDomain begins what is hashed of an entry, so that no other hash of the
// product can be taken for one.
const entryDomain = "cool.example/sync log entry 1\n"

// HashStored returns the hash of an entry as it is stored: of whose log it
// stands in, its id, and every stored field, also those that this version of
// the product does not know.
//
// The encoding is canonical. A value is one letter and its content: "z" null;
// "b" a byte 0 or 1; "i" a whole number and "f" a fraction of 8 bytes, the most
// significant first (two's complement; IEEE 754); "t" a moment as 8 bytes of
// seconds since 1970 and 4 bytes of nanoseconds; "s" a text and "x" bytes as
// their length in 8 bytes and themselves; "l" a list as its length and its
// values; "m" fields as their number and each as its name, a text, and its
// value, in the order of the names' bytes.
func HashStored(owner tenant.ID, id ID, fields map[string]any) Hash {
	var b bytes.Buffer
	b.WriteString(entryDomain)
	encode(&b, string(owner))
	encode(&b, string(id))
	encode(&b, fields)
	return sha256.Sum256(b.Bytes())
}

// HashPrivate returns the hash of a sealed private part that expires then. What
// may be added later to hold it, under a restriction, is not part of it.
func HashPrivate(e envelope.Envelope, until time.Time) []byte {
	var b bytes.Buffer
	b.WriteString("cool.example/sync log private 1\n")
	for _, part := range [][]byte{e.Body, e.Key, e.Batch} {
		encode(&b, part)
	}
	encode(&b, until)
	sum := sha256.Sum256(b.Bytes())
	return sum[:]
}

// encode appends the canonical form of v.
func encode(b *bytes.Buffer, v any) {
	switch v := v.(type) {
	case nil:
		b.WriteByte('z')
	case bool:
		b.WriteByte('b')
		if v {
			b.WriteByte(1)
		} else {
			b.WriteByte(0)
		}
	case int64:
		number(b, 'i', uint64(v))
	case float64:
		number(b, 'f', math.Float64bits(v))
	case time.Time:
		number(b, 't', uint64(v.Unix()))
		b.Write(binary.BigEndian.AppendUint32(nil, uint32(v.Nanosecond())))
	case string:
		number(b, 's', uint64(len(v)))
		b.WriteString(v)
	case []byte:
		number(b, 'x', uint64(len(v)))
		b.Write(v)
	case []any:
		number(b, 'l', uint64(len(v)))
		for _, item := range v {
			encode(b, item)
		}
	case map[string]any:
		number(b, 'm', uint64(len(v)))
		for _, name := range slices.Sorted(maps.Keys(v)) {
			encode(b, name)
			encode(b, v[name])
		}
	default: // the product stores no other kind of value: somebody else did
		b.WriteByte('?')
		encode(b, fmt.Sprintf("%T %v", v, v))
	}
}

func number(b *bytes.Buffer, kind byte, n uint64) {
	b.WriteByte(kind)
	b.Write(binary.BigEndian.AppendUint64(nil, n))
}
