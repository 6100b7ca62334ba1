//! Keeping the user in the dark, sending data away, running tools.

use super::{Family::Exfiltration, Rule, word};
use crate::class::Classes as C;
use crate::token::Marks;

const ACT: C = C::SEND.or(C::RUN);

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "before-answering",
        family: Exfiltration,
        points: 45,
        what: "asks for something to be done before the answer",
        steps: &[
            word(C::FIRST),
            word(C::ANSWER).within(1),
            word(C::RUN.or(C::SEND).or(C::FIRST).or(C::YOU).or(C::SAY)).within(4),
        ],
    },
    Rule {
        id: "act-before-answering",
        family: Exfiltration,
        points: 50,
        what: "asks for something to be done before the answer",
        steps: &[
            word(C::RUN.or(C::SEND)).marked(Marks::SENTENCE),
            word(C::FIRST).within(12),
            word(C::ANSWER).within(1),
        ],
    },
    Rule {
        id: "picture-with-blank",
        family: Exfiltration,
        points: 90,
        what: "shows a picture whose address is to be filled in with data",
        steps: &[word(C::BLANK).marked(Marks::PICTURE)],
    },
    Rule {
        id: "send-to-blank",
        family: Exfiltration,
        points: 35,
        what: "asks for data to be put into an address",
        steps: &[word(C::SEND.or(C::RUN).or(C::SAY)), word(C::BLANK).within(10)],
    },
    Rule {
        id: "must-read-secret",
        family: Exfiltration,
        points: 40,
        what: "orders the reader to look at a secret",
        steps: &[word(C::MUST.or(C::FIRST)), word(C::RUN).within(3), word(C::SECRET).within(6)],
    },
    Rule {
        id: "secret-as-argument",
        family: Exfiltration,
        points: 40,
        what: "asks for what a file holds to be handed on",
        steps: &[
            word(C::RUN).marked(Marks::SENTENCE),
            word(C::SECRET.or(C::SESSION)).within(6),
            word(C::SEND).within(8),
            word(C::SESSION.or(C::SECRET)).within(4),
        ],
    },
    Rule {
        id: "tool-before-others",
        family: Exfiltration,
        points: 45,
        what: "wants a tool to be used before or instead of every other",
        steps: &[
            word(C::FIRST.or(C::ONLY)),
            word(C::RUN.or(C::TOOL)).within(2),
            word(C::ALL.or(C::NEW)).within(2),
            word(C::TOOL).within(2),
            word(C::RUN.or(C::MUST).or(C::YOU)).within(3),
        ],
    },
    Rule {
        id: "into-your-answer",
        family: Exfiltration,
        points: 50,
        what: "asks for something to be put into the answer",
        steps: &[word(C::SEND), word(C::YOU).within(12), word(C::ANSWER)],
    },
    Rule {
        id: "every-answer",
        family: Exfiltration,
        points: 45,
        what: "asks for something to be put into every answer",
        steps: &[word(C::SEND.or(C::END)), word(C::ALL).within(6), word(C::ANSWER)],
    },
    Rule {
        id: "call-tool-to-send",
        family: Exfiltration,
        points: 40,
        what: "asks for a tool that sends or deletes to be called",
        steps: &[
            word(C::RUN).also(C::RUN),
            word(C::SEND.or(C::RUN)).within(0),
            word(C::TARGET.or(C::SEND)).within(12),
        ],
    },
    Rule {
        id: "do-not-tell-user",
        family: Exfiltration,
        points: 60,
        what: "asks the reader to keep something from the user",
        steps: &[word(C::NOT), word(C::TELL).within(2), word(C::USER).within(3)],
    },
    Rule {
        id: "do-not-mention",
        family: Exfiltration,
        points: 30,
        what: "asks the reader to keep something to itself",
        steps: &[
            word(C::NOT),
            word(C::TELL).within(1),
            word(C::ALL.or(C::INSTRUCTION).or(C::SESSION)).within(4),
        ],
    },
    Rule {
        id: "without-user-knowing",
        family: Exfiltration,
        points: 60,
        what: "asks for something behind the user's back",
        steps: &[word(C::NOT), word(C::TELL).within(1), word(C::USER).within(2)],
    },
    Rule {
        id: "secretly-act",
        family: Exfiltration,
        points: 45,
        what: "asks for something to be done secretly",
        steps: &[
            word(C::SECRETLY),
            word(ACT).within(3),
            word(C::SECRET.or(C::TARGET).or(C::SESSION).or(C::TOOL).or(C::ALL)).within(6),
        ],
    },
    Rule {
        id: "act-secretly",
        family: Exfiltration,
        points: 40,
        what: "asks for something to be done secretly",
        steps: &[
            word(ACT),
            word(C::SECRET.or(C::TARGET).or(C::SESSION).or(C::TOOL)).within(6),
            word(C::SECRETLY).within(8),
        ],
    },
    Rule {
        id: "send-secret-to",
        family: Exfiltration,
        points: 35,
        what: "asks for secrets to be sent to an address",
        steps: &[word(C::SEND.or(C::TOOL)), word(C::SECRET).within(6), word(C::TARGET).within(10)],
    },
    Rule {
        id: "read-and-send",
        family: Exfiltration,
        points: 40,
        what: "asks for data to be read and sent away",
        steps: &[
            word(C::RUN.or(C::REVEAL)),
            word(C::SECRET.or(C::SESSION)).within(6),
            word(C::SEND).within(6),
            word(C::TARGET.or(C::ME)).within(6),
        ],
    },
    Rule {
        id: "send-all-to",
        family: Exfiltration,
        points: 50,
        what: "asks for everything to be sent to an address",
        steps: &[
            word(C::SEND),
            word(C::ALL.or(C::USER).or(C::YOU)).within(2),
            word(C::SESSION.or(C::SECRET)).within(4),
            word(C::TARGET).within(8),
        ],
    },
    Rule {
        id: "secret-into-url",
        family: Exfiltration,
        points: 40,
        what: "asks for data to be put into an address",
        steps: &[
            word(C::TARGET),
            word(C::SECRET.or(C::SESSION).or(C::PROMPT)).within(6),
            word(C::DECODE.or(C::SAY).or(C::SEND)).within(8),
        ],
    },
    Rule {
        id: "before-any-tool",
        family: Exfiltration,
        points: 45,
        what: "asks for a tool to be used before anything else",
        steps: &[
            word(C::FIRST),
            word(C::RUN.or(C::SAY)).within(1),
            word(C::ALL.or(C::TOOL)).within(2),
            word(C::TOOL.or(C::ALL).or(C::NEW)).within(2),
        ],
    },
    Rule {
        id: "must-call-tool",
        family: Exfiltration,
        points: 35,
        what: "orders the reader to use a tool",
        steps: &[word(C::YOU), word(C::MUST).within(1), word(C::RUN).within(3), word(C::TOOL).within(3)],
    },
    Rule {
        id: "assistant-must-act",
        family: Exfiltration,
        points: 35,
        what: "orders an assistant to act",
        steps: &[word(C::ASSISTANT), word(C::MUST).within(3), word(ACT.or(C::SAY).or(C::REVEAL)).within(4)],
    },
    Rule {
        id: "pipe-to-shell-order",
        family: Exfiltration,
        points: 35,
        what: "orders a download to be run",
        steps: &[word(C::RUN).marked(Marks::SENTENCE), word(C::TARGET).within(4), word(C::TOOL).within(3)],
    },
    Rule {
        id: "send-foreign",
        family: Exfiltration,
        points: 45,
        what: "asks, in another language, for secrets to be sent away",
        steps: &[
            word(C::SEND.or(C::REVEAL)).also(C::FOREIGN),
            word(C::SECRET).within(6),
            word(C::TARGET.or(C::ME)).within(8),
        ],
    },
    Rule {
        id: "not-tell-foreign",
        family: Exfiltration,
        points: 45,
        what: "asks, in another language, to keep something from the user",
        steps: &[
            word(C::NOT).also(C::FOREIGN),
            word(C::TELL.or(C::USER)).also(C::FOREIGN).within(4),
            word(C::USER.or(C::TELL)).also(C::FOREIGN).within(4),
        ],
    },
];
