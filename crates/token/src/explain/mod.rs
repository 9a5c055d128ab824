//! What each claim means, in a sentence.

mod table;
mod time;
mod values;

use serde_json::Value;

use table::{ROWS, Say};

/// Claims under this name are those of the workload's platform, such as Azure DevOps.
const ATTRIBUTES: &str = "xms_attr.";

/// One sentence on a known claim and its value; `None` for an unknown claim.
///
/// Header names are known too. Personal values are never repeated; of other
/// values only what helps to understand the claim, cut to a few words. Times are
/// UTC, written from the number alone: no clock is read.
pub fn explain(name: &str, value: &Value) -> Option<String> {
    let row = ROWS.iter().find(|(known, _)| *known == name).map(|(_, say)| say);
    match row {
        Some(Say::Plain(sentence)) => Some((*sentence).to_owned()),
        Some(Say::Time(start)) => Some(format!("{start} {}.", time::shown(value))),
        Some(Say::Shown(start)) => Some(match values::shown(value) {
            Some(shown) => format!("{start}: {shown}."),
            None => format!("{start}."),
        }),
        Some(Say::Read(read)) => Some(read(value)),
        None if name.starts_with(ATTRIBUTES) => Some(
            "What the workload's platform states about it, such as organisation, project and definition.".to_owned(),
        ),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::PERSONAL_CLAIMS;

    #[test]
    fn values_are_read_where_they_help() {
        for (name, value, part) in [
            ("azpacr", json!("2"), "certificate, a federated credential or a managed identity"),
            ("appidacr", json!("1"), "client secret"),
            ("azpacr", json!(0), "public client"),
            ("aud", json!("fb60f99c-7a34-4190-8149-302f77469936"), "token exchange"),
            ("aud", json!(["api://AzureADTokenExchange"]), "token exchange"),
            ("aud", json!("https://github.com/contoso"), "GitHub's default"),
            ("aud", json!("https://management.azure.com/"), "https://management.azure.com/"),
            ("exp", json!(1_793_534_680), "expires at 2026-11-01T12:04:40Z"),
            ("nbf", json!("soon"), "not a time"),
            ("idtyp", json!("app"), "app-only"),
            ("idtyp", json!("fmi"), "Azure DevOps"),
            ("scp", json!("User.Read Mail.Send"), "2 scopes"),
            ("scp", json!("/"), "no scopes"),
            ("roles", json!(["A", "B"]), "2"),
            ("iss", json!("https://sts.windows.net/x/"), "version 1"),
            ("iss", json!("https://login.microsoftonline.com/x/v2.0"), "version 2"),
            ("sub", json!("/eid1/c/pub/t/x/a/y"), "structured"),
            ("sub", json!("repo:contoso/app:pull_request"), "GitHub"),
            ("sub", json!("system:serviceaccount:ns:sa"), "service account"),
            ("sub", json!("11111111-2222-4333-8444-555555555555"), "object id"),
            ("xms_idrel", json!("7 30"), "a service principal"),
            ("environment", json!("prod"), "`prod`"),
            ("event_name", json!("pull_request"), "pull_request"),
            ("alg", json!("ES256"), "RS256"),
            ("typ", json!("at+jwt"), "AADSTS5002727"),
            ("kubernetes.io", json!({"namespace": "ns", "serviceaccount": {"name": "sa"}}), "`ns`"),
            ("xms_attr.rISbSSETf0KqFyZ8ppdXmA", json!({}), "platform"),
        ] {
            let sentence = explain(name, &value).unwrap();
            assert!(sentence.contains(part), "{name} {value}: {sentence}");
        }
        assert_eq!(explain("unheard_of", &json!(1)), None);
    }

    #[test]
    fn each_claim_has_one_row_and_one_sentence() {
        let names: BTreeSet<&str> = ROWS.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), ROWS.len());
        for (name, _) in ROWS {
            for value in [json!(null), json!(""), json!("x"), json!(7), json!(["x", 1]), json!({"x": "y"}), json!(true)]
            {
                let sentence = explain(name, &value).unwrap();
                assert!(sentence.ends_with('.') && !sentence.contains(". "), "{name} {value}: {sentence}");
                assert!(!sentence.contains("``"), "{name} {value}: {sentence}");
            }
        }
    }

    #[test]
    fn nobody_is_named() {
        for name in ROWS.iter().map(|(name, _)| *name).chain(PERSONAL_CLAIMS.iter().copied()) {
            for value in [json!("dana@contoso.example"), json!(["dana@contoso.example"])] {
                assert!(!explain(name, &value).unwrap_or_default().contains("dana"), "{name}");
            }
        }
        for name in PERSONAL_CLAIMS {
            assert!(!explain(name, &json!("Dana")).unwrap_or_default().contains("Dana"), "{name}");
        }
    }

    #[test]
    fn long_values_are_cut() {
        let sentence = explain("ref", &json!("refs/heads/".to_owned() + &"x".repeat(10_000))).unwrap();
        assert!(sentence.len() < 400, "{}", sentence.len());
    }
}
