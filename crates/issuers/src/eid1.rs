//! The structured subject that Entra mints: `/eid1/c/{cloud}/t/{tenant}/a/{application}/{path}`.

use serde::Serialize;
use uuid::Uuid;

/// A structured subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Eid1 {
    /// `pub` for the public cloud.
    pub cloud: String,
    /// The tenant.
    pub tenant: Uuid,
    /// The application that the token was minted for, such as Azure DevOps.
    pub application: Uuid,
    /// What follows, such as `sc/{organisation id}/{connection id}`.
    pub path: String,
}

/// A GUID as a segment: unpadded base64url of its bytes, the first three fields little-endian.
pub fn encode_guid(_guid: Uuid) -> String {
    String::new()
}

/// The GUID in a segment; `None` where the segment is not 16 bytes of unpadded base64url.
pub fn decode_guid(_segment: &str) -> Option<Uuid> {
    None
}
