package main

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"time"

	"cool.example/sync/scripts/internal/synthetic"
	model "cool.example/sync/shared/roster"
	"cool.example/sync/shared/roster/edexml"
	"cool.example/sync/shared/roster/guardian"
	"cool.example/sync/shared/roster/oneroster"
	"cool.example/sync/shared/roster/sds"
	"cool.example/sync/shared/roster/table"
	"cool.example/sync/shared/school"
)

// sample is what one format is measured with.
type sample struct {
	name   string
	format model.Format
	set    map[string][]byte
	bare   func([]byte) error // the standard library's decoder alone
}

// parse measures every format beside the bare decoder on the same bytes.
func parse(invented *synthetic.School) error {
	all, err := samples(invented)
	if err != nil {
		return err
	}
	for _, s := range all {
		total := 0
		for _, body := range s.set {
			total += len(body)
		}
		ours, err := best(func() error { return s.read(invented.Options) })
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		bare, err := best(func() error {
			for _, body := range s.set {
				if err := s.bare(body); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("%s, bare: %w", s.name, err)
		}
		rate := func(d time.Duration) float64 { return float64(total) / 1e6 / d.Seconds() }
		share := 100 * rate(ours) / rate(bare)
		tell("parse "+s.name, fmt.Sprintf("%.0f MB/s, %.0f %% of the bare decoder's %.0f MB/s", rate(ours), share, rate(bare)), "≥ 70 %", share >= 70)
	}
	return nil
}

// best returns the shortest of three.
func best(do func() error) (time.Duration, error) {
	var shortest time.Duration
	for i := range 3 {
		at := time.Now()
		if err := do(); err != nil {
			return 0, err
		}
		if d := time.Since(at); i == 0 || d < shortest {
			shortest = d
		}
	}
	return shortest, nil
}

func (s sample) read(o synthetic.Options) error {
	var files []model.File
	for name, body := range s.set {
		files = append(files, model.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }})
	}
	var found model.Findings
	list, err := s.format.Read(files, model.Wanted{School: o.Code, Sector: school.PO, Today: time.Now()}, &found)
	if err != nil {
		return err
	}
	if found.Stopped() || len(list.People) == 0 {
		return fmt.Errorf("the file is refused: %+v", found.List)
	}
	return nil
}

func bareXML(body []byte) error {
	d := xml.NewDecoder(bytes.NewReader(body))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func bareCSV(comma rune) func([]byte) error {
	return func(body []byte) error {
		r := csv.NewReader(bytes.NewReader(body))
		r.Comma, r.ReuseRecord, r.FieldsPerRecord = comma, true, -1
		for {
			if _, err := r.Read(); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
		}
	}
}

func samples(invented *synthetic.School) ([]sample, error) {
	var edex, parents, pupils bytes.Buffer
	if err := invented.WriteEDEXML(&edex); err != nil {
		return nil, err
	}
	if err := synthetic.WriteGuardians(&parents, invented.Guardians(len(invented.Pupils()))); err != nil {
		return nil, err
	}
	fmt.Fprint(&pupils, "Leerlingnummer;Roepnaam;Tussenvoegsel;Achternaam;Klas;Leerjaar;Postcode\n")
	one, data := sets(invented)
	for _, p := range invented.Pupils() {
		fmt.Fprintf(&pupils, "%s;%s;%s;%s;%s;%s;1234AB\n", p.Key, p.Name.Call, p.Name.Infix, p.Name.Surname, p.Groups[0], p.Year)
	}
	return []sample{
		{"edexml 2.1", edexml.Format{}, map[string][]byte{"": edex.Bytes()}, bareXML},
		{"oneroster 1.2", oneroster.Format{}, one, bareCSV(',')},
		{"sds 2.1", sds.Format{}, data, bareCSV(',')},
		{"list of pupils", table.Format{}, map[string][]byte{"": pupils.Bytes()}, bareCSV(';')},
		{"list of guardians", guardian.Format{}, map[string][]byte{"": parents.Bytes()}, bareCSV(';')},
	}, nil
}

// sets writes the pupils as sets of OneRoster and of School Data Sync.
func sets(invented *synthetic.School) (one, data map[string][]byte) {
	code := invented.Options.Code.String()
	text := map[string]*bytes.Buffer{}
	begin := func(name, head string) { text[name] = bytes.NewBufferString(head + "\n") }
	begin("1/users.csv", "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password")
	begin("1/roles.csv", "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId")
	begin("1/enrollments.csv", "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role")
	begin("1/classes.csv", "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId\nc,,,4A,,,,homeroom,,s")
	begin("1/orgs.csv", "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\ns,,,School,school,"+code+",")
	begin("1/academicSessions.csv", "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear\ny,,,26,schoolYear,2026-08-01,2027-08-01,,2027")
	begin("1/manifest.csv", "propertyName,value\noneroster.version,1.2\nfile.academicSessions,bulk\nfile.orgs,bulk\nfile.courses,absent\nfile.classes,bulk\nfile.users,bulk\nfile.roles,bulk\nfile.enrollments,bulk")
	begin("2/orgs.csv", "sourcedId,name,type,parentSourcedId\n"+code+",School,school,")
	begin("2/academicSessions.csv", "sourcedId,title,type,schoolYear,startDate,endDate\ny,26,schoolYear,2026,2026-08-01,2027-07-31")
	begin("2/users.csv", "sourcedId,username,givenName,familyName,password,activeDirectoryMatchId,email,phone,sms")
	begin("2/roles.csv", "userSourcedId,orgSourcedId,role,sessionSourcedId,grade,isPrimary,roleStartDate,roleEndDate")
	begin("2/classes.csv", "sourcedId,orgSourcedId,title,sessionSourcedIds,courseSourcedId,code\nc,"+code+",4A,y,,")
	begin("2/enrollments.csv", "classSourcedId,userSourcedId,role")
	for i, p := range invented.Pupils() {
		fmt.Fprintf(text["1/users.csv"], "u%d,,,true,u%d,,%s,%s,,%s,,,,,,\n", i, i, p.Name.Call, p.Name.Family(), p.Key)
		fmt.Fprintf(text["1/roles.csv"], "r%d,,,u%d,primary,student,,,s\n", i, i)
		fmt.Fprintf(text["1/enrollments.csv"], "e%d,,,c,s,u%d,student\n", i, i)
		fmt.Fprintf(text["2/users.csv"], "u%d,u%d@leerling.example,%s,%s,,,,,\n", i, i, p.Name.Call, p.Name.Family())
		fmt.Fprintf(text["2/roles.csv"], "u%d,%s,student,y,%s,true,,\n", i, code, p.Year)
		fmt.Fprintf(text["2/enrollments.csv"], "c,u%d,student\n", i)
	}
	one, data = map[string][]byte{}, map[string][]byte{}
	for name, b := range text {
		if name[0] == '1' {
			one[name[2:]] = b.Bytes()
		} else {
			data[name[2:]] = b.Bytes()
		}
	}
	return one, data
}
