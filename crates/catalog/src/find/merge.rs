//! Counts the copies of one failure once.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::message::is_guid;
use super::read::Plain;
use super::{Code, Failure, Fields, FoundBy};

/// The most distinct failures that are kept.
const MAX_FAILURES: usize = 10_000;

/// The most codes that are remembered from addresses only.
const MAX_LINKS: usize = 1_000;

/// How many failures of one code are compared in full with a new one.
const COMPARED: usize = 64;

/// The most copies that are remembered by what they say.
const MAX_REMEMBERED: usize = 100_000;

/// The failures so far.
#[derive(Debug, Default)]
pub(super) struct Merge {
    failures: Vec<Failure>,
    by_code: HashMap<Code, Vec<usize>>,
    /// By a digest of the code with the trace id or with what the message says, or of the message as it stands.
    by_digest: HashMap<u64, usize>,
    links: HashMap<Code, Failure>,
    dropped: u64,
}

impl Merge {
    /// Takes one more mention of a message that was read before; false if it was not.
    pub(super) fn add_again(&mut self, message: Plain<'_>) -> bool {
        let index = self.by_digest.get(&digest(message.message)).copied();
        let Some((index, known)) = index.and_then(|index| Some((index, self.failures.get_mut(index)?))) else {
            return false;
        };
        known.mentions += 1;
        let trace = digest((&known.code, message.trace));
        self.remember([trace], index);
        true
    }

    /// Takes a failure as one more mention of a known one or as a new one; `message` is where it stands in plain text.
    pub(super) fn add(&mut self, failure: Failure, message: Option<Plain<'_>>) {
        let digests = [trace_digest(&failure), content_digest(&failure)];
        let seen = digests.iter().flatten().find_map(|digest| self.by_digest.get(digest)).copied();
        let index = match seen.or_else(|| self.known_copy(&failure)) {
            Some(index) => {
                if let Some(known) = self.failures.get_mut(index) {
                    absorb(known, failure);
                }
                index
            }
            None if self.failures.len() >= MAX_FAILURES => {
                self.dropped += 1;
                return;
            }
            None => {
                self.by_code.entry(failure.code.clone()).or_default().push(self.failures.len());
                self.failures.push(failure);
                self.failures.len() - 1
            }
        };
        let message = message.map(|message| digest(message.message));
        self.remember(digests.into_iter().chain([message]).flatten(), index);
    }

    fn remember(&mut self, digests: impl IntoIterator<Item = u64>, index: usize) {
        if self.by_digest.len() < MAX_REMEMBERED {
            self.by_digest.extend(digests.into_iter().map(|digest| (digest, index)));
        }
    }

    /// Takes a code that stands in an address only; it counts if nothing else names it.
    pub(super) fn add_link(&mut self, failure: Failure) {
        if let Some(known) = self.links.get_mut(&failure.code) {
            known.mentions += 1;
        } else if self.links.len() < MAX_LINKS {
            self.links.insert(failure.code.clone(), failure);
        }
    }

    /// The failures in order of their first mention, and how many were dropped.
    pub(super) fn finish(mut self) -> (Vec<Failure>, u64) {
        let named = &self.by_code;
        let links = self.links.into_values().filter(|failure| !named.contains_key(&failure.code));
        self.failures.extend(links);
        for failure in &mut self.failures {
            failure.mentions = failure.mentions.max(1);
        }
        self.failures.sort_by(|one, other| (one.at.start, &one.code).cmp(&(other.at.start, &other.code)));
        (self.failures, self.dropped)
    }

    /// The failure of the same code that this may be a copy of.
    fn known_copy(&self, failure: &Failure) -> Option<usize> {
        let known = self.by_code.get(&failure.code)?;
        let recent = known.iter().rev().take(COMPARED).chain(known.first());
        recent.copied().find(|index| self.failures.get(*index).is_some_and(|known| is_copy(known, failure)))
    }
}

fn trace(fields: &Fields) -> Option<&str> {
    fields.trace_id.as_deref().filter(|trace| is_guid(trace))
}

fn trace_digest(failure: &Failure) -> Option<u64> {
    trace(&failure.fields).map(|trace| digest((&failure.code, trace)))
}

/// A digest of what the message says, apart from ids and times.
fn content_digest(failure: &Failure) -> Option<u64> {
    let words: String = failure.message.chars().filter(|char| char.is_alphabetic()).collect();
    (!words.is_empty()).then(|| digest((&failure.code, said(&failure.fields), words)))
}

