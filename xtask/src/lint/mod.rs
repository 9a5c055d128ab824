//! The linter held against its labelled cases, and against other linters.

#[path = "../../../crates/lint/tests/cases/mod.rs"]
mod cases;
mod peers;
mod speed;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result, bail};
use fedlens_lint::RULES;

use self::cases::Case;
use crate::root;

pub(crate) use speed::run as speed;

/// A case with what is to be found in it, by rule.
struct Labelled {
    case: Case,
    /// `FL101 path:line AADSTS700213`, each line once.
    expected: BTreeSet<String>,
}

/// What a rule has done with the cases.
#[derive(Clone, Copy, Default)]
struct Score {
    found: usize,
    missed: usize,
    false_alarms: usize,
    silent: usize,
}

/// By rule.
type Scores = BTreeMap<&'static str, Score>;

fn no_scores() -> Scores {
    RULES.iter().map(|rule| (rule.id, Score::default())).collect()
}

/// Lints every case and prints a line for each rule.
pub(crate) fn bench(with_peers: bool) -> Result<()> {
    let labelled = all()?;
    let wrong = labelled.iter().filter(|case| !case.expected.is_empty()).count();
    println!("{} cases, {wrong} with something to find, {} without\n", labelled.len(), labelled.len() - wrong);
    let mut own = no_scores();
    for Labelled { case, expected } in &labelled {
        let found: BTreeSet<String> = case.found().into_iter().collect();
        for (id, score) in &mut own {
            score.add(&of_rule(expected, id), &of_rule(&found, id));
        }
    }
    let mut columns = vec![("fedlens", own)];
    if with_peers {
        columns.extend(peers::scores(&labelled)?);
    }
    print(&columns);
    let total = columns.first().map(|(_, scores)| total(scores)).unwrap_or_default();
    if total.missed + total.false_alarms > 0 {
        bail!("{} missed, {} false alarms", total.missed, total.false_alarms);
    }
    Ok(())
}

/// A line for each rule, four columns for each linter.
fn print(columns: &[(&str, Scores)]) {
    let line = |id: &str, slug: &str, cells: Vec<String>| println!("{id:<7}{slug:<36}{}", cells.concat());
    line("", "", columns.iter().map(|(name, _)| format!("{name:>24}")).collect());
    line("rule", "", columns.iter().map(|_| format!("{:>7}{:>5}{:>5}{:>7}", "TP", "FN", "FP", "TN")).collect());
    for rule in RULES {
        let of = |scores: &Scores| scores.get(rule.id).copied().unwrap_or_default().to_string();
        line(rule.id, rule.slug, columns.iter().map(|(_, scores)| of(scores)).collect());
    }
    line("all", "", columns.iter().map(|(_, scores)| total(scores).to_string()).collect());
}

fn total(scores: &Scores) -> Score {
    scores.values().fold(Score::default(), |sum, score| sum.plus(*score))
}

/// The cases of the linter's tests, and the examples of its rules.
fn all() -> Result<Vec<Labelled>> {
    let folder = root().join("crates/lint/tests/cases");
    let mut paths: Vec<_> = fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    paths.sort();
    let mut out = Vec::new();
    for path in paths {
        #[expect(clippy::disallowed_methods, reason = "our own cases")]
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        out.extend(cases::parse(&text).into_iter().map(|case| {
            let expected = case.expected.iter().flatten().cloned().collect();
            Labelled { case, expected }
        }));
    }
    for rule in RULES {
        for case in cases::parse(&rule.explanation()) {
            // Where a wrong example goes wrong is settled by the rule's own test.
            let found = case.found().into_iter().filter(|line| line.starts_with(rule.id));
            let expected = if case.title == "Wrong" { found.collect() } else { BTreeSet::new() };
            out.push(Labelled { case, expected });
        }
    }
    Ok(out)
}

fn of_rule<'a>(lines: &'a BTreeSet<String>, id: &str) -> BTreeSet<&'a str> {
    lines.iter().map(String::as_str).filter(|line| line.starts_with(id)).collect()
}

impl Score {
    fn add(&mut self, expected: &BTreeSet<&str>, found: &BTreeSet<&str>) {
        self.found += expected.intersection(found).count();
        self.missed += expected.difference(found).count();
        self.false_alarms += found.difference(expected).count();
        self.silent += usize::from(expected.is_empty() && found.is_empty());
    }

    fn plus(self, other: Self) -> Self {
        Self {
            found: self.found + other.found,
            missed: self.missed + other.missed,
            false_alarms: self.false_alarms + other.false_alarms,
            silent: self.silent + other.silent,
        }
    }
}

impl std::fmt::Display for Score {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:>7}{:>5}{:>5}{:>7}", self.found, self.missed, self.false_alarms, self.silent)
    }
}
