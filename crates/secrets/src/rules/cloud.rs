//! Cloud providers' own credentials.

use crate::Severity::Critical;
use crate::class::UPPER_DIGIT;
use crate::rule::{Check, Part::Run, Rule, token};

pub(crate) const RULES: &[Rule] = &[
    // AWS documents the four-letter prefixes: AKIA long-term, ASIA session, ABIA bearer, ACCA context.
    token(
        "aws-access-key",
        &["AKIA", "ASIA", "ABIA", "ACCA"],
        &[Run(UPPER_DIGIT, 16, 16)],
        "an AWS access key id",
    )
    .severity(Critical)
    .check(Check::AwsKeyId),
];
