package credential

import "strings"

// The lists hold everyday things, in lower case without accents. What is left
// out on purpose: people and professions, animals and things that children call
// each other, colours, numbers, weapons, the body, and what has a second
// meaning.

// youngWords are words of at most five letters that a child of groep 1 to 4
// reads and types: more than 160 of them.
const youngWords = `appel auto bal band bank bed beer bel berg blad blok boek boom boot bord bos brood brug bus cake dag dak deur dorp
draad duif eend emmer feest fiets film fluit foto fruit giraf glas gras haan haas hek helm hert hoed hoek hond hooi
hout huis hut ijs jam jas jurk kaars kaart kaas kam kano kar kast kat kers kist klok knop koala koek kok kom kool
kraan kroon kubus laars lamp land leeuw lente lepel licht lied lijm lijn lucht maan mand map markt mat meer meeuw melk
merel mok molen mos muis muur nest net noot oven paard pad pan panda parel park pauw peer pen pet piano pizza
plant plein poort raam radio regen rek riem rijst ring robot rok roos rups sap schip sjaal slee snoep soep sok spel
spons stal steen step ster stoel taart tafel tak tas tent thee toren touw tram trap trein trui tuin tulp uil vaas veer
veld vis vlag vloer vogel vork vos wagen water weg wei wiel wind wol wolk zand zebra zee zeep zeil zomer zon zout
zwaan`

// plainWords are Dutch words of at most eight letters that are easily spelled:
// more than 256 of them, so that each stands for at least eight bits.
const plainWords = `aardbei abrikoos agenda album ananas anker appel arend atlas avond ballon banaan bank beker berg bessen bever bezem
blad bloem bloesem boek boom boot bord bos boter braam brief bril brood brug bus cactus cadeau camera cello cirkel
citroen dadel dak deeg deken deksel deur dobber dolfijn dorp druif druppel duif duin eekhoorn eend egel eik
eiland ekster eland emmer engel etui fabriek feest ficus fiets film fluit fontein fornuis framboos fruit garage gieter
giraf gitaar glas gordijn granen gras grot haai haan haas hamer hangmat harp haven hazelaar heide hek helm herfst hert
heuvel hoed hond honing hooi hoorn horloge huis iglo ijs jas jasmijn jurk kaars kaart kaas kabel kajak kalender kameel
kano karton kast kat kegel kers ketel ketting keuken kikker kiwi klaver klei klok knoop koala koek koffer kompas
konijn koraal kraal kraan krab krijt kussen ladder lamp land lantaarn lavendel leeuw lente lepel libel lijm lijst
linde lucht maan magneet mand mango map markt marmer mat meer meloen merel molen mos motor munt museum muur nacht nest
noot oever olifant olijf orgel otter oven paard paleis pan panda papier parasol parel park pauw peer pen perzik piano
pinda plant plein poort potlood pudding puzzel raam radio raket regen reiger ring rivier robot rok roos rots rugzak
schaap schelp schip sjaal sleutel slinger sneeuw sok specht spiegel stal steen stempel ster stoel storm straat strik
tafel tak tas tegel tent thee tijger tomaat toren touw trap trein trompet tuin tulp tunnel uil vaas varen veer vijver
viool vis vlag vlieger vlinder vogel vork vos wagen walvis wand water weg weide wekker wiel wimpel wol wolk wortel
zadel zaklamp zand zebra zee zeil zomer zon zwaan`

// words returns a list.
func words(list string) []string { return strings.Fields(list) }
