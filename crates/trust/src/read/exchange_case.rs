//! Exchange cases: one token request with its directory, and the expected answer.

use fedlens_token::{Claims, ProblemKind, decode};
use jiff::Timestamp;
use serde_json::Value;

use super::cloud::cloud;
use super::fields::{Fields, plain};
use super::{ExchangeCase, Expectation, ReadError, directory, error_body, presented};
use crate::{Assertion, Directory, Endpoint, Signature, TokenRequest, View};

/// What `client_assertion_type` is for a JSON Web Token.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The spellings that a refused signature is answered with.
const SIGNATURES: &str =
    "valid, invalid, unknown-key, metadata-unreachable, metadata-missing-field:<field> or unchecked";

/// Reads an exchange case. Unknown fields are ignored; what is absent was not sent and does not exist, unless
/// `view` says otherwise. Without a directory, and for an assertion without a header, the view is partial.
///
/// ```
/// let case = serde_json::json!({
///     "case": "gitlab-branch", "now": "2026-11-01T12:00:00Z", "signature": "valid",
///     "request": {"tenant": "contoso.onmicrosoft.com", "client_id": "5f0e8a3e-27b4-4d3c-9a61-3f1c2b7d9e01"},
///     "assertion": {"header": {"alg": "RS256"}, "claims": {"iss": "https://gitlab.com", "sub": "project_path:contoso/app"}},
///     "directory": {"applications": [{"appId": "5f0e8a3e-27b4-4d3c-9a61-3f1c2b7d9e01"}]}
/// });
/// let case = fedlens_trust::read::exchange_case(&case).unwrap();
/// assert_eq!(case.directory.applications.len(), 1);
/// ```
///
/// # Errors
///
/// When a field is missing or of the wrong type; the message names it.
pub fn exchange_case(json: &Value) -> Result<ExchangeCase, ReadError> {
    error_body::refuse(json)?;
    let case = Fields::of(json, "")?;
    let directory = case.object("directory")?.map(|fields| directory::of_case(&fields, View::Whole));
    Ok(ExchangeCase {
        case: case.text_of(&["case", "name"])?.unwrap_or_default(),
        note: case.text("note")?.unwrap_or_default(),
        now: now(&case)?,
        cloud: cloud(&case, "cloud")?,
        request: request(&case)?,
        directory: directory.transpose()?.unwrap_or(Directory { view: View::Partial, ..Directory::default() }),
        expect: case.object("expect")?.map(|fields| expectation(&fields)).transpose()?,
    })
}

fn now(case: &Fields<'_>) -> Result<Timestamp, ReadError> {
    let parsed = case.word("now", "a time as in RFC 3339: 2026-01-31T12:00:00Z", |text| text.trim().parse().ok())?;
    parsed.ok_or_else(|| case.missing("now"))
}

/// The request. An assertion without a stated type has the usual one, unless the type is `null`: not sent.
fn request(case: &Fields<'_>) -> Result<TokenRequest, ReadError> {
    let fields = case.object("request")?.ok_or_else(|| case.missing("request"))?;
    let assertion = assertion(case, &fields)?;
    let stated_type = fields.text("client_assertion_type")?;
    let implied_type =
        assertion.as_ref().filter(|_| !fields.has("client_assertion_type")).map(|_| JWT_BEARER.to_owned());
    Ok(TokenRequest {
        view: directory::view(&fields)?.unwrap_or_default(),
        endpoint: endpoint(&fields)?,
        method: fields.text("method")?,
        malformed_body: malformed_body(&fields)?,
        tenant: fields.text("tenant")?,
        client_id: fields.text("client_id")?,
        grant_type: fields.text("grant_type")?,
        scope: fields.text("scope")?,
        resource: fields.text("resource")?,
        client_secret: presented::client_secret(&fields)?,
        client_assertion_type: stated_type.or(implied_type),
        assertion,
        url: fields.text("url")?,
        ambiguous_client: fields.flag("ambiguous_client")?.unwrap_or_default(),
        user_assertion: user_assertion(case, &fields)?,
        requested_token_use: fields.text("requested_token_use")?,
        username: fields.text("username")?,
        password: presented::password(&fields)?,
        code: presented::code(&fields)?,
    })
}

/// `v1`, `v2`, or the path of a token endpoint.
fn endpoint(fields: &Fields<'_>) -> Result<Endpoint, ReadError> {
    let endpoint = fields.word("endpoint", "v1 or v2", |text| match plain(text).as_str() {
        "v2" | "v2.0" => Some(Endpoint::V2),
        "v1" | "v1.0" => Some(Endpoint::V1),
        path if path.ends_with("/oauth2/v2.0/token") => Some(Endpoint::V2),
        path if path.ends_with("/oauth2/token") => Some(Endpoint::V1),
        _ => None,
    });
    endpoint.map(Option::unwrap_or_default)
}

/// `malformed_body: true`, `body: "malformed"` or `body: {"malformed": true}`.
fn malformed_body(fields: &Fields<'_>) -> Result<bool, ReadError> {
    let stated = fields.flag("malformed_body")?.or(fields.flag("body_malformed")?);
    let body = match fields.get("body") {
        Some(Value::String(body)) => plain(body) == "malformed",
        Some(Value::Object(_)) => fields.object("body")?.map_or(Ok(None), |body| body.flag("malformed"))? == Some(true),
        _ => false,
    };
    Ok(stated.unwrap_or(body))
}

