//! How often real failures are recognised.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use fedlens_diagnose::{CauseVerdict, Diagnosis, Options, diagnose};
use fedlens_evidence::read;
use jiff::Timestamp;
use serde::Deserialize;

/// A failure from a public thread.
#[derive(Deserialize)]
struct Case {
    id: String,
    evidence: String,
    platform: Option<String>,
    code: Option<String>,
    cause_tag: Option<String>,
    true_cause: Option<String>,
}

/// Hits of a group, out of how many.
#[derive(Default)]
struct Score {
    hits: usize,
    of: usize,
}

#[derive(Default)]
struct Board {
    scores: BTreeMap<String, Score>,
    misses: Vec<String>,
}

impl Board {
    fn count(&mut self, groups: &[String], hit: bool, miss: impl FnOnce() -> String) {
        for group in groups {
            let score = self.scores.entry(group.clone()).or_default();
            score.of += 1;
            score.hits += usize::from(hit);
        }
        if !hit {
            self.misses.push(miss());
        }
    }
}

pub(crate) fn run(file: &Path) -> Result<()> {
    #[expect(clippy::disallowed_methods, reason = "the developer's own file")]
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut board = Board::default();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let case: Case = serde_json::from_str(line).with_context(|| format!("line {}", number + 1))?;
        judge(&case, &mut board);
    }
    for (group, Score { hits, of }) in &board.scores {
        println!("{hits:>4} of {of:>3}  {group}");
    }
    println!("\n{} misses", board.misses.len());
    for miss in &board.misses {
        println!("- {miss}");
    }
    Ok(())
}

fn judge(case: &Case, board: &mut Board) {
    let evidence = read(&case.id, case.evidence.as_bytes());
    let diagnosis = diagnose(&evidence, &Options::at_time(Timestamp::UNIX_EPOCH));
    let platform = case.platform.as_deref().unwrap_or("unknown");
    if let Some(code) = case.code.as_deref().filter(|code| code.starts_with("AADSTS")) {
        let found = aadsts(&diagnosis);
        let groups = ["code, all".to_owned(), format!("code, {platform}")];
        board.count(&groups, found == [code], || format!("{}: code {code}, found {found:?}", case.id));
    }
    if let Some(tag) = case.cause_tag.as_deref().filter(|tag| !tag.is_empty()) {
        let established =
            if case.true_cause.as_deref().is_some_and(|cause| !cause.is_empty()) { "established" } else { "inferred" };
        let top = top_cause(&diagnosis);
        let groups = [format!("cause, {established}"), format!("cause, {platform}")];
        board.count(&groups, top == Some(tag), || {
            format!("{}: cause {tag} ({established}), found {}", case.id, top.unwrap_or("none"))
        });
    }
}

/// The AADSTS codes observed, each once.
fn aadsts(diagnosis: &Diagnosis) -> Vec<&str> {
    let mut codes: Vec<_> = diagnosis
        .observed
        .iter()
        .map(|observed| observed.failure.code.as_str())
        .filter(|code| code.starts_with("AADSTS"))
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

fn top_cause(diagnosis: &Diagnosis) -> Option<&'static str> {
    let first = diagnosis.causes.first()?;
    matches!(first.verdict, CauseVerdict::Confirmed | CauseVerdict::Possible).then_some(first.id)
}
