//! Tokens: pasted, in a token response, or found in a longer text.
//!
//! Decoding is the token crate's. Here is only told where a token is: the whole text in
//! some dressing, the value of a JSON field, a stretch of a log, or no token but the
//! claims that a decoder printed.

use fedlens_issuers::recognise;
use fedlens_token::{
    Claims, Decoded, Dressing, MAX_TOKEN_BYTES, ProblemKind, TokenKind, classify, decode, find_tokens,
};
use memchr::memmem;
use serde_json::Value;

use crate::Content;
use crate::failure::{Locator, bounded};
use crate::found::{Found, Part, counted};
use crate::json;

/// How many tokens of one input are kept.
const MAX_TOKENS: usize = 16;

/// How every JSON Web Token begins: `{"` in base64url.
const START: &str = "eyJ";

/// Names under which a form carries a token.
const FORM_FIELDS: &[&str] = &["assertion=eyJ", "access_token=eyJ", "id_token=eyJ", "token=eyJ"];

/// Whether a text is a pasted token and nothing else, in whatever dressing.
pub(crate) fn is_token(text: &str) -> bool {
    let bare = undressed(text);
    let form = !bare.contains(char::is_whitespace) && FORM_FIELDS.iter().any(|field| bare.contains(field));
    form || (bare.starts_with(START) && is_wrapped_token(bare))
}

/// Token characters in chunks that only a line wrap can have made.
fn is_wrapped_token(text: &str) -> bool {
    let mut short = 0;
    let chunks = text.split_whitespace().map(|chunk| chunk.trim_matches(['"', '\'', '`', '+', '\\', ',', ';']));
    for (index, chunk) in chunks.filter(|chunk| !chunk.is_empty()).enumerate() {
        if !chunk.bytes().all(is_token_byte) || (index == 0 && chunk.len() < 16) {
            return false;
        }
        // Only the last line of a wrapped token is short.
        if short > 0 {
            return false;
        }
        short += usize::from(chunk.len() < 16);
    }
    true
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'=' | b'+' | b'/')
}

/// The text without quotes and the words of an HTTP header.
fn undressed(text: &str) -> &str {
    let mut text = text.trim().trim_matches(['"', '\'', '`']).trim_start();
    for word in ["Authorization:", "Bearer"] {
        if let Some(rest) = text.get(..word.len()).filter(|start| start.eq_ignore_ascii_case(word)) {
            text = text.get(rest.len()..).unwrap_or_default().trim_start();
        }
    }
    text
}

/// A pasted token; one of which nothing can be said is skipped with its first problem.
pub(crate) fn read(text: &str) -> Found {
    let decoded = decode(text);
    if is_readable(&decoded) {
        return Found::part(taken_for(&decoded, ""), Content::Token(Box::new(decoded)));
    }
    let problem = decoded.problems.first().map_or("nothing of it can be decoded", |problem| problem.message.as_str());
    Found::skipped(format!("it begins like a JSON Web Token, but: {problem}"))
}

/// Whether there are claims, or at least the header of a token that was not merely too long.
fn is_readable(decoded: &Decoded) -> bool {
    let too_long = decoded.problems.iter().any(|problem| problem.kind == ProblemKind::TooLong);
    let header = decoded.header.as_ref().is_some_and(|header| header.contains("alg"));
    decoded.claims.is_some() || (header && !too_long)
}

/// Tokens in a JSON object's fields: a token response, a CI system's answer, `az account get-access-token`.
pub(crate) fn in_document(document: &Value, _locator: &mut Locator<'_>) -> Option<Found> {
    let fields = document.as_object()?;
    let mut found = Found::default();
    for (name, value) in fields.iter().filter(|(_, value)| is_compact(value)).take(MAX_TOKENS) {
        let mut decoded = decode(value.as_str().unwrap_or_default());
        if is_readable(&decoded) {
            decoded.dressing.insert(0, Dressing::JsonWrapper);
            let taken_for = taken_for(&decoded, &format!(" in `{}`", bounded(name, 40)));
            found.parts.push(Part { taken_for, content: Content::Token(Box::new(decoded)) });
        }
    }
    if found.is_empty() {
        found.skipped.extend(opaque(document));
    }
    if found.is_empty() { claims_alone(document) } else { Some(found) }
}

/// Whether a field's value is a token.
fn is_compact(value: &Value) -> bool {
    value.as_str().is_some_and(|text| undressed(text).starts_with(START) && text.contains('.'))
}

/// A token response whose access token is not a JSON Web Token.
fn opaque(document: &Value) -> Option<String> {
    json::text(document, &["access_token"])?;
    let response = ["token_type", "expires_in", "expires_on"].iter().any(|key| document.get(key).is_some());
    response.then(|| "a token response whose access token is not a JSON Web Token: it cannot be read".to_owned())
}

