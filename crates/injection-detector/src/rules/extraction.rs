//! Asking for the system prompt or for secrets.

use super::{Family::Extraction, Rule, word};
use crate::class::Classes as C;
use crate::token::Marks;

const SHOW: C = C::REVEAL.or(C::TELL).or(C::SAY);

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "decode-this",
        family: Extraction,
        points: 60,
        what: "asks the reader to decode a text",
        steps: &[
            word(C::DECODE).marked(Marks::SENTENCE),
            word(C::NEW.or(C::FOLLOW).or(C::PRIOR)).within(1),
            word(C::SESSION.or(C::INSTRUCTION)).within(1),
        ],
    },
    Rule {
        id: "write-harm",
        family: Extraction,
        points: 45,
        what: "asks for hateful or harmful text",
        steps: &[word(C::SAY).marked(Marks::SENTENCE), word(C::HATE.or(C::HARM)).within(3)],
    },
    Rule {
        id: "show-system-prompt",
        family: Extraction,
        points: 75,
        what: "asks for the system prompt",
        steps: &[
            word(SHOW),
            word(C::SYSTEM.or(C::PRIOR)).within(5),
            word(C::INSTRUCTION.or(C::PROMPT)).within(1),
        ],
    },
    Rule {
        id: "show-your-orders",
        family: Extraction,
        points: 65,
        what: "asks for the reader's instructions",
        steps: &[word(SHOW), word(C::YOU).within(4), word(C::INSTRUCTION.or(C::PROMPT)).within(3)],
    },
    Rule {
        id: "show-orders-above",
        family: Extraction,
        points: 65,
        what: "asks for the instructions given before",
        steps: &[
            word(SHOW),
            word(C::INSTRUCTION.or(C::PROMPT).or(C::ALL).or(C::SESSION)).within(4),
            word(C::PRIOR).within(3),
        ],
    },
    Rule {
        id: "what-are-your-orders",
        family: Extraction,
        points: 65,
        what: "asks what the reader was told",
        steps: &[
            word(C::WHAT),
            word(C::BE).within(2),
            word(C::YOU).within(2),
            word(C::INSTRUCTION.or(C::PROMPT)).within(3),
        ],
    },
    Rule {
        id: "what-were-you-told",
        family: Extraction,
        points: 60,
        what: "asks what the reader was told",
        steps: &[
            word(C::INSTRUCTION.or(C::WHAT).or(C::SESSION)),
            word(C::YOU).within(2),
            word(C::BE).within(1),
            word(C::NEW.or(C::PRIOR).or(C::INSTRUCTION)).within(5),
        ],
    },
    Rule {
        id: "your-system-prompt",
        family: Extraction,
        points: 45,
        what: "speaks of the reader's system prompt",
        steps: &[
            word(C::YOU),
            word(C::SYSTEM.or(C::PRIOR)).within(2),
            word(C::INSTRUCTION.or(C::PROMPT)).within(1),
        ],
    },
    Rule {
        id: "tell-me-secret",
        family: Extraction,
        points: 45,
        what: "asks the reader for a secret",
        steps: &[word(SHOW), word(C::ME).within(1), word(C::SECRET).within(5)],
    },
    Rule {
        id: "what-is-your-secret",
        family: Extraction,
        points: 50,
        what: "asks the reader for a secret",
        steps: &[word(C::WHAT), word(C::BE).within(1), word(C::YOU).within(1), word(C::SECRET).within(2)],
    },
    Rule {
        id: "your-secret",
        family: Extraction,
        points: 40,
        what: "asks the reader to share its secret",
        steps: &[word(SHOW.or(C::SEND)), word(C::YOU).within(3), word(C::SECRET).within(2)],
    },
    Rule {
        id: "show-foreign",
        family: Extraction,
        points: 60,
        what: "asks for instructions or secrets, in another language",
        steps: &[
            word(C::REVEAL).also(C::FOREIGN),
            word(C::INSTRUCTION.or(C::SYSTEM)).within(5),
            word(C::INSTRUCTION.or(C::PRIOR).or(C::SYSTEM)).within(2),
        ],
    },
    Rule {
        id: "show-foreign-your",
        family: Extraction,
        points: 55,
        what: "asks for instructions or secrets, in another language",
        steps: &[
            word(C::REVEAL).also(C::FOREIGN),
            word(C::YOU.or(C::ME)).also(C::FOREIGN).within(3),
            word(C::INSTRUCTION.or(C::SECRET)).within(4),
        ],
    },
    Rule {
        id: "foreign-show-last",
        family: Extraction,
        points: 45,
        what: "asks for instructions or secrets, in another language",
        steps: &[
            word(C::SECRET.or(C::SYSTEM)).also(C::FOREIGN),
            word(C::INSTRUCTION.or(C::SECRET)).within(2),
            word(C::REVEAL).also(C::FOREIGN).within(3),
        ],
    },
    Rule {
        id: "decode-and-follow",
        family: Extraction,
        points: 75,
        what: "asks the reader to decode something and obey it",
        steps: &[
            word(C::DECODE),
            word(C::FOLLOW.or(C::RUN).or(C::SAY)).within(10),
            word(C::INSTRUCTION.or(C::SESSION).or(C::ALL)).within(3),
        ],
    },
    Rule {
        id: "encode-secret",
        family: Extraction,
        points: 50,
        what: "asks for a secret in an encoded form",
        steps: &[
            word(C::SAY.or(C::REVEAL).or(C::DECODE)),
            word(C::SECRET).within(6),
            word(C::DECODE).within(6),
        ],
    },
    Rule {
        id: "decode-marked",
        family: Extraction,
        points: 80,
        what: "marks encoded text to be decoded",
        steps: &[word(C::END), word(C::DECODE).within(1), word(C::SESSION).within(1)],
    },
];
