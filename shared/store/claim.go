package store

import (
	"cloud.google.com/go/firestore"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/tenant"
)

// claim demands that owner may write id. A document of a shared table is
// reached by its id alone, so it is read first, once in a transaction: it must
// be owner's or not be there. claim answers NotFound where it is another's.
func (t Table[ID, V, D]) claim(tx *Tx, owner tenant.ID, id ID) error {
	if err := check(owner, id); err != nil || !t.shared {
		return err
	}
	ref := t.ref(owner, id)
	if tx.free[ref.Path] == owner {
		return nil
	}
	snap, err := tx.tx.Get(ref)
	if err != nil && status.Code(err) != codes.NotFound {
		return classify(err)
	}
	t.note(tx, owner, snap)
	if tx.free[ref.Path] != owner {
		return fault.New(fault.NotFound, "")
	}
	return nil
}

// note remembers, of a document of a shared table that tx has read, that owner
// may write it.
func (t Table[ID, V, D]) note(tx *Tx, owner tenant.ID, snap *firestore.DocumentSnapshot) {
	if !t.shared || snap == nil {
		return
	}
	var doc D
	if !snap.Exists() || (snap.DataTo(&doc) == nil && t.owner(doc) == owner) {
		tx.free[snap.Ref.Path] = owner
	}
}