/// The claims as a decoder prints them, without the token itself.
fn claims_alone(document: &Value) -> Option<Found> {
    let issued = json::text(document, &["iss"]).is_some() && json::has(document, &["aud"]);
    let claims: Claims = document.as_object().filter(|_| issued)?.clone().into_iter().collect();
    let subject = ["sub", "oid", "appid", "azp"].iter().any(|name| claims.text(name).is_some());
    let time = ["exp", "iat", "nbf"].iter().any(|name| claims.seconds(name).is_some());
    if !(subject && time) {
        return None;
    }
    let decoded = Decoded { claims: Some(claims), ..Decoded::default() };
    let taken_for = format!("claims of a decoded {}", taken_for(&decoded, ""));
    Some(Found::part(taken_for, Content::Token(Box::new(decoded))))
}

/// `JSON Web Token of GitHub Actions`, `JSON Web Token of Microsoft Entra, delegated`.
fn taken_for(decoded: &Decoded, place: &str) -> String {
    let recognised = decoded.claims.as_ref().and_then(|claims| recognise(claims.text("iss")?));
    let issuer = recognised.as_ref().map(|known| format!(" of {}", known.platform.name)).unwrap_or_default();
    let entra = recognised.is_some_and(|known| known.entra.is_some());
    let kind = match decoded.claims.as_ref().filter(|_| entra).map(|claims| classify(claims).kind) {
        Some(TokenKind::AppOnly) => ", app-only",
        Some(TokenKind::Delegated) => ", delegated",
        Some(TokenKind::IdToken) => ", an ID token",
        Some(TokenKind::Undetermined) | None => "",
    };
    let unread = if decoded.claims.is_none() { ", whose claims cannot be read" } else { "" };
    format!("JSON Web Token{issuer}{kind}{place}{unread}")
}

/// Finds tokens in a stream of chunks; keeps at most one unfinished run of token characters.
#[derive(Debug, Default)]
pub(crate) struct Hunter {
    /// The unfinished run.
    run: Vec<u8>,
    /// The unfinished run is longer than any token.
    overlong: bool,
    tokens: Vec<Decoded>,
    /// How many further ones there were.
    dropped: u64,
}

impl Hunter {
    /// Takes the next chunk.
    pub(crate) fn push(&mut self, mut chunk: &[u8]) {
        if self.overlong || !self.run.is_empty() {
            let (rest_of_run, rest) = chunk.split_at(end_of_run(chunk));
            self.extend(rest_of_run);
            if rest.is_empty() {
                return;
            }
            self.end_run();
            chunk = rest;
        }
        while let Some(hit) = memmem::find(chunk, START.as_bytes()) {
            let (before, after) = chunk.split_at(hit);
            let start = start_of_run(before);
            let end = hit + end_of_run(after);
            self.extend(chunk.get(start..end).unwrap_or_default());
            if end == chunk.len() {
                return;
            }
            self.end_run();
            chunk = chunk.get(end..).unwrap_or_default();
        }
        // The last run may go on in the next chunk.
        self.extend(chunk.get(start_of_run(chunk)..).unwrap_or_default());
    }

    /// One part for each token.
    pub(crate) fn finish(mut self, found: &mut Found) {
        self.end_run();
        for decoded in self.tokens {
            let taken_for = taken_for(&decoded, ", found in the text");
            found.parts.push(Part { taken_for, content: Content::Token(Box::new(decoded)) });
        }
        if self.dropped > 0 {
            let more = counted(self.dropped, "more token", "more tokens");
            found.skipped.push(format!("{more}: only the first {MAX_TOKENS} of an input are kept"));
        }
    }

    fn extend(&mut self, run: &[u8]) {
        if self.run.len() + run.len() > MAX_TOKEN_BYTES {
            self.overlong = true;
            self.run.clear();
        } else if !self.overlong {
            self.run.extend_from_slice(run);
        }
    }

    /// Looks for tokens in the run that is now complete.
    fn end_run(&mut self) {
        let overlong = std::mem::take(&mut self.overlong);
        let token = !overlong && self.run.contains(&b'.') && memmem::find(&self.run, START.as_bytes()).is_some();
        if token {
            let run = std::mem::take(&mut self.run);
            let text = std::str::from_utf8(&run).unwrap_or_default();
            for token in find_tokens(text).into_iter().filter_map(|at| text.get(at)) {
                self.keep(token);
            }
        }
        self.run.clear();
    }

    /// Keeps a token that was not seen before.
    fn keep(&mut self, token: &str) {
        let decoded = decode(token);
        if decoded.claims.is_none() || self.tokens.iter().any(|known| known.compact == decoded.compact) {
            return;
        }
        if self.tokens.len() < MAX_TOKENS {
            self.tokens.push(decoded);
        } else {
            self.dropped += 1;
        }
    }
}

/// Where the run that ends the bytes begins.
fn start_of_run(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| !is_run_byte(*byte)).map_or(0, |index| index + 1)
}

