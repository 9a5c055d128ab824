//! Issuers that are the same address written in two ways.

use super::{Both, mismatch, part};
use crate::compare::Difference;
use crate::compare::text::quote;
use crate::platform::TrailingSlash;

/// `None` where host or path differ in more than letter case.
pub(super) fn compare(both: Both<'_>) -> Option<Difference> {
    let (sent, expected) = (both.sent.address, both.expected.address);
    if !sent.host.eq_ignore_ascii_case(expected.host) || !sent.path.eq_ignore_ascii_case(expected.path) {
        return None;
    }
    let mut found = Vec::new();
    if sent.padded || expected.padded {
        let owner = if expected.padded { "credential" } else { "assertion" };
        found.push(format!("The {owner}'s issuer has a blank or an invisible character before or after it."));
    }
    if sent.scheme != expected.scheme {
        found.push(format!(
            "The assertion begins with {} and the credential with {}.",
            scheme(sent.scheme),
            scheme(expected.scheme)
        ));
    }
    if expected.metadata {
        found.push(
            "The credential has the address of the metadata document; the issuer is what stands before `/.well-known`."
                .to_owned(),
        );
    }
    if sent.host != expected.host || sent.path != expected.path {
        found.push("Letter case differs, and Entra tells upper and lower case apart.".to_owned());
    }
    if found.is_empty() {
        return Some(trailing_slash(both));
    }
    if sent.slash != expected.slash && !expected.metadata {
        found.push(slash_sentence(both));
    }
    Some(mismatch(
        format!("The issuers are the same address written differently. {}", found.join(" ")),
        both.whole(),
        Some(both.configure()),
    ))
}

fn scheme(scheme: &str) -> String {
    if scheme.is_empty() { "no scheme".to_owned() } else { quote(&format!("{scheme}://")) }
}

fn trailing_slash(both: Both<'_>) -> Difference {
    let side = |slash| if slash { "/" } else { "" };
    Difference {
        cause: "fic.issuer.trailing-slash",
        explanation: slash_sentence(both),
        parts: vec![part("trailing-slash", side(both.sent.address.slash), side(both.expected.address.slash))],
        hint: Some(both.configure()),
    }
}

fn slash_sentence(both: Both<'_>) -> String {
    let (sent, expected) = (both.sent.address.slash, both.expected.address.slash);
    let first = match (sent, expected) {
        (true, false) => "The assertion's issuer ends in a slash and the credential's does not.",
        (false, true) => "The credential's issuer ends in a slash and the assertion's does not.",
        _ => "The issuers end in different numbers of slashes.",
    };
    let rule = both.sent.platform.and_then(|platform| match platform.slash {
        TrailingSlash::Required => Some(format!(" Issuers of {} always end in one.", platform.name)),
        TrailingSlash::Forbidden => Some(format!(" Issuers of {} never end in one.", platform.name)),
        TrailingSlash::Either => None,
    });
    format!("{first}{}", rule.unwrap_or_default())
}
