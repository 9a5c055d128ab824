//! Findings that somebody has decided to live with, and the decisions that are no longer right.
//!
//! In a file that has comments: `# fedlens: ignore[FL101] -- reason`, at the end of the line or on a line of its own
//! before it; `ignore-file` instead of `ignore` for the whole file; `until 2027-01-31` before the `--` where it is for
//! a time.

use std::collections::HashMap;

use jiff::civil::Date;
use memchr::memmem;

use crate::rules::{expired_suppression, suppression_without_reason, unused_suppression};
use crate::source::{FileId, Place, SourceFile, Sources};
use crate::{Finding, RULES, Rule};

/// What a comment has to say to be one of these.
const MARK: &str = "fedlens:";

/// What comments begin with.
const COMMENTS: &[&str] = &["#", "//", "/*"];

/// A decision not to be told of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The names of the rules, as [`Rule::is_named`] takes them.
    pub rules: Vec<String>,
    /// Where it counts.
    pub scope: Scope,
    /// Why; without one it does not count.
    pub reason: Option<String>,
    /// The last day on which it counts, if there is one; as it is written, where that is no date.
    pub until: Option<Result<Date, String>>,
    /// Where it is written.
    pub place: Place,
}

/// Where a suppression counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// On one line, from 1.
    Line(FileId, usize),
    /// In whole files.
    Files(Vec<FileId>),
}

/// A finding that is not to be told, and why.
#[derive(Clone, Debug)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// The reason that was given.
    pub reason: String,
    /// Where that is written.
    pub place: Place,
}

/// What is left of the findings, and what is suppressed. Suppressions that are wrong are findings too.
pub(crate) fn apply(
    sources: &Sources,
    suppressions: &[Suppression],
    today: Date,
    findings: Vec<Finding>,
) -> (Vec<Finding>, Vec<Suppressed>) {
    let mut used = vec![false; suppressions.len()];
    let (mut left, mut suppressed) = (Vec::new(), Vec::new());
    let by_file = by_file(suppressions, today);
    for finding in findings {
        let covers = |at: &&usize| suppressions.get(**at).is_some_and(|by| by.covers(&finding, sources));
        let by = by_file.get(&finding.primary.place.file).and_then(|of_file| of_file.iter().find(covers)).copied();
        match by.and_then(|at| Some((used.get_mut(at)?, suppressions.get(at)?))) {
            Some((used, by)) => {
                *used = true;
                let reason = by.reason.clone().unwrap_or_default();
                suppressed.push(Suppressed { finding, reason, place: by.place });
            }
            None => left.push(finding),
        }
    }
    left.extend(suppressions.iter().zip(used).filter_map(|(by, used)| by.fault(used, today)));
    (left, suppressed)
}

/// The positions of those that count, by the file in which they do.
fn by_file(suppressions: &[Suppression], today: Date) -> HashMap<FileId, Vec<usize>> {
    let mut by_file: HashMap<FileId, Vec<usize>> = HashMap::new();
    for (at, suppression) in suppressions.iter().enumerate().filter(|(_, suppression)| suppression.counts(today)) {
        let files = match &suppression.scope {
            Scope::Line(file, _) => std::slice::from_ref(file),
            Scope::Files(files) => files,
        };
        files.iter().for_each(|file| by_file.entry(*file).or_default().push(at));
    }
    by_file
}

impl Suppression {
    fn counts(&self, today: Date) -> bool {
        let lasts = match &self.until {
            None => true,
            Some(until) => until.as_ref().is_ok_and(|until| *until >= today),
        };
        lasts && self.reason.is_some()
    }

    /// Whether it covers a finding of a file in which it counts.
    fn covers(&self, finding: &Finding, sources: &Sources) -> bool {
        let here = match &self.scope {
            Scope::Line(_, line) => *line == sources.position(finding.primary.place).line,
            Scope::Files(_) => true,
        };
        here && self.rules.iter().any(|name| finding.rule.is_named(name))
    }

