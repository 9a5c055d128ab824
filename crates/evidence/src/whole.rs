//! A text that is small enough to be read as a whole.
//!
//! Documents stand between other lines more often than one thinks: a terminal shows a
//! warning, then the list, then the next command. What is recognised is taken out; the
//! rest is searched like a log.

use fedlens_token::Claims;
use serde_json::Value;

use crate::code;
use crate::failure::Locator;
use crate::found::{Found, Part};
use crate::json::Fault;
use crate::text::{self, Log};
use crate::{Content, CredentialUse, document, json, token};

/// How often JSON that is wrapped in a JSON string is unwrapped.
const MAX_UNWRAPS: usize = 4;

/// How many keys of an unknown document are named.
const MAX_KEYS: usize = 5;

/// Everything in a text, by the first kind that fits: source code, a token, documents, an error text or log.
pub(crate) fn read(source: &str, text: &str) -> Found {
    if text.trim().is_empty() {
        return Found::skipped("empty");
    }
    if let Some(language) = code::language(source, text) {
        return code::read(language, text);
    }
    if let Some(kind) = pem(text) {
        return Found::skipped(format!("a PEM file ({kind}), which says nothing about a sign-in"));
    }
    if token::is_token(text) {
        return token::read(text);
    }
    match unwrapped(text) {
        Some(inner) => read_documents(&inner),
        None => read_documents(text),
    }
}

/// `-----BEGIN CERTIFICATE-----` as its first line.
fn pem(text: &str) -> Option<&str> {
    text.trim_start()
        .strip_prefix("-----BEGIN ")?
        .split_once("-----")
        .map(|(kind, _)| kind)
        .filter(|kind| kind.len() < 40)
}

/// The text inside a JSON string that holds JSON.
fn unwrapped(text: &str) -> Option<String> {
    let mut inner: Option<String> = None;
    for _ in 0..MAX_UNWRAPS {
        let text = inner.as_deref().unwrap_or(text).trim();
        if !text.starts_with('"') || !text.ends_with('"') {
            break;
        }
        let Ok(next) = serde_json::from_str::<String>(text) else { break };
        inner = Some(next);
    }
    inner.filter(|inner| json::begins_document(inner))
}

/// The documents in a text, and whatever stands between them.
fn read_documents(text: &str) -> Found {
    let (documents, fault) = json::documents(text);
    let mut found = Found::default();
    let mut log = Log::default();
    let (mut position, mut counted, mut line) = (0, 0, 1);
    let mut unknown: Option<&Value> = None;
    let mut header = None;
    for json::Document { value, at } in &documents {
        let between = text.get(counted..at.start).unwrap_or_default();
        line += memchr::memchr_iter(b'\n', between.as_bytes()).count();
        counted = at.start;
        let written = text.get(at.clone()).unwrap_or_default();
        let mut part = document::read(value, &mut Locator::new(written, at.start, line));
        if token::is_header(value) {
            header = value.as_object().cloned();
        } else if let Some(header) = header.take() {
            token::add_header(&mut part, &header.into_iter().collect::<Claims>());
        }
        let alone = documents.len() == 1 && written.len() == text.trim().len();
        if is_read(&part, alone) {
            log.push(text.get(position..at.start).unwrap_or_default().as_bytes());
            log.skip(written.as_bytes());
            position = at.end;
            found.extend(part);
        } else if alone {
            unknown = Some(value);
        }
    }
    log.push(text.get(position..).unwrap_or_default().as_bytes());
    let what = match (&fault, unknown) {
        (Some(_), _) => Some("JSON that cannot be parsed, searched as text"),
        (None, Some(_)) => Some("JSON of another kind, searched as text"),
        (None, None) => None,
    };
    finish(found, log, what, fault, unknown)
}

/// Whether a document needs no search. In prose, an error answer is left to the search of the prose around it,
/// and a scrap that looks like a definition but says nothing is prose as well.
fn is_read(found: &Found, alone: bool) -> bool {
    let says_nothing = |part: &Part| match &part.content {
        Content::Text { .. } => true,
        Content::Definition(definition) => definition.credential == CredentialUse::Unknown,
        _ => false,
    };
    if alone { !found.is_empty() } else { !found.parts.is_empty() && !found.parts.iter().all(says_nothing) }
}

/// Adds what the search found, and the reason if there is nothing at all.
fn finish(mut found: Found, log: Log, what: Option<&str>, fault: Option<Fault>, unknown: Option<&Value>) -> Found {
    let (searched, stats) = log.finish(what);
    let nothing = found.is_empty() && searched.is_empty();
    found.extend(searched);
    match (fault, unknown) {
        (Some(fault), _) => found.skipped.push(fault.to_string()),
        (None, Some(document)) if nothing => found.skipped.push(of_no_kind(document)),
        (None, None) if nothing => found.skipped.push(text::nothing_in(&stats)),
        _ => {}
    }
    found
}

/// An empty list may well be the answer to a question, but not without its name.
const EMPTY_LIST: &str = "an empty list, and nothing says what it lists. For the federated identity credentials of an \
     application, give the page of `az rest --url \
     https://graph.microsoft.com/v1.0/applications/<app-object-id>/federatedIdentityCredentials`, which names itself";

/// Names some keys of the document, so that the reader sees which one is meant.
fn of_no_kind(document: &Value) -> String {
    let list = document.get("value").unwrap_or(document);
    if list.as_array().is_some_and(Vec::is_empty) {
        return EMPTY_LIST.to_owned();
    }
    // A key may be a value in disguise, so only short and plain ones are repeated.
    let plain = |key: &&String| key.len() <= 40 && key.bytes().all(|byte| byte.is_ascii_graphic());
    let keys: Vec<String> = document
        .as_object()
        .map(|fields| fields.keys().filter(plain).take(MAX_KEYS).map(|key| format!("`{key}`")).collect())
        .unwrap_or_default();
    let seen = match keys.as_slice() {
        [] => "JSON of no kind that is read here".to_owned(),
        keys => format!("JSON of no kind that is read here (it has {})", keys.join(", ")),
    };
    format!("{seen}; no AADSTS code or known message in it")
}
