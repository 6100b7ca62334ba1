//! The rules, one file per family: rows of words, and functions that say when a row applies.

pub(crate) mod credentials;
pub(crate) mod databases;
pub(crate) mod deletion;
pub(crate) mod disks;
pub(crate) mod execution;
pub(crate) mod files;
pub(crate) mod git;
pub(crate) mod governance;
pub(crate) mod leaks;
pub(crate) mod packages;
pub(crate) mod permissions;
pub(crate) mod persistence;
pub(crate) mod privilege;
pub(crate) mod processes;
pub(crate) mod production;
pub(crate) mod services;
pub(crate) mod unresolved;

use crate::rule::Rule;

/// Every family by name, with its rows.
pub(crate) static FAMILIES: &[(&str, &[&Rule])] = &[
    ("governance", governance::RULES),
    ("deletion", deletion::RULES),
    ("disks", disks::RULES),
    ("permissions", permissions::RULES),
    ("git", git::RULES),
    ("databases", databases::RULES),
    ("services", services::RULES),
    ("packages", packages::RULES),
    ("execution", execution::RULES),
    ("credentials", credentials::RULES),
    ("leaks", leaks::RULES),
    ("privilege", privilege::RULES),
    ("persistence", persistence::RULES),
    ("processes", processes::RULES),
    ("production", production::RULES),
    ("files", files::RULES),
    ("unresolved", unresolved::RULES),
];

/// Every rule.
pub(crate) fn all() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.iter().flat_map(|(_, rules)| rules.iter().copied())
}
