//! Words addressed to an assistant where only data is expected; urgency, claims of rank, scripts for its answer.

use super::{Family::Placement, Rule, word};
use crate::class::Classes as C;
use crate::token::Marks;

const ORDER: C =
    C::SAY.or(C::RUN).or(C::SEND).or(C::OVERRIDE).or(C::REVEAL).or(C::FOLLOW).or(C::PLEASE).or(C::MUST);

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "note-to-assistant",
        family: Placement,
        points: 50,
        what: "is addressed to an assistant",
        steps: &[
            word(C::URGENT.or(C::SESSION).or(C::INSTRUCTION)),
            word(C::AS).within(3),
            word(C::ASSISTANT).within(4),
        ],
    },
    Rule {
        id: "attention-assistant",
        family: Placement,
        points: 30,
        what: "calls for an assistant's attention",
        steps: &[word(C::URGENT).marked(Marks::SENTENCE), word(C::ASSISTANT).within(2)],
    },
    Rule {
        id: "if-you-are-assistant",
        family: Placement,
        points: 45,
        what: "is addressed to a reader that is a model",
        steps: &[word(C::YOU), word(C::BE).within(1), word(C::ASSISTANT).within(4), word(ORDER).within(10)],
    },
    Rule {
        id: "assistant-called",
        family: Placement,
        points: 35,
        what: "gives an assistant an order",
        steps: &[word(C::ASSISTANT).marked(Marks::SENTENCE), word(ORDER).within(3)],
    },
    Rule {
        id: "assistant-colon",
        family: Placement,
        points: 35,
        what: "gives an assistant an order",
        steps: &[word(C::ASSISTANT).marked(Marks::COLON), word(ORDER).marked(Marks::SENTENCE).within(1)],
    },
    Rule {
        id: "important-message-to-you",
        family: Placement,
        points: 55,
        what: "calls itself an important message to the reader",
        steps: &[
            word(C::URGENT),
            word(C::SESSION.or(C::INSTRUCTION)).within(1),
            word(C::ME.or(C::AS)).within(2),
            word(C::YOU.or(C::ASSISTANT)).within(6),
        ],
    },
    Rule {
        id: "loud-important",
        family: Placement,
        points: 35,
        what: "shouts for attention",
        steps: &[word(C::URGENT).marked(Marks::CAPITALS.or(Marks::LOUD))],
    },
    Rule {
        id: "urgent-orders",
        family: Placement,
        points: 35,
        what: "calls its instructions urgent",
        steps: &[word(C::URGENT), word(C::INSTRUCTION).marked(Marks::COLON).within(1)],
    },
    Rule {
        id: "i-am-your-developer",
        family: Placement,
        points: 45,
        what: "claims to be somebody with power over the reader",
        steps: &[
            word(C::ME),
            word(C::BE).within(1),
            word(C::YOU.or(C::AS)).within(2),
            word(C::AUTHORITY).within(4),
        ],
    },
    Rule {
        id: "rank-from",
        family: Placement,
        points: 35,
        what: "claims rank",
        steps: &[
            word(C::AUTHORITY).marked(Marks::CAPITALS),
            word(C::OVERRIDE.or(C::ENABLE).or(C::INSTRUCTION).or(C::MODE)).within(2),
        ],
    },
    Rule {
        id: "only-say",
        family: Placement,
        points: 35,
        what: "dictates the reader's answer",
        steps: &[
            word(C::ONLY),
            word(C::SAY).within(1),
            word(C::AS.or(C::ONLY).or(C::YOU).or(C::NEW).or(C::ME).or(C::FOLLOW)).within(3),
        ],
    },
    Rule {
        id: "only-say-quoted",
        family: Placement,
        points: 45,
        what: "dictates the reader's answer",
        steps: &[
            word(C::ONLY),
            word(C::SAY).within(1),
            word(C::NONE).marked(Marks::QUOTED.or(Marks::SENTENCE)).within(3),
        ],
    },
    Rule {
        id: "say-nothing-else",
        family: Placement,
        points: 45,
        what: "dictates the reader's answer",
        steps: &[word(C::SAY), word(C::ALL.or(C::ONLY)).within(10), word(C::ONLY).within(0)],
    },
    Rule {
        id: "answer-begins-with",
        family: Placement,
        points: 45,
        what: "dictates how the answer begins",
        steps: &[word(C::END).but_not(C::ONLY), word(C::YOU).within(1), word(C::SAY).within(2)],
    },
    Rule {
        id: "your-answer-must",
        family: Placement,
        points: 35,
        what: "dictates the reader's answer",
        steps: &[
            word(C::YOU),
            word(C::SAY).within(2),
            word(C::MUST).within(1),
            word(C::END.or(C::SAY).or(C::BE)).within(2),
        ],
    },
    Rule {
        id: "instead-say",
        family: Placement,
        points: 40,
        what: "replaces the reader's task by another answer",
        steps: &[
            word(C::ONLY).also(C::ONLY),
            word(C::SAY.or(C::REVEAL)).within(1),
            word(C::NEW.or(C::FOLLOW).or(C::PRIOR)).within(2),
        ],
    },
    Rule {
        id: "you-must-answer",
        family: Placement,
        points: 30,
        what: "orders the reader to answer in a set way",
        steps: &[word(C::YOU), word(C::MUST).within(1), word(C::SAY.or(C::FOLLOW)).within(3)],
    },
    Rule {
        id: "say-foreign",
        family: Placement,
        points: 25,
        what: "dictates, in another language, the reader's answer",
        steps: &[word(C::ONLY).also(C::FOREIGN), word(C::SAY).also(C::FOREIGN).within(3)],
    },
];
