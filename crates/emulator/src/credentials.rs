//! What Graph and Azure Resource Manager both ask of a federated identity credential.

use fedlens_trust::FederatedIdentityCredential;
use fedlens_trust::flexible::Expression;

/// The most that one application or managed identity has.
pub(crate) const LIMIT: usize = 20;

/// The longest issuer, subject, audience and description, in characters.
pub(crate) const MAX_TEXT: usize = 600;

/// Whether the text may name a credential: 3 to 120 letters, digits, hyphens and underscores, the first no sign.
pub(crate) fn is_name(name: &str) -> bool {
    let of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (3..=120).contains(&name.len())
        && name.bytes().all(of_name)
        && name.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
}

/// Whether a text stays within the limit of its property.
pub(crate) fn fits(text: &str) -> bool {
    text.chars().count() <= MAX_TEXT
}

/// Whether the text is an address, as an issuer has to be.
pub(crate) fn is_address(issuer: &str) -> bool {
    let rest = issuer.strip_prefix("https://").or_else(|| issuer.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !issuer.contains(char::is_whitespace))
}

/// Why Entra would not take the expression of a flexible credential; `None` where it would.
pub(crate) fn expression_fault(credential: &FederatedIdentityCredential) -> Option<String> {
    let given = credential.claims_matching_expression.as_ref()?;
    if given.language_version != 1 {
        return Some(format!("languageVersion must be 1, not {}.", given.language_version));
    }
    match Expression::parse(&given.value) {
        Err(error) => Some(error.to_string()),
        Ok(expression) => expression.check_issuer(&credential.issuer).err().map(|error| error.to_string()),
    }
}

/// The other credential with the same issuer and subject.
pub(crate) fn twin<'a>(
    all: &'a [FederatedIdentityCredential],
    credential: &FederatedIdentityCredential,
) -> Option<&'a FederatedIdentityCredential> {
    let same = |other: &&FederatedIdentityCredential| {
        other.id != credential.id
            && credential.subject.is_some()
            && other.issuer == credential.issuer
            && other.subject == credential.subject
    };
    all.iter().find(same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fedlens_trust::ClaimsMatchingExpression;

    #[test]
    fn names_are_short_and_plain() {
        for name in ["abc", "a_b", "0-x", &"a".repeat(120)] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "ab", "_ab", "-ab", "a b", "a.b", "é1234", "a/b", &"a".repeat(121)] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn an_issuer_is_an_address() {
        assert!(is_address("https://token.actions.githubusercontent.com"));
        for issuer in ["", "https://", "https:///x", "token.actions.githubusercontent.com", "https://a b", "ftp://x"] {
            assert!(!is_address(issuer), "{issuer}");
        }
    }

    #[test]
    fn an_expression_is_parsed_and_held_against_its_issuer() {
        let fault = |issuer: &str, value: &str, language_version| {
            expression_fault(&FederatedIdentityCredential {
                issuer: issuer.to_owned(),
                claims_matching_expression: Some(ClaimsMatchingExpression {
                    value: value.to_owned(),
                    language_version,
                }),
                ..FederatedIdentityCredential::default()
            })
        };
        let github = "https://token.actions.githubusercontent.com";
        assert_eq!(fault(github, "claims['sub'] matches 'repo:contoso/*'", 1), None);
        assert!(fault(github, "claims['sub'] matches 'repo:contoso/*'", 2).is_some());
        assert!(fault(github, "claims['sub'] contains 'x'", 1).is_some());
        assert!(fault("https://issuer.example", "claims['sub'] eq 'x'", 1).is_some());
        assert_eq!(expression_fault(&FederatedIdentityCredential::default()), None);
    }
}
