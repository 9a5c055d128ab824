//! What a JSON document is: every kind in turn, first hit wins.
//!
//! A list is told entry by entry, so that one of several kinds gives a part of each. A
//! wrapper of no known kind is opened, and its members are read in the same way.

use fedlens_catalog::Failure;
use serde_json::Value;

use crate::failure::Locator;
use crate::found::{Found, counted, failed};
use crate::{Content, Run, RunPlatform, WorkloadDefinition};
use crate::{activity, error_answer, exchange, fabric, identity, json, power_bi, sign_in, token};

/// How deep in a wrapper of no known kind parts are looked for.
const MAX_WRAPPERS: usize = 2;

/// How many parts of one wrapper are kept.
const MAX_PARTS: usize = 1_000;

/// How many failed runs or sign-ins of one document are kept.
const MAX_ENTRIES: usize = 10_000;

/// How many successful ones.
const MAX_SUCCESSES: usize = 1_000;

/// Reads a document of one kind, or leaves it to the next.
type Kind = fn(&Value, &mut Locator<'_>) -> Option<Found>;

/// Every kind, the most specific first.
const KINDS: &[Kind] = &[exchange::read, token::in_document, entries, error_answer::read, identity::read];

/// Everything recognised in a document; empty where it is of no known kind.
pub(crate) fn read(document: &Value, locator: &mut Locator<'_>) -> Found {
    read_within(document, locator, MAX_WRAPPERS)
}

fn read_within(document: &Value, locator: &mut Locator<'_>, wrappers: usize) -> Found {
    if let Some(found) = KINDS.iter().find_map(|kind| kind(document, locator)) {
        return found;
    }
    let mut found = Found::default();
    if wrappers > 0
        && let Some(members) = document.as_object()
    {
        locator.descend();
        for member in members.values().filter(|member| member.is_object() || member.is_array()) {
            if found.parts.len() + found.skipped.len() >= MAX_PARTS {
                break;
            }
            found.extend(read_within(member, locator, wrappers - 1));
        }
    }
    found
}

/// Lists, pages and single ones of what comes in lists.
fn entries(document: &Value, locator: &mut Locator<'_>) -> Option<Found> {
    let mut found = Found::default();
    let (mut runs, mut sign_ins) = (Runs::default(), SignIns::default());
    let (mut definitions, mut others) = (Vec::new(), 0_u64);
    let entries = json::entries(document);
    let total = entries.len() as u64;
    for entry in entries {
        if let Some(run) = run(entry, locator) {
            runs.push(run);
        } else if sign_in::matches(entry) {
            sign_ins.push(sign_in::read(entry, locator), true);
        } else if let Some(definition) = WorkloadDefinition::read(entry) {
            definitions.push(definition);
        } else {
            others += 1;
        }
    }
    if others == total {
        return None;
    }
    let more = if json::more_follows(document) { ", more pages follow" } else { "" };
    runs.finish(&mut found, more);
    sign_ins.finish(&mut found, more);
    for definition in definitions.into_iter().take(MAX_ENTRIES) {
        found.extend(Found::part(definition.taken_for(), Content::Definition(definition)));
    }
    // A template is expected to hold more than what is read here.
    if others > 0 && document.get("resources").is_none() {
        let entries = counted(others, "entry", "entries");
        found.skipped.push(format!("{entries} of {total} in the list: of another kind than the rest"));
    }
    Some(found)
}

/// A refresh, activity run or job.
pub(crate) fn run(entry: &Value, locator: &mut Locator<'_>) -> Option<Run> {
    if activity::matches(entry) {
        Some(activity::read(entry, locator))
    } else if power_bi::matches(entry) {
        Some(power_bi::read(entry, locator))
    } else if fabric::matches(entry) {
        Some(fabric::read(entry, locator))
    } else if activity::is_bare_error(entry) {
        Some(activity::read_bare_error(entry, locator))
    } else {
        None
    }
}

/// Runs of one input, counted by platform.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    kept: Vec<Run>,
    kept_failures: usize,
    kept_successes: usize,
    /// How many there were of each platform, and how many of them failed.
    counts: Vec<(RunPlatform, u64, u64)>,
}

impl Runs {
    /// Keeps a run, while there is room.
    pub(crate) fn push(&mut self, run: Run) {
        let failed = u64::from(run.failed);
        match self.counts.iter_mut().find(|(platform, ..)| *platform == run.platform) {
            Some((_, total, all_failed)) => (*total, *all_failed) = (*total + 1, *all_failed + failed),
            None => self.counts.push((run.platform, 1, failed)),
        }
        // What worked is only there to compare with; what failed must not be crowded out by it.
        let kept = if run.failed { &mut self.kept_failures } else { &mut self.kept_successes };
        if *kept < if run.failed { MAX_ENTRIES } else { MAX_SUCCESSES } {
            *kept += 1;
            self.kept.push(run);
        }
    }