/// Where the run that begins the bytes ends.
fn end_of_run(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| !is_run_byte(*byte)).unwrap_or(bytes.len())
}

/// Characters of a token or its field name; anything else ends a run.
fn is_run_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'=' | b'%')
}

/// Whether a document is the header of a token, as decoders print it before the claims.
pub(crate) fn is_header(document: &Value) -> bool {
    let of_token = json::text(document, &["typ"]).is_some_and(|typ| typ.to_ascii_uppercase().ends_with("JWT"));
    json::text(document, &["alg"]).is_some() && (of_token || json::text(document, &["kid"]).is_some())
}

/// Gives the header to claims that were read without one.
pub(crate) fn add_header(found: &mut Found, header: &Claims) {
    for part in &mut found.parts {
        if let Content::Token(decoded) = &mut part.content
            && decoded.header.is_none()
        {
            decoded.header = Some(header.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use base64_free::token as made_up;
    use serde_json::json;

    use super::*;

    /// Base64url without a dependency.
    mod base64_free {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

        fn encode(text: &str) -> String {
            let mut out = String::new();
            for chunk in text.as_bytes().chunks(3) {
                let bits =
                    chunk.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - chunk.len()));
                out.extend((0..=chunk.len()).map(|index| char::from(ALPHABET[bits >> (18 - 6 * index) & 63])));
            }
            out
        }

        pub(super) fn token(claims: &str) -> String {
            format!("{}.{}.c2lnbmF0dXJl", encode(r#"{"typ":"JWT","alg":"RS256","kid":"k1"}"#), encode(claims))
        }
    }

    const CLAIMS: &str =
        r#"{"iss":"https://idp.contoso.example","sub":"workload","aud":"api://AzureADTokenExchange","exp":1793534980}"#;

    fn tokens(text: &str, piece: usize) -> Found {
        let mut hunter = Hunter::default();
        for chunk in text.as_bytes().chunks(piece) {
            hunter.push(chunk);
        }
        let mut found = Found::default();
        hunter.finish(&mut found);
        found
    }

    #[test]
    fn pasted_tokens_are_told_from_prose() {
        let token = made_up(CLAIMS);
        let wrapped =
            token.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect::<Vec<_>>().join("\n");
        for text in [
            token.clone(),
            format!(" Bearer {token}\n"),
            format!("Authorization: Bearer {token}"),
            format!("\"{token}\""),
            format!("client_id=a&client_assertion={token}&scope=b"),
            wrapped,
        ] {
            assert!(is_token(&text), "{text}");
        }
        for text in [format!("token: {token}"), format!("{token} is my token"), "eyJ".to_owned(), String::new()] {
            assert!(!is_token(&text), "{text}");
        }
    }

    #[test]
    fn tokens_are_found_in_chunks_and_kept_once() {
        let token = made_up(CLAIMS);
        let text = format!("##[debug] token {token}, again (\"{token}\") and x.eyJ.y\n");
        for piece in [1, 13, 10_000] {
            assert_eq!(tokens(&text, piece).parts.len(), 1, "{piece}");
        }
    }

    #[test]
    fn too_many_tokens_are_counted() {
        let text: String = (0..MAX_TOKENS + 2)
            .map(|index| made_up(&format!(r#"{{"iss":"https://idp.contoso.example","jti":"{index}"}}"#)) + "\n")
            .collect();
        let found = tokens(&text, 1_000);
        assert_eq!(found.parts.len(), MAX_TOKENS);
        assert_eq!(found.skipped, ["2 more tokens: only the first 16 of an input are kept"]);
    }

    #[test]
    fn a_token_response_gives_each_token() {
        let document = json!({"token_type": "Bearer", "expires_in": 3599, "access_token": made_up(CLAIMS),
            "id_token": made_up(CLAIMS), "refresh_token": "0.AAAA"});
        let found = in_document(&document, &mut Locator::new("", 0, 1)).unwrap();
        let taken_for: Vec<_> = found.parts.iter().map(|part| part.taken_for.as_str()).collect();
        assert_eq!(taken_for, ["JSON Web Token in `access_token`", "JSON Web Token in `id_token`"]);
    }

    #[test]
    fn an_opaque_access_token_is_skipped() {
        let document = json!({"token_type": "Bearer", "access_token": "EwBgA8l6BAAU"});
        assert!(in_document(&document, &mut Locator::new("", 0, 1)).unwrap().skipped[0].contains("cannot be read"));
        assert!(in_document(&json!({"value": "x"}), &mut Locator::new("", 0, 1)).is_none());
    }

    #[test]
    fn claims_alone_count_as_a_token() {
        let claims: Value = serde_json::from_str(CLAIMS).unwrap();
        assert!(in_document(&claims, &mut Locator::new("", 0, 1)).is_some());
        assert!(in_document(&json!({"iss": "a", "sub": "b"}), &mut Locator::new("", 0, 1)).is_none());
    }
}
