//! What people paste around a token, taken off layer by layer.

use std::borrow::Cow;
use std::ops::Range;

use percent_encoding::percent_decode_str;
use serde::Serialize;

use super::find;
use super::located::Located;
use super::scan::{self, Member};

/// Something around a token that is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dressing {
    /// `Bearer `, or `Authorization: Bearer `.
    Bearer,
    /// Single, double or back quotes.
    Quotes,
    /// Blanks or line breaks around or inside.
    Whitespace,
    /// A JSON object with the token in `value`, `oidcToken`, `access_token` and the like.
    JsonWrapper,
    /// A URL-encoded form with the token in `client_assertion`, `assertion` and the like.
    FormBody,
    /// Other words, such as a log line.
    OtherText,
    /// None: not the token was pasted but its contents, as a decoder shows them.
    PlainJson,
}

/// Layers beyond this many are left on.
const MAX_LAYERS: usize = 16;

/// Where answers and requests carry a token, likeliest assertion first.
const CARRIERS: &[&str] = &[
    "client_assertion",
    "clientAssertion",
    "assertion",
    "oidcToken",
    "oidc_token",
    "federatedToken",
    "federated_token",
    "value",
    "token",
    "access_token",
    "accessToken",
    "id_token",
    "idToken",
    "jwt",
    "subject_token",
];

type Peel = for<'a> fn(&Located<'a>) -> Option<Located<'a>>;

const LAYERS: &[(Dressing, Peel)] = &[
    (Dressing::Whitespace, outer_blanks),
    (Dressing::Quotes, quotes),
    (Dressing::Bearer, bearer),
    (Dressing::JsonWrapper, json_wrapper),
    (Dressing::FormBody, form_body),
    (Dressing::OtherText, other_text),
];

/// The token, or what is left where nothing more comes off, and what came off.
pub(super) fn undress(text: &str) -> (Located<'_>, Vec<Dressing>) {
    let mut inner = Located::whole(text);
    let mut dressing = Vec::new();
    for _ in 0..MAX_LAYERS {
        let Some((layer, peeled)) = LAYERS.iter().find_map(|(layer, peel)| Some((*layer, peel(&inner)?))) else {
            break;
        };
        let again = match layer {
            Dressing::Whitespace => dressing.contains(&layer),
            Dressing::Quotes => dressing.last() == Some(&layer),
            _ => false,
        };
        if !again {
            dressing.push(layer);
        }
        inner = peeled;
    }
    (inner, dressing)
}

/// The token in one piece, without the blanks and line breaks inside it.
pub(super) fn join<'a>(token: Located<'a>, dressing: &mut Vec<Dressing>) -> Located<'a> {
    let Some(joined) = token.without(is_blank) else { return token };
    if !dressing.contains(&Dressing::Whitespace) {
        dressing.push(Dressing::Whitespace);
    }
    joined
}

/// White space, and characters of no width that chats and web pages add.
pub(super) fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{feff}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{ad}')
}

pub(super) fn is_quote(character: char) -> bool {
    matches!(character, '"' | '\'' | '`' | '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}')
}

fn outer_blanks<'a>(outer: &Located<'a>) -> Option<Located<'a>> {
    let text = outer.text();
    let start = text.len() - text.trim_start_matches(is_blank).len();
    let end = text.trim_end_matches(is_blank).len();
    (start < end && end - start < text.len()).then(|| outer.slice(start..end))
}

/// Takes one quote off either end, so that a half-selected string also works.
fn quotes<'a>(outer: &Located<'a>) -> Option<Located<'a>> {
    let text = outer.text().trim_end_matches([',', ';']);
    if text.starts_with('"')
        && text.contains('\\')
        && let Ok(unescaped) = serde_json::from_str::<String>(text)
    {
        return Some(outer.decoded(0..text.len(), unescaped));
    }
    let opened = text.strip_prefix(is_quote).unwrap_or(text);
    let start = text.len() - opened.len();
    let inner = opened.strip_suffix(is_quote).unwrap_or(opened);
    let unquoted = start == 0 && (inner.len() == opened.len() || inner.contains(is_quote));
    (!inner.is_empty() && !unquoted).then(|| outer.slice(start..start + inner.len()))
}

