//! The agent of an Azure Arc machine. Whoever asks has to show that it can read a file that only administrators can.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderMap, Response};
use serde_json::{Value, json};

use super::grant::{Denied, Id, Unnamed, Wanted};
use super::imds::{self, Problem};
use super::{failed, failure, parameter};
use crate::crypto::{base64url, random, sha256};
use crate::{Emulator, files, http};

const VERSIONS: [&str; 4] = ["2019-08-15", "2019-11-01", "2020-06-01", "2021-02-01"];

/// `mi_res_id` means nothing here.
const NAMES: [(&str, Id); 3] = [("client_id", Id::Client), ("object_id", Id::Object), ("msi_res_id", Id::Resource)];

/// What the names of key files start with, so that no other file is ever touched.
const PREFIX: &str = "fedlens-";

/// How many key files wait to be used.
const MAX_KEYS: usize = 256;

pub(super) async fn token(
    State(emulator): State<Arc<Emulator>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response<Body> {
    if let Some(fault) = emulator.fault("identity") {
        let problem = Problem::named(fault.status, "unknown", failure(fault.status));
        return failed(problem.answer(&emulator, &headers), fault);
    }
    match answer(&emulator, query.as_deref(), &headers) {
        Ok(answer) => answer,
        Err(problem) => problem.answer(&emulator, &headers),
    }
}

fn answer(emulator: &Emulator, query: Option<&str>, headers: &HeaderMap) -> Result<Response<Body>, Problem> {
    let has_metadata = http::header(headers, "metadata").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    if !has_metadata {
        return Err(Problem::named(400, "bad_request_102", "Required metadata header not specified"));
    }
    if !parameter(query, "api-version").is_some_and(|version| VERSIONS.contains(&version.as_str())) {
        let description = format!("The api-version is missing or not one of {}", VERSIONS.join(", "));
        return Err(Problem::named(400, "invalid_request", description));
    }
    let resource = parameter(query, "resource").ok_or(Problem::named(
        400,
        "invalid_request",
        "Required query variable 'resource' is missing",
    ))?;
    let wanted = Wanted::named(query, &NAMES, Unnamed::SystemAssigned);
    wanted.find(&emulator.registry()).map_err(problem)?;
    let folder = &emulator.settings.arc_keys;
    match http::header(headers, "authorization") {
        None => Ok(challenge(folder, "Missing Basic Authorization header")),
        Some(authorization) if !redeem(folder, authorization) => {
            Ok(challenge(folder, "The Basic Authorization header does not carry a key that is waiting to be used"))
        }
        Some(_) => {
            let granted = wanted.grant(emulator, resource).map_err(problem)?;
            Ok(http::json(200, &echoing(imds::body(&granted), &wanted)))
        }
    }
}

fn problem(denied: Denied) -> Problem {
    match denied {
        Denied::NotFound => Problem::named(404, "invalid_request", "Identity not found"),
        other => other.into(),
    }
}

/// Clients take a user-assigned identity's token only where the answer names the id that they asked by.
fn echoing(mut body: Value, wanted: &Wanted) -> Value {
    for (id, value) in wanted.ids() {
        let name = match id {
            Id::Client => "client_id",
            Id::Object => "object_id",
            Id::Resource => "msi_res_id",
        };
        if let Some(fields) = body.as_object_mut() {
            fields.insert(name.to_owned(), value.as_str().into());
        }
    }
    body
}

/// Writes a key and says where it is.
fn challenge(folder: &Path, why: &str) -> Response<Body> {
    let key = base64url(random::<32>());
    let path = path(folder, &key);
    if let Err(error) = forget_oldest(folder).and_then(|()| files::write_private(&path, &key)) {
        let description = format!("The emulator cannot keep key files in {}: {error}", folder.display());
        return http::json(500, &json!({"error": "unknown", "error_description": description}));
    }
    let body = json!({"error": "unauthorized_client", "error_description": why, "error_codes": [401]});
    let mut answer = http::json(401, &body);
    http::set(&mut answer, WWW_AUTHENTICATE, &format!("Basic realm={}", path.display()));
    answer
}

/// Whether the header carries a key that was waiting. Its file goes away, so that it counts only once.
fn redeem(folder: &Path, authorization: &str) -> bool {
    let key = authorization.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    key.is_some_and(|(_, key)| std::fs::remove_file(path(folder, key.trim())).is_ok())
}

/// A file is named after the digest of its key: who has the key has the name, but not the other way round.
fn path(folder: &Path, key: &str) -> PathBuf {
    folder.join(format!("{PREFIX}{}.key", base64url(sha256(key.as_bytes()))))
}

fn forget_oldest(folder: &Path) -> io::Result<()> {
    let Ok(entries) = folder.read_dir() else { return Ok(()) };
    let ours = |name: &str| name.starts_with(PREFIX) && name.ends_with(".key");
    let mut waiting: Vec<_> = entries
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(ours))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    waiting.sort_unstable();
    let surplus = (waiting.len() + 1).saturating_sub(MAX_KEYS);
    for (_, path) in waiting.into_iter().take(surplus) {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
