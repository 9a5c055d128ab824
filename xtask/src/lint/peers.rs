//! The same cases before zizmor and checkov.
//!
//! Both look for other things too. A report of theirs at a place where something is to be found counts as found,
//! whatever it says; a false alarm is only what their one rule about these credentials says of a case that is right.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Labelled, Scores, no_scores, of_rule};
use crate::programs::environment;
use crate::target;

const REQUIREMENTS: &str = "checkov==3.3.30\nzizmor==1.32.0\n";

/// The one rule of a peer that is about federated identity credentials of Entra, and ours that asks the same.
const ABOUT_CREDENTIALS: &str = "CKV_AZURE_249";
const LIKE_OURS: &str = "FL136";

/// A report of a peer: the case, the file in it, the first and the last line, the rule.
struct Report {
    case: usize,
    path: String,
    lines: (u64, u64),
    rule: String,
}

/// Where the peers are installed.
pub(super) fn installed() -> Result<PathBuf> {
    let folder = target().join("lint-peers");
    environment(&folder, REQUIREMENTS)?;
    Ok(folder.join("bin"))
}

/// How the peers do on the cases, rule by rule, with their names.
pub(super) fn scores(labelled: &[Labelled]) -> Result<Vec<(&'static str, Scores)>> {
    let programs = installed()?;
    let folder = tempfile::tempdir()?;
    for (at, Labelled { case, .. }) in labelled.iter().enumerate() {
        for file in &case.files {
            let path = folder.path().join(at.to_string()).join(&file.path);
            fs::create_dir_all(path.parent().context("a file in a folder")?)?;
            fs::write(path, &file.text)?;
        }
    }
    let zizmor = zizmor(&programs, folder.path())?;
    let checkov = checkov(&programs, folder.path())?;
    Ok(vec![("zizmor 1.32.0", score(labelled, &zizmor)), ("checkov 3.3.30", score(labelled, &checkov))])
}

fn score(labelled: &[Labelled], reports: &[Report]) -> Scores {
    let mut scores = no_scores();
    for (at, Labelled { expected, .. }) in labelled.iter().enumerate() {
        let own: Vec<&Report> = reports.iter().filter(|report| report.case == at).collect();
        let alarm = expected.is_empty() && own.iter().any(|report| report.rule == ABOUT_CREDENTIALS);
        for (id, score) in &mut scores {
            let wanted = of_rule(expected, id);
            let hit = wanted.iter().filter(|line| own.iter().any(|report| report.is_at(line))).count();
            score.found += hit;
            score.missed += wanted.len() - hit;
            let told = alarm && *id == LIKE_OURS;
            score.false_alarms += usize::from(told);
            score.silent += usize::from(wanted.is_empty() && !told);
        }
    }
    scores
}

impl Report {
    /// Whether it is about the place of an expected finding: `FL101 path:line …`.
    fn is_at(&self, expected: &str) -> bool {
        let place = expected.split(' ').nth(1).and_then(|place| place.rsplit_once(':'));
        place.is_some_and(|(path, line)| {
            let line: u64 = line.parse().unwrap_or(0);
            path == self.path && self.lines.0 <= line && line <= self.lines.1
        })
    }

    /// From an absolute path below the folder of the cases.
    fn of(folder: &Path, path: &str, lines: (u64, u64), rule: &str) -> Option<Self> {
        let inside = Path::new(path).strip_prefix(folder).ok()?.to_str()?;
        let (case, path) = inside.split_once('/')?;
        Some(Self { case: case.parse().ok()?, path: path.to_owned(), lines, rule: rule.to_owned() })
    }
}

fn zizmor(programs: &Path, folder: &Path) -> Result<Vec<Report>> {
    let mut command = Command::new(programs.join("zizmor"));
    command.args(["--offline", "--no-exit-codes", "--format", "json", "--quiet"]).arg(folder);
    let found: Value = serde_json::from_slice(&output(&mut command)?).unwrap_or_default();
    let mut reports = Vec::new();
    for finding in found.as_array().into_iter().flatten() {
        for location in finding["locations"].as_array().into_iter().flatten() {
            let path = location["symbolic"]["key"]["Local"]["verbatim_path"].as_str().unwrap_or_default();
            let row = |end: &str| location["concrete"]["location"][end]["row"].as_u64().unwrap_or(0) + 1;
            let rule = finding["ident"].as_str().unwrap_or_default();
            reports.extend(Report::of(folder, path, (row("start_point"), row("end_point")), rule));
        }
    }
    Ok(reports)
}

fn checkov(programs: &Path, folder: &Path) -> Result<Vec<Report>> {
    let mut command = Command::new(programs.join("checkov"));
    command.args(["--quiet", "--compact", "--soft-fail", "--output", "json", "--directory"]).arg(folder);
    let found: Value = serde_json::from_slice(&output(&mut command)?).unwrap_or_default();
    let results = if found.is_array() { found } else { Value::Array(vec![found]) };
    let mut reports = Vec::new();
    for failed in results.as_array().into_iter().flatten() {
        for check in failed["results"]["failed_checks"].as_array().into_iter().flatten() {
            let lines = &check["file_line_range"];
            let line = |at: usize| lines[at].as_u64().unwrap_or(0);
            let path = check["file_abs_path"].as_str().unwrap_or_default();
            let rule = check["check_id"].as_str().unwrap_or_default();
            reports.extend(Report::of(folder, path, (line(0), line(1)), rule));
        }
    }
    Ok(reports)
}

fn output(command: &mut Command) -> Result<Vec<u8>> {
    let output = command.stderr(Stdio::null()).output().with_context(|| format!("cannot run {command:?}"))?;
    Ok(output.stdout)
}
