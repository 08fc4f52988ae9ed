package synthetic

import (
	"slices"
	"strings"
)

// tableFaults are the defects of tables as a whole.
func tableFaults() map[Defect]map[kind]fault {
	one := []kind{setFirst, setOne}
	return map[Defect]map[kind]fault{
		MissingFile: each(func(s *source) {
			s.tables = slices.DeleteFunc(s.tables, func(t *table) bool { return t.name == "enrollments.csv" })
		}, sets()...),
		MissingColumn: each(func(s *source) {
			t := s.people()
			i := t.at("familyName") // of a list the number, which comes first
			for j := range t.rows {
				t.rows[j] = slices.Delete(slices.Clone(t.rows[j]), i, i+1)
			}
		}, append(sets(), lists()...)...),
		DuplicateHeading: merged(each(heading("email", "phone"), sets()...), each(heading("roepnaam", "voorletters", "aanhef"), lists()...)),
		NoHeadings:       each(func(s *source) { s.people().rows = s.people().rows[1:] }, lists()...),
		HeadingCase:      each(heading("GIVENNAME", "givenName"), sets()...),
		Wide: each(func(s *source) {
			t := s.people()
			t.rows[1] = append(slices.Clone(t.rows[1]), "x")
		}, append(sets(), lists()...)...),
		Order: each(func(s *source) {
			for _, row := range s.file("orgs.csv").rows {
				row[0], row[1] = row[1], row[0]
			}
		}, sets()...),
		NoPupils: merged(each(func(s *source) { s.everywhere("student", "teacher") }, sets()...),
			each(func(s *source) { s.people().rows = s.people().rows[:1] }, lists()...)),
		WrongBRIN: each(func(s *source) { s.everywhere(s.school.Options.Code.String(), "98AA00") }, sets()...),
		WrongYear: merged(each(func(s *source) { s.file("academicSessions.csv").put("2026-2027", "schoolYear") }, one...),
			each(func(s *source) { s.file("academicSessions.csv").put("1 augustus", "startDate") }, setSDS),
			each(func(s *source) {
				t := s.people()
				for _, row := range t.rows[1:] {
					row[t.at("Lesperiode.Korte_omschrijving")] = "1920"
				}
			}, listTerm)),
		OtherVersion: merged(each(func(s *source) { s.tables[0].rows[2][1] = "1.0" }, one...),
			each(func(s *source) { s.file("orgs.csv").name, s.file("users.csv").name = "School.csv", "Student.csv" }, setSDS)),
		Semicolons: each(func(s *source) { s.people().comma = ";" }, sets()...),
		RepeatedHeading: each(func(s *source) {
			t := s.people()
			t.rows = slices.Insert(t.rows, 2, slices.Clone(t.rows[0]))
		}, lists()...),
		WordCase: each(func(s *source) {
			s.people().put("TRUE", "enabledUser")
			s.file("classes.csv").put("Homeroom", "classType")
		}, one...),
		OtherDate: merged(each(func(s *source) { s.file("enrollments.csv").put("31-07-2027", "endDate") }, one...),
			each(func(s *source) { s.file("roles.csv").put("31-07-2027", "roleEndDate") }, setSDS),
			each(func(s *source) { s.tables[1].put("einde schooljaar", "dvertrek_str", "datum_uit_dienst") }, listTerm, listILT)),
		Delta: each(func(s *source) {
			for _, row := range s.tables[0].rows {
				row[1] = strings.Replace(row[1], "bulk", "delta", 1)
			}
		}, one...),
	}
}

// heading gives another heading to the first column that has one of these.
func heading(now string, was ...string) fault {
	return func(s *source) {
		t := s.people()
		t.rows[0] = slices.Clone(t.rows[0])
		t.rows[0][t.at(was...)] = now
	}
}

// everywhere puts one value in the place of another in every table.
func (s *source) everywhere(was, now string) {
	for _, t := range s.tables {
		for _, row := range t.rows {
			for i := range row {
				if row[i] == was {
					row[i] = now
				}
			}
		}
	}
}

