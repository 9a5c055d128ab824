//! Connection strings: `Key=value;Key=value`.

use super::CredentialUse;

/// Keys that name or prove an account.
const ACCOUNT: &[&str] = &["user id", "userid", "uid", "user", "username", "password", "pwd", "integrated security"];

/// Keys whose value is a key or signature.
const KEYS: &[&str] = &["accountkey", "sharedaccesskey", "sharedaccesssignature", "sharedaccesskeyname"];

/// Whom a connection string signs in as, and the key that says so.
pub(super) fn credential(text: &str) -> Option<(CredentialUse, String)> {
    let method = value(text, "authentication").map(|method| method.to_ascii_lowercase()).unwrap_or_default();
    let by_method = match method.trim_start_matches("active directory").trim() {
        "managed identity" | "msi" | "activedirectorymanagedidentity" | "activedirectorymsi" => {
            Some(CredentialUse::ManagedIdentity)
        }
        "service principal" | "activedirectoryserviceprincipal" => Some(CredentialUse::ServicePrincipal),
        "password"
        | "integrated"
        | "interactive"
        | "activedirectorypassword"
        | "activedirectoryintegrated"
        | "activedirectoryinteractive" => Some(CredentialUse::User),
        _ => None,
    };
    if let Some(credential) = by_method {
        return Some((credential, format!("connectionString: Authentication = {method}")));
    }
    let key = |names: &[&str]| {
        segments(text).find(|(key, value)| !value.is_empty() && names.contains(&key.as_str())).map(|(key, _)| key)
    };
    key(KEYS)
        .map(|key| (CredentialUse::Key, format!("connectionString: {key} is set")))
        .or_else(|| key(ACCOUNT).map(|key| (CredentialUse::User, format!("connectionString: {key} is set"))))
}

/// The value of a key in any letter case.
pub(super) fn value(text: &str, key: &str) -> Option<String> {
    segments(text).find(|(name, _)| name == key).map(|(_, value)| value)
}

/// The connection string without its account, password, method and keys.
pub(super) fn without_credential(text: &str) -> String {
    let secret = |segment: &&str| {
        let name = segment.split('=').next().unwrap_or_default().trim().to_ascii_lowercase();
        ACCOUNT.contains(&name.as_str()) || KEYS.contains(&name.as_str()) || name == "authentication"
    };
    let kept: Vec<&str> = text.split(';').filter(|segment| !segment.trim().is_empty() && !secret(segment)).collect();
    kept.join(";")
}

/// Keys in lower case, and their values.
fn segments(text: &str) -> impl Iterator<Item = (String, String)> {
    text.split(';').filter_map(|segment| {
        let (key, value) = segment.split_once('=')?;
        Some((key.trim().to_ascii_lowercase(), value.trim().to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_tells_whom_it_signs_in_as() {
        for (text, credential) in [
            ("Server=s;Database=d;User ID=sa;Password=p", Some(CredentialUse::User)),
            ("Server=s;Integrated Security=True", Some(CredentialUse::User)),
            ("Server=s;Authentication=Active Directory Managed Identity", Some(CredentialUse::ManagedIdentity)),
            ("AccountName=a;AccountKey=k==", Some(CredentialUse::Key)),
            ("Server=s;Database=d;Connection Timeout=30", None),
            ("", None),
        ] {
            assert_eq!(super::credential(text).map(|(credential, _)| credential), credential, "{text}");
        }
    }

    #[test]
    fn what_is_said_holds_no_secret() {
        let (_, said_by) = credential("AccountName=a;AccountKey=s3cret").unwrap();
        assert_eq!(said_by, "connectionString: accountkey is set");
    }

    #[test]
    fn the_rest_stays() {
        let text = "Server=tcp:s,1433;Initial Catalog=d;User ID=u@s;Password=p;Encrypt=True;";
        assert_eq!(without_credential(text), "Server=tcp:s,1433;Initial Catalog=d;Encrypt=True");
    }
}
