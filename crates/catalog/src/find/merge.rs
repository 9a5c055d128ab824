//! Counts the copies of one failure once.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::message::is_guid;
use super::{Code, Failure, Fields, FoundBy};

/// The most distinct failures that are kept.
const MAX_FAILURES: usize = 10_000;

/// The most codes that are remembered from addresses only.
const MAX_LINKS: usize = 1_000;

/// How many failures of one code are compared in full with a new one.
const COMPARED: usize = 64;

/// The failures so far.
#[derive(Debug, Default)]
pub(super) struct Merge {
    failures: Vec<Failure>,
    by_code: HashMap<Code, Vec<usize>>,
    by_trace: HashMap<(Code, String), usize>,
    by_content: HashMap<(Code, u64), usize>,
    links: HashMap<Code, Failure>,
    dropped: u64,
}

impl Merge {
    /// Takes a failure as one more mention of a known one or as a new one.
    pub(super) fn add(&mut self, failure: Failure) {
        match self.same(&failure) {
            Some(index) => {
                self.index(&failure, index);
                if let Some(known) = self.failures.get_mut(index) {
                    absorb(known, failure);
                }
            }
            None if self.failures.len() >= MAX_FAILURES => self.dropped += 1,
            None => {
                let index = self.failures.len();
                self.index(&failure, index);
                self.by_code.entry(failure.code.clone()).or_default().push(index);
                self.failures.push(failure);
            }
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

    fn index(&mut self, failure: &Failure, index: usize) {
        if let Some(trace) = trace(&failure.fields) {
            self.by_trace.entry((failure.code.clone(), trace.to_owned())).or_insert(index);
        }
        if let Some(content) = content(failure) {
            self.by_content.entry((failure.code.clone(), content)).or_insert(index);
        }
    }

    /// The known failure that this is a copy of.
    fn same(&self, failure: &Failure) -> Option<usize> {
        let code = &failure.code;
        let traced = trace(&failure.fields).and_then(|trace| self.by_trace.get(&(code.clone(), trace.to_owned())));
        let found = traced.or_else(|| content(failure).and_then(|content| self.by_content.get(&(code.clone(), content))));
        found.copied().or_else(|| {
            let known = self.by_code.get(code)?;
            let recent = known.iter().rev().take(COMPARED).chain(known.first());
            recent.copied().find(|index| self.failures.get(*index).is_some_and(|known| is_copy(known, failure)))
        })
    }
}

fn trace(fields: &Fields) -> Option<&str> {
    fields.trace_id.as_deref().filter(|trace| is_guid(trace))
}

/// What the message says, apart from ids and times.
fn content(failure: &Failure) -> Option<u64> {
    if failure.message.is_empty() {
        return None;
    }
    let mut hasher = DefaultHasher::new();
    for value in said(&failure.fields) {
        value.hash(&mut hasher);
    }
    let words: String = failure.message.chars().filter(|char| char.is_alphabetic()).collect();
    words.hash(&mut hasher);
    Some(hasher.finish())
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
    let values = |failure: &Failure| said(&failure.fields).into_iter().flatten().count();
    let longer = copy.message.len() > known.message.len() && copy.message.starts_with(&known.message);
    if longer || (values(&copy) > values(known) && !copy.message.is_empty()) {
        known.message = copy.message;
    }
    fill(&mut known.fields, copy.fields);
}

fn fill(into: &mut Fields, from: Fields) {
    let pairs = [
        (&mut into.issuer, from.issuer),
        (&mut into.subject, from.subject),
        (&mut into.audience, from.audience),
        (&mut into.application, from.application),
        (&mut into.application_name, from.application_name),
        (&mut into.tenant, from.tenant),
        (&mut into.resource, from.resource),
        (&mut into.key, from.key),
        (&mut into.current_time, from.current_time),
        (&mut into.valid_from, from.valid_from),
        (&mut into.expires, from.expires),
        (&mut into.oauth_error, from.oauth_error),
        (&mut into.suberror, from.suberror),
        (&mut into.trace_id, from.trace_id),
        (&mut into.correlation_id, from.correlation_id),
        (&mut into.timestamp, from.timestamp),
    ];
    for (slot, value) in pairs {
        if slot.is_none() {
            *slot = value;
        }
    }
}
