//! The `TokenRequest` of a service account, as `kubectl create token` sends it: in protobuf, or in JSON.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Kubernetes;
use super::endpoints::{private, unauthorized};
use super::request::may_ask;
use crate::{Emulator, http};

/// The shortest and the longest life of a token, in seconds.
const MIN_LIFETIME: i64 = 600;
const MAX_LIFETIME: i64 = 86_400;

/// What a protobuf body of Kubernetes begins with.
const PROTOBUF: &[u8] = b"k8s\0";

/// The parts of a `TokenRequest` that matter here.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct TokenRequest {
    spec: Spec,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Spec {
    audiences: Vec<String>,
    expiration_seconds: Option<i64>,
    bound_object_ref: Option<BoundObject>,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct BoundObject {
    kind: String,
    name: String,
}

pub(super) async fn answer(
    State(emulator): State<Arc<Emulator>>,
    Path((namespace, service_account)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    if let Some(fault) = emulator.fault("issuer") {
        return http::fault(fault);
    }
    if !may_ask(&emulator.keys, http::header(&headers, "authorization")) {
        return unauthorized(&failure(401, "Unauthorized", "Unauthorized"));
    }
    let Some(TokenRequest { spec }) = TokenRequest::read(&body) else {
        return http::json(400, &failure(400, "BadRequest", "the body is no TokenRequest"));
    };
    let usual = Kubernetes::default();
    let lifetime = spec.expiration_seconds.unwrap_or(usual.lifetime);
    if lifetime < MIN_LIFETIME {
        let message = "spec.expirationSeconds: Invalid value: may not specify a duration less than 10 minutes";
        return http::json(422, &failure(422, "Invalid", message));
    }
    let account = Kubernetes {
        namespace,
        service_account,
        audiences: if spec.audiences.is_empty() { vec![usual.issuer.clone()] } else { spec.audiences },
        lifetime: lifetime.min(MAX_LIFETIME),
        pod: spec.bound_object_ref.filter(|object| object.kind == "Pod").map(|object| object.name),
        ..usual
    };
    let now = emulator.now();
    private(http::json(201, &granted(&account, &account.draft(now).sign(&emulator.keys), now)))
}

fn granted(account: &Kubernetes, token: &str, now: Timestamp) -> Value {
    let expires = now.checked_add(SignedDuration::from_secs(account.lifetime)).unwrap_or(now);
    json!({
        "kind": "TokenRequest",
        "apiVersion": "authentication.k8s.io/v1",
        "metadata": {"name": account.service_account, "namespace": account.namespace},
        "spec": {"audiences": account.audiences, "expirationSeconds": account.lifetime},
        "status": {"token": token, "expirationTimestamp": expires.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()},
    })
}

fn failure(code: u16, reason: &str, message: &str) -> Value {
    json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message,
        "reason": reason, "code": code})
}

impl TokenRequest {
    fn read(body: &[u8]) -> Option<Self> {
        match body.strip_prefix(PROTOBUF) {
            Some(envelope) => Some(Self { spec: Spec::of_protobuf(message(message(envelope, 2)?, 2)?)? }),
            None => serde_json::from_slice(body).ok(),
        }
    }
}

impl Spec {
    fn of_protobuf(bytes: &[u8]) -> Option<Self> {
        let mut spec = Self::default();
        for field in Fields(bytes) {
            match field? {
                (1, Field::Bytes(audience)) => spec.audiences.push(text(audience)?),
                (3, Field::Bytes(object)) => {
                    let part = |number| message(object, number).and_then(text).unwrap_or_default();
                    spec.bound_object_ref = Some(BoundObject { kind: part(1), name: part(3) });
                }
                (4, Field::Number(seconds)) => spec.expiration_seconds = Some(seconds.cast_signed()),
                _ => {}
            }
        }
        Some(spec)
    }
}

/// A protobuf field's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The fields of a protobuf message with their numbers; `None` once where it is broken.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Option<(u64, Field<'a>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.0 = &[];
        }
        Some(field)
    }
}

impl<'a> Fields<'a> {
    fn field(&mut self) -> Option<(u64, Field<'a>)> {
        let tag = self.number()?;
        let value = match tag & 7 {
            0 => Field::Number(self.number()?),
            1 => Field::Bytes(self.bytes(8)?),
            2 => {
                let length = usize::try_from(self.number()?).ok()?;
                Field::Bytes(self.bytes(length)?)
            }
            5 => Field::Bytes(self.bytes(4)?),
            _ => return None,
        };
        Some((tag >> 3, value))
    }

    fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// A number in groups of seven bits, the lowest first.
    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }
}

/// The bytes of the field with this number.
fn message(bytes: &[u8], number: u64) -> Option<&[u8]> {
    Fields(bytes).find_map(|field| match field {
        Some((found, Field::Bytes(bytes))) if found == number => Some(bytes),
        _ => None,
    })
}

fn text(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What kubectl 1.32 sends for `create token deployer -n default --audience api://AzureADTokenExchange`.
    const SENT: &[u8] = b"k8s\0\n(\n\x18authentication.k8s.io/v1\x12\x0cTokenRequest\x126\n\x10\n\0\x12\0\x1a\0\"\0*\0\
                          2\08\0B\0\x12\x1c\n\x1aapi://AzureADTokenExchange\x1a\x04\n\0\x12\0\x1a\0\"\0";

    #[test]
    fn the_request_of_kubectl_is_read() {
        let request = TokenRequest::read(SENT).unwrap();
        let audiences = vec!["api://AzureADTokenExchange".to_owned()];
        assert_eq!(request.spec, Spec { audiences, ..Spec::default() });
    }

    #[test]
    fn protobuf_and_json_say_the_same() {
        let spec = b"\n\x01a\n\x01b\x1a\x0e\n\x03Pod\x12\x02v1\x1a\x03p-0\x20\x90\x1c";
        let mut body = b"k8s\0\n\0\x12".to_vec();
        body.extend([u8::try_from(spec.len() + 2).unwrap(), 0x12, u8::try_from(spec.len()).unwrap()]);
        body.extend_from_slice(spec);
        let json = br#"{"kind": "TokenRequest", "spec": {"audiences": ["a", "b"], "expirationSeconds": 3600,
            "boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": "p-0"}}}"#;
        assert_eq!(TokenRequest::read(&body).unwrap(), TokenRequest::read(json).unwrap());
    }

    #[test]
    fn broken_bodies_are_told_apart_from_empty_ones() {
        // The request ends four bytes before its envelope does.
        for end in 0..SENT.len() - 4 {
            assert_eq!(TokenRequest::read(&SENT[..end]), None, "{end}");
        }
        for broken in [
            &b"k8s\0"[..],
            b"k8s\0\x12\x02\x12\x01",
            b"k8s\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
            b"",
            b"x",
        ] {
            assert_eq!(TokenRequest::read(broken), None, "{broken:?}");
        }
        let huge = b"k8s\0\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
        assert_eq!(TokenRequest::read(huge), None);
        assert_eq!(TokenRequest::read(b"{}"), Some(TokenRequest::default()));
    }
}
