//! Stand-ins for a person at a browser: what it takes to obtain a delegated token.
//!
//! The person is the user that `login_hint` names, or the first of the directory, and always agrees.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, Response};
use fedlens_trust::{Code, TokenRequest, User, same_id};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::answer::Context;
use super::form::Form;
use super::refusal_of;
use crate::crypto::{base64url, random, sha256};
use crate::{Emulator, http};

/// How long a code can be redeemed.
const CODE_LIFETIME: SignedDuration = SignedDuration::from_mins(10);
const DEVICE_CODE_LIFETIME: SignedDuration = SignedDuration::from_mins(15);

/// The most codes that are remembered.
const MAX_CODES: usize = 1_000;

/// Codes that were issued and not forgotten yet.
#[derive(Default)]
pub(crate) struct Codes(Mutex<HashMap<String, Issued>>);

struct Issued {
    client_id: String,
    redeemed: Redeemed,
    challenge: Option<Challenge>,
    expires: Timestamp,
    used: bool,
    /// A device code is pending when it is first asked for, so that clients are seen to wait.
    asked: bool,
    is_device: bool,
}

struct Challenge {
    text: String,
    is_plain: bool,
}

/// What a code stands for.
#[derive(Clone)]
pub(super) struct Redeemed {
    pub(super) user_id: String,
    pub(super) scope: Option<String>,
    pub(super) nonce: Option<String>,
}

impl Codes {
    fn issue(&self, issued: Issued, now: Timestamp) -> String {
        let code = format!("1.{}", base64url(random::<48>()));
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if codes.len() >= MAX_CODES {
            codes.retain(|_, known| known.expires > now && !known.used);
        }
        if codes.len() >= MAX_CODES {
            codes.clear();
        }
        codes.insert(code.clone(), issued);
        code
    }

    /// The state of a code, and what it stands for where it is valid. It is used up where `acceptable`.
    pub(super) fn redeem(
        &self,
        code: &str,
        client_id: &str,
        verifier: Option<&str>,
        now: Timestamp,
        acceptable: bool,
    ) -> (Code, Option<Redeemed>) {
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(issued) = codes.get_mut(code).filter(|issued| same_id(&issued.client_id, client_id)) else {
            return (Code::Unknown, None);
        };
        let state = match () {
            () if issued.used => Code::Redeemed,
            () if issued.expires <= now => Code::Expired,
            () if issued.is_device && !issued.asked => Code::Pending,
            () if !issued.challenge.as_ref().is_none_or(|challenge| challenge.is_met(verifier)) => Code::WrongVerifier,
            () => Code::Valid,
        };
        issued.asked = true;
        issued.used |= acceptable && state == Code::Valid;
        (state, (state == Code::Valid).then(|| issued.redeemed.clone()))
    }
}

impl Challenge {
    fn is_met(&self, verifier: Option<&str>) -> bool {
        verifier.is_some_and(|verifier| match self.is_plain {
            true => verifier == self.text,
            false => base64url(sha256(verifier.as_bytes())) == self.text,
        })
    }
}

/// `client_info`: the user's and the tenant's id, which MSAL knows accounts by.
pub(super) fn client_info(user: &User, tenant: &str) -> String {
    base64url(json!({"uid": user.id, "utid": tenant}).to_string())
}

/// The user who is named, or the first one.
fn person(emulator: &Emulator, hint: Option<&str>) -> Option<String> {
    let registry = emulator.registry();
    let named = hint.and_then(|hint| registry.directory.user(hint));
    named.or_else(|| registry.directory.users.first()).map(|user| user.id.clone())
}

pub(super) async fn device_code(
    State(emulator): State<Arc<Emulator>>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let form = Form::read(&body, &headers);
    let now = emulator.now();
    let context = Context::new(&headers, None, now, emulator.settings.wording);
    let host = emulator.cloud(&emulator.registry(), &tenant).authority_host();
    let Some(client_id) = form.text("client_id") else {
        let message = "The request body must contain the following parameter: 'client_id'.";
        return context.error(400, "invalid_request", 900_144, message, host);
    };
    let Some(user_id) = person(&emulator, form.text("login_hint")) else {
        return http::text(500, "the directory has no user who could sign in\n");
    };
    let issued = Issued {
        client_id: client_id.to_owned(),
        redeemed: Redeemed { user_id, scope: form.text("scope").map(str::to_owned), nonce: None },
        challenge: None,
        expires: now + DEVICE_CODE_LIFETIME,
        used: false,
        asked: false,
        is_device: true,
    };
    let device_code = emulator.codes.issue(issued, now);
    let letters: String = random::<9>().iter().map(|byte| char::from(b'A' + byte % 26)).collect();
    let uri = format!("{}/{tenant}/oauth2/deviceauth", http::origin(&headers, "https"));
    context.success(&json!({
        "user_code": letters,
        "device_code": device_code,
        "verification_uri": uri,
        "expires_in": DEVICE_CODE_LIFETIME.as_secs(),
        "interval": 1,
        "message": format!("To sign in, use a web browser to open the page {uri} and enter the code {letters} to authenticate."),
    }))
}

