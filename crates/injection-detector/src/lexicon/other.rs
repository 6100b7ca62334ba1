//! Languages of Eastern Europe, the Near East, India and South-East Asia, words by class. Accents are folded away, as in the text they are compared with.

use super::{Row, foreign};
use crate::class::Classes as C;

/// Russian.
pub(super) const RUSSIAN: &[Row] = &[
    foreign(
        C::OVERRIDE,
        "игнорируи игнорируите игнорировать проигнорируи проигнорируите забудь забудьте пренебреги отмени \
        отбрось отбросьте обоиди",
    ),
    foreign(C::PRIOR, "предыдущ* прежн* предшеств* вышеуказанн* вышеизложенн* ранее выше прошл* исходн*"),
    foreign(C::ALL, "все всех все* любые всю"),
    foreign(C::INSTRUCTION, "инструкци* указани* директив* распоряжени* команды приказ* промпт* подсказк*"),
    foreign(C::RULE, "правил* ограничени* фильтр* запрет* нормы"),
    foreign(C::ASSISTANT, "ассистент* помощник* ии неиросет* модель чатбот"),
    foreign(C::YOU, "ты вы тебя вас твои ваши ваш твоя тебе вам свои"),
    foreign(C::ME, "мне мои меня"),
    foreign(C::NOW, "теперь сеичас отныне"),
    foreign(C::NEW, "новые новая новое новыи новую следующие следующее"),
    foreign(C::REVEAL, "покажи покажите раскрои раскроите выведи выведите открои сообщи назови"),
    foreign(C::SECRET, "пароль пароли паролеи секрет* ключ ключи учетные конфиденциальн*"),
    foreign(C::SEND, "отправь отправьте перешли пошли передаи отправить"),
    foreign(C::TELL, "говори сообщаи упоминаи рассказываи информируи"),
    foreign(C::USER, "пользовател*"),
    foreign(C::NOT, "не никогда нет без"),
    foreign(C::ONLY, "только лишь вместо"),
    foreign(C::SAY, "скажи ответь ответьте напиши напишите напечатаи повтори повторите отвечаи"),
    foreign(C::FOLLOW, "следуи выполняи выполни подчиняися слушаи"),
    foreign(C::PERSONA, "притворись веди деиствуи представь играи"),
    foreign(C::UNRESTRICTED, "неограниченн* нецензурирован*"),
    foreign(C::SECRETLY, "таино незаметно скрытно"),
    foreign(C::URGENT, "важно срочно внимание"),
    foreign(C::RUN, "запусти удали выполните"),
    foreign(C::MUST, "должен должна обязан"),
    foreign(C::MODE, "режим режиме"),
    foreign(C::TASK, "задача задание роль задачу"),
    foreign(C::SYSTEM, "системн*"),
    foreign(C::PLEASE, "пожалуиста"),
];

/// Ukrainian.
pub(super) const UKRAINIAN: &[Row] = &[
    foreign(C::OVERRIDE, "ігноруи ігноруите проігноруи забудь забудьте"),
    foreign(C::PRIOR, "попередн* вищезазначен*"),
    foreign(C::ALL, "всі усі"),
    foreign(C::INSTRUCTION, "інструкці* вказівк*"),
    foreign(C::RULE, "обмежен*"),
    foreign(C::YOU, "ти ви твоі ваші"),
    foreign(C::REVEAL, "покажи розкрии"),
    foreign(C::NOW, "тепер відтепер"),
    foreign(C::SECRET, "пароль паролі"),
];

