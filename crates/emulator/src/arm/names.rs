//! The parts of a resource's address; letter case does not count.

use percent_encoding::percent_decode_str;

use super::Problem;

/// The fixed names, as they are matched.
const FIXED: [&str; 12] = [
    "subscriptions",
    "tenants",
    "locations",
    "providers",
    "resourcegroups",
    "resources",
    "register",
    "unregister",
    "listAssociatedResources",
    "Microsoft.ManagedIdentity",
    "userAssignedIdentities",
    "federatedIdentityCredentials",
];

/// The parts of a path, decoded.
pub(super) fn read(path: &str) -> Result<Vec<String>, Problem> {
    let parts = path.split('/').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let decoded = percent_decode_str(part).decode_utf8().map_err(|_| Problem::path(path))?;
            let fixed = FIXED.iter().find(|fixed| fixed.eq_ignore_ascii_case(&decoded));
            Ok(fixed.map_or_else(|| decoded.clone().into_owned(), |fixed| (*fixed).to_owned()))
        })
        .collect()
}
