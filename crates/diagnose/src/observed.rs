//! The failures found, the most telling first.

use fedlens_catalog::{Failure, FoundBy, entry};
use fedlens_evidence::Evidence;

use crate::Observed;

/// Collects the failures of all inputs; the same one in several inputs counts once.
pub(crate) fn collect(evidence: &Evidence) -> Vec<Observed> {
    let mut observed: Vec<Observed> = Vec::new();
    for (source, failure) in evidence.failures() {
        match observed.iter_mut().find(|known| is_same(&known.failure, failure)) {
            Some(known) => known.failure.mentions += failure.mentions,
            None => observed.push(Observed {
                source: source.to_owned(),
                title: entry(failure.code.as_str()).map(|entry| entry.title),
                failure: failure.clone(),
            }),
        }
    }
    observed.sort_by_key(|observed| rank(&observed.failure));
    observed
}

fn is_same(known: &Failure, failure: &Failure) -> bool {
    let (known_trace, trace) = (&known.fields.trace_id, &failure.fields.trace_id);
    known.code == failure.code
        && match (known_trace, trace) {
            (Some(known), Some(trace)) => known.eq_ignore_ascii_case(trace),
            _ => known.message == failure.message || known.message.is_empty() || failure.message.is_empty(),
        }
}

/// Federation failures say more than other AADSTS codes, and those more than a platform's own.
fn rank(failure: &Failure) -> (u8, u8) {
    let family = entry(failure.code.as_str()).map_or("", |entry| entry.family);
    let by_family = match failure.code.number() {
        Some(_) if family.starts_with("federation") => 0,
        Some(_) => 1,
        None => 2,
    };
    (by_family, u8::from(failure.found_by == FoundBy::Wording))
}
