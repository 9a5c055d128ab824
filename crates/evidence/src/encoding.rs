//! From bytes to UTF-8, and telling binary files apart.
//!
//! PowerShell's redirections write UTF-16, mostly with a byte order mark. Anything that
//! is no UTF-16 is passed on as it is: codes and JSON are ASCII in every other encoding.

use std::fmt;

use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE};

/// How many bytes decide on the encoding.
pub(crate) const SNIFF_BYTES: usize = 8 << 10;

/// File formats by their first bytes, and what to do with them.
const MAGICS: &[(&[u8], &str)] = &[
    (b"\x89PNG\r\n", "a PNG image: give the text that it shows"),
    (b"\xff\xd8\xff", "a JPEG image: give the text that it shows"),
    (b"GIF8", "a GIF image: give the text that it shows"),
    (b"PK\x03\x04", "a ZIP archive: unpack it first"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "gzip-compressed data: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed data: unpack it first"),
    (b"\xfd7zXZ\0", "xz-compressed data: unpack it first"),
    (b"BZh91AY&SY", "bzip2-compressed data: unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive: unpack it first"),
    (b"\x7fELF", "an ELF program"),
    (b"%PDF-", "a PDF document: give its text"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"ElfFile\0", "a Windows event log: export its entries as text first"),
    (b"PAR1", "a Parquet file: export its rows as JSON first"),
    (b"\xd0\xcf\x11\xe0", "an older Office file or saved mail: give its text"),
    (b"\x30\x82", "a certificate or key in DER form, which says nothing about a sign-in"),
];

/// Turns the chunks of a text into UTF-8.
pub(crate) enum Transcoder {
    /// UTF-8 or another superset of ASCII: passed through.
    Bytes,
    /// UTF-16.
    Utf16(Box<Decoder>),
}

impl fmt::Debug for Transcoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bytes => "Bytes",
            Self::Utf16(_) => "Utf16",
        })
    }
}

impl Transcoder {
    /// Hands the chunk on as UTF-8; `last` flushes what an odd byte left behind.
    pub(crate) fn push(&mut self, mut chunk: &[u8], last: bool, mut sink: impl FnMut(&[u8])) {
        let Self::Utf16(decoder) = self else { return sink(chunk) };
        let mut buffer = vec![0; (3 * chunk.len() + 16).min(32 << 10)];
        loop {
            let (result, read, written, _) = decoder.decode_to_utf8(chunk, &mut buffer, last);
            sink(buffer.get(..written).unwrap_or_default());
            chunk = chunk.get(read..).unwrap_or_default();
            if result == CoderResult::InputEmpty {
                break;
            }
        }
    }
}

/// The encoding of a text by its first bytes and the length of its byte order mark, or what kind of binary file it is.
pub(crate) fn sniff(head: &[u8]) -> Result<(Transcoder, usize), &'static str> {
    if head.starts_with(b"\xef\xbb\xbf") {
        return Ok((Transcoder::Bytes, 3));
    }
    if head.starts_with(b"\xff\xfe") {
        return Ok((utf16(UTF_16LE), 2));
    }
    if head.starts_with(b"\xfe\xff") {
        return Ok((utf16(UTF_16BE), 2));
    }
    if let Some((_, what)) = MAGICS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(what);
    }
    if let Some(encoding) = utf16_by_zeros(head) {
        return Ok((utf16(encoding), 0));
    }
    if head.starts_with(b"MZ") && head.contains(&0) {
        return Err("a Windows program");
    }
    if head.get(257..262) == Some(b"ustar") {
        return Err("a tar archive: unpack it first");
    }
    let controls = head.iter().filter(|byte| is_binary(**byte)).count();
    if controls * 20 > head.len() {
        Err("binary data of no kind that is read here")
    } else {
        Ok((Transcoder::Bytes, 0))
    }
}

/// A decoder that keeps what a chunk cut in two.
fn utf16(encoding: &'static encoding_rs::Encoding) -> Transcoder {
    Transcoder::Utf16(Box::new(encoding.new_decoder_without_bom_handling()))
}

/// Mostly ASCII in UTF-16 has a zero as every second byte.
fn utf16_by_zeros(head: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let pairs = head.len() / 2;
    let zeros = |offset: usize| head.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let mostly = |count: usize| pairs >= 2 && count * 10 >= pairs * 7;
    let hardly = |count: usize| count * 20 <= pairs;
    if mostly(odd) && hardly(even) {
        Some(UTF_16LE)
    } else if mostly(even) && hardly(odd) {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Whether a byte hardly occurs in text; terminal colours begin with an escape, which does.
fn is_binary(byte: u8) -> bool {
    matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8], piece: usize) -> Option<String> {
        let (mut transcoder, skip) = sniff(bytes).ok()?;
        let mut out = Vec::new();
        for chunk in bytes.get(skip..)?.chunks(piece) {
            transcoder.push(chunk, false, |text| out.extend_from_slice(text));
        }
        transcoder.push(&[], true, |text| out.extend_from_slice(text));
        String::from_utf8(out).ok()
    }

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn every_encoding_gives_the_same_text_in_any_chunks() {
        let text = "Error: AADSTS700213: für \u{1f600} x";
        let (little, big) = (utf16(text, false), utf16(text, true));
        let inputs = [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            [b"\xff\xfe", &little[..]].concat(),
            [b"\xfe\xff", &big[..]].concat(),
            little,
            big,
        ];
        for bytes in inputs {
            for piece in [1, 3, 1000] {
                assert_eq!(decoded(&bytes, piece).as_deref(), Some(text), "{bytes:?}");
            }
        }
    }

    #[test]
    fn binary_files_are_named() {
        for (bytes, what) in [
            (&b"PK\x03\x04rest"[..], "ZIP"),
            (b"\x7fELF\x02\x01", "ELF"),
            (b"\x1f\x8b\x08\x00", "gzip"),
            (b"%PDF-1.7", "PDF"),
            (b"MZ\x90\x00\x03", "Windows program"),
            (b"\x00\x00\x00\x00\x01\x02", "binary"),
        ] {
            let said = sniff(bytes).unwrap_err();
            assert!(said.contains(what), "{said}");
        }
    }

    #[test]
    fn text_with_colours_or_a_stray_zero_is_text() {
        assert!(sniff(b"\x1b[31mERROR\x1b[0m: AADSTS700213 was answered").is_ok());
        assert!(
            sniff(&[b"a line of a log that is long enough to carry a stray zero byte\0".as_slice()].concat()).is_ok()
        );
        assert!(sniff(b"MZ is no program without zeros").is_ok());
    }
}
