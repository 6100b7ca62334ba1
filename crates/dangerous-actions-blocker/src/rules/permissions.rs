//! Permissions, owners and attributes.

use hook_core::Severity;

use crate::arguments::FLAGS_ONLY;
use crate::call::Call;
use crate::effects::{Act, Effect};
use crate::place::{Place, Target};
use crate::rule::{Hit, Instead, Rule};

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
    let below_all = effects.iter().any(|effect| effect.act == Act::Change && covers_system(call, effect));
    if below_all {
        hits.push(call.hit(&SYSTEM, call.shown(4)));
    } else if call.name == "chmod" && arguments.has("R", "recursive") && is_open(mode) {
        hits.push(call.hit(&OPEN, call.shown(4)));
    }
    if call.name == "chmod" && sets_user_id(mode) {
        hits.push(call.hit(&SETUID, call.shown(3)));
    }
}

/// The change reaches the system or a home folder: all below it, or by `find` handing it out.
fn covers_system(call: &Call<'_>, effect: &Effect<'_>) -> bool {
    if call.via(&["find"]) && effect.target.has_holes {
        let find = call
            .command
            .via
            .iter()
            .rev()
            .find(|wrapper| &*wrapper.name == "find")
            .and_then(|wrapper| wrapper.command);
        let Some((index, command)) = find.and_then(|index| Some((index, call.line.commands.get(index)?)))
        else {
            return false;
        };
        let find = Call::new(call.line, index, command, call.scene);
        let narrowed = find
            .words()
            .iter()
            .any(|word| matches!(word.text(), "-name" | "-iname" | "-path" | "-user" | "-perm"));
        return !narrowed
            && crate::effects::find_roots(&find).iter().any(|root| is_system(call, Target::of(root)));
    }
    (effect.recursive || effect.target.glob) && is_system(call, effect.target)
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