    /// One part per platform.
    pub(crate) fn finish(self, found: &mut Found, more: &str) {
        let Self { mut kept, counts, .. } = self;
        for (platform, total, failures) in counts {
            let (list, one, many) = platform.words();
            let (runs, rest): (Vec<Run>, Vec<Run>) = kept.into_iter().partition(|run| run.platform == platform);
            kept = rest;
            let counts = format!("{}, {}", counted(total, one, many), failed(failures));
            found.extend(Found::part(format!("{list}, {counts}{more}"), Content::Runs(runs)));
        }
    }
}

/// Sign-ins of one input.
#[derive(Debug, Default)]
pub(crate) struct SignIns {
    kept: Vec<sign_in::SignIn>,
    kept_failures: usize,
    /// All of them, kept or not.
    total: u64,
    /// All that failed, kept or not.
    failed: u64,
}

impl SignIns {
    /// Counts a sign-in and keeps it, while there is room: a failure always, a success only if asked to.
    pub(crate) fn push(&mut self, sign_in: sign_in::SignIn, keep_success: bool) {
        let failure: Option<&Failure> = sign_in.failure.as_ref();
        self.total += 1;
        self.failed += u64::from(failure.is_some());
        let successes = self.kept.len() - self.kept_failures;
        if failure.is_some() && self.kept_failures < MAX_ENTRIES {
            self.kept_failures += 1;
            self.kept.push(sign_in);
        } else if failure.is_none() && keep_success && successes < MAX_SUCCESSES {
            self.kept.push(sign_in);
        }
    }

    /// One part, if there was any sign-in.
    pub(crate) fn finish(self, found: &mut Found, more: &str) {
        if self.total == 0 {
            return;
        }
        let kept = self.kept_failures as u64;
        let dropped = match self.failed - kept {
            0 => String::new(),
            _ => format!(", the first {} kept", counted(kept, "failure", "failures")),
        };
        let counts = format!("{}, {}", counted(self.total, "record", "records"), failed(self.failed));
        let taken_for = format!("Entra sign-in log, {counts}{dropped}{more}");
        found.extend(Found::part(taken_for, Content::SignIns(self.kept)));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn taken_for(document: &Value) -> Vec<String> {
        let found = read(document, &mut Locator::new(&document.to_string(), 0, 1));
        found.parts.into_iter().map(|part| part.taken_for).chain(found.skipped).collect()
    }

    fn refresh(status: &str) -> Value {
        json!({"refreshType": "Scheduled", "status": status, "requestId": "r"})
    }

    #[test]
    fn lists_are_counted() {
        let refreshes = json!({"value": [refresh("Failed"), refresh("Completed"), refresh("Completed")]});
        assert_eq!(taken_for(&refreshes), ["Power BI refresh history, 3 refreshes, 1 failed"]);
        let page = json!({"value": [{"itemId": "i", "jobType": "Pipeline", "status": "Failed", "failureReason": null}],
            "continuationUri": "https://api.fabric.example/next"});
        assert_eq!(taken_for(&page), ["Fabric job instances, 1 job, 1 failed, more pages follow"]);
    }

    #[test]
    fn failures_are_not_crowded_out() {
        let mut list = vec![refresh("Completed"); MAX_ENTRIES + 1];
        list.push(refresh("Failed"));
        let found = read(&Value::Array(list), &mut Locator::new("", 0, 1));
        let Content::Runs(runs) = &found.parts[0].content else { panic!("{found:?}") };
        assert_eq!(runs.len(), MAX_SUCCESSES + 1);
        assert_eq!(found.parts[0].taken_for, "Power BI refresh history, 10,002 refreshes, 1 failed");
    }

    #[test]
    fn a_mixed_list_gives_a_part_of_each_kind() {
        let list = json!([
            refresh("Failed"),
            {"activityName": "Copy", "status": "Succeeded"},
            {"status": {"errorCode": 0}, "appId": "a"},
            {"something": "else"},
        ]);
        assert_eq!(
            taken_for(&list),
            [
                "Power BI refresh history, 1 refresh, 1 failed",
                "Data Factory, Synapse or Fabric pipeline runs, 1 run, none failed",
                "Entra sign-in log, 1 record, none failed",
                "1 entry of 4 in the list: of another kind than the rest",
            ]
        );
    }

    #[test]
    fn parts_are_found_in_a_wrapper() {
        let wrapped = json!({"collected": "2026-01-01", "powerBi": {"sales": {"value": [refresh("Failed")]}}});
        assert_eq!(taken_for(&wrapped), ["Power BI refresh history, 1 refresh, 1 failed"]);
    }

    #[test]
    fn other_json_is_of_no_kind() {
        for other in [
            json!({"name": "package", "version": "1.0.0", "dependencies": {"left": "1"}}),
            json!([1, 2, 3]),
            json!([]),
            json!({"value": []}),
            json!({"alerts": [{"status": "firing", "labels": {"alertname": "x"}}]}),
        ] {
            assert!(taken_for(&other).is_empty(), "{other}");
        }
    }
}
