package synthetic

import (
	"math/rand/v2"
	"strings"

	"cool.example/sync/shared/person"
)

// pool is what names are made of.
type pool struct {
	girls, boys []string
	families    []family
}

func newPool() pool { return pool{girls: girls(), boys: boys(), families: families()} }

// family draws a surname.
func (p pool) family(rng *rand.Rand) family { return p.families[rng.IntN(len(p.families))] }

// invent makes a name in family f.
func (p pool) invent(rng *rand.Rand, f family) (person.Name, person.Gender) {
	given, gender := p.girls, person.Female
	if rng.IntN(2) == 0 {
		given, gender = p.boys, person.Male
	}
	call := given[rng.IntN(len(given))]
	n := person.Name{Call: call, FirstNames: call, Infix: f.infix, Surname: f.surname}
	if rng.IntN(3) == 0 {
		n.FirstNames += " " + given[rng.IntN(len(given))]
	}
	for _, word := range strings.Fields(n.FirstNames) {
		n.Initials += string([]rune(word)[:1])
	}
	return n, gender
}

// family is a surname with its infix.
type family struct{ infix, surname string }

// surnames are the surnames that follow one infix.
type surnames struct {
	infix string
	of    []string
}

// girls are call names as heard in a Dutch school.
func girls() []string {
	return []string{
		"Emma", "Julia", "Mila", "Tess", "Zoë", "Noor", "Sara", "Nora", "Evi", "Liv", "Saar", "Olivia", "Sophie", "Anna",
		"Lotte", "Eva", "Lynn", "Fenna", "Roos", "Elin", "Yara", "Nova", "Maud", "Lieke", "Jasmijn", "Fleur", "Isa", "Sanne",
		"Femke", "Noëlle", "Chloé", "Amélie", "Renée", "Esmée", "Loïs", "Jade", "Bo", "Pippa", "Veerle", "Wende", "Marit",
		"Hanna", "Elif", "Zeynep", "Ayşe", "Defne", "Fatima", "Khadija", "Aya", "Amira", "Salma", "Imane", "Hafsa", "Nisrine",
		"Zuzanna", "Maja", "Oliwia", "Aleksandra", "Shanaya", "Chaya", "Gaïa", "Priya", "Anouk", "Juul", "Sterre", "Doris",
		"Keet", "Floor", "Puck", "Anne-Sophie", "Marie-Claire", "Lena", "Elise", "Rosa", "Ilse", "Britt", "Merel", "Jet",
		"Madelief", "Guusje", "Nina", "Amber", "Luna", "Ella", "Benthe", "Feline", "Suze", "Hailey", "Milou", "Vera",
		"Maartje", "Willemijn", "Annelie", "Yasmina", "Soraya", "Nour", "Meryem", "İpek", "Agnieszka", "Thuy", "Mei-Lin", "Naomi",
		"Esther", "Tamar", "Selam", "Rahma", "Ifrah", "Daphne", "Josephine", "Philippa",
	}
}

// boys are call names as heard in a Dutch school.
func boys() []string {
	return []string{
		"Noah", "Sem", "Liam", "Lucas", "Daan", "Finn", "Levi", "Luuk", "Mees", "James", "Milan", "Sam", "Thijs", "Bram",
		"Benjamin", "Adam", "Jesse", "Max", "Thomas", "Jan", "Teun", "Tijn", "Siem", "Guus", "Hugo", "Otis", "Boaz", "Jens",
		"Stijn", "Lars", "Ruben", "Julian", "Cas", "Gijs", "Floris", "Olivier", "Mats", "Joep", "Pim", "Jurre", "Ties",
		"Sven", "Noël", "José", "André", "Raphaël", "Maël", "Daniël", "Joël", "Mohammed", "Amin", "Bilal", "Ilyas", "Yassin",
		"Hamza", "Ayoub", "Emir", "Yusuf", "Kaan", "Çınar", "Efe", "Miraç", "Jakub", "Szymon", "Filip", "Antoni", "Dawid",
		"Jayden", "Giovanni", "Ricardo", "Xavi", "Jean-Pierre", "Willem-Jan", "Abe", "Douwe", "Sietse", "Wout", "Koen",
		"Tobias", "Melle", "Job", "Vince", "Kai", "Owen", "Quinten", "Senn", "Dex", "Lowie", "Mick", "Ravi", "Dani", "Hidde", "Jelle", "Wessel",
		"Rein", "Frederik", "Pepijn", "Casper", "Abel", "Ismaël", "Anouar", "Zakaria", "Süleyman", "Oğuz", "Mikołaj", "Minh",
		"Samuel", "Yonas", "Abdi", "Mahdi", "Giorgio", "Timéo", "Björn", "Søren",
	}
}

