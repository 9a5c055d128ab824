//! The findings that were there when somebody began to look.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Error, bail};
use fedlens_report::json;
use fedlens_token::Redaction;
use serde::{Deserialize, Serialize};

use crate::input;

const SCHEMA: &str = "fedlens.lint-baseline/1";

/// A file of findings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Baseline {
    schema: String,
    findings: Vec<Known>,
}

/// A finding that is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Known {
    /// Its file.
    pub(super) path: String,
    /// Its rule.
    pub(super) rule: String,
    /// What it is known by.
    pub(super) fingerprint: String,
    /// What it says, for readers.
    pub(super) message: String,
}

impl Baseline {
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let text = input::whole(path)?;
        let named = || format!("{} is no baseline", path.display());
        let baseline: Self = serde_json::from_str(&text).with_context(named)?;
        if baseline.schema != SCHEMA {
            bail!("{}: its schema is {}, and {SCHEMA} is read", named(), baseline.schema);
        }
        Ok(baseline)
    }

    pub(super) fn write(mut findings: Vec<Known>, path: &Path) -> Result<(), Error> {
        findings.sort();
        let text = json(&Self { schema: SCHEMA.to_owned(), findings }, Redaction::On)?;
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    pub(super) fn has(&self, fingerprint: &str) -> bool {
        self.findings.iter().any(|known| known.fingerprint == fingerprint)
    }

    /// What is listed and no longer found, of the files for which `looked_at` holds.
    pub(super) fn gone(&self, found: &BTreeSet<&str>, looked_at: impl Fn(&str) -> bool) -> Vec<String> {
        let gone = self.findings.iter().filter(|known| !found.contains(known.fingerprint.as_str()));
        gone.filter(|known| looked_at(&known.path)).map(|known| format!("{} in {}", known.rule, known.path)).collect()
    }
}
