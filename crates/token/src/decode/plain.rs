//! A header and claims as plain JSON: what decoders and web pages show.

use std::ops::Range;

use super::json;
use super::located::Located;
use super::parts::{self, Reader};
use super::{Decoded, Dressing, ProblemKind, scan};
use crate::Claims;

/// Claims and header names that tell a token's JSON from any other.
const TELLING: &[&str] = &["iss", "sub", "aud", "exp", "alg", "typ", "kid"];

/// Reads one or two JSON objects, with a dot or blanks between them.
pub(super) fn read(shown: &Located<'_>) -> Decoded {
    let text = shown.text();
    let first = 0..scan::object(text).end.unwrap_or(text.len());
    let second = second(text, first.end);
    let mut reader = Reader::new(shown);
    let mut decoded = match second {
        Some(second) => Decoded {
            header: object(&mut reader, text, "header", &first),
            claims: object(&mut reader, text, "payload", &second),
            ..Decoded::default()
        },
        None => one(&mut reader, text, &first),
    };
    decoded.dressing = vec![Dressing::PlainJson];
    decoded.problems = reader.into_problems();
    decoded
}

fn one(reader: &mut Reader<'_>, text: &str, range: &Range<usize>) -> Decoded {
    let object = object(reader, text, "text", range);
    match object.filter(|object| TELLING.iter().any(|name| object.contains(name))) {
        Some(header) if header.contains("alg") => Decoded { header: Some(header), ..Decoded::default() },
        Some(claims) => Decoded { claims: Some(claims), ..Decoded::default() },
        None if !reader.is_clean() => Decoded::default(),
        None => {
            let message = "The text is JSON, and there is no token in it.";
            reader.tell(ProblemKind::PartCount, range.clone(), message.to_owned());
            Decoded::default()
        }
    }
}

fn object(reader: &mut Reader<'_>, text: &str, name: &str, range: &Range<usize>) -> Option<Claims> {
    let written = text.get(range.clone()).unwrap_or_default();
    let parsed = json::parse(written);
    let fault_at = parsed.fault.as_ref().map(|fault| {
        let at = range.start + written.floor_char_boundary(parts::offset(written, fault.line(), fault.column()));
        at..at
    });
    let claims = reader.claims(parsed, name, range.clone(), fault_at)?;
    reader.whole_seconds(&claims, range);
    Some(claims)
}

/// The object behind the first one: `{…}.{…}` or `{…} {…}`.
fn second(text: &str, end: usize) -> Option<Range<usize>> {
    let rest = text.get(end..)?;
    let opened = rest.trim_start_matches(|c: char| c == '.' || c.is_whitespace());
    let start = text.len() - opened.len();
    let length = scan::object(opened).end.unwrap_or(opened.len());
    opened.starts_with('{').then_some(start..start + length)
}
