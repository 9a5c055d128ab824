//! Everything that the catalog describes is found by what programs print of it.

use fedlens_catalog::{Entry, FoundBy, entries, find};

/// A message with something in place of its placeholders.
fn filled(message: &str) -> String {
    let mut filled = String::new();
    let mut rest = message;
    while let Some((literal, after)) = rest.split_once('{') {
        filled.push_str(literal);
        filled.push_str("x1");
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    filled + rest
}

fn is_identifier(entry: &Entry) -> bool {
    let code = entry.code;
    code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && code.bytes().any(|byte| byte.is_ascii_uppercase())
}

#[test]
fn every_wording_leads_to_its_code() {
    for entry in entries() {
        for message in entry.messages {
            let text = format!("first line\nError: {} and so on\nlast line\n", filled(message));
            let codes: Vec<_> = find(text.as_bytes()).into_iter().map(|failure| failure.code).collect();
            assert!(codes.iter().any(|code| code.as_str() == entry.code), "{message:?} led to {codes:?}");
        }
    }
}

#[test]
fn every_identifier_is_found_as_a_whole() {
    for entry in entries().iter().filter(|entry| is_identifier(entry)) {
        let found = |text: String| {
            let failures = find(text.as_bytes());
            failures.iter().any(|failure| failure.code.as_str() == entry.code && failure.found_by == FoundBy::Code)
        };
        assert!(found(format!("first line\n{{\"errorCode\":\"{}\"}}\n", entry.code)), "{}", entry.code);
        assert!(!found(format!("first line\nx{}x\n", entry.code)), "{}", entry.code);
    }
}
