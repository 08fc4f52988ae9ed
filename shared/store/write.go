package store

import (
	"context"
	"time"

	"cloud.google.com/go/firestore"

	"cool.example/sync/shared/fault"
	"cool.example/sync/shared/tenant"
)

// Create stores a new value. It answers Conflict where id exists.
func (t Table[ID, V, D]) Create(ctx context.Context, owner tenant.ID, id ID, v V) error {
	docs, err := t.fresh(ctx, owner, id, v)
	if err != nil {
		return err
	}
	if len(docs) == 1 {
		_, err = docs[0].ref.Create(ctx, docs[0].doc)
		return classify(err)
	}
	batch := t.db.client.Batch() // one commit, and no round trip to begin a transaction
	for _, d := range docs {
		batch.Create(d.ref, d.doc)
	}
	_, err = batch.Commit(ctx)
	return classify(err)
}

// CreateTx stores a new value; the transaction answers Conflict where id exists.
func (t Table[ID, V, D]) CreateTx(tx *Tx, owner tenant.ID, id ID, v V) error {
	docs, err := t.fresh(tx.ctx, owner, id, v)
	if err != nil {
		return err
	}
	for _, d := range docs {
		if err := tx.tx.Create(d.ref, d.doc); err != nil {
			return classify(err)
		}
	}
	return nil
}

// fresh returns the documents of a new value, its own the first.
func (t Table[ID, V, D]) fresh(ctx context.Context, owner tenant.ID, id ID, v V) ([]companion, error) {
	if err := check(owner, id); err != nil {
		return nil, err
	}
	if t.settle != nil {
		var err error
		if v, err = t.settle(ctx, owner, v); err != nil {
			return nil, err
		}
	}
	var doc any = t.toDoc(owner, v)
	if t.stored != nil {
		doc = t.stored(t, doc.(D))
	}
	docs := []companion{{t.ref(owner, id), doc}}
	if t.beside != nil {
		docs = append(docs, t.beside(owner, id, v)...)
	}
	return docs, nil
}

// Set stores v whether or not id exists. It answers NotFound where id belongs
// to another institution.
func (t Table[ID, V, D]) Set(ctx context.Context, owner tenant.ID, id ID, v V) error {
	if err := check(owner, id); err != nil {
		return err
	}
	if t.shared {
		return t.db.InTx(ctx, func(_ context.Context, tx *Tx) error { return t.SetTx(tx, owner, id, v) })
	}
	_, err := t.ref(owner, id).Set(ctx, t.toDoc(owner, v))
	return classify(err)
}

// SetTx stores v whether or not id exists. It answers NotFound where id
// belongs to another institution. Of a shared table it reads the document,
// unless the transaction has, and so comes before other writes.
func (t Table[ID, V, D]) SetTx(tx *Tx, owner tenant.ID, id ID, v V) error {
	if err := t.claim(tx, owner, id); err != nil {
		return err
	}
	return classify(tx.tx.Set(t.ref(owner, id), t.toDoc(owner, v)))
}

// ReplaceTx writes the named top-level fields of v over the document id, which
// must not have been written since written; the transaction answers Conflict
// where it has. Other fields of the document keep their value. It needs no
// read, except of a shared table, so a transaction of many of them locks nothing
// beforehand.
func (t Table[ID, V, D]) ReplaceTx(tx *Tx, owner tenant.ID, e Entry[ID, V], fields ...string) error {
	if err := t.claim(tx, owner, e.ID); err != nil {
		return err
	}
	values := t.fields(t.toDoc(owner, e.Value))
	updates := make([]firestore.Update, len(fields))
	for i, f := range fields {
		v, ok := values[f]
		if !ok {
			return fault.New(fault.Internal, "no stored field %q", f)
		}
		updates[i] = firestore.Update{Path: f, Value: v}
	}
	var pre []firestore.Precondition
	if !e.Written.IsZero() {
		pre = append(pre, firestore.LastUpdateTime(e.Written))
	}
	return classify(tx.tx.Update(t.ref(owner, e.ID), updates, pre...))
}

// MergeTx writes the named top-level fields of v, whether or not id exists;
// other fields of the document keep their value. It reads as SetTx does.
func (t Table[ID, V, D]) MergeTx(tx *Tx, owner tenant.ID, e Entry[ID, V], fields ...string) error {
	if err := t.claim(tx, owner, e.ID); err != nil {
		return err
	}
	all := t.fields(t.toDoc(owner, e.Value))
	values, paths := make(map[string]any, len(fields)), make([]firestore.FieldPath, len(fields))
	for i, f := range fields {
		v, ok := all[f]
		if !ok {
			return fault.New(fault.Internal, "no stored field %q", f)
		}
		values[f], paths[i] = v, firestore.FieldPath{f}
	}
	return classify(tx.tx.Set(t.ref(owner, e.ID), values, firestore.Merge(paths...)))
}

// SetIf stores e.Value where the document was not written since e.Written. It
// answers Conflict where it was. It is the cheap alternative to a transaction
// for one document that several workers want.
func (t Table[ID, V, D]) SetIf(ctx context.Context, owner tenant.ID, e Entry[ID, V]) (time.Time, error) {
	if err := check(owner, e.ID); err != nil {
		return time.Time{}, err
	}
	if t.shared { // what was not written since e.Written is still whose it was
		now, err := t.Read(ctx, owner, e.ID)
		if err != nil {
			return time.Time{}, err
		}
		if !now.Written.Equal(e.Written) {
			return time.Time{}, fault.New(fault.Conflict, "")
		}
	}
	values := t.fields(t.toDoc(owner, e.Value))
	updates := make([]firestore.Update, 0, len(values))
	for f, v := range values {
		updates = append(updates, firestore.Update{Path: f, Value: v})
	}
	done, err := t.ref(owner, e.ID).Update(ctx, updates, firestore.LastUpdateTime(e.Written))
	if err != nil {
		return time.Time{}, classify(err)
	}
	return done.UpdateTime, nil
}

// Delete removes id; removing what is not there, or is another institution's,
// is no failure and does nothing.
func (t Table[ID, V, D]) Delete(ctx context.Context, owner tenant.ID, id ID) error {
	if err := check(owner, id); err != nil {
		return err
	}
	if t.shared {
		return t.db.InTx(ctx, func(_ context.Context, tx *Tx) error { return t.DeleteTx(tx, owner, id) })
	}
	_, err := t.ref(owner, id).Delete(ctx)
	return classify(err)
}

// DeleteTx removes id; removing what is not there, or is another
// institution's, is no failure and does nothing. It reads as SetTx does.
func (t Table[ID, V, D]) DeleteTx(tx *Tx, owner tenant.ID, id ID) error {
	if err := check(owner, id); err != nil {
		return err
	}
	err := t.claim(tx, owner, id)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return classify(tx.tx.Delete(t.ref(owner, id)))
}

// DropTx removes the document of e, which must not have been written since
// e.Written; the transaction answers Conflict where it has, or is not there. It
// needs no read, except of a shared table.
func (t Table[ID, V, D]) DropTx(tx *Tx, owner tenant.ID, e Entry[ID, V]) error {
	if err := t.claim(tx, owner, e.ID); err != nil {
		return err
	}
	pre := firestore.Exists
	if !e.Written.IsZero() {
		pre = firestore.LastUpdateTime(e.Written)
	}
	return classify(tx.tx.Delete(t.ref(owner, e.ID), pre))
}
