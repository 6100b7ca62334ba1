//! Source forges and package registries.

use crate::Severity::Critical;
use crate::class::{ALNUM, WORD, WORD_DASH};
use crate::rule::{Check, Part::Run, Rule, token};

pub(crate) const RULES: &[Rule] = &[
    token("github-pat", &["ghp_"], &[Run(ALNUM, 36, 36)], "a GitHub personal access token")
        .severity(Critical)
        .check(Check::Base62Crc),
    token(
        "github-fine-grained-pat",
        &["github_pat_"],
        &[Run(WORD, 36, 90)],
        "a GitHub fine-grained access token",
    )
    .severity(Critical),
    token("gitlab-pat", &["glpat-"], &[Run(WORD_DASH, 20, 64)], "a GitLab personal access token")
        .severity(Critical),
];