/// Turkish.
pub(super) const TURKISH: &[Row] = &[
    foreign(C::REFUSE, "reddetme reddetmeden reddedemezsin"),
    foreign(C::FOLLOW, "uyma uy uygula"),
    foreign(C::NOW, "bundan"),
    foreign(C::ENABLE, "kapali acik kapat"),
    foreign(C::OVERRIDE, "atla boz cigne muafsin"),
    foreign(C::ENABLE, "devre etkin*"),
    foreign(C::OVERRIDE, "kaldir iptal gecersiz yoksay yok gormezden unut unutun dikkate aldirma"),
    foreign(C::PRIOR, "onceki yukaridaki eski"),
    foreign(C::ALL, "tum butun hepsini"),
    foreign(C::INSTRUCTION, "talimat* yonerge* komut* emir* direktif*"),
    foreign(C::RULE, "kural* kisitlama* sinirlama* guvenlik filtre*"),
    foreign(C::ASSISTANT, "asistan* yapay"),
    foreign(C::YOU, "sen senin siz sizin sensin"),
    foreign(C::NOW, "simdi artik"),
    foreign(C::NEW, "yeni"),
    foreign(C::REVEAL, "goster acikla paylas ifsa"),
    foreign(C::SECRET, "sifre* parola* gizli anahtar*"),
    foreign(C::SEND, "gonder"),
    foreign(C::TELL, "soyleme bahsetme"),
    foreign(C::USER, "kullanici*"),
    foreign(C::NOT, "asla sakin olmadan hicbir"),
    foreign(C::ONLY, "sadece yalnizca"),
    foreign(C::SAY, "yanitla yaz soyle tekrarla"),
    foreign(C::PERSONA, "davran rol gibi"),
    foreign(C::UNRESTRICTED, "sinirsiz sansursuz kisitlamasiz filtresiz kuralsiz"),
    foreign(C::SYSTEM, "sistem sistemin"),
    foreign(C::PROMPT.or(C::INSTRUCTION), "istem istemi istemini isteminin promptu promptunu"),
    foreign(C::MODE, "modu modunda"),
];

/// Greek.
pub(super) const GREEK: &[Row] = &[
    foreign(C::OVERRIDE, "αγνοησε αγνοηστε ξεχασε ξεχαστε παραβλεψε"),
    foreign(C::PRIOR, "προηγουμεν* παραπανω"),
    foreign(C::ALL, "ολεσ ολα ολουσ"),
    foreign(C::INSTRUCTION, "οδηγιεσ εντολεσ οδηγιων"),
    foreign(C::YOU, "εσυ σου εισαι"),
    foreign(C::NOW, "τωρα"),
    foreign(C::REVEAL, "αποκαλυψε δειξε"),
    foreign(C::SECRET, "κωδικο κωδικοσ μυστικο"),
    foreign(C::RULE, "κανονεσ περιορισμουσ"),
];

/// Arabic.
pub(super) const ARABIC: &[Row] = &[
    foreign(C::OVERRIDE, "تجاهل تجاهلوا تجاهلي انس انسى اهمل تخط تجاوز"),
    foreign(C::PRIOR, "السابقة السابق السابقه اعلاه سابقة"),
    foreign(C::ALL, "جميع كل كافة"),
    foreign(C::INSTRUCTION, "التعليمات تعليمات الاوامر اوامر التوجيهات تعليماتك توجيهات الارشادات ارشادات"),
    foreign(C::RULE, "القواعد القيود قيود قواعد"),
    foreign(C::ASSISTANT, "مساعد المساعد ذكاء"),
    foreign(C::YOU, "انت لك"),
    foreign(C::NOW, "الان"),
    foreign(C::NEW, "جديدة الجديدة التالية"),
    foreign(C::REVEAL, "اكشف اظهر اعرض اطبع اخبرني"),
    foreign(C::SECRET, "كلمة المرور سر السرية كلمات اسرار"),
    foreign(C::SEND, "ارسل"),
    foreign(C::TELL, "تخبر تذكر"),
    foreign(C::USER, "المستخدم مستخدم"),
    foreign(C::NOT, "لا بدون دون بلا"),
    foreign(C::SAY, "قل اجب اكتب كرر"),
    foreign(C::PERSONA, "تصرف تظاهر"),
    foreign(C::SYSTEM, "النظام"),
];