/// The assertion stands beside the request or in it; its signature is judged beside the request, or in it.
fn assertion(case: &Fields<'_>, request: &Fields<'_>) -> Result<Option<Assertion>, ReadError> {
    let places = [(case, "assertion"), (request, "assertion"), (request, "client_assertion")];
    let Some(assertion) = first_token(&places)? else { return Ok(None) };
    Ok(Some(Assertion { signature: signature(case)?.unwrap_or(assertion.signature), ..assertion }))
}

/// The user's token of the on-behalf-of grant, which says of its signature itself.
fn user_assertion(case: &Fields<'_>, request: &Fields<'_>) -> Result<Option<Assertion>, ReadError> {
    first_token(&[(request, "user_assertion"), (case, "user_assertion")])
}

fn first_token(places: &[(&Fields<'_>, &str)]) -> Result<Option<Assertion>, ReadError> {
    let found = places.iter().find(|(fields, name)| fields.get(name).is_some());
    found.map_or(Ok(None), |(fields, name)| token(fields, name))
}

/// A token as an object or in its compact form.
fn token(fields: &Fields<'_>, name: &str) -> Result<Option<Assertion>, ReadError> {
    if fields.get(name).is_some_and(Value::is_string) {
        let token = fields.text(name)?.filter(|token| !token.trim().is_empty());
        return Ok(token.map(|token| from_compact(&token)));
    }
    let Some(fields) = fields.object(name)? else { return Ok(None) };
    // Claims alone, without header and claims around them, are what people paste from a decoder.
    let is_bare = !["header", "claims", "payload"].iter().any(|part| fields.has(part));
    let payload = if fields.has("claims") { "claims" } else { "payload" };
    let known = if fields.has("header") { View::Whole } else { View::Partial };
    Ok(Some(Assertion {
        view: directory::view(&fields)?.unwrap_or(known),
        header: claims(&fields, "header")?,
        claims: if is_bare { Some(fields.each().map(owned).collect()) } else { claims(&fields, payload)? },
        signature: signature(&fields)?.unwrap_or_default(),
    }))
}

/// A token of more or fewer than three parts is no readable assertion, even where its parts can be read.
fn from_compact(token: &str) -> Assertion {
    let decoded = decode(token);
    let is_whole = !decoded
        .problems
        .iter()
        .any(|problem| matches!(problem.kind, ProblemKind::PartCount | ProblemKind::Encrypted | ProblemKind::TooLong));
    let assertion = Assertion::from(&decoded);
    Assertion { claims: assertion.claims.filter(|_| is_whole), ..assertion }
}

fn claims(fields: &Fields<'_>, name: &str) -> Result<Option<Claims>, ReadError> {
    Ok(fields.object(name)?.map(|object| object.each().map(owned).collect()))
}

fn owned((name, value): (&str, &Value)) -> (String, Value) {
    (name.to_owned(), value.clone())
}

fn signature(fields: &Fields<'_>) -> Result<Option<Signature>, ReadError> {
    fields.word("signature", SIGNATURES, |text| {
        let (word, field) = text.split_once(':').unwrap_or((text, ""));
        match plain(word).as_str() {
            "valid" | "verified" => Some(Signature::Valid),
            "invalid" | "bad" | "wrong" | "tampered" | "mismatch" | "invalidsignature" | "badsignature" => {
                Some(Signature::Invalid)
            }
            "unknownkey" | "unknownkid" | "keynotfound" | "missingkey" | "nokey" => Some(Signature::UnknownKey),
            "metadataunreachable"
            | "metadatainvalid"
            | "metadataerror"
            | "nometadata"
            | "issuerunreachable"
            | "jwksunreachable"
            | "discoveryfailed"
            | "unreachable" => Some(Signature::MetadataUnreachable),
            "metadatamissingfield" => Some(Signature::MetadataMissingField(field.to_owned())),
            "unchecked" | "unknown" | "notchecked" => Some(Signature::Unchecked),
            _ => None,
        }
    })
}

fn expectation(fields: &Fields<'_>) -> Result<Expectation, ReadError> {
    let code = fields.get("code").map(code).transpose()?;
    let implied = code.as_ref().map(|_| "rejected".to_owned());
    let alternatives = match fields.get("alternatives") {
        Some(Value::Array(codes)) => codes.iter().map(self::code).collect::<Result<_, _>>()?,
        Some(one) => vec![self::code(one)?],
        None => Vec::new(),
    };
    Ok(Expectation {
        outcome: fields.text("outcome")?.or(implied).ok_or_else(|| fields.missing("outcome"))?,
        code,
        alternatives,
        basis: fields.text("basis")?,
    })
}

/// A code as `AADSTS700229`, also where the number alone is given.
fn code(value: &Value) -> Result<String, ReadError> {
    match value {
        Value::Number(number) => Ok(format!("AADSTS{number}")),
        Value::String(code) if !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit()) => {
            Ok(format!("AADSTS{code}"))
        }
        Value::String(code) => Ok(code.clone()),
        _ => Err(ReadError::Shape("a code in expect must be a text like AADSTS700229".to_owned())),
    }
}

#[cfg(test)]
mod tests;