pub(super) async fn device_page() -> Response<Body> {
    http::text(200, "The emulator has signed the user in. You can close this page.\n")
}

/// The sign-in page: it answers at once, with a code for the application's redirect address.
pub(super) async fn authorize(
    State(emulator): State<Arc<Emulator>>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let from_body = String::from_utf8_lossy(&body).into_owned();
    let query = query.filter(|query| !query.is_empty()).unwrap_or(from_body);
    let value = |name: &str| http::query(Some(&query), name).filter(|value| !value.is_empty());
    let now = emulator.now();
    let context = Context::new(&headers, None, now, emulator.settings.wording);
    let host = emulator.cloud(&emulator.registry(), &tenant).authority_host();
    let missing = ["client_id", "redirect_uri"].into_iter().find(|name| value(name).is_none());
    let (Some(client_id), Some(redirect)) = (value("client_id"), value("redirect_uri")) else {
        let message =
            format!("The request body must contain the following parameter: '{}'.", missing.unwrap_or_default());
        return context.error(400, "invalid_request", 900_144, &message, host);
    };
    let request = TokenRequest { tenant: Some(tenant), client_id: Some(client_id.clone()), ..TokenRequest::default() };
    if emulator.registry().directory.application(&client_id).is_none()
        && let Some(refusal) = refusal_of(&emulator, &request, "application.exists")
    {
        return context.refuse(&refusal, host);
    }
    let Some(user_id) = person(&emulator, value("login_hint").as_deref()) else {
        return http::text(500, "the directory has no user who could sign in\n");
    };
    let challenge = value("code_challenge").map(|text| Challenge {
        text,
        is_plain: value("code_challenge_method").is_none_or(|method| method.eq_ignore_ascii_case("plain")),
    });
    let issued = Issued {
        client_id,
        redeemed: Redeemed { user_id, scope: value("scope"), nonce: value("nonce") },
        challenge,
        expires: now + CODE_LIFETIME,
        used: false,
        asked: false,
        is_device: false,
    };
    let code = emulator.codes.issue(issued, now);
    redirected(&redirect, &code, value("state").as_deref(), value("response_mode").as_deref())
}

fn redirected(redirect: &str, code: &str, state: Option<&str>, mode: Option<&str>) -> Response<Body> {
    let mut fields = form_urlencoded::Serializer::new(String::new());
    fields.append_pair("code", code);
    if let Some(state) = state {
        fields.append_pair("state", state);
    }
    let fields = fields.finish();
    let separator = match mode {
        Some("fragment") => '#',
        _ if redirect.contains('?') => '&',
        _ => '?',
    };
    let mut answer = http::empty(302);
    http::set(&mut answer, LOCATION, &format!("{redirect}{separator}{fields}"));
    answer
}

pub(super) async fn logout(RawQuery(query): RawQuery) -> Response<Body> {
    let mut answer = http::text(200, "Signed out.\n");
    if let Some(address) = http::query(query.as_deref(), "post_logout_redirect_uri") {
        answer = http::empty(302);
        http::set(&mut answer, LOCATION, &address);
    }
    answer
}

/// Where a user's password is checked: here, for every user of the directory.
pub(super) async fn realm(State(emulator): State<Arc<Emulator>>, Path(user): Path<String>) -> Response<Body> {
    let domain = user.rsplit_once('@').map_or("", |(_, domain)| domain);
    let known = emulator.registry().directory.tenant(domain).is_some();
    http::json(
        200,
        &json!({
            "ver": "1.0",
            "account_type": if known { "Managed" } else { "Unknown" },
            "domain_name": domain,
            "cloud_instance_name": "microsoftonline.com",
            "cloud_audience_urn": "urn:federation:MicrosoftOnline",
        }),
    )
}
