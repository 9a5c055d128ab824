//! The words of a text as the index knows them. The build script uses the same file.

/// Words that stand everywhere and tell nothing.
const STOP_WORDS: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "can", "do", "does", "for", "from", "has", "have", "how",
    "i", "if", "in", "is", "it", "its", "my", "no", "not", "of", "on", "one", "or", "so", "such", "that", "the",
    "them", "then", "there", "this", "to", "was", "what", "when", "which", "who", "why", "will", "with", "you", "your",
];

/// Lower-case words without their endings. `ForbiddenTokenType` gives its parts and the whole.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for run in text.split(|character: char| !character.is_alphanumeric()).filter(|run| !run.is_empty()) {
        let parts = camel_parts(run);
        if parts.len() > 1 {
            found.push(run.to_lowercase());
        }
        found.extend(parts.into_iter().map(|part| stem(&part.to_lowercase())));
    }
    found.retain(|word| !STOP_WORDS.contains(&word.as_str()));
    found
}

/// Splits where a small letter meets a capital one, and letters meet digits.
fn camel_parts(run: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut previous: Option<char> = None;
    for character in run.chars() {
        let starts = previous.is_none_or(|previous| {
            (previous.is_lowercase() && character.is_uppercase())
                || (previous.is_alphabetic() != character.is_alphabetic())
        });
        match parts.last_mut() {
            Some(part) if !starts => part.push(character),
            _ => parts.push(character.to_string()),
        }
        previous = Some(character);
    }
    parts
}

/// Cuts the commonest endings, so that `tokens` finds `token` and `expired` finds `expires`.
fn stem(word: &str) -> String {
    let cut = |ending: &str, least: usize| {
        word.strip_suffix(ending).filter(|rest| rest.chars().count() >= least).map(str::to_owned)
    };
    if !word.is_ascii() || word.bytes().any(|byte| byte.is_ascii_digit()) {
        return word.to_owned();
    }
    cut("ies", 3)
        .map(|rest| rest + "y")
        .or_else(|| cut("sses", 2).map(|rest| rest + "ss"))
        .or_else(|| cut("ing", 4))
        .or_else(|| cut("ed", 4))
        .or_else(|| cut("es", 4))
        .or_else(|| cut("s", 3).filter(|rest| !rest.ends_with('s')))
        .or_else(|| cut("e", 4))
        .unwrap_or_else(|| word.to_owned())
}
