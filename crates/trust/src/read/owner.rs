//! Whose credentials a document lists, by the addresses in it.

use serde_json::Value;

use super::CredentialOwner;

/// Where an identity's ARM id ends in a credential's.
const IN_ARM: &str = "/federatedidentitycredentials";

/// The owner in the page's context or in a member's own addresses.
pub(super) fn in_addresses(context: Option<&str>, member: &Value) -> Option<CredentialOwner> {
    let addresses =
        ["@odata.context", "@odata.id", "id", "Id"].into_iter().filter_map(|name| member.get(name)?.as_str());
    addresses.chain(context).find_map(in_address)
}

/// The owner in one address: `…#applications('{id}')/…`, `…applications(appId='{id}')/…`,
/// `…Application('{id}')/…` or an ARM id.
pub(super) fn in_address(address: &str) -> Option<CredentialOwner> {
    if let Some(identity) = identity_of(address) {
        return Some(CredentialOwner::ManagedIdentity(identity.to_owned()));
    }
    // Addresses taken from a browser or a log keep their quotes encoded.
    let address = address.replace("%27", "'");
    let key = after(&address, "applications(").or_else(|| after(&address, "application("))?;
    let (key, _) = key.split_once(')')?;
    match after(key, "appid=") {
        Some(id) => unquoted(id).map(CredentialOwner::ApplicationClient),
        None => unquoted(key).map(CredentialOwner::ApplicationObject),
    }
}

/// The ARM id of the managed identity that a credential's ARM id names.
fn identity_of(id: &str) -> Option<&str> {
    let lower = id.to_ascii_lowercase();
    lower.contains("/userassignedidentities/").then(|| id.get(..lower.find(IN_ARM)?)).flatten()
}

/// The credential's name in its ARM id.
pub(super) fn name_in(id: &str) -> Option<&str> {
    identity_of(id)?;
    after(id, "/federatedidentitycredentials/").filter(|name| !name.is_empty() && !name.contains('/'))
}

/// The tenant in an address of the form `https://graph.microsoft.com/v2/{tenant}/directoryObjects/…`.
pub(super) fn tenant_in(member: &Value) -> Option<String> {
    let address = member.get("@odata.id")?.as_str()?;
    let (before, _) = address.split_once("/directoryObjects/")?;
    let (_, tenant) = before.rsplit_once('/')?;
    uuid::Uuid::parse_str(tenant).is_ok().then(|| tenant.to_owned())
}

/// What follows the first occurrence of `lower_case`, whatever its letter case.
fn after<'a>(text: &'a str, lower_case: &str) -> Option<&'a str> {
    let at = text.to_ascii_lowercase().find(lower_case)?;
    text.get(at + lower_case.len()..)
}

fn unquoted(key: &str) -> Option<String> {
    let key = key.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    (!key.is_empty()).then(|| key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_are_read_from_every_address() {
        let object = |id: &str| Some(CredentialOwner::ApplicationObject(id.to_owned()));
        let client = |id: &str| Some(CredentialOwner::ApplicationClient(id.to_owned()));
        let identity = |id: &str| Some(CredentialOwner::ManagedIdentity(id.to_owned()));
        for (address, expected) in [
            (
                "https://graph.microsoft.com/v1.0/$metadata#applications('o-1')/federatedIdentityCredentials",
                object("o-1"),
            ),
            (
                "https://graph.microsoft.com/beta/$metadata#applications('o-1')/federatedIdentityCredentials/$entity",
                object("o-1"),
            ),
            (
                "https://graph.microsoft.com/v1.0/$metadata#applications(appId='c-1')/federatedIdentityCredentials",
                client("c-1"),
            ),
            ("https://graph.microsoft.com/v1.0/$metadata#applications%28", None),
            (
                "https://graph.microsoft.com/v1.0/$metadata#applications(%27o-1%27)/federatedIdentityCredentials",
                object("o-1"),
            ),
            (
                "https://graph.microsoft.com/v2/t/directoryObjects/$/Microsoft.DirectoryServices.Application('o-1')/federatedIdentityCredentials/f",
                object("o-1"),
            ),
            (
                "/subscriptions/s/RESOURCEGROUPS/rg/providers/Microsoft.ManagedIdentity/UserAssignedIdentities/mi/FederatedIdentityCredentials/gh",
                identity(
                    "/subscriptions/s/RESOURCEGROUPS/rg/providers/Microsoft.ManagedIdentity/UserAssignedIdentities/mi",
                ),
            ),
            ("https://graph.microsoft.com/v1.0/$metadata#servicePrincipals", None),
            ("applications('", None),
            ("", None),
        ] {
            assert_eq!(in_address(address), expected, "{address}");
        }
    }

    #[test]
    fn a_name_is_read_from_a_credentials_id_only() {
        let id = "/subscriptions/s/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/mi";
        assert_eq!(name_in(&format!("{id}/federatedIdentityCredentials/gh-main")), Some("gh-main"));
        assert_eq!(name_in(id), None);
        assert_eq!(name_in("7d1c"), None);
    }
}
