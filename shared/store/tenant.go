package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"google.golang.org/api/iterator"

	"cool.example/sync/shared/person"
	"cool.example/sync/shared/school"
	"cool.example/sync/shared/tenant"
)

type tenantDoc struct {
	Tenant  string   `firestore:"tenant" register:"-"`
	Name    string   `firestore:"name" register:"-"`
	Pupils  string   `firestore:"pupilDomain" register:"-"`
	Staff   string   `firestore:"staffDomain" register:"-"`
	Parents string   `firestore:"guardianDomain" register:"-"`
	Modules []string `firestore:"modules" register:"-"`

	LogMonths map[string]int `firestore:"logMonths,omitempty" register:"-"`
	Reserved  []string       `firestore:"reserved" register:"school_email"`
	KeepNames bool           `firestore:"keepNames" register:"-"`
}

// Tenants returns the table of institutions; the owner of each is itself.
func (db *DB) Tenants() Table[tenant.ID, tenant.Tenant, tenantDoc] {
	return Table[tenant.ID, tenant.Tenant, tenantDoc]{
		db: db, collection: "tenants", shared: true,
		owner: func(d tenantDoc) tenant.ID { return tenant.ID(d.Tenant) },
		toDoc: func(owner tenant.ID, t tenant.Tenant) tenantDoc {
			return tenantDoc{
				Tenant: string(owner), Name: t.Name, Pupils: t.Domains.Pupils, Staff: t.Domains.Staff, Parents: t.Domains.Guardians,
				Modules: texts(t.Modules), Reserved: t.Reserved, KeepNames: t.KeepNames, LogMonths: t.LogMonths,
			}
		},
		fromDoc: func(id tenant.ID, d tenantDoc) (tenant.Tenant, error) {
			return tenant.Tenant{
				ID: id, Name: d.Name, Domains: tenant.Domains{Pupils: d.Pupils, Staff: d.Staff, Guardians: d.Parents},
				Modules: named[tenant.Module](d.Modules), Reserved: d.Reserved, KeepNames: d.KeepNames, LogMonths: d.LogMonths,
			}, nil
		},
	}
}

// Domain is a mail domain in lower case.
type Domain string

type domainDoc struct {
	Tenant string `firestore:"tenant" register:"-"`
}

// Domains returns the table of mail domains: each belongs to one institution.
func (db *DB) Domains() Table[Domain, tenant.ID, domainDoc] {
	return Table[Domain, tenant.ID, domainDoc]{
		db: db, collection: "domains", shared: true,
		owner:   func(d domainDoc) tenant.ID { return tenant.ID(d.Tenant) },
		toDoc:   func(owner, _ tenant.ID) domainDoc { return domainDoc{string(owner)} },
		fromDoc: func(_ Domain, d domainDoc) (tenant.ID, error) { return tenant.ID(d.Tenant), nil },
	}
}

// TenantOf returns whose domain it is. It answers NotFound where nobody has it.
func (db *DB) TenantOf(ctx context.Context, domain Domain) (tenant.ID, error) {
	domain = Domain(strings.ToLower(string(domain)))
	if err := possible(string(domain)); err != nil {
		return "", err
	}
	snap, err := db.Domains().ref("", domain).Get(ctx)
	if err != nil {
		return "", classify(err)
	}
	var d domainDoc
	if err := snap.DataTo(&d); err != nil {
		return "", err
	}
	return tenant.ID(d.Tenant), nil
}

type schoolDoc struct {
	Name     string `firestore:"name" register:"-"`
	BRIN     string `firestore:"brin" register:"-"`
	Location string `firestore:"location" register:"-"`
	Sector   string `firestore:"sector" register:"-"`
	LastYear int    `firestore:"lastYear" register:"-"`

	PreparedYear int                 `firestore:"preparedYear" register:"-"`
	PreparedFrom time.Time           `firestore:"preparedFrom" register:"-"`
	Bounds       *boundsDoc          `firestore:"bounds" register:"-"`
	Rollover     *boundsDoc          `firestore:"rollover" register:"-"`
	PreparedBy   string              `firestore:"preparedBy" register:"-"`
	Delivers     map[string][]string `firestore:"delivers" register:"-"`
	Sources      []rosterSourceDoc   `firestore:"sources" register:"-"`
	SystemAt     time.Time           `firestore:"systemAt" register:"-"`
	SystemBy     string              `firestore:"systemBy" register:"-"`
	FilesOf      int                 `firestore:"filesOf" register:"-"`
	LastRun      string              `firestore:"lastRun" register:"-"`
	Columns      map[string]string   `firestore:"columns" register:"-"`
	Strict       bool                `firestore:"strict" register:"-"`
	Former       []string            `firestore:"former" register:"-"`
	Into         string              `firestore:"into" register:"-"`
	Grace        int                 `firestore:"graceMinutes" register:"-"`

	Naming map[string]namingDoc `firestore:"naming" register:"-"`
}

