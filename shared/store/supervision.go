package store

import (
	"context"
	"time"

	"cool.example/sync/shared/account"
	"cool.example/sync/shared/group"
	"cool.example/sync/shared/link"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/tenant"
)

// supervisionDoc tells which staff a pupil is linked to. Staff and schools
// stand in it once more, to be found by.
type supervisionDoc struct {
	Parts      []partDoc      `firestore:"parts"`
	Exceptions []exceptionDoc `firestore:"exceptions"`
	Staff      []string       `firestore:"staff" register:"supervision"`
	Schools    []string       `firestore:"schools" register:"-"`
}

type partDoc struct {
	School string   `firestore:"school" register:"-"`
	Links  []whyDoc `firestore:"links"`
	Cut    bool     `firestore:"cut,omitempty" register:"-"`
}

type whyDoc struct {
	Staff string    `firestore:"staff" register:"supervision"`
	Rule  string    `firestore:"rule" register:"-"`
	By    string    `firestore:"by" register:"supervision"`
	Value string    `firestore:"value,omitempty" register:"supervision"`
	From  time.Time `firestore:"from" register:"-"`
	Until time.Time `firestore:"until" register:"-"`
}

type exceptionDoc struct {
	Staff string    `firestore:"staff" register:"supervision"`
	Out   bool      `firestore:"out,omitempty" register:"supervision"`
	Until time.Time `firestore:"until" register:"-"`
	By    string    `firestore:"by" register:"-"`
	Made  time.Time `firestore:"made" register:"-"`
}

// Supervision returns the table of pupils' links to staff, by pupil.
func (db *DB) Supervision() Table[account.ID, link.Supervision, supervisionDoc] {
	return Table[account.ID, link.Supervision, supervisionDoc]{
		db: db, collection: "supervision", toDoc: supervisionToDoc, fromDoc: supervisionFromDoc,
	}
}

// SupervisionAt returns a page of the pupils that are linked to staff for
// school s, in the order of their ids: see List.
func (db *DB) SupervisionAt(ctx context.Context, owner tenant.ID, s school.ID, p Page[account.ID]) ([]Entry[account.ID, link.Supervision], account.ID, error) {
	t := db.Supervision()
	if err := check(owner, s); err != nil {
		return nil, "", err
	}
	return t.page(ctx, owner, t.parent(owner).Where("schools", "array-contains", string(s)), p)
}

// SupervisedBy returns the pupils that name a member of staff, whether or not
// they are linked at present.
func (db *DB) SupervisedBy(ctx context.Context, owner tenant.ID, staff account.ID) ([]Entry[account.ID, link.Supervision], error) {
	t := db.Supervision()
	if err := check(owner, staff); err != nil {
		return nil, err
	}
	return t.found(ctx, owner, t.parent(owner).Where("staff", "array-contains", string(staff)))
}

func supervisionToDoc(_ tenant.ID, s link.Supervision) supervisionDoc {
	d := supervisionDoc{Staff: texts(s.Staff()), Schools: texts(s.Schools())}
	for _, p := range s.Parts {
		part := partDoc{School: string(p.School), Cut: p.Cut}
		for _, l := range p.Links {
			w := l.Why
			part.Links = append(part.Links, whyDoc{string(l.Staff), string(w.Rule), string(w.Fact.By), w.Fact.Value, w.From, w.Until})
		}
		d.Parts = append(d.Parts, part)
	}
	for _, e := range s.Exceptions {
		d.Exceptions = append(d.Exceptions, exceptionDoc{string(e.Staff), e.Out, e.Until, string(e.By), e.Made})
	}
	return d
}

func supervisionFromDoc(id account.ID, d supervisionDoc) (link.Supervision, error) {
	s := link.Supervision{Pupil: id}
	for _, part := range d.Parts {
		p := link.Part{School: school.ID(part.School), Cut: part.Cut}
		for _, w := range part.Links {
			p.Links = append(p.Links, link.Link{Staff: account.ID(w.Staff), Why: link.Why{
				Rule: link.RuleID(w.Rule), Fact: link.Fact{By: link.By(w.By), Value: w.Value}, From: w.From, Until: w.Until,
			}})
		}
		s.Parts = append(s.Parts, p)
	}
	for _, e := range d.Exceptions {
		s.Exceptions = append(s.Exceptions, link.Exception{
			Staff: account.ID(e.Staff), Out: e.Out, Until: e.Until, By: account.ID(e.By), Made: e.Made,
		})
	}
	return s, nil
}

