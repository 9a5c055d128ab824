//! Requests to token endpoints, to the platforms that give out OIDC tokens, and to the metadata service.

use percent_encoding::percent_decode_str;

use super::arguments::{Call, attached_after, beginning};
use super::{Kind, OidcProvider, OidcRequest, TokenRequest, Value, credentials};
use crate::source::{Piece, Text};

const DATA: &[&str] = &[
    "-d",
    "--data",
    "--data-raw",
    "--data-urlencode",
    "--data-binary",
    "--data-ascii",
    "-F",
    "--form",
    "--form-string",
    "--post-data",
    "--body-data",
    "--json",
];

/// `curl`, `wget`, HTTPie.
pub(super) fn read(call: &Call<'_>) -> Option<Kind> {
    let mut data: Vec<Value> = call.options(DATA).into_iter().filter_map(|value| call.content(value)).collect();
    let httpie = matches!(call.name(), "http" | "https" | "xh" | "xhs");
    if httpie {
        data.extend(call.arguments().iter().filter(|word| beginning(word).contains('=')).cloned());
    }
    let url = url(call)?;
    let given = call.option(&["-X", "--request", "--method"]).and_then(|value| value.known().map(str::to_uppercase));
    let verb = call.arguments().first().and_then(Value::known).filter(|word| matches!(*word, "GET" | "POST" | "PUT"));
    let in_query = call.flag(&["-G", "--get"]);
    let posts = !data.is_empty() && !in_query && (!httpie || verb.is_none());
    let default = if posts || call.flag(&["--post-file"]) { "POST" } else { "GET" };
    let method = given.or(verb.map(str::to_owned)).unwrap_or_else(|| default.to_owned());
    let fields = data.iter().flat_map(form).collect();
    request(call, url, method, fields)
}

/// The first argument that can be the URL of such a request.
fn url(call: &Call<'_>) -> Option<Value> {
    let explicit = call.option(&["--url"]);
    explicit.or_else(|| call.arguments().iter().find(|word| is_url(&word.text)).cloned())
}

fn is_url(text: &Text) -> bool {
    let mut shown = text.to_string();
    shown.make_ascii_lowercase();
    let is_header = shown.starts_with("authorization") || shown.contains(' ');
    !is_header && (is_oidc(&shown).is_some() || shown.starts_with("http") || shown.contains("/oauth2/"))
}

fn is_oidc(shown: &str) -> Option<OidcProvider> {
    let has = |name: &str| shown.contains(name);
    if has("actions_id_token_request_url") {
        Some(OidcProvider::GitHub)
    } else if has("system_oidcrequesturi") || has("system.oidcrequesturi") {
        Some(OidcProvider::AzurePipelines)
    } else {
        None
    }
}

/// `Invoke-RestMethod`, `Invoke-WebRequest`
pub(super) fn read_cmdlet(call: &Call<'_>) -> Option<Kind> {
    let positional = || call.arguments().iter().find(|word| is_url(&word.text)).cloned();
    let url = call.parameter("Uri", 1).or_else(positional)?;
    let body = call.parameter("Body", 1).or_else(|| call.parameter("Form", 2));
    let method = call.parameter("Method", 1).and_then(|value| value.known().map(str::to_uppercase));
    let fields = body.iter().flat_map(form).collect();
    request(call, url, method.unwrap_or_else(|| "GET".to_owned()), fields)
}

fn request(call: &Call<'_>, url: Value, method: String, fields: Vec<(String, Value)>) -> Option<Kind> {
    let shown = url.text.to_string().to_ascii_lowercase();
    if let Some(provider) = is_oidc(&shown) {
        return Some(Kind::OidcRequest(oidc(provider, url.text, method, &fields)));
    }
    let path = shown.split('?').next().unwrap_or(&shown);
    if path.contains("/metadata/identity/oauth2/token") || path.contains("identity_endpoint") {
        let resource = query(&url.text, "resource");
        return Some(Kind::ManagedIdentity { resource: resource.or_else(|| field(&fields, "resource")) });
    }
    if path.ends_with("/oauth2/v2.0/token") || path.ends_with("/oauth2/token") {
        return Some(Kind::TokenRequest(TokenRequest { tenant: tenant(&url.text), url: url.text, fields }));
    }
    credentials::from_request(call, &url.text, &method)
}

fn field(fields: &[(String, Value)], name: &str) -> Option<Text> {
    fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.text.clone())
}

fn oidc(provider: OidcProvider, url: Text, method: String, fields: &[(String, Value)]) -> OidcRequest {
    let of = |name: &str| query(&url, name).or_else(|| field(fields, name));
    OidcRequest { provider, audience: of("audience"), service_connection: of("serviceConnectionId"), method, url }
}

/// The part of a token endpoint's path before `/oauth2/`.
fn tenant(url: &Text) -> Option<Text> {
    let parts = split(url, '/');
    let at = parts.iter().position(|part| part.known() == Some("oauth2"))?;
    parts.get(at.checked_sub(1)?).cloned()
}

/// The decoded value of a parameter of the query; names are compared in any letter case.
fn query(url: &Text, name: &str) -> Option<Text> {
    // The query may be within a variable: what follows it begins with `&` all the same.
    split_any(url, &['?', '&']).into_iter().skip(1).find_map(|part| {
        let value = Value::of(part);
        let (found, _) = beginning(&value).split_once('=').map(|(n, v)| (n.to_owned(), v.to_owned()))?;
        let named = found.eq_ignore_ascii_case(name);
        named.then(|| attached_after(&value, found.len() + 1)).flatten().map(|value| decoded(&value.text))
    })
}

/// The fields of a form: `a=b&c=d`, or the entries of a table.
fn form(value: &Value) -> Vec<(String, Value)> {
    if !value.fields.is_empty() {
        return value.fields.clone();
    }
    let parts = split(&value.text, '&').into_iter().map(|text| Value { text, ..value.clone() });
    parts.filter_map(|part| pair(&part)).collect()
}

/// `name=value`, as HTTPie has it also `name==value` and `name:=value`.
fn pair(part: &Value) -> Option<(String, Value)> {
    let start = beginning(part);
    let (name, rest) = start.split_once('=')?;
    let skipped = name.len() + 1 + usize::from(rest.starts_with('='));
    let value = attached_after(part, skipped)?;
    let carries = value.text.known().is_none();
    let value = Value { text: decoded(&value.text), from: value.from.filter(|_| carries), fields: Vec::new() };
    Some((name.trim().trim_end_matches(':').to_owned(), value))
}

fn decoded(text: &Text) -> Text {
    let pieces = text.pieces().into_iter().map(|piece| match piece {
        Piece::Literal(text) => Piece::Literal(percent_decode_str(&text).decode_utf8_lossy().into_owned()),
        unknown => unknown,
    });
    Text::of(pieces, text.place)
}

pub(super) fn split(text: &Text, at: char) -> Vec<Text> {
    split_any(text, &[at])
}

/// The parts of a text between marks.
fn split_any(text: &Text, marks: &[char]) -> Vec<Text> {
    let mut parts: Vec<Vec<Piece>> = vec![Vec::new()];
    for piece in text.pieces() {
        match piece {
            Piece::Literal(literal) => {
                for (at, part) in literal.split(marks).enumerate() {
                    if at > 0 {
                        parts.push(Vec::new());
                    }
                    parts.last_mut().into_iter().for_each(|last| last.push(Piece::Literal(part.to_owned())));
                }
            }
            unknown => parts.last_mut().into_iter().for_each(|last| last.push(unknown.clone())),
        }
    }
    parts.into_iter().map(|pieces| Text::of(pieces, text.place)).collect()
}