/// Hebrew.
pub(super) const HEBREW: &[Row] = &[
    foreign(C::OVERRIDE, "התעלם התעלמי התעלמו שכח שכחי"),
    foreign(C::PRIOR, "הקודמות הקודמים הקודם"),
    foreign(C::ALL, "כל"),
    foreign(C::INSTRUCTION, "ההוראות הוראות ההנחיות הנחיות"),
    foreign(C::YOU, "אתה שלך"),
    foreign(C::REVEAL, "חשוף הצג גלה"),
    foreign(C::SECRET, "סיסמה הסיסמה"),
    foreign(C::NOW, "עכשיו מעתה"),
];

/// Persian.
pub(super) const PERSIAN: &[Row] = &[
    foreign(C::OVERRIDE, "نادیده فراموش"),
    foreign(C::PRIOR, "قبلی پیشین بالا"),
    foreign(C::ALL, "تمام همه"),
    foreign(C::INSTRUCTION, "دستورات دستورالعمل دستورالعمل‌های دستورالعملهای دستورهای"),
    foreign(C::NOW, "اکنون حالا"),
    foreign(C::YOU, "تو شما"),
    foreign(C::SECRET, "رمز"),
];

/// Hindi.
pub(super) const HINDI: &[Row] = &[
    foreign(C::OVERRIDE, "अनदेखा नजरअंदाज नज़रअंदाज़ भूल उपेक्षा"),
    foreign(C::PRIOR, "पिछले पिछली पूर्व पहले"),
    foreign(C::ALL, "सभी सारे"),
    foreign(C::INSTRUCTION, "निर्देशों निर्देश आदेश आदेशों"),
    foreign(C::YOU, "आप तुम अपने"),
    foreign(C::NOW, "अब"),
    foreign(C::REVEAL, "बताओ दिखाओ बताएं दिखाएं"),
    foreign(C::SECRET, "पासवर्ड गुप्त"),
];

/// Indonesian.
pub(super) const INDONESIAN: &[Row] = &[
    foreign(C::OVERRIDE, "abaikan lupakan abai"),
    foreign(C::PRIOR, "sebelumnya terdahulu"),
    foreign(C::ALL, "semua seluruh segala"),
    foreign(C::INSTRUCTION, "instruksi perintah petunjuk arahan"),
    foreign(C::RULE, "aturan batasan pembatasan"),
    foreign(C::YOU, "kamu anda kau"),
    foreign(C::NOW, "sekarang"),
    foreign(C::NEW, "baru"),
    foreign(C::REVEAL, "tampilkan ungkapkan tunjukkan beritahu"),
    foreign(C::SECRET, "sandi rahasia"),
    foreign(C::SEND, "kirim kirimkan"),
    foreign(C::SAY, "jawab tulis katakan cetak"),
    foreign(C::NOT, "jangan tanpa"),
    foreign(C::USER, "pengguna"),
];

/// Vietnamese.
pub(super) const VIETNAMESE: &[Row] = &[
    foreign(C::OVERRIDE, "bo quen lo"),
    foreign(C::PRIOR, "truoc tren"),
    foreign(C::ALL, "tat moi"),
    foreign(C::INSTRUCTION, "lenh dan chi thi"),
    foreign(C::YOU, "ban"),
];

/// Czech.
pub(super) const CZECH: &[Row] = &[
    foreign(C::OVERRIDE, "ignoruj ignorujte zapomen zapomente prehlizej"),
    foreign(C::PRIOR, "predchozi predesle dosavadni"),
    foreign(C::ALL, "vsechny veskere"),
    foreign(C::INSTRUCTION, "pokyny instrukce prikazy"),
    foreign(C::REVEAL, "zobraz odhal"),
    foreign(C::SECRET, "heslo"),
];

/// Romanian and Hungarian.
pub(super) const ROMANIAN: &[Row] = &[
    foreign(C::OVERRIDE, "ignora uita ignorati"),
    foreign(C::PRIOR, "anterioare precedente"),
    foreign(C::ALL, "toate"),
    foreign(C::INSTRUCTION, "instructiunile instructiuni"),
    foreign(C::OVERRIDE, "hagyd felejtsd"),
    foreign(C::PRIOR, "elozo korabbi"),
    foreign(C::ALL, "osszes minden"),
    foreign(C::INSTRUCTION, "utasitast utasitasokat utasitas"),
];
