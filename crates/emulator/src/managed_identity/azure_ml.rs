//! Azure Machine Learning, which speaks the protocol that App Service had in 2017.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Response};

use super::app_service::{self, Dialect};
use super::grant::{Id, Unnamed};
use crate::Emulator;

/// `clientid` has no underscore here, and `client_id` means nothing.
pub(super) const DIALECT: Dialect = Dialect {
    version: "2017-09-01",
    header: "secret",
    names: &[
        ("clientid", Id::Client),
        ("object_id", Id::Object),
        ("msi_res_id", Id::Resource),
        ("mi_res_id", Id::Resource),
    ],
    unnamed: Unnamed::Only,
};

pub(super) async fn token(
    State(emulator): State<Arc<Emulator>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response<Body> {
    app_service::answer(&emulator, query.as_deref(), &headers, &DIALECT)
}
