//! More languages, words by class: enough of each to set instructions aside, to ask for secrets, to send them away. Folded as
//! the text they are compared with.

#![expect(
    clippy::unicode_not_nfc,
    reason = "folding takes letters and their signs apart, here as in the text"
)]

use super::{Row, foreign};
use crate::class::Classes as C;

/// Hungarian.
pub(super) const HUNGARIAN: &[Row] = &[
    foreign(C::OVERRIDE, "hagyd hagyja felejtsd felejtse mellozd mellozze ignorald hanyagold"),
    foreign(C::PRIOR, "korabbi* elozo* fenti* eddigi* megelozo*"),
    foreign(C::ALL, "osszes minden valamennyi"),
    foreign(C::INSTRUCTION, "utasitas* parancs* utmutatas* rendszeruzenet* rendszerprompt*"),
    foreign(C::RULE, "szabaly* korlatozas* szuro*"),
    foreign(C::REVEAL, "fedd mutasd aruld jelenitsd"),
    foreign(C::SECRET, "jelszo* jelszav* titk* bizalmas"),
    foreign(C::SEND, "kuldd kuldje tovabbitsd"),
    foreign(C::YOU, "te neked onnek tied"),
    foreign(C::NOW, "most mostantol ezentul"),
    foreign(C::NEW, "uj alabbi kovetkezo"),
    foreign(C::SAY, "valaszolj ird irj mondd"),
    foreign(C::NOT, "ne soha nem semmilyen"),
    foreign(C::TELL, "emlitsd szolj"),
    foreign(C::USER, "felhasznalo*"),
    foreign(C::SYSTEM, "rendszer"),
    foreign(C::ONLY, "csak kizarolag helyette"),
];

/// Finnish.
pub(super) const FINNISH: &[Row] = &[
    foreign(C::OVERRIDE, "unohda unohtakaa ohita ohittakaa sivuuta hylkaa"),
    foreign(C::PRIOR, "aiemmat aiempia aikaisemmat aikaisempia edelliset edellisia ylla"),
    foreign(C::ALL, "kaikki kaikkia"),
    foreign(C::INSTRUCTION, "ohjeet ohjeita ohjeesi ohjeistus* kaskyt kaskyja jarjestelmakehote* kehote*"),
    foreign(C::RULE, "saannot saantoja rajoitukset rajoituksia"),
    foreign(C::REVEAL, "paljasta nayta kerro tulosta"),
    foreign(C::SECRET, "salasana* salaisuu* tunnukset luottamuksell*"),
    foreign(C::SEND, "laheta valita"),
    foreign(C::YOU, "sina sinun sinulle olet"),
    foreign(C::NOW, "nyt tastedes"),
    foreign(C::NEW, "uudet uusi seuraavat"),
    foreign(C::SAY, "vastaa kirjoita sano toista"),
    foreign(C::NOT, "ala koskaan ilman"),
    foreign(C::USER, "kayttaja*"),
    foreign(C::SYSTEM, "jarjestelma*"),
    foreign(C::ONLY, "vain ainoastaan"),
];

/// Bulgarian.
pub(super) const BULGARIAN: &[Row] = &[
    foreign(C::OVERRIDE, "игнорираи игнорираите забрави забравете пренебрегни пренебрегнете"),
    foreign(C::PRIOR, "предишн* предходн* горните досегашн*"),
    foreign(C::ALL, "всички всичко"),
    foreign(C::INSTRUCTION, "инструкции инструкциите указания указанията нареждания команди"),
    foreign(C::RULE, "правила правилата ограничения"),
    foreign(C::REVEAL, "разкрии разкриите покажи покажете издаи"),
    foreign(C::SECRET, "парола паролата таина поверителн*"),
    foreign(C::SEND, "изпрати изпратете препрати"),
    foreign(C::YOU, "ти теб твоите твоя вашите"),
    foreign(C::NOW, "сега отсега"),
    foreign(C::NEW, "нови новите следните"),
    foreign(C::SAY, "отговори отговорете напиши кажи"),
    foreign(C::NOT, "не никога без"),
    foreign(C::USER, "потребител*"),
    foreign(C::SYSTEM, "системн* системата"),
    foreign(C::ONLY, "само единствено"),
];

/// Serbian, Croatian and Slovene, in Latin letters.
pub(super) const SOUTH_SLAVIC: &[Row] = &[
    foreign(
        C::OVERRIDE,
        "zanemari zanemarite ignorisi ignoriraj ignorirajte zaboravi zaboravite pozabi prezri zanemariti",
    ),
    foreign(C::PRIOR, "prethodn* prijasnj* dosadasnj* ranije gornje prejsnj*"),
    foreign(C::ALL, "sve svih vse"),
    foreign(C::INSTRUCTION, "upute uputstva uputstvo instrukcije naredbe naloge navodila"),
    foreign(C::RULE, "pravila ogranicenja omejitve"),
    foreign(C::REVEAL, "otkrij otkrijte prikazi prikazite pokazi razkrij"),
    foreign(C::SECRET, "lozinku lozinka lozinke zaporku geslo tajnu poverljiv* povjerljiv*"),
    foreign(C::SEND, "posalji posaljite proslijedi prosledi poslji"),
    foreign(C::YOU, "ti tvoje vase tebe"),
    foreign(C::NOW, "sada odsad"),
    foreign(C::NEW, "nove novi sljedece sledece"),
    foreign(C::SAY, "odgovori odgovorite napisi reci"),
    foreign(C::NOT, "nemoj nikad nikada bez"),
    foreign(C::USER, "korisnik* uporabnik*"),
    foreign(C::SYSTEM, "sistemski sustav* sistemsk*"),
    foreign(C::ONLY, "samo iskljucivo"),
];