fn digest(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The values that tell one failure of a code from another.
fn said(fields: &Fields) -> [&Option<String>; 7] {
    [
        &fields.issuer,
        &fields.subject,
        &fields.audience,
        &fields.application,
        &fields.tenant,
        &fields.resource,
        &fields.key,
    ]
}

/// Whether two failures of one code, of which at least one carries no trace id of its own, may be one.
fn is_copy(known: &Failure, new: &Failure) -> bool {
    let contradicts = said(&known.fields)
        .into_iter()
        .zip(said(&new.fields))
        .any(|pair| matches!(pair, (Some(one), Some(other)) if one != other));
    let untraced = trace(&known.fields).is_none() || trace(&new.fields).is_none();
    !contradicts && (untraced || is_beginning(&known.message, &new.message))
}

fn is_beginning(one: &str, other: &str) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

fn absorb(known: &mut Failure, copy: Failure) {
    known.mentions += copy.mentions;
    if copy.found_by == FoundBy::Code {
        known.found_by = FoundBy::Code;
    }
    if says_more(known, &copy) {
        known.message = copy.message;
    }
    known.fields.fill(copy.fields);
}

/// Whether the message of the copy is the better one: the known one was cut off, or is no message at all.
fn says_more(known: &Failure, copy: &Failure) -> bool {
    let values = |failure: &Failure| said(&failure.fields).into_iter().flatten().count();
    let echo = copy.mentions == 0;
    let was_cut = known.fields.trace_id.is_none() && copy.message.len() > known.message.len();
    let goes_on = was_cut && copy.message.starts_with(&known.message);
    let is_fuller = values(copy) > values(known) && !copy.message.is_empty();
    known.message.is_empty() || (!echo && (goes_on || is_fuller))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(at: usize, message: &str, subject: Option<&str>, trace: Option<&str>) -> Failure {
        Failure {
            code: Code::aadsts(700_213),
            found_by: FoundBy::Code,
            at: at..at + 12,
            line: 1,
            mentions: 1,
            message: message.to_owned(),
            fields: Fields {
                subject: subject.map(str::to_owned),
                trace_id: trace.map(|digit| format!("00000000-0000-0000-0000-00000000000{digit}")),
                ..Fields::default()
            },
        }
    }

    fn counts(failures: impl IntoIterator<Item = Failure>) -> Vec<usize> {
        let mut merge = Merge::default();
        failures.into_iter().for_each(|failure| merge.add(failure, None));
        merge.finish().0.iter().map(|failure| failure.mentions).collect()
    }

    #[test]
    fn copies_are_one_failure() {
        let one = failure(0, "No a.", Some("a"), Some("1"));
        for (copy, expected) in [
            (failure(9, "No a.", Some("a"), Some("1")), vec![2]),
            (failure(9, "No a.", Some("a"), Some("2")), vec![2]),
            (failure(9, "", None, None), vec![2]),
            (failure(9, "No", None, Some("1")), vec![2]),
            (failure(9, "No b.", Some("b"), Some("2")), vec![1, 1]),
            (failure(9, "No b.", Some("b"), None), vec![1, 1]),
        ] {
            assert_eq!(counts([one.clone(), copy.clone()]), expected, "{copy:?}");
            assert_eq!(counts([copy.clone(), one.clone()]), expected, "{copy:?} first");
        }
    }

    #[test]
    fn a_copy_completes_what_was_cut() {
        let mut merge = Merge::default();
        merge.add(failure(0, "No matching", None, None), None);
        merge.add(failure(50, "No matching record for 'a'.", Some("a"), Some("1")), None);
        let failures = merge.finish().0;
        assert_eq!(failures[0].message, "No matching record for 'a'.");
        assert_eq!(failures[0].fields.subject.as_deref(), Some("a"));
        assert_eq!(failures[0].at.start, 0);
    }

    #[test]
    fn addresses_count_only_where_nothing_else_does() {
        let link = |number| Failure { code: Code::aadsts(number), ..failure(3, "", None, None) };
        let mut merge = Merge::default();
        merge.add_link(link(700_213));
        merge.add_link(link(50058));
        merge.add_link(link(50058));
        merge.add(failure(90, "No a.", None, None), None);
        let failures = merge.finish().0;
        let found: Vec<_> = failures.iter().map(|failure| (failure.code.as_str(), failure.mentions)).collect();
        assert_eq!(found, [("AADSTS50058", 2), ("AADSTS700213", 1)]);
    }

    #[test]
    fn too_many_are_counted_not_kept() {
        let mut merge = Merge::default();
        for index in 0..MAX_FAILURES + 5 {
            merge.add(failure(index, "No.", Some(&format!("subject {index}")), None), None);
        }
        let (failures, dropped) = merge.finish();
        assert_eq!((failures.len(), dropped), (MAX_FAILURES, 5));
    }
}