// personFaults are the defects of people in tables.
func personFaults() map[Defect]map[kind]fault {
	one, years := []kind{setFirst, setOne}, []string{"leerjaar", "leerfase.leerjaar"}
	put := func(value string, headings ...string) fault {
		return func(s *source) { s.people().put(value, headings...) }
	}
	return map[Defect]map[kind]fault{
		DuplicateKey: merged(each(func(s *source) { s.people().rows[2][0] = s.people().rows[1][0] }, append(sets(), rolls()...)...),
			each(func(s *source) { s.people().rows[2] = s.people().rows[1] }, listOf)),
		MissingKey: each(func(s *source) { s.people().rows[1][0] = "" }, append(sets(), lists()...)...),
		BSNKeys:    each(keysOfRows, append(sets(), lists()...)...),
		BSNColumn: each(func(s *source) {
			t, next := s.people(), elevens()
			t.rows[0] = append(slices.Clone(t.rows[0]), "Bijzonderheden")
			for i := range t.rows[1:] {
				t.rows[i+1] = append(slices.Clone(t.rows[i+1]), next())
			}
		}, lists()...),
		BSNText:           each(put("Jan "+bsnOfNobody, "givenName", "roepnaam"), append(sets(), lists()...)...),
		DanglingReference: each(func(s *source) { s.file("enrollments.csv").put("K0", "classSourcedId") }, sets()...),
		MissingName: each(func(s *source) {
			t := s.people()
			for i, h := range t.rows[0] {
				switch strings.ToLower(h) {
				case "givenname", "familyname", "preferredgivenname", "roepnaam", "achternaam", "tussenvoegsel", "voorvoegsel", "voorletters":
					t.rows[1][i] = ""
				}
			}
		}, append(sets(), lists()...)...),
		LongName: each(put(strings.Repeat("Lang", 75), "familyName", "achternaam"), append(sets(), lists()...)...),
		UnknownCode: merged(each(put("KG", "grades"), one...), each(func(s *source) { s.file("roles.csv").put("ps1", "grade") }, setSDS),
			each(put("tropenjaar", years...), rolls()...), each(put("misschien", "mag ontvangen"), listOf)),
		UnknownTitle: each(put("excellentie", "aanhef"), listOf),
		InvalidEmail: each(put("geen adres", "email", "e-mailadres", "emailadres", "e-mail"), append(sets(), lists()...)...),
		InvalidECKiD: each(put("https://id.school/LL_1", "userMasterIdentifier", "eck-id", "eckid"), setOne, listOwn, listILT, listExcel),
		DuplicateECKiD: each(func(s *source) {
			t := s.people()
			i := t.at("userMasterIdentifier", "eck-id", "eckid")
			t.rows[2][i] = t.rows[1][i]
		}, setOne, listOwn, listILT, listExcel),
		RoleConflict: each(func(s *source) { s.file("enrollments.csv").put("teacher", "role") }, sets()...),
		LostZeros: merged(each(put("300", "ilt-code", "opleidingcode"), listOwn, listILT),
			each(func(s *source) { s.people().numeric("300", "ilt-code") }, listExcel)),
		Scientific: each(func(s *source) { s.people().rows[1][0] = "2,00001E+05" }, lists()...),
		LostDigits: each(func(s *source) { s.people().numeric("2.00001000000001E+17", "leerlingnummer") }, listExcel),
		Formula:    each(func(s *source) { s.people().numeric(`=CONCATENATE("4","a")`, "klas") }, listExcel),
		ParentRole: merged(each(func(s *source) { s.staff("role", "parent") }, one...),
			each(func(s *source) { s.tables[1].put("ouder", "functie.omschr", "functie") }, listTerm, listILT)),
		StatusInBulk: each(put("inactive", "status"), one...),
	}
}

// numeric makes a cell of the first person a number, or a formula that begins
// with "=".
func (t *table) numeric(value, heading string) {
	if t.number == nil {
		t.number = map[[2]int]string{}
	}
	t.number[[2]int{1, t.at(heading)}] = value
}

// staff puts a value into a column of the first member of staff in a set.
func (s *source) staff(column, value string) {
	member := s.school.Staff()[0].Key
	for _, name := range []string{"users.csv", "roles.csv"} {
		t := s.file(name)
		who := t.at("userSourcedId", "sourcedId")
		for _, row := range t.rows[1:] {
			if i := t.at(column); row[who] == member && i > 0 {
				row[i] = value
			}
		}
	}
}

// keysOfRows gives every pupil a number that passes the eleven test, wherever
// the key stands.
func keysOfRows(s *source) {
	next, now := elevens(), map[string]string{}
	for _, p := range s.school.Pupils() {
		now[p.Key] = next()
	}
	for _, t := range s.tables {
		for _, row := range t.rows {
			for i, cell := range row {
				if number, ok := now[cell]; ok {
					row[i] = number
				}
			}
		}
	}
}
