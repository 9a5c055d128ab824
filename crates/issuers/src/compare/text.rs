//! Differences that need no grammar: blanks, letter case, wildcards, masks; and how values are put into sentences.

use super::parts::{differing, named, whole};
use super::{Difference, Part};
use crate::parse_subject;
use crate::platform::{is_invisible, pattern};

/// Characters of a value that a sentence shows.
const SHOWN: usize = 160;

/// A value in a sentence; long ones are cut.
pub(super) fn quote(value: &str) -> String {
    match value.char_indices().nth(SHOWN).and_then(|(end, _)| value.get(..end)) {
        Some(start) => format!("`{start}…`"),
        None => format!("`{value}`"),
    }
}

/// The parts in a sentence: "owner is `a` in the assertion and `b` in the credential".
pub(super) fn described(parts: &[Part]) -> String {
    let side = |value: &str, place: &str| {
        if value.is_empty() { format!("missing from the {place}") } else { format!("{} in the {place}", quote(value)) }
    };
    let described: Vec<String> = parts
        .iter()
        .map(|part| {
            let name = part.name.replace(['-', '_'], " ");
            format!("{name} is {} and {}", side(&part.presented, "assertion"), side(&part.configured, "credential"))
        })
        .collect();
    described.join("; ")
}

/// The same sentence with a capital letter and a full stop.
pub(super) fn sentence(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), rest.as_str()))
}

/// The advice that always works: configure what is sent.
pub(super) fn configure(presented: &str) -> String {
    if pattern::is_masked(presented) {
        return "give the credential the subject that is presented, which the log has masked".to_owned();
    }
    format!("set the credential's subject to {}", quote(presented))
}

pub(super) fn too_long(presented: &str, configured: &str) -> Difference {
    let start = |text: &str| text.chars().take(SHOWN).collect::<String>();
    Difference {
        cause: "fic.subject.mismatch",
        explanation:
            "The subjects differ, and one of them is longer than the 600 characters that a credential can hold."
                .to_owned(),
        parts: whole(&start(presented), &start(configured)),
        hint: None,
    }
}

/// Equal but for letter case, by Unicode.
pub(super) fn letter_case(presented: &str, configured: &str) -> Option<Difference> {
    if presented.to_lowercase() != configured.to_lowercase() {
        return None;
    }
    let mut parts = differing(&named(&parse_subject(None, presented)), &named(&parse_subject(None, configured)));
    if parts.is_empty() || !parts.iter().all(is_case_only) {
        parts = whole(presented, configured);
    }
    Some(case_of_parts(parts, presented))
}

/// The difference for parts that all differ in letter case alone.
pub(super) fn case_of_parts(parts: Vec<Part>, presented: &str) -> Difference {
    let explanation = format!(
        "The subjects differ in letter case only: {}. Entra tells upper and lower case apart.",
        described(&parts)
    );
    Difference { cause: "fic.subject.case", explanation, parts, hint: Some(sentence(&configure(presented))) }
}

pub(super) fn is_case_only(part: &Part) -> bool {
    part.presented.to_lowercase() == part.configured.to_lowercase()
}

/// Equal but for blanks and invisible characters, and perhaps letter case on top.
pub(super) fn blanks(presented: &str, configured: &str) -> Option<Difference> {
    let visible = |text: &str| text.chars().filter(|&c| !is_invisible(c)).collect::<String>();
    let (a, b) = (visible(presented), visible(configured));
    if a.to_lowercase() != b.to_lowercase() {
        return None;
    }
    let place = match (padding(presented), padding(configured)) {
        (_, Some(place)) => place,
        (Some(_), None) => " The assertion's subject has a blank before or after it.".to_owned(),
        (None, None) => " The blanks inside them are not the same.".to_owned(),
    };
    let also = if a == b { "" } else { " Letter case differs as well." };
    Some(Difference {
        cause: "fic.subject.whitespace",
        explanation: format!("The subjects look alike and differ in blanks or invisible characters.{place}{also}"),
        parts: whole(presented, configured),
        hint: Some(format!("Type the subject anew instead of pasting it: {}.", quote(presented))),
    })
}

/// A sentence about what surrounds a configured subject.
pub(super) fn padding(configured: &str) -> Option<String> {
    let first = configured.chars().next().filter(|&c| is_invisible(c));
    let last = configured.chars().next_back().filter(|&c| is_invisible(c));
    let (verb, c) = first.map(|c| ("begins", c)).or(last.map(|c| ("ends", c)))?;
    Some(format!(" The credential's subject {verb} with {}.", invisible_name(c)))
}

fn invisible_name(c: char) -> String {
    match c {
        ' ' => "a space".to_owned(),
        '\t' => "a tab".to_owned(),
        '\n' | '\r' => "a line break".to_owned(),
        '\u{a0}' => "a no-break space".to_owned(),
        '\u{200b}' => "a zero-width space".to_owned(),
        '\u{feff}' => "a byte order mark".to_owned(),
        other => format!("an invisible character (U+{:04X})", u32::from(other)),
    }
}

/// A star in the subject of a classic credential. Three or more are a log's mask instead.
pub(super) fn wildcard(presented: &str, configured: &str) -> Option<Difference> {
    // A log's mask is not what the credential holds.
    let unmasked = configured.replace("***", "");
    if !unmasked.contains('*') || pattern::is_masked(configured) {
        return None;
    }
    let reach = if pattern::covers(configured, presented) {
        "Read as a pattern it would cover"
    } else {
        "Even read as a pattern it would not cover"
    };
    Some(Difference {
        cause: "fic.subject.wildcard",
        explanation: format!(
            "The credential's subject {} holds a `*`, which a classic credential takes literally. {reach} {}.",
            quote(configured),
            quote(presented)
        ),
        parts: whole(presented, configured),
        hint: Some(format!(
            "{} Patterns need a flexible federated identity credential.",
            sentence(&configure(presented))
        )),
    })
}

/// Nothing visible differs, since a log masked the rest.
pub(super) fn masked(presented: &str, configured: &str) -> Option<Difference> {
    pattern::agrees(presented, configured).then(|| hidden(presented, configured))
}

/// The difference for values that agree as far as they can be seen.
pub(super) fn hidden(presented: &str, configured: &str) -> Difference {
    Difference {
        cause: "fic.subject.mismatch",
        explanation: format!(
            "What can be seen of {} and {} agrees; the log has masked the rest, so the difference cannot be shown.",
            quote(presented),
            quote(configured)
        ),
        parts: Vec::new(),
        hint: Some(
            "Look for the unmasked subject: in the sign-in log, or by decoding the token in the job.".to_owned(),
        ),
    }
}
