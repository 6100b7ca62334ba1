//! What a framework's controls ask, and what of this product answers: rows. "Supports", never "complies": an auditor tests
//! design and operation, a tool only hands over what there is.

use super::gap::{self, Gap};
use super::sample::Sample;

/// A framework with the controls an AI coding assistant touches.
pub(super) struct Framework {
    /// As `--framework` names it.
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    /// What must be said beforehand, so that nobody reads more into the bundle than it holds.
    pub(super) caveat: &'static str,
    pub(super) controls: &'static [Control],
}

/// One control.
pub(super) struct Control {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// What the auditor asks.
    pub(super) question: &'static str,
    /// Files of the repository.
    pub(super) artefacts: &'static [&'static str],
    /// Commands of this program, run now; their output is in the bundle.
    pub(super) checks: &'static [&'static str],
    pub(super) sample: Sample,
    pub(super) gaps: &'static [Gap],
}

const CHARTER: &str = crate::charter::CHARTER;
const PEOPLE: &str = crate::charter::PEOPLE;
const SETTINGS: &str = ".claude/settings.json";
const POLICY: &str = ".claude/governance.json";
const REGISTRY: &str = ".claude/mcp-registry.yaml";
pub(super) const LOCK: &str = ".claude/mcp-lock.json";
const GATE: &str = ".github/workflows/ai-governance.yml";
const TEMPLATE: &str = ".github/pull_request_template.md";
const RULES: &str = "CLAUDE.md";

const VERIFY: &str = "log verify --no-remember --json";
const AUDIT: &str = "audit --format json";
const IN_FORCE: &str = "policy show --origin --json";
const SERVERS: &str = "mcp check --json";
const ACKNOWLEDGED: &str = "charter status --json";
const INCIDENTS: &str = "incident list --json";
const CLASSES: &str = "tier classes";
const COMPLETE: &str = "log reconcile --json";

/// The framework with this name.
pub(super) fn framework(name: &str) -> Option<&'static Framework> {
    FRAMEWORKS.iter().find(|framework| framework.name == name)
}

