//! Which issuers, claims and operators flexible credentials are documented for.

use serde::Serialize;
use thiserror::Error;

use super::{Comparison, Operator};

/// What a platform's issuers may be matched by.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct FlexibleIssuer {
    /// The platform's name.
    pub platform: &'static str,
    /// Its issuers; `*` stands for a part of a host name.
    pub issuers: &'static [&'static str],
    /// The claims and, for each, its operators.
    pub claims: &'static [(&'static str, &'static [Operator])],
    /// Claims of which Graph is reported to want one beside `sub` since mid-2026, so that a renamed repository does
    /// not pass on its trust. Third-party: github.com/hashicorp/terraform-provider-azuread/issues/1901, and a
    /// translated page of the documentation; the tables above do not have them.
    pub anchors: &'static [&'static str],
}

const BOTH: &[Operator] = &[Operator::Eq, Operator::Matches];

/// The documented platforms of the preview (Microsoft Learn, "Flexible federated identity credentials").
/// How many labels the variable part of a GitLab host may have is not documented; any number is taken.
pub static FLEXIBLE_ISSUERS: &[FlexibleIssuer] = &[
    FlexibleIssuer {
        platform: "GitHub",
        issuers: &["https://token.actions.githubusercontent.com"],
        claims: &[("sub", BOTH), ("job_workflow_ref", BOTH)],
        anchors: &["repository_id", "repository_owner_id"],
    },
    FlexibleIssuer {
        platform: "GitLab",
        issuers: &["https://gitlab.com", "https://gitlab.*.com", "https://gitlab.*.ca"],
        claims: &[("sub", BOTH)],
        anchors: &["project_id"],
    },
    FlexibleIssuer {
        platform: "Terraform Cloud",
        issuers: &["https://app.terraform.io", "https://app.eu.terraform.io"],
        claims: &[("sub", BOTH)],
        anchors: &[],
    },
];

/// Why an issuer and an expression do not go together.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IssuerError {
    /// Flexible credentials are not documented for this issuer.
    #[error("Flexible credentials are documented only for the issuers {}; '{issuer}' is none of them{}.", every_issuer(), hint(.nearest.as_deref()))]
    Issuer {
        /// The issuer.
        issuer: String,
        /// What it would be without a trailing slash, blanks or capitals, where that one is documented.
        nearest: Option<String>,
    },
    /// The platform's tokens may not be matched by this claim.
    #[error("For {platform}, an expression may name only {allowed}, not '{claim}'.")]
    Claim {
        /// The platform.
        platform: &'static str,
        /// The claim of the expression.
        claim: String,
        /// The claims that are documented, as a list in words.
        allowed: String,
    },
    /// The claim may not be matched with this operator.
    #[error("For {platform}, the claim '{claim}' can be compared only with {allowed}, not with `{operator}`.")]
    Operator {
        /// The platform.
        platform: &'static str,
        /// The claim.
        claim: String,
        /// The operator of the expression.
        operator: Operator,
        /// The operators that are documented, as a list in words.
        allowed: String,
    },
}

/// The documented platform of an issuer; issuers are compared as they are.
pub(super) fn rules_of(issuer: &str) -> Result<&'static FlexibleIssuer, IssuerError> {
    find(issuer).ok_or_else(|| {
        let tidy = issuer.trim().trim_end_matches('/').to_lowercase();
        let nearest = find(&tidy).is_some().then_some(tidy);
        IssuerError::Issuer { issuer: issuer.to_owned(), nearest }
    })
}

/// Checks one comparison's claim and operator.
pub(super) fn check(rules: &'static FlexibleIssuer, comparison: &Comparison) -> Result<(), IssuerError> {
    let Comparison { claim, operator, .. } = comparison;
    if rules.anchors.contains(&claim.as_str()) {
        return Ok(());
    }
    let Some((_, operators)) = rules.claims.iter().find(|(name, _)| name == claim) else {
        let allowed = in_words(rules.claims.iter().map(|(name, _)| format!("'{name}'")));
        return Err(IssuerError::Claim { platform: rules.platform, claim: claim.clone(), allowed });
    };
    if operators.contains(operator) {
        return Ok(());
    }
    let allowed = in_words(operators.iter().map(|operator| format!("`{operator}`")));
    Err(IssuerError::Operator { platform: rules.platform, claim: claim.clone(), operator: *operator, allowed })
}

