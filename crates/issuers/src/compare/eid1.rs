//! A configured `/eid1/` subject whose GUIDs are encoded in some other way.

use uuid::Uuid;

use super::text::{configure, quote, sentence};
use super::{Difference, Pair, Part};
use crate::eid1::{Segments, swapped};
use crate::{Misencoding, Subject, decode_guid, encode_guid, misencoding};

/// Finds a wrong encoding where the presented subject is structured and the configured one means to be.
pub(super) fn encoding(presented: &Subject, pair: Pair<'_>) -> Option<Difference> {
    let Subject::Eid1(sent) = presented else {
        return None;
    };
    let segments = Segments::of(pair.configured)?;
    let checked = [("tenant", sent.tenant, segments.tenant), ("application", sent.application, segments.application)];
    let wrong: Vec<(Part, String)> =
        checked.into_iter().filter_map(|(name, guid, segment)| check(name, guid, segment)).collect();
    if wrong.is_empty() {
        return None;
    }
    let (parts, reasons): (Vec<Part>, Vec<String>) = wrong.into_iter().unzip();
    Some(Difference {
        cause: "fic.subject.eid1-encoding",
        explanation: format!(
            "{} Entra writes the GUID's 16 bytes, the first three fields little-endian, as base64url without padding.",
            reasons.join(" ")
        ),
        parts,
        hint: Some(sentence(&configure(pair.presented))),
    })
}

/// A segment that does not decode, or decodes to the GUID with its bytes in the other order.
fn check(name: &'static str, guid: Uuid, segment: &str) -> Option<(Part, String)> {
    let (what, meant) = match (misencoding(segment), decode_guid(segment)) {
        (Some((what, meant)), _) => (in_words(what), meant),
        (None, Some(decoded)) if decoded != guid && swapped(decoded) == guid => {
            (in_words(Misencoding::ByteOrder), Some(guid))
        }
        _ => return None,
    };
    let other = meant.filter(|meant| *meant != guid);
    let also = other.map_or_else(String::new, |meant| format!(" It stands for {meant}, and the assertion has {guid}."));
    let part = Part { name, presented: encode_guid(guid), configured: segment.to_owned() };
    Some((part, format!("The {name} segment {} {what}.{also}", quote(segment))))
}

fn in_words(what: Misencoding) -> &'static str {
    match what {
        Misencoding::PlainGuid => "is the GUID itself",
        Misencoding::TextOfGuid => "is base64 of the GUID's text",
        Misencoding::ByteOrder => "has the GUID's bytes in network order",
        Misencoding::OtherAlphabet => "is padded or written in the alphabet of plain base64",
        Misencoding::Placeholder => "is a placeholder that was never filled in",
        Misencoding::Unreadable => "is no encoded GUID",
    }
}