/// Every framework.
#[rustfmt::skip] // A control is a paragraph of data; one line a field keeps it readable.
pub(super) const FRAMEWORKS: &[Framework] = &[
    Framework { name: "soc2", title: "SOC 2, Trust Services Criteria", caveat: "Criteria are tested over a period and over the whole of an organisation's systems; this is the part an AI coding assistant plays.", controls: &[
        Control { id: "CC6.1", title: "Logical access to protected assets", question: "What keeps the assistant from data it may not have, and does it hold?",
            artefacts: &[SETTINGS, POLICY, CHARTER], checks: &[AUDIT, IN_FORCE, CLASSES], sample: Sample::Refusals, gaps: &[gap::SETTINGS_NOT_IN_FORCE, gap::GUARDS_OFF, gap::NO_CHARTER] },
        Control { id: "CC6.3", title: "Access is authorised, changed and removed", question: "Who changed what the assistant may do, who approved it, and what ends by itself?",
            artefacts: &[SETTINGS, POLICY, REGISTRY, PEOPLE], checks: &[IN_FORCE, ACKNOWLEDGED], sample: Sample::Changes, gaps: &[gap::UNCOMMITTED, gap::NOT_ACKNOWLEDGED, gap::EXPIRED_EXCEPTION] },
        Control { id: "CC7.1", title: "Changes of configuration are detected", question: "How is a change noticed that would weaken the controls?",
            artefacts: &[SETTINGS, GATE, LOCK], checks: &[AUDIT, SERVERS], sample: Sample::Configuration, gaps: &[gap::NO_GATE, gap::CHECK_HOOK_OFF, gap::FINDINGS] },
        Control { id: "CC7.2", title: "Anomalies are monitored", question: "What is recorded, who looks at it, and was recording on for the whole period?",
            artefacts: &[POLICY], checks: &[VERIFY, COMPLETE], sample: Sample::Sensitive, gaps: &[gap::NO_LOG, gap::NOT_INTACT, gap::INCOMPLETE, gap::LOGGER_OFF] },
        Control { id: "CC7.3", title: "Security events are evaluated and answered", question: "What happens when something goes wrong, and what happened when it did?",
            artefacts: &[CHARTER], checks: &[INCIDENTS], sample: Sample::Incidents, gaps: &[gap::INCIDENT_OPEN] },
        Control { id: "CC8.1", title: "Changes are authorised, tested and approved", question: "How is code written with the assistant disclosed and reviewed?",
            artefacts: &[TEMPLATE, GATE, RULES], checks: &[AUDIT], sample: Sample::Writes, gaps: &[gap::NO_GATE, gap::NO_TEMPLATE] },
        Control { id: "CC9.2", title: "Vendors and partners", question: "Which MCP servers and vendors are used, who approved each, and when is it looked at again?",
            artefacts: &[REGISTRY, LOCK, CHARTER], checks: &[SERVERS], sample: Sample::Servers, gaps: &[gap::NO_REGISTRY, gap::REGISTRY_DUE] },
    ]},
    Framework { name: "iso27001", title: "ISO/IEC 27001:2022, Annex A", caveat: "Applicability is the organisation's own statement; this is what there is for the controls an AI coding assistant touches.", controls: &[
        Control { id: "A.5.23", title: "Information security for use of cloud services", question: "Which data may go to the vendor of the model, and what holds it back?",
            artefacts: &[CHARTER, SETTINGS], checks: &[CLASSES, IN_FORCE], sample: Sample::Refusals, gaps: &[gap::NO_CHARTER, gap::GUARDS_OFF, gap::NOT_SHIPPED] },
        Control { id: "A.8.3", title: "Information access restriction", question: "What may the assistant read and run, and where is that enforced?",
            artefacts: &[SETTINGS, POLICY], checks: &[AUDIT, IN_FORCE], sample: Sample::Refusals, gaps: &[gap::SETTINGS_NOT_IN_FORCE, gap::GUARDS_OFF] },
        Control { id: "A.8.9", title: "Configuration management", question: "Which configuration is in force, and how is a deviation found?",
            artefacts: &[SETTINGS, POLICY, GATE], checks: &[AUDIT, IN_FORCE], sample: Sample::Configuration, gaps: &[gap::UNCOMMITTED, gap::FINDINGS, gap::NO_GATE] },
        Control { id: "A.8.15", title: "Logging", question: "What is logged, is the log protected, and can an alteration be seen?",
            artefacts: &[POLICY], checks: &[VERIFY], sample: Sample::Any, gaps: &[gap::NO_LOG, gap::NOT_INTACT, gap::LOGGER_OFF, gap::NOT_SHIPPED] },
        Control { id: "A.8.16", title: "Monitoring activities", question: "How is unusual behaviour noticed and followed up?",
            artefacts: &[POLICY], checks: &[INCIDENTS, COMPLETE], sample: Sample::Sensitive, gaps: &[gap::NO_LOG, gap::INCOMPLETE, gap::INCIDENT_OPEN] },
        Control { id: "A.8.24", title: "Use of cryptography", question: "Which algorithms protect the log, and how are keys made and retired?",
            artefacts: &[], checks: &[VERIFY], sample: Sample::Keys, gaps: &[gap::NO_LOG, gap::NO_CHECKPOINT] },
        Control { id: "A.8.25", title: "Secure development life cycle", question: "Which rules hold while code is written with the assistant, and who reviews it?",
            artefacts: &[RULES, TEMPLATE, GATE, CHARTER], checks: &[AUDIT], sample: Sample::Writes, gaps: &[gap::NO_GATE, gap::NO_TEMPLATE, gap::FINDINGS] },
    ]},
    Framework { name: "ai-act", title: "EU AI Act, articles 12, 19 and 26(6)", caveat: "These articles bind high-risk systems (Annex III). A coding assistant is normally none; whether it is here is a question for counsel. Check the dates of application in the Official Journal.", controls: &[
        Control { id: "Article 12", title: "Record-keeping", question: "Are events recorded automatically over the lifetime of the system?",
            artefacts: &[SETTINGS, POLICY], checks: &[VERIFY, COMPLETE], sample: Sample::Any, gaps: &[gap::NO_LOG, gap::LOGGER_OFF, gap::INCOMPLETE] },
        Control { id: "Article 19", title: "Automatically generated logs", question: "Are logs kept for six months at least, and how far back do they go?",
            artefacts: &[POLICY], checks: &[VERIFY], sample: Sample::Sessions, gaps: &[gap::NO_LOG, gap::UNDER_180_DAYS, gap::NOT_SHIPPED] },
        Control { id: "Article 26(6)", title: "Logs kept by deployers", question: "Which logs are under the deployer's control, and for how long are they kept?",
            artefacts: &[POLICY, CHARTER], checks: &[VERIFY], sample: Sample::Sessions, gaps: &[gap::NO_LOG, gap::UNDER_180_DAYS, gap::NOT_SHIPPED] },
    ]},
    Framework { name: "hipaa", title: "HIPAA Security Rule, 45 CFR 164", caveat: "The six years of 164.316 are for documentation; that they hold for raw logs is common practice, not the rule's word.", controls: &[
        Control { id: "164.312(b)", title: "Audit controls", question: "Is activity recorded, and is it examined?",
            artefacts: &[POLICY], checks: &[VERIFY, COMPLETE], sample: Sample::Any, gaps: &[gap::NO_LOG, gap::NOT_INTACT, gap::INCOMPLETE, gap::LOGGER_OFF] },
        Control { id: "164.312(c)(1)", title: "Integrity", question: "What shows that records were not altered or destroyed?",
            artefacts: &[], checks: &[VERIFY], sample: Sample::Keys, gaps: &[gap::NO_LOG, gap::NOT_INTACT, gap::NO_CHECKPOINT, gap::NOT_SHIPPED] },
        Control { id: "164.308(a)(1)(ii)(D)", title: "Information system activity review", question: "Who reviews the records, how often, and what came of it?",
            artefacts: &[REGISTRY], checks: &[INCIDENTS], sample: Sample::Sensitive, gaps: &[gap::REGISTRY_DUE, gap::INCIDENT_OPEN] },
        Control { id: "164.316(b)(2)(i)", title: "Retention of documentation", question: "Are policies and their versions kept for six years?",
            artefacts: &[CHARTER, PEOPLE, POLICY, REGISTRY], checks: &[ACKNOWLEDGED], sample: Sample::Changes, gaps: &[gap::UNCOMMITTED, gap::NOT_ACKNOWLEDGED, gap::NOT_SHIPPED] },
    ]},
    Framework { name: "pci", title: "PCI DSS 4.0.1, requirement 10", caveat: "Whether a developer's machine is in scope is decided by the assessment; cardholder data never belongs in an AI context.", controls: &[
        Control { id: "10.2.1", title: "Audit logs are enabled and active", question: "Are access, administrative actions, access to the log itself, and stops of logging recorded?",
            artefacts: &[SETTINGS, POLICY], checks: &[VERIFY, COMPLETE], sample: Sample::Configuration, gaps: &[gap::NO_LOG, gap::LOGGER_OFF, gap::INCOMPLETE] },
        Control { id: "10.2.2", title: "Details of each event", question: "Does each record say who, what, when, with which outcome, from where, on what?",
            artefacts: &[], checks: &[VERIFY], sample: Sample::Any, gaps: &[gap::NO_LOG] },
        Control { id: "10.3", title: "Logs are protected (10.3.1 to 10.3.4)", question: "Who can read or change the log, is it copied off promptly, and is a change detected?",
            artefacts: &[], checks: &[VERIFY], sample: Sample::Keys, gaps: &[gap::NOT_INTACT, gap::NO_CHECKPOINT, gap::NOT_SHIPPED] },
        Control { id: "10.4.1", title: "Daily review", question: "Which records are reviewed every day, and by what?",
            artefacts: &[], checks: &[INCIDENTS, AUDIT], sample: Sample::Sensitive, gaps: &[gap::NO_LOG, gap::INCIDENT_OPEN] },
        Control { id: "10.5.1", title: "Twelve months of logs", question: "How far back does the log go, and are three months at hand?",
            artefacts: &[POLICY], checks: &[VERIFY], sample: Sample::Sessions, gaps: &[gap::NO_LOG, gap::UNDER_365_DAYS, gap::NOT_SHIPPED] },
        Control { id: "10.6", title: "Time synchronisation", question: "Where does a record's time come from, and is a clock set back noticed?",
            artefacts: &[], checks: &[VERIFY], sample: Sample::Sessions, gaps: &[gap::NO_LOG, gap::CLOCK_NOT_ATTESTED] },
        Control { id: "10.7", title: "Failures of controls are noticed", question: "What happens when a control or the log fails?",
            artefacts: &[SETTINGS, POLICY], checks: &[IN_FORCE, COMPLETE], sample: Sample::Failures, gaps: &[gap::GUARDS_OFF, gap::LOGGER_OFF, gap::SETTINGS_NOT_IN_FORCE] },
    ]},
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_control_of_the_requirement_is_there_and_has_something_to_hand_over() {
        let expected: &[(&str, &[&str])] = &[
            ("soc2", &["CC6.1", "CC6.3", "CC7.1", "CC7.2", "CC8.1", "CC9.2"]),
            ("iso27001", &["A.5.23", "A.8.3", "A.8.9", "A.8.15", "A.8.16", "A.8.24", "A.8.25"]),
            ("ai-act", &["Article 12", "Article 19", "Article 26(6)"]),
            ("hipaa", &["164.312(b)", "164.312(c)(1)", "164.308(a)(1)(ii)(D)", "164.316(b)(2)(i)"]),
            ("pci", &["10.2.1", "10.2.2", "10.3", "10.4.1", "10.5.1", "10.6", "10.7"]),
        ];
        for (name, ids) in expected {
            let framework = framework(name).expect("a framework");
            for id in *ids {
                assert!(framework.controls.iter().any(|control| control.id == *id), "{name} {id}");
            }
            for control in framework.controls {
                assert!(!control.checks.is_empty() && !control.gaps.is_empty(), "{}", control.id);
                assert!(
                    control.artefacts.iter().all(|path| super::super::super::report::FILES
                        .iter()
                        .any(|(_, known)| known == path)),
                    "{}",
                    control.id
                );
            }
        }
    }
}
