//! The approval workflow: who may do what from where, and what it leaves in the file.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use chrono::{DateTime, Utc};
use mcp_registry::lifecycle::{
    Actor, Approval, Refusal, Request, Review, State, approve, bump, deny, renew, request, review, revoke,
    state_of, trial,
};
use mcp_registry::{Bump, BumpEvidence, BumpPlan, Document, Risk, Scope, parse_day, plan_bump};
use serde_json::json;

const BASE: &str = "# ours\nmetadata:\n  owner: \"o@x\"\n  security_approvers: [\"sec@x\"] # the team\n\napproved: []\npending_review: []\ndenied: []\n";
const LATER: &str = "2026-12-24T08:00:00Z";

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).expect("a time").to_utc()
}

fn who(by: &'static str, now: &str) -> Actor<'static> {
    Actor { by, now: at(now), why: "because" }
}

fn now(by: &'static str) -> Actor<'static> {
    who(by, "2026-11-22T08:00:00Z")
}

const USUAL: Approval<'_> = Approval { expires: None, restrictions: &[] };

fn asked(document: &mut Document, scope: Scope) {
    let config = json!({"command": "npx", "args": ["-y", "@a/b@1.2.3"]});
    let asked = Request {
        name: "demo",
        version: "1.2.3",
        source: "https://example.com/a/b",
        use_case: "docs",
        data_scope: scope,
        config: &config,
    };
    request(document, &asked, now("dev@x")).expect("a request");
}

fn reviewed(document: &mut Document, risk: Risk) {
    let checks = [("pinned", true, "1.2.3"), ("advisories", true, "none")];
    review(document, "demo", &Review { checks: &checks, risk }, now("lead@x")).expect("a review");
}

fn state(document: &Document, now: &str) -> State {
    state_of(&document.registry().0, "demo", at(now).date_naive())
}

fn refused(result: Result<mcp_registry::lifecycle::Done, Refusal>) -> String {
    result.expect_err("refused").to_string()
}

#[test]
fn low_risk_takes_two_people_and_leaves_its_history() {
    let mut document = Document::parse(BASE).expect("YAML");
    asked(&mut document, Scope::Public);
    assert_eq!(
        refused(approve(&mut document, "demo", USUAL, now("lead@x"))),
        "cannot approve what is under_review"
    );
    reviewed(&mut document, Risk::Low);
    assert!(refused(approve(&mut document, "demo", USUAL, now("DEV@x"))).contains("two persons"));
    approve(&mut document, "demo", USUAL, now("lead@x")).expect("approved");
    let (registry, faults) = document.registry();
    assert!(faults.is_empty(), "{faults:?}\n{}", document.text());
    let entry = &registry.approved[0];
    assert_eq!((entry.expires, entry.history.len()), (parse_day("2027-05-22").expect("day"), 3));
    let steps: Vec<_> =
        entry.history.iter().map(|past| format!("{} {}->{}", past.by, past.from, past.to)).collect();
    assert_eq!(
        steps,
        ["dev@x absent->under_review", "lead@x under_review->reviewed", "lead@x reviewed->approved"]
    );
    assert!(document.text().starts_with("# ours\n") && document.text().contains("# the team\n"));
    assert_eq!(state(&document, "2027-05-22T23:59:59Z"), State::Approved);
    assert_eq!(state(&document, "2027-05-23T00:00:00Z"), State::Expired);
}

#[test]
fn medium_risk_needs_its_trial_and_security() {
    let mut document = Document::parse(BASE).expect("YAML");
    asked(&mut document, Scope::Confidential);
    let low = Review { checks: &[("pinned", true, "")], risk: Risk::Low };
    assert!(refused(review(&mut document, "demo", &low, now("lead@x"))).contains("MEDIUM at least"));
    reviewed(&mut document, Risk::Medium);
    assert!(refused(approve(&mut document, "demo", USUAL, now("sec@x"))).contains("sandbox trial"));
    trial(&mut document, "demo", now("lead@x")).expect("a trial");
    assert_eq!(
        refused(approve(&mut document, "demo", USUAL, now("sec@x"))),
        "cannot approve what is sandbox_trial"
    );
    assert_eq!(state(&document, "2026-12-06T00:00:00Z"), State::AwaitingSecurity);
    assert!(
        refused(approve(&mut document, "demo", USUAL, who("lead@x", LATER))).contains("security_approvers")
    );
    let long = Approval { expires: parse_day("2027-06-01"), restrictions: &[] };
    assert!(
        refused(approve(&mut document, "demo", long, who("sec@x", LATER))).contains("longer than MEDIUM")
    );
    approve(&mut document, "demo", USUAL, who("sec@x", LATER)).expect("approved");
    assert!(
        refused(renew(&mut document, "demo", USUAL, who("sec@x", "2027-03-01T00:00:00Z")))
            .contains("advisory check")
    );
    assert!(document.registry().1.is_empty());
}

#[test]
fn what_fails_its_checks_is_not_low_and_what_is_unpinned_is_not_approved() {
    let mut document = Document::parse(BASE).expect("YAML");
    let config = json!({"command": "npx", "args": ["-y", "@a/b"]});
    let wish = Request {
        name: "demo",
        version: "1.2.3",
        source: "s",
        use_case: "u",
        data_scope: Scope::Public,
        config: &config,
    };
    request(&mut document, &wish, now("dev@x")).expect("a request");
    let failed = Review { checks: &[("pinned", false, "no version")], risk: Risk::Low };
    assert!(refused(review(&mut document, "demo", &failed, now("lead@x"))).contains("`pinned` failed"));
    let lenient = Review { checks: &[], risk: Risk::Low };
    review(&mut document, "demo", &lenient, now("lead@x")).expect("recorded");
    assert!(refused(approve(&mut document, "demo", USUAL, now("lead@x"))).contains("unpinned"));
    assert_eq!(state(&document, LATER), State::Reviewed);
}

#[test]
fn denied_stays_denied_and_revoked_comes_back_through_security_alone() {
    let mut document = Document::parse(BASE).expect("YAML");
    asked(&mut document, Scope::Public);
    deny(&mut document, "demo", now("lead@x")).expect("denied");
    assert_eq!(state(&document, LATER), State::Denied);
    let config = json!({"command": "npx", "args": ["-y", "@a/b@1.2.3"]});
    let again = Request {
        name: "demo",
        version: "1.2.3",
        source: "s",
        use_case: "u",
        data_scope: Scope::Public,
        config: &config,
    };
    assert_eq!(refused(request(&mut document, &again, now("dev@x"))), "cannot request what is denied");

    let mut document = Document::parse(BASE).expect("YAML");
    asked(&mut document, Scope::Public);
    reviewed(&mut document, Risk::Low);
    approve(&mut document, "demo", USUAL, now("lead@x")).expect("approved");
    revoke(&mut document, "demo", now("dev@x")).expect("anybody may take back");
    assert_eq!(state(&document, LATER), State::Revoked);
    assert!(refused(request(&mut document, &again, now("dev@x"))).contains("security_approvers"));
    request(&mut document, &again, now("sec@x")).expect("security may");
    assert_eq!(document.registry().0.pending[0].history.len(), 5, "{}", document.text());
}

#[test]
fn nobody_acts_without_name_and_reason() {
    let mut document = Document::parse(BASE).expect("YAML");
    asked(&mut document, Scope::Public);
    let nameless = Actor { by: " ", ..now("x") };
    let wordless = Actor { why: "", ..now("x") };
    assert!(refused(deny(&mut document, "demo", nameless)).contains("--by"));
    assert!(refused(deny(&mut document, "demo", wordless)).contains("--why"));
    assert_eq!(refused(deny(&mut document, "other", now("x"))), "cannot deny what is absent");
}

#[test]
fn a_patch_is_taken_over_only_with_every_proof() {
    let mut document = Document::parse(BASE).expect("YAML");
    asked(&mut document, Scope::Public);
    reviewed(&mut document, Risk::Low);
    approve(&mut document, "demo", USUAL, now("lead@x")).expect("approved");
    let (registry, _) = document.registry();
    let today = at(LATER).date_naive();
    let all = BumpEvidence {
        published: parse_day("2026-12-10"),
        tools_unchanged: Some(true),
        source_unchanged: Some(true),
        advisories: Some(0),
    };
    let entry = &registry.approved[0];
    let plan = |version: &str, evidence| plan_bump(&registry, entry, version, evidence, today);
    let yes = BumpPlan::Automatic { argument: 1, specification: "@a/b@1.2.4".into() };
    assert_eq!(plan("1.2.4", all), yes);
    let too_young = BumpEvidence { published: parse_day("2026-12-20"), ..all };
    for (version, evidence, part) in [
        ("1.3.0", all, "minor"),
        ("1.2.4", too_young, "cooldown"),
        ("1.2.4", BumpEvidence { tools_unchanged: None, ..all }, "not compared with the lock"),
        ("1.2.4", BumpEvidence { source_unchanged: Some(false), ..all }, "source changed"),
        ("1.2.4", BumpEvidence { advisories: Some(1), ..all }, "1 advisories"),
    ] {
        let BumpPlan::Review(reasons) = plan(version, evidence) else { panic!("{version} {part}") };
        assert!(reasons.iter().any(|reason| reason.contains(part)), "{reasons:?}");
    }
    let taken = Bump { version: "1.2.4", argument: 1, specification: "@a/b@1.2.4" };
    let expires = entry.expires;
    bump(&mut document, "demo", &taken, who("ci@x", LATER)).expect("bumped");
    let (registry, faults) = document.registry();
    assert!(faults.is_empty(), "{faults:?}");
    let entry = &registry.approved[0];
    assert_eq!(
        (entry.version.as_str(), entry.approved_by.as_str(), entry.expires),
        ("1.2.4", "policy:auto-patch", expires)
    );
}

#[test]
fn a_change_asked_for_leaves_the_approval_until_it_is_decided() {
    let mut document = Document::parse(BASE).expect("YAML");
    asked(&mut document, Scope::Public);
    reviewed(&mut document, Risk::Low);
    approve(&mut document, "demo", USUAL, now("lead@x")).expect("approved");
    let config = json!({"command": "npx", "args": ["-y", "@a/b@2.0.0"]});
    let next = Request {
        name: "demo",
        version: "2.0.0",
        source: "s",
        use_case: "u",
        data_scope: Scope::Public,
        config: &config,
    };
    request(&mut document, &next, now("dev@x")).expect("a change");
    assert_eq!(document.registry().0.approved[0].version, "1.2.3");
    let mut denied = document.clone();
    deny(&mut denied, "demo", now("lead@x")).expect("denied");
    let (registry, faults) = denied.registry();
    assert!(faults.is_empty() && registry.denied.is_empty(), "{faults:?}");
    assert_eq!(registry.approved[0].version, "1.2.3");
    reviewed(&mut document, Risk::Low);
    approve(&mut document, "demo", USUAL, now("lead@x")).expect("approved");
    let (registry, faults) = document.registry();
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(
        (registry.approved.len(), registry.approved[0].version.as_str(), registry.approved[0].history.len()),
        (1, "2.0.0", 6)
    );
}
