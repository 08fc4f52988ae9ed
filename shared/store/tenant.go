package store

import (
	"context"
	"strings"

	"cool.example/sync/shared/fault"
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
}

// Tenants returns the table of institutions; the owner of each is itself.
func (db *DB) Tenants() Table[tenant.ID, tenant.Tenant, tenantDoc] {
	return Table[tenant.ID, tenant.Tenant, tenantDoc]{
		db: db, collection: "tenants", shared: true,
		owner: func(d tenantDoc) tenant.ID { return tenant.ID(d.Tenant) },
		toDoc: func(owner tenant.ID, t tenant.Tenant) tenantDoc {
			return tenantDoc{string(owner), t.Name, t.Domains.Pupils, t.Domains.Staff, t.Domains.Guardians, texts(t.Modules)}
		},
		fromDoc: func(id tenant.ID, d tenantDoc) (tenant.Tenant, error) {
			return tenant.Tenant{
				ID: id, Name: d.Name, Domains: tenant.Domains{Pupils: d.Pupils, Staff: d.Staff, Guardians: d.Parents},
				Modules: named[tenant.Module](d.Modules),
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
	if domain == "" || strings.ContainsAny(string(domain), "/") || len(domain) > 253 || domain == "." || domain == ".." {
		return "", fault.New(fault.NotFound, "")
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
}

// Schools returns the table of schools.
func (db *DB) Schools() Table[school.ID, school.School, schoolDoc] {
	return Table[school.ID, school.School, schoolDoc]{
		db: db, collection: "schools",
		toDoc: func(_ tenant.ID, s school.School) schoolDoc {
			return schoolDoc{s.Name, s.Code.BRIN, s.Code.Location, string(s.Sector), int(s.LastYear)}
		},
		fromDoc: func(id school.ID, d schoolDoc) (school.School, error) {
			return school.School{
				ID: id, Name: d.Name, Code: school.Code{BRIN: d.BRIN, Location: d.Location},
				Sector: school.Sector(d.Sector), LastYear: school.Year(d.LastYear),
			}, nil
		},
	}
}