pub(super) fn find(issuer: &str) -> Option<&'static FlexibleIssuer> {
    FLEXIBLE_ISSUERS.iter().find(|rules| rules.issuers.iter().any(|pattern| is_issuer(pattern, issuer)))
}

/// Whether a pattern with at most one `*` covers an issuer. The star must not reach into a path or a port.
fn is_issuer(pattern: &str, issuer: &str) -> bool {
    let Some((start, end)) = pattern.split_once('*') else { return pattern == issuer };
    issuer
        .strip_prefix(start)
        .and_then(|rest| rest.strip_suffix(end))
        .is_some_and(|host| host.split('.').all(is_host_label))
}

fn is_host_label(label: &str) -> bool {
    !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn every_issuer() -> String {
    in_words(FLEXIBLE_ISSUERS.iter().flat_map(|rules| rules.issuers).map(|issuer| (*issuer).to_owned()))
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map(|nearest| format!(" (it would be as '{nearest}')")).unwrap_or_default()
}

/// `a, b and c`
fn in_words(items: impl Iterator<Item = String>) -> String {
    let items: Vec<_> = items.collect();
    match items.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => items.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Expression;

    fn check(expression: &str, issuer: &str) -> Option<String> {
        let parsed = Expression::parse(expression).unwrap();
        parsed.check_issuer(issuer).err().map(|error| error.to_string())
    }

    #[test]
    fn documented_issuers_and_claims_are_taken() {
        for (issuer, claim) in [
            ("https://token.actions.githubusercontent.com", "sub"),
            ("https://token.actions.githubusercontent.com", "job_workflow_ref"),
            ("https://token.actions.githubusercontent.com", "repository_id"),
            ("https://gitlab.com", "project_id"),
            ("https://gitlab.com", "sub"),
            ("https://gitlab.contoso.com", "sub"),
            ("https://gitlab.contoso.ca", "sub"),
            ("https://app.terraform.io", "sub"),
            ("https://app.eu.terraform.io", "sub"),
        ] {
            for operator in ["eq", "matches"] {
                assert_eq!(check(&format!("claims['{claim}'] {operator} 'x'"), issuer), None, "{issuer} {claim}");
            }
        }
    }

    #[test]
    fn other_issuers_are_refused() {
        for issuer in [
            "https://gitlab.contoso.de",
            "https://gitlab..com",
            "https://gitlab.contoso.com/group",
            "https://gitlab.evil.net/x.com",
            "https://token.actions.githubusercontent.com/contoso",
            "https://vstoken.dev.azure.com/3d6e",
            "http://gitlab.com",
            "",
        ] {
            let error = check("claims['sub'] eq 'x'", issuer).expect(issuer);
            assert!(error.contains("https://app.eu.terraform.io") && !error.contains("it would be"), "{error}");
        }
    }

    #[test]
    fn a_trailing_slash_is_pointed_out() {
        let error = check("claims['sub'] eq 'x'", "https://gitlab.com/").unwrap();
        assert!(
            error.ends_with("'https://gitlab.com/' is none of them (it would be as 'https://gitlab.com')."),
            "{error}"
        );
    }

    #[test]
    fn a_claim_of_another_platform_is_refused_with_those_allowed() {
        let both = "claims['sub'] eq 'x' and claims['job_workflow_ref'] eq 'y'";
        assert_eq!(
            check(both, "https://gitlab.com").unwrap(),
            "For GitLab, an expression may name only 'sub', not 'job_workflow_ref'."
        );
        assert_eq!(
            check("claims['ref'] eq 'x'", "https://token.actions.githubusercontent.com").unwrap(),
            "For GitHub, an expression may name only 'sub' and 'job_workflow_ref', not 'ref'."
        );
    }
}
