//! The labels and annotations that the webhook of workload identity reads.

use strsim::damerau_levenshtein;

use crate::source::{Entry, Node};

/// A key that the webhook reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key(pub(crate) &'static str);

impl Key {
    /// The label of pods that the webhook is to act on.
    pub(crate) const USE: Self = Self("azure.workload.identity/use");
    /// The annotation of a service account: who its pods sign in as.
    pub(crate) const CLIENT_ID: Self = Self("azure.workload.identity/client-id");
    /// The annotation of a service account: the tenant that its pods ask.
    pub(crate) const TENANT_ID: Self = Self("azure.workload.identity/tenant-id");
    /// The annotation of a pod or a service account: how long its token is valid.
    pub(crate) const EXPIRATION: Self = Self("azure.workload.identity/service-account-token-expiration");
    /// The annotation of a pod: containers that get nothing.
    pub(crate) const SKIP: Self = Self("azure.workload.identity/skip-containers");
    /// The annotation of a pod: a proxy that answers as IMDS does.
    pub(crate) const PROXY: Self = Self("azure.workload.identity/inject-proxy-sidecar");
    /// The annotation of a pod: the port of that proxy.
    pub(crate) const PROXY_PORT: Self = Self("azure.workload.identity/proxy-sidecar-port");
    /// The annotation of a pod: its tokens go through an identity binding of AKS, not to Entra's endpoint.
    pub(crate) const BINDING: Self = Self("azure.workload.identity/use-identity-binding");
}

const KEYS: &[Key] =
    &[Key::USE, Key::CLIENT_ID, Key::TENANT_ID, Key::EXPIRATION, Key::SKIP, Key::PROXY, Key::PROXY_PORT, Key::BINDING];

/// The key that a key of other spelling is likely meant to be; `None` for a right one.
pub(crate) fn nearest_key(written: &str) -> Option<Key> {
    if written.len() > 128 || KEYS.iter().any(|key| key.0 == written) || written.contains("/use-") {
        return None;
    }
    let (letters, words) = (letters(written), words(written));
    let distance = |key: &&Key| match self::words(key.0) == words {
        true => 0,
        false => damerau_levenshtein(&self::letters(key.0), &letters),
    };
    KEYS.iter().min_by_key(distance).filter(|key| distance(key) <= 3).copied()
}

fn letters(key: &str) -> String {
    key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The words of a key, sorted.
fn words(key: &str) -> Vec<String> {
    let split = key.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty() && *word != "io");
    let mut words: Vec<String> = split.map(str::to_ascii_lowercase).collect();
    words.sort();
    words
}

/// Whether the webhook takes a label's value for consent: it has to be the string `true`.
pub(crate) fn is_true(value: &Node) -> bool {
    value.boolean().is_none() && value.known() == Some("true")
}

/// The entry of a key in metadata's `labels` or `annotations`.
pub(super) fn entry<'a>(metadata: &'a Node, group: &str, key: Key) -> Option<&'a Entry> {
    metadata.get(group)?.entry(key.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        for (written, meant) in [
            ("azure.workload.identity/clientid", Some(Key::CLIENT_ID)),
            ("azure.workload.identity.io/client-id", Some(Key::CLIENT_ID)),
            ("azure-workload-identity/use", Some(Key::USE)),
            ("workload.identity.azure/tenant-id", Some(Key::TENANT_ID)),
            ("azure.workload.identity/client-id", None),
            ("azure.workload.identity/use-other-binding", None),
            ("app.kubernetes.io/name", None),
            ("eks.amazonaws.com/role-arn", None),
        ] {
            assert_eq!(nearest_key(written), meant, "{written}");
        }
    }
}
