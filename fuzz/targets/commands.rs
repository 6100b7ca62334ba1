//! Any bytes as a Bash command and as a PowerShell command: no panic, a bound that is reached ends in a question, and what
//! is shown is one short line.

#![no_main]

use std::path::Path;

use dangerous_actions_blocker::{Answer, Scene, judge, powershell_to_bash};
use hook_core::Tier;
use libfuzzer_sys::fuzz_target;

const TIERS: [Tier; 4] = [Tier::Starter, Tier::Standard, Tier::Strict, Tier::Regulated];

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let tier = TIERS[usize::from(*first) % TIERS.len()];
    let text = String::from_utf8_lossy(rest);
    for line in [text.as_ref(), &powershell_to_bash(&text)] {
        let project = Path::new("/home/user/project");
        let scene = Scene::new(Path::new("/home/user"), project, project, tier);
        let judgement = judge(line, &scene);
        let stopped = judgement.hits.iter().any(|hit| hit.rule.answer(tier) > Answer::Pass);
        assert!(stopped || judgement.line.limit.is_none(), "cut short and let pass");
        for hit in &judgement.hits {
            assert!(!hit.subject.chars().any(char::is_control), "raw in what is shown");
            assert!(hit.command.is_none_or(|index| index < judgement.line.commands.len()), "no such command");
        }
    }
});
