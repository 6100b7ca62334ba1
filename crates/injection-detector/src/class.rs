//! What a word can mean to a rule: a set of word classes in one machine word.

/// A set of word classes. A word may belong to several: `prompt` is both something one writes and an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Classes(u64);

impl Classes {
    /// No class: a word no rule asks about.
    pub(crate) const NONE: Self = Self(0);

    const fn bit(index: u32) -> Self {
        Self(1 << index)
    }

    /// The set with the classes of both.
    #[must_use]
    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the two sets share a class.
    pub(crate) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether the set is empty.
    pub(crate) const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// The number of the first class in the set: the one the model's word-order features use.
    pub(crate) const fn first(self) -> u32 {
        self.0.trailing_zeros()
    }

    /// Whether the class with this number is in the set.
    pub(crate) const fn has(self, class: u32) -> bool {
        self.0 >> class & 1 == 1
    }

    /// The numbers of the classes in the set.
    pub(crate) fn each(self) -> impl Iterator<Item = u32> {
        let mut bits = self.0;
        core::iter::from_fn(move || {
            let class = bits.trailing_zeros();
            bits &= bits.wrapping_sub(1);
            (class < 64).then_some(class)
        })
    }

    /// The set without the classes of the other.
    #[must_use]
    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident = $index:literal;)*) => {
        impl Classes {
            $($(#[$doc])* pub(crate) const $name: Self = Self::bit($index);)*
        }
    };
}

// The order matters in one way: the lowest number names a word of several classes in the model's features.
classes! {
    /// To set an instruction aside: ignore, disregard, forget.
    OVERRIDE = 0;
    /// What was said before: previous, above, earlier.
    PRIOR = 1;
    /// Instructions, directives, orders, prompts.
    INSTRUCTION = 2;
    /// Rules, restrictions, safeguards, policies.
    RULE = 3;
    /// A name of an assistant or of its kind: assistant, AI, LLM, Claude.
    ASSISTANT = 4;
    /// To act as somebody: pretend, act, roleplay.
    PERSONA = 5;
    /// Free of safeguards: unrestricted, uncensored, jailbroken, DAN.
    UNRESTRICTED = 6;
    /// To show what is hidden: reveal, disclose, leak.
    REVEAL = 7;
    /// System, as in system prompt or system message.
    SYSTEM = 8;
    /// Prompt or prompts.
    PROMPT = 9;
    /// Without being noticed: secretly, silently.
    SECRETLY = 10;
    /// To move data away: send, upload, forward, email.
    SEND = 11;
    /// What must not leave: passwords, tokens, credentials.
    SECRET = 12;
    /// To make known: tell, mention, inform.
    TELL = 13;
    /// The person the assistant works for: user, human, operator.
    USER = 14;
    /// To run something: run, execute, invoke.
    RUN = 15;
    /// A thing that can be run: tool, command, script.
    TOOL = 16;
    /// Urgency: important, urgent, critical.
    URGENT = 17;
    /// A claim of rank: developer, administrator, Anthropic.
    AUTHORITY = 18;
    /// To obey: follow, obey, comply, adhere.
    FOLLOW = 19;
    /// Encodings and the wish to undo them: decode, base64, rot13.
    DECODE = 20;
    /// To refuse or to warn.
    REFUSE = 21;
    /// To switch something on or off.
    ENABLE = 22;
    /// To utter: say, print, respond, answer.
    SAY = 23;
    /// Exclusion: only, just, nothing, instead.
    ONLY = 24;
    /// New, updated, real, following.
    NEW = 25;
    /// Task, role, goal, objective.
    TASK = 26;
    /// Not, never, without.
    NOT = 27;
    /// Must, should, shall.
    MUST = 28;
    /// Now, henceforth.
    NOW = 29;
    /// First, before, immediately.
    FIRST = 30;
    /// All, any, every, everything.
    ALL = 31;
    /// Mode.
    MODE = 32;
    /// End, start, begin, stop.
    END = 33;
    /// Conversation, session, message, text, data.
    SESSION = 34;
    /// An address to send to: a URL, an e-mail address, a webhook.
    TARGET = 35;
    /// You, your.
    YOU = 36;
    /// I, me, my.
    ME = 37;
    /// Please and its like.
    PLEASE = 38;
    /// Things one asks a model to help with that it should refuse.
    HARM = 39;
    /// Are, is, am: only used in sequences such as "you are now".
    BE = 40;
    /// Can, able, free, allowed.
    CAN = 41;
    /// What.
    WHAT = 42;
    /// Vocabulary of those who write about attacks rather than make them.
    DISCUSSION = 43;
    /// Vocabulary of tests and examples.
    EXAMPLE = 44;
    /// A word of the rules spelt in ROT13 or backwards.
    SCRAMBLED = 45;
    /// To, as, like: the small words of "act as", "pretend to".
    AS = 46;
    /// Human, user, assistant, system as the name of a speaker.
    SPEAKER = 47;
    /// Do anything now: the three words of a well-known persona.
    ANYTHING = 48;
    /// Chat-template names: INST, SYS, im, endoftext.
    TEMPLATE = 49;
    /// The assistant's answer, or its answering.
    ANSWER = 50;
    /// Rude or hateful content one would have a model write.
    HATE = 51;
    /// Leave given: approved, authorised, granted.
    GRANT = 52;
    /// An address that carries a place to fill in: `?q=[DATA]`, `/{token}`.
    BLANK = 53;
    /// Worded in a language other than English, where the order of words differs.
    FOREIGN = 63;
}
