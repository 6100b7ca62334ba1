//! The rows, one file per family.

use crate::rule::Rule;

mod ai;
mod chat;
mod cloud;
mod forges;
mod generic;
mod monitoring;
mod payment;
mod saas;

pub(crate) const FAMILIES: &[&[Rule]] = &[
    cloud::RULES,
    forges::RULES,
    ai::RULES,
    chat::RULES,
    payment::RULES,
    monitoring::RULES,
    saas::RULES,
    generic::RULES,
];