    /// What is wrong with the suppression itself.
    fn fault(&self, used: bool, today: Date) -> Option<Finding> {
        let finding = |rule, message: String, label| Finding::new(rule, message, self.place, label);
        if self.reason.is_none() {
            let message = format!("the suppression of {} gives no reason", self.named());
            return Some(finding(&suppression_without_reason::RULE, message, "does not count without one"));
        }
        match &self.until {
            Some(Err(written)) => {
                let message = format!("`{written}` is no date, so that the suppression of {} ends", self.named());
                return Some(finding(&expired_suppression::RULE, message, "a date is written as 2027-01-31"));
            }
            Some(Ok(until)) if *until < today => {
                let message = format!("the suppression of {} counted until {until}", self.named());
                return Some(finding(&expired_suppression::RULE, message, "no longer counts"));
            }
            _ if used => return None,
            _ => {}
        }
        let unknown = |name: &&String| !RULES.iter().any(|rule| rule.is_named(name));
        let message = match self.rules.iter().find(unknown) {
            _ if self.rules.is_empty() => "the suppression names no rule".to_owned(),
            Some(name) => format!("no rule is called `{name}`; the nearest is {}", nearest(name)),
            None => format!("the suppression of {} suppresses nothing", self.named()),
        };
        Some(finding(&unused_suppression::RULE, message, "can go"))
    }

    fn named(&self) -> String {
        if self.rules.is_empty() { "no rule".to_owned() } else { self.rules.join(", ") }
    }
}

/// The rule whose id or name is the nearest, as `FL101 (subject-mismatch)`.
pub fn nearest(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let likeness = |rule: &&&Rule| {
        let id = strsim::jaro_winkler(&lower, &rule.id.to_ascii_lowercase());
        let slug = strsim::jaro_winkler(&lower, rule.slug);
        // Thousandths, because a float has no total order.
        (id.max(slug) * 1000.0) as u32
    };
    RULES.iter().max_by_key(likeness).map(|rule| format!("{} ({})", rule.id, rule.slug)).unwrap_or_default()
}

/// Every suppression that is written as a comment.
pub(crate) fn comments(sources: &Sources) -> Vec<Suppression> {
    let mark = memmem::Finder::new(MARK);
    let of_file = |(id, file): (FileId, &SourceFile)| {
        let marks = mark.find_iter(file.text.as_bytes());
        marks.filter_map(|at| comment(sources, id, at)).collect::<Vec<_>>()
    };
    sources.iter().flat_map(of_file).collect()
}

/// The suppression whose mark is at `at`.
fn comment(sources: &Sources, file: FileId, at: usize) -> Option<Suppression> {
    let text = &sources.file(file).text;
    let (before, from) = text.split_at_checked(at)?;
    let line = from.lines().next()?;
    let own = before.rsplit('\n').next()?;
    let sign = COMMENTS.iter().find(|sign| own.trim_end().ends_with(*sign))?;
    let alone = own.trim_end().trim_end_matches(sign).trim().is_empty();
    let written = Written::parse(line.strip_prefix(MARK)?)?;
    let first = sources.position(Place::new(file, at..at)).line;
    let scope = match (written.whole_file, alone) {
        (true, _) => Scope::Files(vec![file]),
        (false, false) => Scope::Line(file, first),
        (false, true) => Scope::Line(file, first + lines_to_code(from)),
    };
    let place = Place::new(file, at..at + line.trim_end().len());
    Some(Suppression { rules: written.rules, scope, reason: written.reason, until: written.until, place })
}

/// How many lines it is from a comment to the first line that is not one.
fn lines_to_code(from: &str) -> usize {
    let is_code = |line: &str| {
        let line = line.trim();
        !line.is_empty() && !COMMENTS.iter().any(|sign| line.starts_with(sign))
    };
    from.lines().skip(1).position(is_code).map_or(1, |between| between + 1)
}

/// What stands behind the mark.
struct Written {
    whole_file: bool,
    rules: Vec<String>,
    until: Option<Result<Date, String>>,
    reason: Option<String>,
}

