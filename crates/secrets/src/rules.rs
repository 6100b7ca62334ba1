//! The rows, one file per family.

use crate::rule::Rule;

mod cloud;
mod forges;

pub(crate) const FAMILIES: &[&[Rule]] = &[cloud::RULES, forges::RULES];
