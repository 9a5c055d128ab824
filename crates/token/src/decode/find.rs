//! Tokens in a longer text.

use std::ops::Range;

use serde_json::{Map, Value};

use super::base64;

/// A longer header is none: the longest in use hold a certificate chain.
pub(super) const MAX_HEADER_BYTES: usize = 16 << 10;

/// Starts tried within one run of letters: an escape such as `\n` or `%22` may precede the token.
const MAX_STARTS: usize = 4;

/// Where tokens stand in a longer text, in bytes.
///
/// A token starts with `eyJ`, its first part decodes to a JSON object, and one
/// or two more parts follow; five when the header says that it is encrypted.
pub fn find_tokens(text: &str) -> Vec<Range<usize>> {
    runs(text).flat_map(|run| in_run(text, run)).collect()
}

/// The first token.
pub(super) fn first(text: &str) -> Option<Range<usize>> {
    runs(text).find_map(|run| in_run(text, run).into_iter().next())
}

/// The longest stretches of base64url letters and dots.
fn runs(text: &str) -> impl Iterator<Item = Range<usize>> {
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes.get(at..)?.iter().position(|byte| belongs(*byte))?;
        let length = bytes.get(start..)?.iter().position(|byte| !belongs(*byte));
        at = length.map_or(bytes.len(), |length| start + length);
        Some(start..at)
    })
}

fn in_run(text: &str, run: Range<usize>) -> Vec<Range<usize>> {
    let parts = parts(text, run);
    let mut found = Vec::new();
    let mut index = 0;
    while let Some(part) = parts.get(index) {
        match header(text, part) {
            Some((start, encrypted)) if parts.get(index + 1).is_some_and(|part| encrypted || !part.is_empty()) => {
                let count = length(parts.get(index..).unwrap_or_default(), encrypted);
                let end = parts.get(index + count - 1).map_or(part.end, |last| last.end);
                found.push(start..end);
                index += count;
            }
            _ => index += 1,
        }
    }
    found
}

fn parts(text: &str, run: Range<usize>) -> Vec<Range<usize>> {
    let mut at = run.start;
    let pieces = text.get(run).unwrap_or_default().split('.').map(move |piece| {
        let start = at;
        at += piece.len() + 1;
        start..start + piece.len()
    });
    pieces.collect()
}

/// How many of the parts belong to the token that the first one opens.
fn length(parts: &[Range<usize>], encrypted: bool) -> usize {
    let filled = |index: usize| parts.get(index).is_some_and(|part| !part.is_empty());
    match (encrypted && filled(4), filled(2)) {
        (true, _) => 5,
        (false, true) => 3,
        (false, false) => 2,
    }
}

/// Where in `part` a header starts, and whether it is that of an encrypted token.
fn header(text: &str, part: &Range<usize>) -> Option<(usize, bool)> {
    let letters = text.get(part.clone())?;
    let starts = letters.match_indices("eyJ").take(MAX_STARTS);
    let mut headers = starts.filter_map(|(at, _)| {
        let candidate = letters.get(at..).filter(|candidate| candidate.len() <= MAX_HEADER_BYTES)?;
        let header: Map<String, Value> = serde_json::from_slice(&base64::strict(candidate)?).ok()?;
        Some((part.start + at, header.contains_key("enc")))
    });
    headers.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "eyJhbGciOiJSUzI1NiJ9";
    const JWE: &str = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0";

    fn found(text: &str) -> Vec<&str> {
        find_tokens(text).into_iter().map(|range| text.get(range).unwrap()).collect()
    }

    #[test]
    fn tokens_are_found_wherever_they_stand() {
        let token = format!("{HEADER}.eyJzdWIiOiJ4In0.c2ln");
        for text in [
            token.clone(),
            format!("Authorization: Bearer {token}\r\n"),
            format!("The token is {token}. It failed."),
            format!("client_assertion={token}&scope=x"),
            format!(r#"{{\"value\":\"{token}\"}}"#),
            format!("%22{token}%22"),
            format!(r"line\n{token}\r\n"),
            format!("see x.{token}"),
        ] {
            assert_eq!(found(&text), [token.as_str()], "{text}");
        }
        let two = format!("{token} {HEADER}.YQ");
        assert_eq!(found(&two), [token, format!("{HEADER}.YQ")]);
    }

    #[test]
    fn an_encrypted_token_has_five_parts() {
        let token = format!("{JWE}..aXY.Y3Q.dGFn");
        assert_eq!(found(&format!("<{token}>")), [token]);
    }

    #[test]
    fn other_text_is_no_token() {
        for text in
            ["", "eyJ", HEADER, "eyJhbGciOiJSUzI1.YQ.YQ", "eyJ.eyJ.eyJ", "a.b.c", "eyJb.YQ", "{HEADER}..", "héé.éé"]
        {
            assert!(find_tokens(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_long_row_of_starts_is_read_once() {
        let text = "eyJ".repeat(100_000) + "." + &"eyJ.".repeat(100_000);
        assert!(find_tokens(&text).is_empty());
    }
}
