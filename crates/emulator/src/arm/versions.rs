//! `api-version`

use super::Problem;
use crate::http;

/// Those that know federated identity credentials of managed identities.
pub(super) const CREDENTIALS: [&str; 8] = [
    "2022-01-31-preview",
    "2023-01-31",
    "2023-07-31-preview",
    "2024-11-30",
    "2025-01-31-preview",
    "2025-05-31-preview",
    "2026-04-30",
    "2026-05-31",
];

/// Those that know managed identities only.
const IDENTITIES: [&str; 3] = ["2015-08-31-preview", "2018-11-30", "2021-09-30-preview"];

/// The first day on which credentials had expressions instead of subjects.
const FLEXIBLE_SINCE: &str = "2025-01-31";

/// The version that a request names.
pub(super) fn asked(query: Option<&str>) -> Result<String, Problem> {
    let missing = || {
        Problem::new(
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        )
    };
    let version = http::query(query, "api-version").filter(|version| !version.is_empty()).ok_or_else(missing)?;
    if version == "1.0" || is_dated(&version) {
        return Ok(version);
    }
    let message =
        format!("The api-version '{version}' is invalid. It is a date such as 2022-12-01 or 2022-12-01-preview.");
    Err(Problem::new(400, "InvalidApiVersionParameter", message))
}

fn is_dated(version: &str) -> bool {
    let date = version.strip_suffix("-preview").unwrap_or(version);
    date.len() == 10 && date.parse::<jiff::civil::Date>().is_ok()
}

/// Refuses a version that does not know managed identities.
pub(super) fn of_identities(version: &str) -> Result<(), Problem> {
    let known = |known: &[&str]| known.iter().any(|known| known.eq_ignore_ascii_case(version));
    if known(&CREDENTIALS) || known(&IDENTITIES) {
        return Ok(());
    }
    let all: Vec<_> = IDENTITIES.into_iter().chain(CREDENTIALS).collect();
    Err(unregistered(version, "userAssignedIdentities", &all))
}

/// Refuses a version that does not know their credentials.
pub(super) fn of_credentials(version: &str) -> Result<(), Problem> {
    match CREDENTIALS.iter().any(|known| known.eq_ignore_ascii_case(version)) {
        true => Ok(()),
        false => Err(unregistered(version, "userAssignedIdentities/federatedIdentityCredentials", &CREDENTIALS)),
    }
}

fn unregistered(version: &str, kind: &str, supported: &[&str]) -> Problem {
    let message = format!(
        "No registered resource provider found for API version '{version}' for type '{kind}'. The supported api-versions \
         are '{}'.",
        supported.join(", ")
    );
    Problem::new(400, "NoRegisteredProviderFound", message)
}

/// Whether credentials may have an expression instead of a subject.
pub(super) fn is_flexible(version: &str) -> bool {
    version.get(..FLEXIBLE_SINCE.len()).is_some_and(|date| date >= FLEXIBLE_SINCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_a_date() {
        assert_eq!(asked(Some("api-version=2022-12-01")).unwrap(), "2022-12-01");
        assert_eq!(asked(Some("x=1&API-Version=2025-01-31-preview")).unwrap(), "2025-01-31-preview");
        for (query, code) in [
            (None, "MissingApiVersionParameter"),
            (Some("api-version="), "MissingApiVersionParameter"),
            (Some("api-version=latest"), "InvalidApiVersionParameter"),
            (Some("api-version=2022-13-01"), "InvalidApiVersionParameter"),
            (Some("api-version=2022-12-01-beta"), "InvalidApiVersionParameter"),
        ] {
            assert_eq!(asked(query).unwrap_err().code, code, "{query:?}");
        }
    }

    #[test]
    fn expressions_came_with_the_previews_of_2025() {
        let flexible: Vec<_> = CREDENTIALS.into_iter().filter(|version| is_flexible(version)).collect();
        assert_eq!(flexible, ["2025-01-31-preview", "2025-05-31-preview", "2026-04-30", "2026-05-31"]);
        assert!(of_identities("2018-11-30").is_ok() && of_credentials("2018-11-30").is_err());
        assert!(of_identities("2019-01-01").is_err());
    }
}
