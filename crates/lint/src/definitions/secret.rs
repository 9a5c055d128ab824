//! Secrets that are written where they can be read, told from placeholders, parameters and references to a vault.

use crate::source::{Node, Place};

/// Members whose value is a secret, in lower case.
const SECRET_KEYS: &[&str] = &[
    "accesskey",
    "accesstoken",
    "accountkey",
    "apikey",
    "apitoken",
    "authheaders",
    "clientsecret",
    "functionkey",
    "key",
    "passphrase",
    "password",
    "refreshtoken",
    "sastoken",
    "sasuri",
    "secretaccesskey",
    "serviceprincipalcredential",
    "serviceprincipalembeddedcert",
    "serviceprincipalembeddedcertpassword",
    "serviceprincipalkey",
    "serviceprincipalsecret",
    "token",
];

/// Keys of a connection string whose value is a secret, in lower case.
const CONNECTION_SECRETS: &[&str] = &["password", "pwd", "accountkey", "sharedaccesskey", "sharedaccesssignature"];

/// Words of those who stand in for a secret.
const PLACEHOLDER_WORDS: &[&str] = &[
    "placeholder",
    "changeme",
    "change-me",
    "change_me",
    "replace",
    "your-",
    "your_",
    "yourpassword",
    "redacted",
    "masked",
    "hidden",
    "dummy",
    "todo",
    "keyvault",
    "key vault",
];

/// A secret in a definition.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Secret {
    /// The member that holds it.
    pub(crate) key: String,
    /// Where it stands.
    pub(crate) place: Place,
    /// It is wrapped as a `SecureString`, which hides it only in the portal.
    pub(crate) secure_string: bool,
}

/// Every secret that is written out below a node.
pub(crate) fn secrets(node: &Node) -> Vec<Secret> {
    let mut found = Vec::new();
    node.walk(&mut |node| {
        for entry in node.entries() {
            let key = entry.key.to_ascii_lowercase();
            if key == "connectionstring" || key == "sasuri" {
                found.extend(written(&entry.value, is_telling).map(|found| found.named(&entry.key)));
            } else if key == "credentials" {
                found.extend(entry.value.known().filter(|text| is_credential_data(text)).map(|_| Secret {
                    key: entry.key.clone(),
                    place: entry.value.place,
                    secure_string: false,
                }));
            } else if SECRET_KEYS.contains(&key.as_str()) {
                found.extend(written(&entry.value, is_given).map(|found| found.named(&entry.key)));
            }
        }
    });
    found
}

impl Secret {
    fn named(self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self }
    }
}

/// A text, plain or as a `SecureString`, of which `tells` says that it is a secret.
fn written(value: &Node, tells: fn(&str) -> bool) -> Option<Secret> {
    let secure_string = value.known_at(&["type"]) == Some("SecureString");
    let holder = if secure_string { value.get("value")? } else { value };
    let text = holder.text()?.known()?;
    tells(text).then(|| Secret { key: String::new(), place: holder.place, secure_string })
}

/// Whether a connection string or a signed address holds a secret.
fn is_telling(text: &str) -> bool {
    let signature = text.split(['?', '&']).filter_map(|part| part.strip_prefix("sig="));
    let keys = text.split(';').filter_map(|segment| {
        let (key, value) = segment.split_once('=')?;
        CONNECTION_SECRETS.contains(&key.trim().to_ascii_lowercase().as_str()).then_some(value)
    });
    !is_expression(text) && signature.chain(keys).any(is_given)
}

/// Whether a text is Power BI's list of a credential's parts, not encrypted, with a secret among them.
fn is_credential_data(text: &str) -> bool {
    let Ok(document) = serde_json::from_str::<serde_json::Value>(text) else { return false };
    let parts = document.get("credentialData").and_then(serde_json::Value::as_array);
    parts.into_iter().flatten().any(|part| {
        let text = |key: &str| part.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
        let name = text("name").to_ascii_lowercase();
        SECRET_KEYS.contains(&name.as_str()) && is_given(text("value"))
    })
}

/// Whether a value is written out: neither left out, nor masked, nor filled in later.
pub(crate) fn is_given(text: &str) -> bool {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let masked = text.chars().all(|c| matches!(c, '*' | 'x' | 'X' | '.' | '•' | '-' | '_' | '0' | '?'));
    let bracketed = [("<", ">"), ("__", "__"), ("%", "%"), ("{", "}")]
        .iter()
        .any(|(open, close)| text.starts_with(open) && text.ends_with(close));
    let spoken = PLACEHOLDER_WORDS.iter().any(|word| lower.contains(word)) || matches!(&*lower, "null" | "none");
    !masked && !bracketed && !spoken && !is_expression(text)
}

/// Whether a text is worked out by Data Factory, by a template or by whatever deploys the file.
pub(crate) fn is_expression(text: &str) -> bool {
    let text = text.trim();
    let call = |rest: &str| {
        let name = rest.split('(').next().unwrap_or_default();
        rest.contains('(') && !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric())
    };
    text.starts_with('[') && text.ends_with(']')
        || text.strip_prefix('@').is_some_and(call)
        || ["@{", "${", "#{", "$(", "{{"].iter().any(|open| text.contains(open))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_for_a_secret_is_none() {
        for text in [
            "",
            "**********",
            "<secret>",
            "__PASSWORD__",
            "#{SqlPassword}#",
            "$(sqlPassword)",
            "${var.password}",
            "@{linkedService().key}",
            "@pipeline().parameters.key",
            "[parameters('lake_accountKey')]",
            "{{ password }}",
            "%PASSWORD%",
            "xxxxxxxx",
            "REPLACE_WITH_KEY",
        ] {
            assert!(!is_given(text), "{text}");
        }
        for text in ["hunter2", "P@ssw0rd!", "abc==", "@home4me", "s3cret"] {
            assert!(is_given(text), "{text}");
        }
    }

    #[test]
    fn a_connection_string_tells_by_its_keys() {
        assert!(is_telling("Server=s;User ID=u;Password=hunter2"));
        assert!(is_telling("https://a.blob.core.windows.net/c?sv=1&sig=abc%3D"));
        assert!(!is_telling("Server=s;Database=d;Authentication=Active Directory Managed Identity"));
        assert!(!is_telling("Server=s;User ID=u;Password=@{linkedService().password}"));
        assert!(!is_telling("Server=s;User ID=u;Password=**********"));
    }

    #[test]
    fn the_parts_of_a_credential_are_read() {
        let data = |value: &str| format!(r#"{{"credentialData":[{{"name":"password","value":"{value}"}}]}}"#);
        assert!(is_credential_data(&data("hunter2")));
        assert!(!is_credential_data(&data("")));
        assert!(!is_credential_data("AAAAbase64=="));
    }
}
