//! Which of several configured subjects comes nearest to the presented one.

use super::{Difference, compare};
use crate::parse_subject;

/// The configured subject that differs least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// Its place in what was given.
    pub index: usize,
    /// How it differs; `None` where it is equal.
    pub difference: Option<Difference>,
}

/// How far apart two subjects are; the smaller, the nearer. Compared field by field.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Distance {
    /// 0 equal, 1 alike but for case, blanks or masks, 2 of the same platform, 3 of another.
    kinship: u8,
    /// Parts for which both have a value. An id that only one side has is no contradiction.
    conflicts: usize,
    /// All parts that differ.
    parts: usize,
    /// Characters between the first and the last difference.
    characters: usize,
}

/// Finds the configured subject nearest to the presented one: equal before alike, then by the number of
/// parts that differ, then by how much of the text differs; the first of equals. `None` of nothing.
pub fn nearest<'a>(
    issuer: Option<&str>,
    presented: &str,
    configured: impl IntoIterator<Item = &'a str>,
) -> Option<Nearest> {
    let ranked = configured.into_iter().enumerate().map(|(index, candidate)| {
        let difference = compare(issuer, presented, candidate);
        (distance(issuer, presented, candidate, difference.as_ref()), Nearest { index, difference })
    });
    ranked.min_by(|(a, _), (b, _)| a.cmp(b)).map(|(_, nearest)| nearest)
}

fn distance(issuer: Option<&str>, presented: &str, configured: &str, difference: Option<&Difference>) -> Distance {
    let Some(difference) = difference else {
        return Distance { kinship: 0, conflicts: 0, parts: 0, characters: 0 };
    };
    // Without parts the rest is masked, which is as near as can be told.
    let alike =
        difference.parts.is_empty() || matches!(difference.cause, "fic.subject.case" | "fic.subject.whitespace");
    let platform = |subject| parse_subject(issuer, subject).platform();
    let kinship = match alike {
        true => 1,
        false if platform(presented) == platform(configured) => 2,
        false => 3,
    };
    let conflicts =
        difference.parts.iter().filter(|part| !part.presented.is_empty() && !part.configured.is_empty()).count();
    Distance { kinship, conflicts, parts: difference.parts.len(), characters: between(presented, configured) }
}

/// A linear stand-in for the edit distance: characters left when what both begin with and what both end with is taken off the longer one.
fn between(a: &str, b: &str) -> usize {
    let start = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let (longer, shorter) = (a.chars().count().max(b.chars().count()), a.chars().count().min(b.chars().count()));
    let end = a.chars().rev().zip(b.chars().rev()).take_while(|(a, b)| a == b).count();
    longer - start - end.min(shorter - start)
}
