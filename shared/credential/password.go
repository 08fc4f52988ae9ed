package credential

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"

	"cool.example/sync/shared/person"
)

// words are short, harmless, easily spelled Dutch words: more than 256, so that
// each stands for at least eight bits.
const words = `aap aardbei abrikoos anker appel arend auto avond
bakker bal banaan bank beer bel berg bessen beuk bever bij bijl blad blauw bloem boek boer bok boom boot bord bos boter
braam brief bril broer brood brug bui buik bus
cactus cadeau camera citroen cirkel clown dak dal dame dans das deeg dek deksel den deur dier dijk dobber dolfijn doos
dorp draad draak drie druif duif duin eekhoorn eend egel eik eiland ekster eland emmer engel ezel
feest fiets film fluit fontein fornuis fruit gans gang geel geit gids gitaar glas gordijn goud gras groen grot
haai haan hamer hand hark haver hek helm herfst hert heuvel hoed hond honing hooi hoorn huis ijs
jager jas juf jurk kaars kaas kaart kabel kam kameel kano kast kat kegel kers ketel keuken kikker kip klei klok knoop
koe koek koffer konijn koning kraan krab kruk kuil lamp land lantaarn leeuw lente lepel lijm lijst linde loep lucht
maan maand map markt mat meer melk merel mes mier mok molen mos muis mus muur
naald nacht nest neus noot oever olifant oma opa oven paal paard pan papier park parel pauw peer pen perzik piano
pijl pinguin plank plant plein poes pompoen pop poort raam radio regen reiger ring rivier robot rok roos rots
schaap schelp schip schop sjaal slak slot sneeuw sok spiegel spin stal steen ster stoel storm straat strik
tafel tak tas tent tijger toren trap trein trom tuin uil vaas varen veer vijver vis vlag vlinder vogel vos vuur
wagen walvis wand water weg weide wiel wolk wol wortel zaad zadel zand zebra zee zeil zomer zon zwaan`

// NewPassword invents a password that is easy to read and to copy from a
// sheet. Pupils get two words and two digits, 22 bits, which sign-in defends
// by slowing down guesses; staff and guardians four words and two digits, 38
// bits. It is for the first sign-in.
func NewPassword(k person.Kind) string {
	list := strings.Fields(words)
	n := 4
	if k == person.Pupil {
		n = 2
	}
	parts := make([]string, n)
	for i := range parts {
		parts[i] = list[below(len(list))]
	}
	return fmt.Sprintf("%s-%02d", strings.Join(parts, "-"), below(100))
}

// below returns a random number from 0 up to n.
func below(n int) int {
	i, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		panic(err) // crypto/rand never fails on a system that runs
	}
	return int(i.Int64())
}
