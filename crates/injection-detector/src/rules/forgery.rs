//! Pretending to be another speaker: forged roles, delimiters and tool results.

use super::{Family::Forgery, Rule, word};
use crate::class::Classes as C;
use crate::token::Marks;

const ORDERS: C = C::INSTRUCTION.or(C::PROMPT);

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "template-pipe",
        family: Forgery,
        points: 75,
        what: "forges a chat template's delimiter",
        steps: &[
            word(C::TEMPLATE.or(C::SPEAKER).or(C::SYSTEM).or(C::END)).marked(Marks::PIPE.or(Marks::ANGLE))
        ],
    },
    Rule {
        id: "template-bracket",
        family: Forgery,
        points: 75,
        what: "forges a chat template's delimiter",
        steps: &[word(C::TEMPLATE).marked(Marks::BRACKET.or(Marks::CAPITALS).or(Marks::SHUT))],
    },
    Rule {
        id: "template-angle",
        family: Forgery,
        points: 75,
        what: "forges a chat template's delimiter",
        steps: &[word(C::TEMPLATE).marked(Marks::ANGLE.or(Marks::CAPITALS).or(Marks::SHUT))],
    },
    Rule {
        id: "ruled-system",
        family: Forgery,
        points: 55,
        what: "draws a line and forges a system message",
        steps: &[
            word(C::SYSTEM).marked(Marks::RULED),
            word(C::SESSION.or(C::INSTRUCTION).or(C::PROMPT).or(C::OVERRIDE)),
        ],
    },
    Rule {
        id: "capital-speaker",
        family: Forgery,
        points: 45,
        what: "forges a message of the system or of somebody of rank",
        steps: &[
            word(C::SYSTEM.or(C::AUTHORITY)).marked(Marks::CAPITALS.or(Marks::COLON).or(Marks::SENTENCE))
        ],
    },
    Rule {
        id: "note-from-rank",
        family: Forgery,
        points: 50,
        what: "forges a note from somebody of rank",
        steps: &[
            word(C::URGENT.or(C::SESSION).or(C::NEW)).marked(Marks::SENTENCE),
            word(C::SYSTEM.or(C::AUTHORITY)).marked(Marks::COLON).within(5),
        ],
    },
    Rule {
        id: "system-note-foreign",
        family: Forgery,
        points: 45,
        what: "forges, in another language, a note of the system",
        steps: &[
            word(C::URGENT.or(C::SESSION).or(C::INSTRUCTION)).marked(Marks::SENTENCE),
            word(C::SYSTEM).also(C::FOREIGN).marked(Marks::COLON).within(2),
        ],
    },
    Rule {
        id: "user-has-approved",
        family: Forgery,
        points: 35,
        what: "claims that the user has given leave",
        steps: &[
            word(C::USER.or(C::AUTHORITY)),
            word(C::GRANT).within(4),
            word(C::ALL.or(C::YOU).or(C::RUN).or(C::NEW).or(C::FOLLOW)).within(2),
            word(C::NONE.or(C::RUN).or(C::TOOL).or(C::SEND).or(C::TASK).or(C::SESSION)).within(3),
        ],
    },
    Rule {
        id: "tool-result-forged",
        family: Forgery,
        points: 45,
        what: "forges where a tool's result ends",
        steps: &[
            word(C::END).marked(Marks::SENTENCE),
            word(C::TOOL.or(C::RUN)).within(2),
            word(C::ANSWER.or(C::SAY).or(C::SESSION)).within(1),
        ],
    },
    Rule {
        id: "finished-task",
        family: Forgery,
        points: 40,
        what: "pretends that the task is finished",
        steps: &[word(C::ANSWER).marked(Marks::LINE.or(Marks::COLON)), word(C::TASK), word(C::END)],
    },
    Rule {
        id: "end-of-prompt",
        family: Forgery,
        points: 70,
        what: "pretends that the prompt or the document ends here",
        steps: &[
            word(C::END),
            word(C::SYSTEM.or(C::USER).or(C::ASSISTANT).or(C::PRIOR)).within(2),
            word(ORDERS.or(C::SESSION)).within(1),
        ],
    },
    Rule {
        id: "ruled-end",
        family: Forgery,
        points: 60,
        what: "draws a line and pretends that something ends or begins",
        steps: &[
            word(C::END).marked(Marks::RULED),
            word(ORDERS.or(C::SESSION).or(C::SYSTEM).or(C::TASK)).within(3),
        ],
    },
    Rule {
        id: "tagged-end",
        family: Forgery,
        points: 60,
        what: "forges a tag that ends or begins a conversation",
        steps: &[word(C::END).marked(Marks::ANGLE), word(ORDERS.or(C::SESSION)).within(3)],
    },
    Rule {
        id: "bracketed-end",
        family: Forgery,
        points: 55,
        what: "forges a bracket that ends or begins a conversation",
        steps: &[word(C::END).marked(Marks::BRACKET), word(ORDERS.or(C::SESSION).or(C::SYSTEM)).within(3)],
    },
    Rule {
        id: "bracketed-role",
        family: Forgery,
        points: 50,
        what: "forges a speaker in brackets",
        steps: &[word(C::SPEAKER.or(C::SYSTEM).or(C::AUTHORITY))
            .marked(Marks::BRACKET.or(Marks::CAPITALS).or(Marks::SHUT))],
    },
    Rule {
        id: "bracketed-system-orders",
        family: Forgery,
        points: 60,
        what: "forges a system message in brackets",
        steps: &[
            word(C::SYSTEM.or(C::AUTHORITY)).marked(Marks::BRACKET),
            word(ORDERS.or(C::SESSION).or(C::URGENT).or(C::OVERRIDE).or(C::MODE)).within(1),
        ],
    },
    Rule {
        id: "tagged-role",
        family: Forgery,
        points: 40,
        what: "forges a speaker's tag",
        steps: &[word(C::SPEAKER).marked(Marks::ANGLE.or(Marks::SHUT))],
    },
    Rule {
        id: "tagged-orders",
        family: Forgery,
        points: 55,
        what: "wraps instructions in a tag",
        steps: &[word(ORDERS.or(C::URGENT)).but_not(C::NOT).marked(Marks::ANGLE.or(Marks::SHUT))],
    },
    Rule {
        id: "tagged-capitals",
        family: Forgery,
        points: 35,
        what: "wraps text in a tag in capitals",
        steps: &[word(C::SESSION.or(C::URGENT).or(C::INSTRUCTION).or(C::AUTHORITY).or(C::SYSTEM))
            .marked(Marks::ANGLE.or(Marks::SHUT).or(Marks::CAPITALS))],
    },
    Rule {
        id: "speaker-line",
        family: Forgery,
        points: 30,
        what: "forges a line of dialogue",
        steps: &[word(C::SPEAKER).marked(Marks::LINE.or(Marks::COLON))],
    },
    Rule {
        id: "system-line-orders",
        family: Forgery,
        points: 50,
        what: "forges a system line that gives an order",
        steps: &[
            word(C::SYSTEM).marked(Marks::LINE.or(Marks::COLON)),
            word(
                C::YOU
                    .or(C::SAY)
                    .or(C::OVERRIDE)
                    .or(C::ONLY)
                    .or(C::NEW)
                    .or(C::ENABLE)
                    .or(C::FOLLOW)
                    .or(C::MUST),
            )
            .within(3),
        ],
    },
    Rule {
        id: "system-message",
        family: Forgery,
        points: 35,
        what: "claims to be a system message",
        steps: &[
            word(C::SYSTEM).marked(Marks::SENTENCE),
            word(C::SESSION.or(C::OVERRIDE).or(C::INSTRUCTION).or(C::URGENT)).marked(Marks::COLON).within(1),
        ],
    },
    Rule {
        id: "role-json",
        family: Forgery,
        points: 40,
        what: "forges a message with a role and an order",
        steps: &[
            word(C::SYSTEM).marked(Marks::QUOTED),
            word(C::SESSION).marked(Marks::QUOTED.or(Marks::COLON)),
            word(C::OVERRIDE.or(C::YOU).or(C::NEW)).marked(Marks::QUOTED),
        ],
    },
    Rule {
        id: "capital-system-override",
        family: Forgery,
        points: 55,
        what: "announces a system override",
        steps: &[
            word(C::SYSTEM.or(C::AUTHORITY).or(C::URGENT)),
            word(C::OVERRIDE).within(1),
            word(C::ENABLE.or(C::URGENT).or(C::NEW).or(C::ALL).or(C::YOU).or(C::TASK).or(C::FOLLOW))
                .within(4),
        ],
    },
];
