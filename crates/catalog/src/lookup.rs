//! Looking up entries, causes and fixes.

use crate::{Cause, Entry, Fix};

mod embedded {
    use crate::entry::{Cause, Entry, Fix, Question, Severity, Who};
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// Every entry, ordered by code.
pub fn entries() -> &'static [Entry] {
    embedded::ENTRIES
}

/// Every cause, ordered by id.
pub fn causes() -> &'static [Cause] {
    embedded::CAUSES
}

/// Every fix, ordered by id.
pub fn fixes() -> &'static [Fix] {
    embedded::FIXES
}

/// The entry of a code, written as in the catalog.
pub fn entry(code: &str) -> Option<&'static Entry> {
    find_by(entries(), code, |entry| entry.code)
}

/// The cause of an id.
pub fn cause(id: &str) -> Option<&'static Cause> {
    find_by(causes(), id, |cause| cause.id)
}

/// The fix of an id.
pub fn fix(id: &str) -> Option<&'static Fix> {
    find_by(fixes(), id, |fix| fix.id)
}

/// The entries whose codes look most like what was typed, the nearest first.
pub fn nearest(typed: &str, count: usize) -> Vec<&'static Entry> {
    let typed = typed.trim().to_ascii_uppercase();
    let mut ranked: Vec<_> = entries()
        .iter()
        .map(|entry| {
            let code = entry.code.to_ascii_uppercase();
            let digits = code.strip_prefix("AADSTS").unwrap_or(&code);
            let whole = strsim::damerau_levenshtein(&typed, &code);
            (whole.min(strsim::damerau_levenshtein(typed.trim_start_matches("AADSTS"), digits)), entry)
        })
        .collect();
    ranked.sort_by_key(|(distance, entry)| (*distance, entry.code));
    ranked.into_iter().take(count).map(|(_, entry)| entry).collect()
}

fn find_by<T>(sorted: &'static [T], key: &str, of: impl Fn(&T) -> &str) -> Option<&'static T> {
    sorted.binary_search_by(|item| of(item).cmp(key)).ok().and_then(|index| sorted.get(index))
}
