//! Certificate thumbprints: hexadecimal and base64 spellings of the same bytes.

/// The spellings in which tokens name a certificate: upper-case hexadecimal (`kid`) and base64url (`x5t`).
/// A text that is no SHA-1 or SHA-256 thumbprint is returned as it is.
pub(crate) fn spellings(text: &str) -> Vec<String> {
    let is_thumbprint = |bytes: &Vec<u8>| matches!(bytes.len(), 20 | 32);
    match from_hex(text).filter(is_thumbprint).or_else(|| from_base64(text).filter(is_thumbprint)) {
        Some(bytes) => vec![bytes.iter().map(|byte| format!("{byte:02X}")).collect(), to_base64url(&bytes)],
        None => vec![text.to_owned()],
    }
}

/// Whether two texts name the same key: one thumbprint in any of its spellings, or the same key id.
pub(crate) fn is_same_key(left: &str, right: &str) -> bool {
    spellings(left) == spellings(right) || left.eq_ignore_ascii_case(right) && uuid::Uuid::try_parse(left).is_ok()
}

/// base64url; standard base64 differs in the last two.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.chars().map(|c| c.to_digit(16)).collect::<Option<Vec<_>>>()?;
    regrouped(&digits, 4)
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| {
        let byte = match byte {
            b'+' => b'-',
            b'/' => b'_',
            other => other,
        };
        ALPHABET.iter().position(|letter| *letter == byte).and_then(|place| u32::try_from(place).ok())
    };
    let digits = text.trim_end_matches('=').bytes().map(digit).collect::<Option<Vec<_>>>()?;
    regrouped(&digits, 6)
}

/// Bytes of digits with this many bits each; bits that fill no byte are left out.
fn regrouped(digits: &[u32], bits: u32) -> Option<Vec<u8>> {
    let (mut held, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for digit in digits {
        held = ((held << bits) | digit) & 0xFFFF;
        count += bits;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((held >> count) & 0xFF).ok()?);
        }
    }
    Some(bytes)
}

fn to_base64url(bytes: &[u8]) -> String {
    let sextet = |chunk: &[u8], place: usize| {
        let bits = chunk.iter().chain([&0; 3]).take(3).fold(0_usize, |bits, byte| (bits << 8) | usize::from(*byte));
        ALPHABET.get((bits >> (18 - 6 * place)) & 63).map(|letter| char::from(*letter))
    };
    bytes.chunks(3).flat_map(|chunk| (0..=chunk.len()).filter_map(move |place| sextet(chunk, place))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_and_base64_give_both_spellings() {
        let expected = ["00112233445566778899AABBCCDDEEFF00112233", "ABEiM0RVZneImaq7zN3u_wARIjM"];
        for text in
            ["00112233445566778899aabbccddeeff00112233", "ABEiM0RVZneImaq7zN3u/wARIjM=", "ABEiM0RVZneImaq7zN3u_wARIjM"]
        {
            assert_eq!(spellings(text), expected, "{text}");
        }
        let sha256 = spellings("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert_eq!(sha256[0], "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855");
        assert_eq!(sha256[1], "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
    }

    #[test]
    fn a_key_is_known_in_any_spelling() {
        let hex = "00112233445566778899aabbccddeeff00112233";
        for other in [hex, "ABEiM0RVZneImaq7zN3u_wARIjM", "ABEiM0RVZneImaq7zN3u/wARIjM="] {
            assert!(is_same_key(hex, other), "{other}");
        }
        assert!(is_same_key("5F0E8A3E-27b4-4d3c-9a61-3f1c2b7d9e01", "5f0e8a3e-27b4-4d3c-9a61-3f1c2b7d9e01"));
        assert!(!is_same_key(hex, "00112233445566778899aabbccddeeff00112234") && !is_same_key("key-1", "KEY-1"));
    }

    #[test]
    fn other_texts_stay() {
        for text in ["", "key-1", "5f0e8a3e-27b4-4d3c-9a61-3f1c2b7d9e01", "é"] {
            assert_eq!(spellings(text), [text]);
        }
    }
}