fn bearer<'a>(outer: &Located<'a>) -> Option<Located<'a>> {
    let text = outer.text();
    let value = match strip_word(text, "authorization") {
        Some(rest) => rest.trim_start().strip_prefix([':', '='])?.trim_start().trim_start_matches(is_quote),
        None => text,
    };
    let token = strip_word(value, "bearer")?;
    let start = text.len() - token.trim_start_matches(is_blank).len();
    token.starts_with(is_blank).then(|| outer.slice(start..text.len()))
}

fn strip_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let start = text.get(..word.len())?;
    start.eq_ignore_ascii_case(word).then(|| text.get(word.len()..)).flatten()
}

fn json_wrapper<'a>(outer: &Located<'a>) -> Option<Located<'a>> {
    let text = outer.text();
    if !text.starts_with('{') {
        return None;
    }
    let members = scan::object(text).members;
    let value = |member: &Member| text.get(member.value.clone()).unwrap_or_default();
    let named = CARRIERS.iter().find_map(|name| {
        let mut found = members.iter().rev().filter(|member| text.get(member.key.clone()) == Some(name));
        found.find(|member| value(member).starts_with('"') && value(member).len() > 2)
    });
    let named = named.or_else(|| members.iter().find(|member| value(member).starts_with("\"eyJ")));
    if let Some(member) = named {
        return string_value(outer, member);
    }
    let nested = members.iter().find(|member| value(member).starts_with('{') && value(member).contains("\"eyJ"))?;
    Some(outer.slice(nested.value.clone()))
}

/// What a JSON string says. A string that breaks off counts as far as it goes.
fn string_value<'a>(outer: &Located<'a>, member: &Member) -> Option<Located<'a>> {
    let written = member.value.start + 1..member.value.end - usize::from(member.complete);
    let text = outer.text().get(written.clone())?;
    if !text.contains('\\') {
        return Some(outer.slice(written));
    }
    let unescaped = serde_json::from_str(&format!("\"{text}\"")).ok()?;
    Some(outer.decoded(written, unescaped))
}

fn form_body<'a>(outer: &Located<'a>) -> Option<Located<'a>> {
    let text = outer.text();
    if text.starts_with("eyJ") || text.starts_with('{') || !text.contains('=') {
        return None;
    }
    let pairs = pairs(text);
    let pair = |wanted: &str| pairs.iter().find(|(key, value)| *key == wanted && !value.is_empty());
    let looks_right = |value: &Range<usize>| {
        let value = text.get(value.clone()).unwrap_or_default();
        value.trim_start_matches(is_quote).starts_with("eyJ")
    };
    let found = CARRIERS.iter().find_map(|name| pair(name)).filter(|(_, value)| value.len() > 2);
    let found = found.or_else(|| pairs.iter().find(|(_, value)| looks_right(value)));
    let value = found?.1.clone();
    match percent_decode_str(text.get(value.clone())?).decode_utf8().ok()? {
        Cow::Borrowed(_) => Some(outer.slice(value)),
        Cow::Owned(decoded) => Some(outer.decoded(value, decoded)),
    }
}

/// The `name=value` pairs of a form, a query or a settings line.
fn pairs(text: &str) -> Vec<(&str, Range<usize>)> {
    let mut at = 0;
    let pieces = text.split_inclusive(['&', '?', '#']).map(move |piece| {
        at += piece.len();
        (at - piece.len(), piece.trim_end_matches(['&', '?', '#']))
    });
    let pairs = pieces.filter_map(|(at, piece)| {
        let (name, value) = piece.split_once('=')?;
        let start = at + name.len() + 1;
        let name = name.trim_end().rsplit(|c: char| c.is_whitespace() || is_quote(c)).next()?;
        Some((name, start..start + value.len()))
    });
    pairs.collect()
}

/// The first token in a line of other words.
fn other_text<'a>(outer: &Located<'a>) -> Option<Located<'a>> {
    let text = outer.text();
    if text.starts_with("eyJ") || !scan::object(text).members.is_empty() {
        return None;
    }
    let token = find::first(text)?;
    (token.len() < text.len()).then(|| outer.slice(token))
}
