//! How a presented value differs from the configured one, in the platform's own terms.

mod azure_devops;
mod eid1;
mod general;
mod github;
mod issuer;
mod parts;
mod rank;
mod text;

use serde::Serialize;

use crate::platform::is_invisible;
use crate::subject::parse_subject;

pub use issuer::compare_issuers;
pub use rank::{Nearest, nearest};

/// One named part of two subjects, side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What the part is: `organisation`, `repository`, `context`, `namespace`, …
    pub name: &'static str,
    /// Its value in the assertion, empty where it has none.
    pub presented: String,
    /// Its value in the federated identity credential, empty where it has none.
    pub configured: String,
}

/// A difference with its cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// A dotted cause id: `github.subject.environment-vs-ref`, `fic.subject.case`, …
    pub cause: &'static str,
    /// One or two sentences: which part differs and why the platform sent what it sent.
    pub explanation: String,
    /// Only the parts that differ.
    pub parts: Vec<Part>,
    /// What the platform would have sent for the configuration to match, where that can be said.
    pub hint: Option<String>,
}

/// Two subjects with what is known of them.
#[derive(Clone, Copy)]
struct Pair<'a> {
    issuer: Option<&'a str>,
    /// Without the blanks around it.
    presented: &'a str,
    /// Without the blanks around it.
    configured: &'a str,
}

/// Entra stores at most 600 characters; much longer text is not taken apart.
const LONGEST: usize = 1024;

/// Explains how the presented subject differs from the configured one; `None` when they are equal.
pub fn compare(issuer: Option<&str>, presented: &str, configured: &str) -> Option<Difference> {
    if presented == configured {
        return None;
    }
    if presented.len().max(configured.len()) > LONGEST {
        return Some(text::too_long(presented, configured));
    }
    let pair = Pair {
        issuer,
        presented: presented.trim_matches(is_invisible),
        configured: configured.trim_matches(is_invisible),
    };
    // Letter case goes before blanks: a Terraform project may hold the same blank on both sides.
    let found = text::letter_case(presented, configured)
        .or_else(|| text::blanks(presented, configured))
        .or_else(|| text::wildcard(presented, configured))
        .or_else(|| text::masked(presented, configured));
    Some(found.unwrap_or_else(|| structure(pair, configured)))
}

/// The difference by the grammar of the platform, first of one platform, then of any two.
fn structure(pair: Pair<'_>, untrimmed: &str) -> Difference {
    let (presented, configured) =
        (parse_subject(pair.issuer, pair.presented), parse_subject(pair.issuer, pair.configured));
    let mut found = eid1::encoding(&presented, pair)
        .or_else(|| github::compare(&presented, &configured, pair))
        .or_else(|| azure_devops::compare(&presented, &configured, pair))
        .unwrap_or_else(|| general::compare(&presented, &configured, pair));
    // Masks on both sides can make every part agree although the texts as a whole do not.
    if found.parts.is_empty() {
        found = text::hidden(pair.presented, pair.configured);
    } else if found.parts.iter().all(text::is_case_only) {
        found = text::case_of_parts(found.parts, pair.presented);
    }
    if let Some(sentence) = text::padding(untrimmed) {
        found.explanation.push_str(&sentence);
    }
    found
}

#[cfg(test)]
mod tests;
