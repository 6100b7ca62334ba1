//! Permissions, owners and attributes.

use hook_core::Severity;

use crate::arguments::FLAGS_ONLY;
use crate::call::Call;
use crate::effects::{Act, Effect, find_roots};
use crate::place::{Place, Target};
use crate::rule::{Hit, Instead, Rule};
use crate::rules::deletion::MOST_ROOTS;
use crate::rules::unresolved::too_many_words;

pub(crate) static RULES: &[&Rule] = &[&SYSTEM, &OPEN, &SETUID];

static SYSTEM: Rule = Rule {
    id: "permissions-system",
    severity: Severity::Critical,
    harm: "would change permissions or owners of the system or of a home folder as a whole; little works afterwards",
    instead: Instead::Run("chmod u+rw ./file", "change the one file that needs it"),
};
static OPEN: Rule = Rule {
    id: "permissions-open",
    severity: Severity::Medium,
    harm: "would let every user of the machine write these files, or nobody read them",
    instead: Instead::Run("chmod -R u+rwX,go-w .", "give the owner what is needed"),
};
static SETUID: Rule = Rule {
    id: "permissions-setuid",
    severity: Severity::High,
    harm: "would let whoever starts this program act as its owner",
    instead: Instead::Run("chmod u+x ./file", "make it executable without the set-user-id bit"),
};

pub(crate) fn judge(call: &Call<'_>, effects: &[Effect<'_>], hits: &mut Vec<Hit>) {
    if !matches!(call.name, "chmod" | "chown" | "chgrp" | "chattr" | "chflags" | "chcon" | "setfacl")
        || call.is_contained()
    {
        return;
    }
    let arguments = call.arguments(FLAGS_ONLY);
    let mode = arguments.word(0);
    let changed = effects.iter().filter(|effect| effect.act == Act::Change);
    match changed.map(|effect| reached(call, effect)).max() {
        Some(Reached::System) => hits.push(call.hit(&SYSTEM, call.shown(4))),
        Some(Reached::TooMuch) => hits.push(too_many_words()),
        Some(Reached::Other) | None => {
            if call.name == "chmod" && arguments.has("R", "recursive") && is_open(mode) {
                hits.push(call.hit(&OPEN, call.shown(4)));
            }
        }
    }
    if call.name == "chmod" && sets_user_id(mode) {
        hits.push(call.hit(&SETUID, call.shown(3)));
    }
}

/// What a change is made to.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Reached {
    Other,
    /// More folders than are looked at for each command they are handed to.
    TooMuch,
    /// The system or a home folder: all below it, or by `find` handing it out.
    System,
}

fn reached(call: &Call<'_>, effect: &Effect<'_>) -> Reached {
    let or_other = |is_system: bool| if is_system { Reached::System } else { Reached::Other };
    if !(call.via(&["find"]) && effect.target.has_holes) {
        return or_other((effect.recursive || effect.target.glob) && is_system(call, effect.target));
    }
    let wrapper = call.command.via.iter().rev().find(|wrapper| &*wrapper.name == "find");
    let found = wrapper.and_then(|wrapper| {
        let index = wrapper.command?;
        Some((index, call.line.commands.get(index)?))
    });
    let Some((index, command)) = found else { return Reached::Other };
    let find = Call::new(call.line, index, command, call.scene);
    let narrowed = find
        .words()
        .iter()
        .any(|word| matches!(word.text(), "-name" | "-iname" | "-path" | "-user" | "-perm"));
    let roots = find_roots(&find);
    match roots.len() {
        _ if narrowed => Reached::Other,
        0..=MOST_ROOTS => or_other(roots.iter().any(|root| is_system(call, Target::of(root)))),
        _ => Reached::TooMuch,
    }
}

fn is_system(call: &Call<'_>, target: Target<'_>) -> bool {
    matches!(call.locate(target).place, Place::Root | Place::System | Place::Home)
}

/// Write for everybody, or nothing for anybody.
fn is_open(mode: &str) -> bool {
    let octal = !mode.is_empty() && mode.chars().all(|digit| ('0'..='7').contains(&digit));
    if octal {
        let others = mode.chars().last().is_some_and(|digit| matches!(digit, '2' | '3' | '6' | '7'));
        return others || mode.chars().all(|digit| digit == '0');
    }
    mode.split(',').any(|clause| {
        let (who, what) = clause.split_at(clause.find(['+', '=']).unwrap_or(clause.len()));
        what.contains('w') && (who.contains('o') || who.contains('a'))
    })
}

/// `u+s`, `4755`.
fn sets_user_id(mode: &str) -> bool {
    if mode.len() == 4 && mode.chars().all(|digit| digit.is_ascii_digit()) {
        return matches!(mode.chars().next(), Some('4' | '5' | '6' | '7'));
    }
    mode.split(',').any(|clause| {
        let (who, what) = clause.split_at(clause.find(['+', '=']).unwrap_or(clause.len()));
        what.contains('s') && (who.is_empty() || who.contains(['u', 'a']))
    })
}