// rosterSourceDoc tells which family of formats delivers what of a kind of
// person; it holds no key.
type rosterSourceDoc struct {
	Kind   string    `firestore:"kind" register:"-"`
	Family string    `firestore:"family" register:"-"`
	Main   bool      `firestore:"main" register:"-"`
	Space  string    `firestore:"space" register:"-"`
	Fields []string  `firestore:"fields" register:"-"`
	Last   time.Time `firestore:"last" register:"-"`
}

// boundsDoc holds each bound as its count and its share.
type boundsDoc struct {
	Leavers []int `firestore:"leavers" register:"-"`
	Class   []int `firestore:"class" register:"-"`
	Names   []int `firestore:"names" register:"-"`
	Moves   []int `firestore:"moves" register:"-"`
}

// Schools returns the table of schools.
func (db *DB) Schools() Table[school.ID, school.School, schoolDoc] {
	return Table[school.ID, school.School, schoolDoc]{
		db: db, collection: "schools",
		toDoc: schoolToDoc, fromDoc: schoolFromDoc,
	}
}

// Turning returns the schools of all institutions whose prepared year is to
// begin by now.
func (db *DB) Turning(ctx context.Context, now time.Time) ([]Turn, error) {
	docs := db.client.CollectionGroup("schools").Where("preparedFrom", ">", time.Unix(0, 0)).Where("preparedFrom", "<=", now).Documents(ctx)
	defer docs.Stop()
	var due []Turn
	for {
		snap, err := docs.Next()
		if errors.Is(err, iterator.Done) {
			return due, nil
		}
		if err != nil {
			return nil, classify(err)
		}
		var d schoolDoc
		if err := snap.DataTo(&d); err != nil {
			return nil, err
		}
		place, err := schoolFromDoc(school.ID(snap.Ref.ID), d)
		if err != nil {
			return nil, err
		}
		due = append(due, Turn{tenant.ID(snap.Ref.Parent.Parent.ID), place})
	}
}

// Turn is a school whose prepared year is to begin.
type Turn struct {
	Tenant tenant.ID
	School school.School
}

func schoolToDoc(_ tenant.ID, s school.School) schoolDoc {
	d := schoolDoc{
		Name: s.Name, BRIN: s.Code.BRIN, Location: s.Code.Location, Sector: string(s.Sector), LastYear: int(s.LastYear),
		PreparedYear: int(s.Prepared.Year), PreparedFrom: s.Prepared.From, PreparedBy: s.Prepared.Family,
		Bounds: boundsToDoc(s.Bounds), Rollover: boundsToDoc(s.Rollover),
		Delivers: s.Delivers, Columns: s.Columns, Naming: namingToDocs(s.Naming), Strict: s.Strict, Former: texts(s.Former), Into: string(s.Into),
		SystemAt: s.System.At, SystemBy: s.System.By, FilesOf: int(s.FilesOf), LastRun: s.LastRun,
		Grace: int(s.Grace / time.Minute),
	}
	for _, x := range s.Sources {
		d.Sources = append(d.Sources, rosterSourceDoc{string(x.Kind), x.Family, x.Main, x.Space, x.Fields, x.Last})
	}
	return d
}

func schoolFromDoc(id school.ID, d schoolDoc) (school.School, error) {
	s := school.School{
		ID: id, Name: d.Name, Code: school.Code{BRIN: d.BRIN, Location: d.Location},
		Sector: school.Sector(d.Sector), LastYear: school.Year(d.LastYear),
		Prepared: school.Prepared{Year: school.Year(d.PreparedYear), From: d.PreparedFrom, Family: d.PreparedBy},
		Bounds:   boundsFromDoc(d.Bounds), Rollover: boundsFromDoc(d.Rollover),
		Delivers: d.Delivers, Columns: d.Columns, Naming: namingFromDocs(d.Naming), Strict: d.Strict, Former: named[school.ID](d.Former), Into: school.ID(d.Into),
		System: school.Change{At: d.SystemAt, By: d.SystemBy}, FilesOf: school.Year(d.FilesOf), LastRun: d.LastRun,
		Grace: time.Duration(d.Grace) * time.Minute,
	}
	for _, x := range d.Sources {
		s.Sources = append(s.Sources, school.Source{
			Kind: person.Kind(x.Kind), Family: x.Family, Main: x.Main, Space: x.Space, Fields: x.Fields, Last: x.Last,
		})
	}
	return s, nil
}

func boundsToDoc(b *school.Bounds) *boundsDoc {
	if b == nil {
		return nil
	}
	pair := func(x school.Bound) []int { return []int{x.Count, x.Percent} }
	return &boundsDoc{Leavers: pair(b.Leavers), Class: pair(b.Class), Names: pair(b.Names), Moves: pair(b.Moves)}
}

func boundsFromDoc(d *boundsDoc) *school.Bounds {
	if d == nil {
		return nil
	}
	bound := func(pair []int) school.Bound {
		if len(pair) != 2 {
			return school.Bound{} // nothing goes by itself
		}
		return school.Bound{Count: pair[0], Percent: pair[1]}
	}
	return &school.Bounds{Leavers: bound(d.Leavers), Class: bound(d.Class), Names: bound(d.Names), Moves: bound(d.Moves)}
}
