//! The body of a token request.

use std::collections::HashMap;

use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fedlens_token::{Decoded, decode};
use fedlens_trust::{Assertion, Endpoint, TokenRequest};

use crate::http;

/// A form's fields by name; the first of several with one name counts.
#[derive(Default)]
pub(crate) struct Form {
    fields: HashMap<String, String>,
    malformed: bool,
    ambiguous_client: bool,
}

impl Form {
    /// Reads a form whatever its content type says, and a client's `Authorization: Basic` header.
    pub(crate) fn read(body: &[u8], headers: &HeaderMap) -> Self {
        let Ok(text) = std::str::from_utf8(body) else {
            return Self { malformed: true, ..Self::default() };
        };
        let mut form = Self::default();
        for (name, value) in form_urlencoded::parse(text.trim_end_matches(['\r', '\n']).as_bytes()) {
            form.malformed |= value.contains('\u{fffd}') || name.contains('\u{fffd}');
            form.ambiguous_client |= name == "client_id" && form.text("client_id").is_some_and(|first| first != value);
            form.fields.entry(name.into_owned()).or_insert_with(|| value.into_owned());
        }
        form.take_basic(headers);
        form
    }

    fn take_basic(&mut self, headers: &HeaderMap) {
        let basic = http::header(headers, "authorization").and_then(|value| {
            let (scheme, encoded) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(encoded.trim()).ok())?
        });
        let Some(pair) = basic.and_then(|bytes| String::from_utf8(bytes).ok()) else { return };
        let Some((id, secret)) = pair.split_once(':') else { return };
        // Both are form-encoded before they are joined (RFC 6749, 2.3.1).
        let plain = |text: &str| {
            let pair = format!("v={text}");
            form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
        };
        let (id, secret) = (plain(id), plain(secret));
        self.ambiguous_client |= self.text("client_id").is_some_and(|own| own != id);
        self.fields.entry("client_id".to_owned()).or_insert(id);
        self.fields.entry("client_secret".to_owned()).or_insert(secret);
    }

    /// A field that is not empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// A token in a field. What surrounds a pasted one makes this one unreadable, but for blanks around it: files end
    /// in a newline, and Python sends it along.
    pub(crate) fn token(&self, name: &str) -> Option<Decoded> {
        let decoded = decode(self.text(name)?.trim());
        Some(match decoded.dressing.is_empty() {
            true => decoded,
            false => Decoded { header: None, claims: None, ..decoded },
        })
    }

    /// The request as `decide` takes it, what needs the state left open.
    pub(crate) fn request(
        &self,
        endpoint: Endpoint,
        method: &str,
        tenant: &str,
        assertion: Option<&Decoded>,
    ) -> TokenRequest {
        TokenRequest {
            endpoint,
            method: Some(method.to_owned()),
            malformed_body: self.malformed,
            tenant: Some(tenant.to_owned()),
            client_id: self.owned("client_id"),
            grant_type: self.owned("grant_type"),
            scope: self.owned("scope"),
            resource: self.owned("resource"),
            client_assertion_type: self.owned("client_assertion_type"),
            assertion: assertion.map(Assertion::from),
            ambiguous_client: self.ambiguous_client,
            requested_token_use: self.owned("requested_token_use"),
            user_assertion: self.token("assertion").as_ref().map(Assertion::from),
            username: self.owned("username"),
            ..TokenRequest::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_from_the_body_and_the_basic_header() {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", format!("Basic {}", STANDARD.encode("a%2B1:s%3Ax y")).parse().unwrap());
        let form = Form::read(b"grant_type=client_credentials&scope=https%3A%2F%2Fx%2F.default&empty=", &headers);
        assert_eq!(form.text("client_id"), Some("a+1"));
        assert_eq!(form.text("client_secret"), Some("s:x y"));
        assert_eq!(form.text("scope"), Some("https://x/.default"));
        assert_eq!(form.text("empty"), None);
        assert!(!form.malformed && !form.ambiguous_client);
    }

    #[test]
    fn two_client_ids_are_ambiguous_and_broken_text_is_malformed() {
        let none = HeaderMap::new();
        assert!(Form::read(b"client_id=a&client_id=b", &none).ambiguous_client);
        assert!(!Form::read(b"client_id=a&client_id=a", &none).ambiguous_client);
        assert!(Form::read(&[0xff, 0xfe], &none).malformed);
        assert!(Form::read(b"client_id=%ff", &none).malformed);
    }
}
