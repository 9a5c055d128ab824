//! Base64url to bytes, with what does not belong there.

use std::ops::Range;

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Runs of strange characters beyond this many are not told one by one.
const MAX_STRANGE: usize = 8;

const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

/// What a part of a token decodes to. Ranges count from the part's start.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Bytes {
    pub(super) bytes: Vec<u8>,
    /// `+` or `/`, from the first to the last.
    pub(super) standard: Option<Range<usize>>,
    /// `=` at the end.
    pub(super) padding: Option<Range<usize>>,
    /// Characters that no alphabet has.
    pub(super) strange: Vec<Range<usize>>,
    /// A last character too many: it alone makes no byte.
    pub(super) surplus: Option<Range<usize>>,
}

impl Bytes {
    /// The characters that the decoded bytes in `range` came from.
    ///
    /// `None` when characters were skipped, so that places no longer correspond.
    pub(super) fn characters(&self, range: Range<usize>) -> Option<Range<usize>> {
        self.strange.is_empty().then(|| range.start * 4 / 3..(range.end * 4).div_ceil(3))
    }
}

/// Decodes what can be decoded; strange characters are skipped.
pub(super) fn decode(part: &str) -> Bytes {
    let body = part.trim_end_matches('=');
    let mut found = Bytes::default();
    if body.len() < part.len() {
        found.padding = Some(body.len()..part.len());
    }
    let mut clean = Vec::with_capacity(body.len());
    for (at, character) in body.char_indices() {
        let place = at..at + character.len_utf8();
        match character {
            'A'..='Z' | 'a'..='z' | '0'..='9' | '-' | '_' => clean.push(character as u8),
            '+' | '/' => {
                clean.push(if character == '+' { b'-' } else { b'_' });
                extend(&mut found.standard, place);
            }
            _ => note(&mut found.strange, place),
        }
    }
    if clean.len() % 4 == 1 {
        clean.pop();
        let last = body.char_indices().next_back().map_or(0, |(at, _)| at);
        found.surplus = Some(last..body.len());
    }
    // The alphabet and the length were checked above.
    found.bytes = ENGINE.decode(clean).unwrap_or_default();
    found
}

/// Whether `part` is base64url without padding, and what it says.
pub(super) fn strict(part: &str) -> Option<Vec<u8>> {
    ENGINE.decode(part).ok()
}

fn extend(range: &mut Option<Range<usize>>, place: Range<usize>) {
    match range {
        Some(range) => range.end = place.end,
        None => *range = Some(place),
    }
}

fn note(strange: &mut Vec<Range<usize>>, place: Range<usize>) {
    let full = strange.len() >= MAX_STRANGE;
    match strange.last_mut() {
        Some(last) if last.end == place.start => last.end = place.end,
        _ if full => {}
        _ => strange.push(place),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_alphabet_and_padding_decode() {
        for (part, bytes, standard, padding) in [
            ("", &b""[..], None, None),
            ("YQ", b"a", None, None),
            ("YQ==", b"a", None, Some(2..4)),
            ("-_-_", &[0xfb, 0xff, 0xbf], None, None),
            ("+/-/", &[0xfb, 0xff, 0xbf], Some(0..4), None),
            ("YR", b"a", None, None),
        ] {
            let expected = Bytes { bytes: bytes.to_vec(), standard, padding, ..Bytes::default() };
            assert_eq!(decode(part), expected, "{part}");
        }
    }

    #[test]
    fn strange_characters_are_skipped_and_told_in_runs() {
        let found = decode("Y%%W=Jé");
        assert_eq!(found.bytes, b"ab");
        assert_eq!(found.strange, [1..3, 4..5, 6..8]);
        assert_eq!(decode(&"Y%".repeat(100)).strange.len(), MAX_STRANGE);
    }

    #[test]
    fn one_character_too_many_is_dropped() {
        let found = decode("YWJjZ");
        assert_eq!(found.bytes, b"abc");
        assert_eq!(found.surplus, Some(4..5));
    }

    #[test]
    fn decoded_bytes_lead_back_to_characters() {
        let found = decode("YWJjZGVm");
        for (bytes, characters) in [(0..1, 0..2), (1..2, 1..3), (2..3, 2..4), (3..6, 4..8), (6..6, 8..8)] {
            assert_eq!(found.characters(bytes), Some(characters));
        }
        assert_eq!(decode("Y%W").characters(0..1), None);
    }
}
