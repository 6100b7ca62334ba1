//! Giving the assistant another character, without safeguards.

use super::{Family::Persona, Rule, word};
use crate::class::Classes as C;
use crate::token::Marks;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "foreign-no-rules",
        family: Persona,
        points: 45,
        what: "speaks, in another language, of an assistant without restrictions",
        steps: &[word(C::NOT).also(C::FOREIGN), word(C::RULE).also(C::FOREIGN).within(2)],
    },
    Rule {
        id: "foreign-unrestricted-word",
        family: Persona,
        points: 45,
        what: "speaks, in another language, of an assistant without restrictions",
        steps: &[word(C::UNRESTRICTED).also(C::FOREIGN)],
    },
    Rule {
        id: "you-are-now",
        family: Persona,
        points: 40,
        what: "tells the reader it is now somebody else",
        steps: &[word(C::YOU), word(C::BE.or(C::MUST)).within(1), word(C::NOW).within(1)],
    },
    Rule {
        id: "you-are-unrestricted",
        family: Persona,
        points: 60,
        what: "tells the reader it is free of restrictions",
        steps: &[
            word(C::YOU),
            word(C::BE.or(C::CAN).or(C::MUST).or(C::NOW)).within(2),
            word(C::UNRESTRICTED).within(5),
        ],
    },
    Rule {
        id: "act-unrestricted",
        family: Persona,
        points: 60,
        what: "asks for a character free of restrictions",
        steps: &[word(C::PERSONA), word(C::UNRESTRICTED).within(8)],
    },
    Rule {
        id: "act-as-assistant",
        family: Persona,
        points: 35,
        what: "asks the reader to play an assistant of another kind",
        steps: &[word(C::PERSONA), word(C::AS).within(1), word(C::ASSISTANT).within(6)],
    },
    Rule {
        id: "pretend-you-are",
        family: Persona,
        points: 30,
        what: "asks the reader to pretend",
        steps: &[word(C::PERSONA), word(C::YOU).within(2), word(C::BE.or(C::CAN)).within(2)],
    },
    Rule {
        id: "without-restrictions",
        family: Persona,
        points: 35,
        what: "speaks of an assistant without restrictions",
        steps: &[word(C::NOT), word(C::RULE).within(3)],
    },
    Rule {
        id: "assistant-without-restrictions",
        family: Persona,
        points: 50,
        what: "speaks of an assistant without restrictions",
        steps: &[word(C::ASSISTANT), word(C::NOT).within(5), word(C::RULE.or(C::UNRESTRICTED)).within(4)],
    },
    Rule {
        id: "not-bound",
        family: Persona,
        points: 45,
        what: "says the reader is not bound by rules",
        steps: &[
            word(C::NOT),
            word(C::FOLLOW.or(C::CAN).or(C::UNRESTRICTED)).within(3),
            word(C::RULE).within(4),
        ],
    },
    Rule {
        id: "do-anything-now",
        family: Persona,
        points: 80,
        what: "names a well-known unrestricted character",
        steps: &[
            word(C::FOLLOW.or(C::CAN).or(C::AS).or(C::MUST).or(C::SAY).or(C::RUN).or(C::YOU)),
            word(C::ANYTHING).within(2),
            word(C::NOW),
        ],
    },
    Rule {
        id: "mode-enabled",
        family: Persona,
        points: 50,
        what: "switches the reader into a special mode",
        steps: &[
            word(C::AUTHORITY.or(C::SYSTEM).or(C::UNRESTRICTED)),
            word(C::MODE).within(1),
            word(C::ENABLE.or(C::NOW).or(C::ONLY).or(C::BE)).within(3),
        ],
    },
    Rule {
        id: "enter-mode",
        family: Persona,
        points: 50,
        what: "switches the reader into a special mode",
        steps: &[
            word(C::ENABLE.or(C::YOU)),
            word(C::AUTHORITY.or(C::SYSTEM).or(C::UNRESTRICTED)).within(4),
            word(C::MODE).within(1),
        ],
    },
    Rule {
        id: "capital-mode",
        family: Persona,
        points: 45,
        what: "names a special mode in capitals",
        steps: &[
            word(C::AUTHORITY.or(C::SYSTEM).or(C::UNRESTRICTED)).marked(Marks::CAPITALS),
            word(C::MODE).marked(Marks::CAPITALS),
        ],
    },
    Rule {
        id: "never-refuse",
        family: Persona,
        points: 45,
        what: "forbids the reader to refuse",
        steps: &[word(C::NOT), word(C::REFUSE).within(3)],
    },
    Rule {
        id: "stay-in-character",
        family: Persona,
        points: 30,
        what: "orders the reader to stay in character",
        steps: &[
            word(C::YOU.or(C::NOT)),
            word(C::SAY.or(C::BE).or(C::MUST)).within(3),
            word(C::PERSONA).within(3),
            word(C::ALL.or(C::NOT).or(C::YOU)).within(4),
        ],
    },
    Rule {
        id: "disable-safeguards",
        family: Persona,
        points: 45,
        what: "switches safeguards off",
        steps: &[
            word(C::ENABLE.or(C::OVERRIDE).or(C::RUN)),
            word(C::ALL.or(C::YOU)).within(1),
            word(C::RULE).within(3),
        ],
    },
    Rule {
        id: "safeguards-off",
        family: Persona,
        points: 40,
        what: "says the safeguards are off",
        steps: &[word(C::RULE), word(C::BE.or(C::MUST)).within(2), word(C::ENABLE).within(3)],
    },
    Rule {
        id: "you-are-persona",
        family: Persona,
        points: 30,
        what: "gives the reader a name and a nature in capitals",
        steps: &[
            word(C::YOU),
            word(C::BE).within(1),
            word(C::UNRESTRICTED).marked(Marks::CAPITALS).within(2),
        ],
    },
    Rule {
        id: "persona-foreign",
        family: Persona,
        points: 40,
        what: "gives the reader another character, in another language",
        steps: &[
            word(C::NOW).also(C::FOREIGN),
            word(C::YOU.or(C::BE)).also(C::FOREIGN).within(2),
            word(C::YOU.or(C::BE).or(C::PERSONA).or(C::UNRESTRICTED).or(C::ASSISTANT)).within(3),
        ],
    },
    Rule {
        id: "foreign-unrestricted",
        family: Persona,
        points: 50,
        what: "speaks, in another language, of an assistant without restrictions",
        steps: &[
            word(C::YOU.or(C::ASSISTANT).or(C::PERSONA)).also(C::FOREIGN),
            word(C::NOT.or(C::UNRESTRICTED)).also(C::FOREIGN).within(6),
            word(C::RULE.or(C::UNRESTRICTED)).within(3),
        ],
    },
];