// families are surnames of a Dutch city.
func families() []family {
	plain := []string{
		"Jansen", "Bakker", "Visser", "Smit", "Meijer", "Mulder", "Bos", "Vos", "Peters", "Hendriks", "Dekker", "Brouwer",
		"Dijkstra", "Smits", "Jacobs", "Postma", "Hoekstra", "Koster", "Prins", "Huisman", "Kuipers", "Veenstra", "Kramer",
		"Scholten", "Willems", "Groen", "Kok", "Molenaar", "Verhoeven", "Schouten", "Martens", "Wouters", "Evers", "Kuijpers",
		"Hermans", "Timmermans", "Gerritsen", "Vermeulen", "Sanders", "Bosman", "Blom", "Schipper", "Zijlstra", "Boersma",
		"Yılmaz", "Kaya", "Demir", "Çelik", "Şahin", "Öztürk", "Aydın", "Arslan", "Koç", "Nguyen", "Wang", "Chen", "Kowalski",
		"Wiśniewski", "Nowak", "Łukasik", "Ramdin", "Jagroep", "Baldewsingh", "Pinas", "Ahmadi", "Hosseini", "Osman", "Tesfay",
		"Müller", "Schröder", "Große", "Sørensen", "Fernández", "García", "Moreau", "Lefèvre", "Okoye", "Mensah", "Rossi",
	}
	var out []family
	for _, surname := range plain {
		out = append(out, family{surname: surname})
	}
	for _, row := range infixed() {
		for _, surname := range row.of {
			out = append(out, family{row.infix, surname})
		}
	}
	return out
}

// infixed are surnames that follow an infix.
func infixed() []surnames {
	return []surnames{
		{"de", []string{"Vries", "Jong", "Boer", "Groot", "Haan", "Bruijn", "Wit", "Graaf", "Koning", "Leeuw"}},
		{"van", []string{"Dijk", "Leeuwen", "Vliet", "Dam", "Beek", "Doorn"}},
		{"van der", []string{"Berg", "Meer", "Linden", "Heijden", "Veen"}},
		{"van den", []string{"Berg", "Heuvel", "Brink"}},
		{"van de", []string{"Ven", "Velde"}},
		{"van 't", []string{"Hof", "Veer"}},
		{"in 't", []string{"Veld"}},
		{"op 't", []string{"Land"}},
		{"ter", []string{"Horst", "Braak"}},
		{"ten", []string{"Cate", "Hove"}},
		{"te", []string{"Velde"}},
		{"den", []string{"Hartog", "Ouden"}},
		{"d'", []string{"Ancona"}},
		{"el", []string{"Idrissi", "Amrani"}},
		{"El", []string{"Bakkali"}},
		{"ben", []string{"Ali"}},
		{"da", []string{"Silva"}},
		{"dos", []string{"Santos"}},
		{"von", []string{"Weber"}},
		{"uit den", []string{"Boogaard"}},
		{"v.d.", []string{"Wal"}},
		{"'t", []string{"Hart"}},
		{"op den", []string{"Kamp"}},
		{"van het", []string{"Erve"}},
	}
}