// RulesID names a document that holds all rules of one sort.
type RulesID string

// TheRules is the one document of an institution's rules of a sort.
const TheRules RulesID = "rules"

type linkRulesDoc struct {
	Version int64         `firestore:"version" register:"-"`
	Rules   []linkRuleDoc `firestore:"rules"`
}

type linkRuleDoc struct {
	ID       string    `firestore:"id" register:"-"`
	School   string    `firestore:"school,omitempty" register:"-"`
	Grade    string    `firestore:"grade,omitempty" register:"-"`
	ILT      string    `firestore:"ilt,omitempty" register:"-"`
	Pupils   string    `firestore:"pupils,omitempty" register:"-"`
	By       string    `firestore:"by" register:"-"`
	Function string    `firestore:"function,omitempty" register:"-"`
	Group    string    `firestore:"group,omitempty" register:"-"`
	Person   string    `firestore:"person,omitempty" register:"-"`
	From     time.Time `firestore:"from" register:"-"`
	Until    time.Time `firestore:"until" register:"-"`
}

// LinkRules returns the table of an institution's rules that link pupils to
// staff: one document.
func (db *DB) LinkRules() Table[RulesID, link.Rules, linkRulesDoc] {
	return Table[RulesID, link.Rules, linkRulesDoc]{
		db: db, collection: "linkrules",
		toDoc: func(_ tenant.ID, r link.Rules) linkRulesDoc {
			d := linkRulesDoc{Version: r.Version}
			for _, one := range r.List {
				p, s := one.Pupils, one.Staff
				d.Rules = append(d.Rules, linkRuleDoc{
					ID: string(one.ID), School: string(p.School), Grade: p.Grade, ILT: p.ILT, Pupils: string(p.Group),
					By: string(s.By), Function: s.Function, Group: string(s.Group), Person: string(s.Person), From: one.From, Until: one.Until,
				})
			}
			return d
		},
		fromDoc: func(_ RulesID, d linkRulesDoc) (link.Rules, error) {
			r := link.Rules{Version: d.Version}
			for _, one := range d.Rules {
				r.List = append(r.List, link.Rule{
					ID:     link.RuleID(one.ID),
					Pupils: link.Pupils{School: school.ID(one.School), Grade: one.Grade, ILT: one.ILT, Group: group.ID(one.Pupils)},
					Staff:  link.Staff{By: link.By(one.By), Function: one.Function, Group: group.ID(one.Group), Person: account.ID(one.Person)},
					From:   one.From, Until: one.Until,
				})
			}
			return r, nil
		},
	}
}

// Recalculation says who is calculating the groups and links of a school that
// follow from rules, and when that was last begun and completed.
type Recalculation struct {
	Fence int64     // raised by everybody who begins: who has an older one has lost the school
	Until time.Time // whoever holds the school may be taken for dead after this
	Begun time.Time // of the last that was completed: what was asked for before it is done
	Staff string    // of Nowhere: link.Finder.Digest as the schools were last asked to follow it
}

type recalculationDoc struct {
	Fence int64     `firestore:"fence" register:"-"`
	Until time.Time `firestore:"until" register:"-"`
	Begun time.Time `firestore:"begun" register:"-"`
	Staff string    `firestore:"staff,omitempty" register:"-"`
}

// Recalculations returns the table of recalculations, one per school.
func (db *DB) Recalculations() Table[school.ID, Recalculation, recalculationDoc] {
	return Table[school.ID, Recalculation, recalculationDoc]{
		db: db, collection: "recalculations",
		toDoc:   func(_ tenant.ID, r Recalculation) recalculationDoc { return recalculationDoc(r) },
		fromDoc: func(_ school.ID, d recalculationDoc) (Recalculation, error) { return Recalculation(d), nil },
	}
}