impl Written {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches("*/").trim_end();
        let (head, reason) = match text.split_once("--") {
            Some((head, reason)) => (head, Some(reason.trim()).filter(|reason| !reason.is_empty())),
            None => (text, None),
        };
        let (whole_file, rest) = match head.strip_prefix("ignore-file") {
            Some(rest) => (true, rest),
            None => (false, head.strip_prefix("ignore")?),
        };
        if rest.starts_with(|c: char| c.is_alphanumeric() || c == '-') {
            return None;
        }
        let (names, behind) = match rest.trim().strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some(inside) => inside,
            None => rest.split_at(rest.find("until").unwrap_or(rest.len())),
        };
        let rules = names.split([',', ' ', '\t', '[', ']']).filter(|name| !name.is_empty()).map(str::to_owned);
        let until = behind.trim().strip_prefix("until").map(|date| {
            let date = date.trim().trim_start_matches(':').trim();
            date.parse().map_err(|_| date.to_owned())
        });
        Some(Self { whole_file, rules: rules.collect(), until, reason: reason.map(str::to_owned) })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::source::SourceFile;

    const TODAY: Date = date(2026, 11, 23);

    fn sources(text: &str) -> Sources {
        Sources::new(vec![SourceFile { path: "main.tf".to_owned(), text: text.to_owned() }])
    }

    /// A finding of the first real rule at a word of the text.
    fn finding(text: &str, word: &str) -> Finding {
        let rule = RULES.iter().find(|rule| rule.id == "FL101").unwrap();
        let at = text.find(word).unwrap();
        Finding::new(rule, "it is wrong", Place::new(FileId(0), at..at + word.len()), "here")
    }

    /// What is said of the text where `word` is a finding: what is left, by id, and what is suppressed, by reason.
    fn said(text: &str) -> (Vec<&'static str>, Vec<String>) {
        let sources = sources(text);
        let found = vec![finding(text, "wrong")];
        let (left, suppressed) = apply(&sources, &comments(&sources), TODAY, found);
        let ids = left.iter().map(|finding| finding.rule.id).collect();
        (ids, suppressed.into_iter().map(|suppressed| suppressed.reason).collect())
    }

    #[test]
    fn comments_that_count() {
        for text in [
            "wrong # fedlens: ignore[FL101] -- known",
            "# fedlens: ignore[FL101] -- known\nwrong\n",
            "  # fedlens: ignore[subject-mismatch] -- known\n\n  # more\n  wrong\n",
            "wrong // fedlens: ignore[FL200, FL1] -- known",
            "wrong /* fedlens: ignore[FL101] -- known */",
            "# fedlens: ignore FL101 -- known\r\nwrong\r\n",
            "x\nwrong\n#fedlens: ignore-file[FL101] -- known",
            "wrong # fedlens: ignore[FL101] until 2026-11-23 -- known",
            "wrong # fedlens: ignore FL101 until 2026-11-23 -- known",
        ] {
            assert_eq!(said(text), (vec![], vec!["known".to_owned()]), "{text}");
        }
    }

    #[test]
    fn comments_that_are_wrong() {
        for (text, expected) in [
            ("wrong # fedlens: ignore[FL101]", vec!["FL101", "FL001"]),
            ("wrong # fedlens: ignore[FL101] --  ", vec!["FL101", "FL001"]),
            ("wrong # fedlens: ignore FL101 because", vec!["FL101", "FL001"]),
            ("wrong\n# fedlens: ignore[FL101] -- other line\nx", vec!["FL101", "FL002"]),
            ("wrong # fedlens: ignore[FL999] -- other rule", vec!["FL101", "FL002"]),
            ("wrong # fedlens: ignore -- no rule", vec!["FL101", "FL002"]),
            ("wrong # fedlens: ignore[FL101] until 2026-11-22 -- past", vec!["FL101", "FL003"]),
            ("wrong # fedlens: ignore[FL101] until Friday -- known", vec!["FL101", "FL003"]),
            ("wrong # fedlens: ignored[FL101] -- another word", vec!["FL101"]),
            ("wrong fedlens: ignore[FL101] -- no comment", vec!["FL101"]),
            ("wrong # fedlens: ", vec!["FL101"]),
        ] {
            assert_eq!(said(text), (expected, vec![]), "{text}");
        }
    }

    #[test]
    fn an_unknown_rule_has_a_nearest() {
        assert_eq!(nearest("FL102"), nearest("fl102"));
        assert_eq!(nearest("subject-mismach"), "FL101 (subject-mismatch)");
    }
}
