package audit

import (
	"time"

	"cool.example/sync/shared/envelope"
)

// Sealed is the private part of an entry as it lies beside it.
type Sealed struct {
	Envelope envelope.Envelope
	ExpireAt time.Time
}

// Leaf is what proves that a stored entry is the one that was signed.
type Leaf struct {
	ID       ID
	Hash     Hash      // of what is stored now
	Recorded time.Time // when the database took it in, as the entry says
	Created  time.Time // when the database says that it made the document
	ExpireAt time.Time
	Private  Private
}
