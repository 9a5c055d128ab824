//! Keys and secrets that show by their own shape.

use std::ops::Range;

/// What the fourth to sixth letter of an Entra client secret look like: a digit, then this.
const SECRET_MARK: &str = "Q~";

/// Letters before the mark, the digit included.
const SECRET_HEAD: usize = 4;

/// Letters behind the mark: at least so many, and no more are hidden than the second number.
const SECRET_TAIL: (usize, usize) = (31, 64);

pub(super) fn find(text: &str, hidden: &mut Vec<Range<usize>>) {
    find_private_keys(text, hidden);
    hidden.extend(text.match_indices(SECRET_MARK).filter_map(|(at, _)| client_secret(text, at)));
}

/// PEM blocks of private keys; one that breaks off reaches to the end.
fn find_private_keys(text: &str, hidden: &mut Vec<Range<usize>>) {
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find("-----BEGIN ")) {
        let start = at + found;
        let rest = text.get(start..).unwrap_or_default();
        let label = rest.get(..rest.floor_char_boundary(48)).unwrap_or_default();
        if !label.contains("PRIVATE KEY-----") {
            at = start + 1;
            continue;
        }
        let tail = rest.find("-----END ").and_then(|end| Some(end + rest.get(end..)?.find("KEY-----")? + 8));
        at = start + tail.unwrap_or(rest.len());
        hidden.push(start..at);
    }
}

fn client_secret(text: &str, mark: usize) -> Option<Range<usize>> {
    let belongs = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'~' | b'-');
    let start = mark.checked_sub(SECRET_HEAD)?;
    let head = text.as_bytes().get(start..mark)?;
    let tail = text.as_bytes().get(mark + SECRET_MARK.len()..)?;
    let length = tail.iter().take(SECRET_TAIL.1).take_while(belongs).count();
    let shaped = head.iter().all(|byte| belongs(&byte)) && head.last().is_some_and(u8::is_ascii_digit);
    (shaped && length >= SECRET_TAIL.0).then(|| start..mark + SECRET_MARK.len() + length)
}