/// Slovak.
pub(super) const SLOVAK: &[Row] = &[
    foreign(C::OVERRIDE, "ignoruj ignorujte zabudni zabudnite nevsimaj"),
    foreign(C::PRIOR, "predchadzajuc* predosl* doterajs* vyssie"),
    foreign(C::ALL, "vsetky vsetko"),
    foreign(C::INSTRUCTION, "pokyny instrukcie prikazy"),
    foreign(C::RULE, "pravidla obmedzenia"),
    foreign(C::REVEAL, "odhal ukaz prezrad zobraz"),
    foreign(C::SECRET, "heslo hesla tajn*"),
    foreign(C::SEND, "posli poslite odosli"),
    foreign(C::SAY, "odpovedz napis povedz"),
    foreign(C::USER, "pouzivatel*"),
];

/// Catalan.
pub(super) const CATALAN: &[Row] = &[
    foreign(C::OVERRIDE, "ignora ignoreu oblida oblideu omet"),
    foreign(C::PRIOR, "anteriors previes previa precedents"),
    foreign(C::ALL, "totes tots"),
    foreign(C::INSTRUCTION, "instruccions indicacions ordres directrius"),
    foreign(C::REVEAL, "revela mostra mostreu ensenya"),
    foreign(C::SECRET, "contrasenya contrasenyes secret"),
    foreign(C::SEND, "envia envieu reenvia"),
    foreign(C::SAY, "respon escriu digues"),
    foreign(C::USER, "usuari usuaria"),
];

/// Bengali.
pub(super) const BENGALI: &[Row] = &[
    foreign(C::OVERRIDE, "উপেক্ষা অগ্রাহ্য ভুলে"),
    foreign(C::PRIOR, "পূর্ববর্তী আগের উপরের পূর্বের"),
    foreign(C::ALL, "সমস্ত সকল সব"),
    foreign(C::INSTRUCTION, "নির্দেশ নির্দেশনা নির্দেশাবলী নির্দেশিকা আদেশ"),
    foreign(C::REVEAL, "প্রকাশ দেখাও দেখান"),
    foreign(C::SECRET, "পাসওয়ার্ড গোপন"),
    foreign(C::SEND, "পাঠাও পাঠান"),
    foreign(C::YOU, "তুমি তোমার আপনি আপনার"),
    foreign(C::NEW, "নতুন"),
    foreign(C::SYSTEM, "সিস্টেম"),
];

/// Urdu.
pub(super) const URDU: &[Row] = &[
    foreign(C::OVERRIDE, "نظرانداز نظر بھول فراموش"),
    foreign(C::PRIOR, "پچھلی پچھلے سابقہ گزشتہ پہلے"),
    foreign(C::ALL, "تمام سب سبھی"),
    foreign(C::INSTRUCTION, "ہدایات ہدایت احکامات"),
    foreign(C::REVEAL, "ظاہر دکھاو دکھايیں بتاو بتايیں"),
    foreign(C::SECRET, "پاس ورڈ خفیہ راز"),
    foreign(C::SEND, "بھیجو بھیجیں"),
    foreign(C::YOU, "تم اپ تمہارے"),
    foreign(C::NEW, "نيی نيے"),
    foreign(C::SYSTEM, "سسٹم"),
];

/// Tamil.
pub(super) const TAMIL: &[Row] = &[
    foreign(C::OVERRIDE, "புறக்கணி* மறந்துவிடு மறந்துவிடுங்கள்"),
    foreign(C::PRIOR, "முந்தை* முன்னர் மேலே"),
    foreign(C::ALL, "அனைத்து எல்லா"),
    foreign(C::INSTRUCTION, "வழிமுறை* அறிவுறுத்த* கட்டளை*"),
    foreign(C::REVEAL, "வெளிப்படுத்து* காட்டு காட்டவும்"),
    foreign(C::SECRET, "கடவுச்சொ* ரகசிய"),
    foreign(C::SEND, "அனுப்பு அனுப்பவும்"),
];

/// Swahili.
pub(super) const SWAHILI: &[Row] = &[
    foreign(C::OVERRIDE, "puuza puuzeni sahau"),
    foreign(C::PRIOR, "awali iliyopita yaliyotangulia yaliyopita hapo"),
    foreign(C::ALL, "yote zote"),
    foreign(C::INSTRUCTION, "maagizo maelekezo"),
    foreign(C::REVEAL, "onyesha fichua"),
    foreign(C::SECRET, "nenosiri nywila siri"),
    foreign(C::SEND, "tuma"),
];

/// Filipino.
pub(super) const FILIPINO: &[Row] = &[
    foreign(C::OVERRIDE, "balewalain kalimutan huwag"),
    foreign(C::PRIOR, "nakaraang naunang nauna"),
    foreign(C::ALL, "lahat"),
    foreign(C::INSTRUCTION, "tagubilin utos panuto"),
    foreign(C::REVEAL, "ibunyag ipakita"),
    foreign(C::SECRET, "lihim"),
];
