//! Properties: any bytes and no panic, a project that only tightens, a managed layer nobody weakens.

use std::path::Path;

use governance_tests::shared;
use hook_core::policy::{Layer, LayerKind, parse, resolve};
use hook_core::{Decision, Event, EventKind, Hook, Key, KeyKind, Mode, OnError, Policy, Tier};
use serde_json::{Map, Value, json};

/// Numbers that are the same on every run (xorshift), so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

#[test]
fn any_bytes_are_an_event_or_an_error() {
    let mut random = Random(7);
    let seed = br#"{"hook_event_name":"PostToolUse","tool_name":"Bash","tool_response":{"stdout":"a\ud800\n"},"n":[1,null]}"#;
    for _ in 0..20_000 {
        let mut bytes = seed.to_vec();
        for _ in 0..random.below(6) {
            let at = random.below(bytes.len());
            match random.below(3) {
                0 => bytes[at] = u8::try_from(random.below(256)).unwrap(),
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, *random.pick(br#"\u{}[]",:d800"#)),
            }
        }
        if let Ok(event) = Event::parse(&bytes) {
            let mut texts = 0;
            event.visit_all_texts(&mut |pointer, _| texts += usize::from(!pointer.to_string().is_empty()));
            event.rewritten_response(&mut |_, text| Some(text.to_uppercase()));
            assert!(texts > 0);
        }
    }
}

#[test]
fn every_recorded_payload_is_an_event() {
    let Some(shared) = shared() else {
        eprintln!("skipped: no ../shared beside the project");
        return;
    };
    let mut count = 0;
    for entry in std::fs::read_dir(shared.join("oracle/hook-inputs")).unwrap().flatten() {
        let event = Event::parse(&std::fs::read(entry.path()).unwrap()).unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        assert_ne!(event.kind(), EventKind::Other, "{name}");
        assert!(name.starts_with(event.name()), "{name}");
        assert!(!event.session_id().is_empty(), "{name}");
        assert_eq!(event.tool().is_some(), !event.tool_name().is_empty(), "{name}");
        count += 1;
    }
    assert!(count > 50);
}

#[test]
fn unknown_events_tools_and_fields_are_accepted() {
    let event =
        Event::parse(br#"{"hook_event_name":"Tomorrow","tool_name":"Teleport","brand":{"new":["field"]}}"#)
            .unwrap();
    assert_eq!((event.kind(), event.name()), (EventKind::Other, "Tomorrow"));
    let mut texts = Vec::new();
    event.visit_texts(&mut |pointer, text| texts.push((pointer.to_string(), text.to_string())));
    assert!(texts.contains(&("brand.new[0]".into(), "field".into())), "{texts:?}");
}

const KEYS: &[Key] = &[
    Key { name: "a", kind: KeyKind::StricterTrue([false, false, true, true]), about: "" },
    Key { name: "b", kind: KeyKind::StricterFalse([true, true, false, false]), about: "" },
    Key { name: "c", kind: KeyKind::StricterLow([40, 30, 20, 10]), about: "" },
    Key { name: "d", kind: KeyKind::StricterHigh([1, 2, 3, 4]), about: "" },
    Key { name: "e", kind: KeyKind::MoreIsStricter(&["x"]), about: "" },
    Key { name: "f", kind: KeyKind::FewerIsStricter(&["y", "z"]), about: "" },
];

const HOOK: Hook = Hook {
    name: "secrets-scanner",
    about: "",
    events: &[],
    on_error: OnError::Block,
    keys: KEYS,
    decide: |_, _| Ok(Decision::pass()),
};

const RULES: &[&str] = &["r1", "r2", "r3"];

fn random_layer(kind: LayerKind, random: &mut Random) -> Layer {
    let mut section = Map::new();
    let mode = |random: &mut Random| Value::from(random.pick(&Mode::ALL).name());
    if random.below(2) == 0 {
        section.insert("mode".into(), mode(random));
    }
    let mut rules = Map::new();
    for rule in RULES {
        if random.below(3) == 0 {
            rules.insert((*rule).into(), mode(random));
        }
    }
    section.insert("rules".into(), rules.into());
    for key in KEYS {
        let value: Value = match key.kind {
            KeyKind::StricterTrue(_) | KeyKind::StricterFalse(_) => (random.below(2) == 0).into(),
            KeyKind::StricterLow(_) | KeyKind::StricterHigh(_) => random.below(50).into(),
            KeyKind::MoreIsStricter(_) | KeyKind::FewerIsStricter(_) => ["x", "y", "z", "w"]
                .iter()
                .filter(|_| random.below(2) == 0)
                .copied()
                .collect::<Vec<_>>()
                .into(),
        };
        if random.below(2) == 0 {
            section.insert(key.name.into(), value);
        }
    }
    let mut file = json!({ "hooks": { "secrets-scanner": section } });
    if random.below(2) == 0 {
        file["tier"] = random.pick(&Tier::ALL).name().into();
    }
    if random.below(2) == 0 {
        file["exceptions"] = json!([{ "hook": "secrets-scanner", "rule": "r1", "scope": { "path": "docs/**" },
                                      "reason": "r", "approver": "a", "expires": "2099-01-01" }]);
    }
    parse(kind, Path::new("policy.json"), file.to_string().as_bytes(), &HOOK).unwrap()
}

/// What of `after` is weaker than `before`.
fn weaker(before: &Policy, after: &Policy) -> Vec<String> {
    let mut weaker = Vec::new();
    let mut hold = |what: &str, holds: bool| {
        if !holds {
            weaker.push(what.to_string());
        }
    };
    hold("tier", after.tier() >= before.tier());
    hold("mode", after.hook_mode() >= before.hook_mode());
    for rule in RULES.iter().chain(&["another"]) {
        hold(rule, after.mode(rule) >= before.mode(rule));
    }
    hold("a", after.flag("a") >= before.flag("a"));
    hold("b", after.flag("b") <= before.flag("b"));
    hold("c", after.number("c") <= before.number("c"));
    hold("d", after.number("d") >= before.number("d"));
    hold("e", before.items("e").iter().all(|item| after.items("e").contains(item)));
    hold("f", after.items("f").iter().all(|item| before.items("f").contains(item)));
    hold("exceptions", after.exceptions().len() <= before.exceptions().len());
    weaker
}

#[test]
fn a_project_only_tightens() {
    let mut random = Random(11);
    for _ in 0..5_000 {
        let mut layers = Vec::new();
        for kind in [LayerKind::User, LayerKind::Managed] {
            if random.below(2) == 0 {
                layers.push(random_layer(kind, &mut random));
            }
        }
        let before = resolve(&HOOK, &layers);
        layers.push(random_layer(LayerKind::Project, &mut random));
        let after = resolve(&HOOK, &layers);
        assert_eq!(weaker(&before, &after), Vec::<String>::new(), "{layers:#?}");
    }
}

/// What the managed layer says holds whatever the user and the project say.
#[test]
fn nothing_weakens_the_managed_layer() {
    let mut random = Random(13);
    for _ in 0..5_000 {
        let managed = random_layer(LayerKind::Managed, &mut random);
        let others = [LayerKind::User, LayerKind::Project].map(|kind| random_layer(kind, &mut random));
        let [user, project] = others;
        let alone = resolve(&HOOK, std::slice::from_ref(&managed));
        let all = resolve(&HOOK, &[user, project, managed.clone()]);
        let mut weaker = weaker(&alone, &all);
        // What it does not speak of is the user's.
        let named = |key: &str| managed.settings.iter().any(|(name, _)| *name == key);
        weaker.retain(|what| match what.as_str() {
            "tier" => managed.tier.is_some(),
            "r1" | "r2" | "r3" => {
                managed.mode.is_some() || managed.rules.iter().any(|(rule, _)| rule == what)
            }
            "mode" | "another" => managed.mode.is_some(),
            "exceptions" => false,
            key => named(key),
        });
        assert_eq!(weaker, Vec::<String>::new());
    }
}
