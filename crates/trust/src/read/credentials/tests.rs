use serde_json::json;

use super::*;

const GITHUB: &str = "https://token.actions.githubusercontent.com";
const SUBJECT: &str = "repo:contoso/app:ref:refs/heads/main";
const AUDIENCE: &str = "api://AzureADTokenExchange";
const IDENTITY: &str = "/subscriptions/11111111-2222-4333-8444-555555555555/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/deployer";

fn graph_entry() -> Value {
    json!({"id": "f-1", "name": "main", "issuer": GITHUB, "subject": SUBJECT, "description": null, "audiences": [AUDIENCE]})
}

fn arm_entry(id: &str) -> Value {
    json!({"id": id, "name": "main", "type": "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
        "properties": {"issuer": GITHUB, "subject": SUBJECT, "audiences": [AUDIENCE]}})
}

fn application(id: &str) -> Option<CredentialOwner> {
    Some(CredentialOwner::ApplicationObject(id.to_owned()))
}

fn identity() -> Option<CredentialOwner> {
    Some(CredentialOwner::ManagedIdentity(IDENTITY.to_owned()))
}

#[test]
fn every_shape_of_a_list_gives_the_same_credential() {
    let context = "https://graph.microsoft.com/v1.0/$metadata#applications('o-1')/federatedIdentityCredentials";
    let fic_id = format!("{IDENTITY}/federatedIdentityCredentials/main");
    let flattened = json!({"id": fic_id, "name": "main", "issuer": GITHUB, "subject": SUBJECT, "audiences": [AUDIENCE],
        "resourceGroup": "rg", "systemData": null});
    let powershell = json!({"Id": "f-1", "Name": "main", "Issuer": GITHUB, "Subject": SUBJECT, "Audience": [AUDIENCE]});
    for (shape, document, owner) in [
        ("Graph page", json!({"@odata.context": context, "value": [graph_entry()]}), application("o-1")),
        (
            "Graph single",
            {
                let mut entry = graph_entry();
                entry["@odata.context"] = json!(format!("{context}/$entity"));
                entry
            },
            application("o-1"),
        ),
        ("pages", json!([{"value": [graph_entry()]}, {"@odata.context": context, "value": []}]), None),
        ("az ad app list", json!([graph_entry()]), None),
        ("az ad app show", graph_entry(), None),
        ("ARM list", json!({"value": [arm_entry(&fic_id)]}), identity()),
        ("ARM single", arm_entry(&fic_id), identity()),
        ("az identity list", json!([flattened]), identity()),
        ("az identity show", flattened, identity()),
        ("PowerShell", json!([powershell]), None),
        (
            "embedded",
            json!({"appId": "c-1", "federatedIdentityCredentials": [graph_entry()]}),
            Some(CredentialOwner::ApplicationClient("c-1".to_owned())),
        ),
    ] {
        let list = credentials(&document).expect(shape);
        assert_eq!(list.owner, owner, "{shape}");
        assert!(!list.truncated && list.problems.is_empty(), "{shape}: {:?}", list.problems);
        let [credential] = list.credentials.as_slice() else { panic!("{shape}: {list:?}") };
        assert_eq!(credential.name.as_deref(), Some("main"), "{shape}");
        assert_eq!((credential.issuer.as_str(), credential.subject.as_deref()), (GITHUB, Some(SUBJECT)), "{shape}");
        assert_eq!(credential.audiences, [AUDIENCE], "{shape}");
    }
}

#[test]
fn a_flexible_credential_of_beta_has_no_subject() {
    let list =
        credentials(&json!({"value": [{"name": "flex", "issuer": GITHUB, "subject": null, "audiences": [AUDIENCE],
        "claimsMatchingExpression": {"value": "claims['sub'] matches 'repo:contoso/*'", "languageVersion": 1}}]}))
        .unwrap();
    let expression = list.credentials[0].claims_matching_expression.as_ref().unwrap();
    assert_eq!((expression.value.as_str(), expression.language_version), ("claims['sub'] matches 'repo:contoso/*'", 1));
    assert_eq!(list.credentials[0].subject, None);
    assert!(list.problems.is_empty(), "{:?}", list.problems);
}

#[test]
fn the_owner_is_read_in_any_letter_case_and_the_name_from_the_id() {
    let upper = format!("{}/FEDERATEDIDENTITYCREDENTIALS/main", IDENTITY.to_uppercase());
    let mut entry = arm_entry(&upper);
    entry.as_object_mut().unwrap().remove("name");
    let list =
        credentials(&json!([entry, arm_entry(&format!("{IDENTITY}/federatedIdentityCredentials/other"))])).unwrap();
    assert_eq!(list.owner, Some(CredentialOwner::ManagedIdentity(IDENTITY.to_uppercase())));
    assert_eq!(list.credentials[0].name.as_deref(), Some("main"));
}

#[test]
fn paging_marks_the_list_as_incomplete() {
    for (document, truncated) in [
        (json!({"value": [], "@odata.nextLink": "https://graph.microsoft.com/v1.0/x?$skiptoken=a"}), true),
        (json!({"value": [], "nextLink": "https://management.azure.com/x"}), true),
        (json!([{"value": [], "nextLink": "https://management.azure.com/x"}, {"value": []}]), false),
        (json!({"value": [], "nextLink": ""}), false),
        (json!([]), false),
    ] {
        let list = credentials(&document).unwrap();
        assert_eq!((list.truncated, list.credentials.len()), (truncated, 0), "{document}");
    }
}

#[test]
fn an_empty_list_keeps_its_owner() {
    let context = "https://graph.microsoft.com/beta/$metadata#applications(appId='c-1')/federatedIdentityCredentials";
    let list = credentials(&json!({"@odata.context": context, "value": []})).unwrap();
    assert_eq!(list.owner, Some(CredentialOwner::ApplicationClient("c-1".to_owned())));
}

#[test]
fn other_documents_are_refused_with_what_they_are() {
    for (document, expected) in [
        (json!({"error": {"code": "Request_ResourceNotFound", "message": "m"}}), "Request_ResourceNotFound: m"),
        (json!({"appId": "c-1", "id": "o-1"}), "az ad app federated-credential list"),
        (json!([{"clientId": "c-1", "principalId": "p-1"}]), "az identity federated-credential list"),
        (json!({"hello": 1}), "neither an issuer nor a subject"),
        (json!([1, 2]), "neither an issuer nor a subject"),
        (json!("text"), "a list or an object"),
    ] {
        let error = credentials(&document).unwrap_err().to_string();
        assert!(error.contains(expected), "{document}: {error}");
    }
}

/// The problems of one credential with these fields changed.
fn problems_with(changes: Value) -> Vec<String> {
    let mut entry = graph_entry();
    entry.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    credentials(&json!([entry])).unwrap().problems
}

#[test]
fn each_rule_has_its_sentence() {
    let expression = |value: &str| json!({"value": value, "languageVersion": 1});
    for (changes, expected) in [
        (json!({"issuer": null}), "Credential 'main' has no issuer."),
        (json!({"issuer": 7}), "Credential 'main' has no text as its issuer."),
        (json!({"issuer": " https://gitlab.com"}), "has blanks around its issuer"),
        (json!({"issuer": "http://gitlab.com"}), "which is no https:// URL"),
        (json!({"issuer": format!("https://{}", "a".repeat(600))}), "has a longer issuer than the 600 characters"),
        (json!({"subject": null}), "has neither a subject nor a claims matching expression"),
        (json!({"subject": "a "}), "has blanks around its subject"),
        (json!({"subject": "repo:contoso/*"}), "has a * in its subject"),
        (json!({"audiences": []}), "has no audience"),
        (json!({"audiences": [AUDIENCE, "b"]}), "has 2 audiences"),
        (json!({"audiences": [" b"]}), "has blanks around its audience"),
        (json!({"audiences": [1]}), "has audiences that are no list of texts"),
        (json!({"name": "a b c"}), "Credential 'a b c' breaks the rule for names"),
        (json!({"name": "-ab"}), "breaks the rule for names"),
        (json!({"name": "ab"}), "breaks the rule for names"),
        (json!({"claimsMatchingExpression": expression("claims['sub'] eq 'a'")}), "has both a subject and"),
        (json!({"subject": null, "claimsMatchingExpression": expression("claims['sub'] eq a")}), "write 'a'"),
        (json!({"subject": null, "claimsMatchingExpression": expression("claims['ref'] eq 'a'")}), "For GitHub"),
        (
            json!({"subject": null, "claimsMatchingExpression": {"value": "claims['sub'] eq 'a'", "languageVersion": 2}}),
            "another language version than 1",
        ),
    ] {
        let problems = problems_with(changes.clone());
        assert!(problems.iter().any(|problem| problem.contains(expected)), "{changes}: {problems:?}");
    }
}

#[test]
fn faults_between_credentials_are_named() {
    let mut second = graph_entry();
    second["name"] = json!("second");
    assert_eq!(
        credentials(&json!([graph_entry(), second])).unwrap().problems,
        ["Credential 'second' repeats the issuer and subject of credential 'main'."]
    );
    let mut other_subject = graph_entry();
    other_subject["subject"] = json!("other");
    let problems = credentials(&json!([graph_entry(), other_subject, 7])).unwrap().problems;
    assert_eq!(problems[0], "Entry 3 of the list is no credential.");
    assert!(problems[1].starts_with("Credential 'main' is there twice"), "{problems:?}");
}

#[test]
fn more_than_twenty_credentials_of_one_owner_are_too_many() {
    let entries = |count: usize| {
        let entry = |number| json!({"name": format!("fic-{number}"), "issuer": GITHUB, "subject": format!("s{number}"), "audiences": [AUDIENCE]});
        Value::Array((0..count).map(entry).collect())
    };
    assert!(credentials(&entries(20)).unwrap().problems.is_empty());
    assert_eq!(
        credentials(&entries(21)).unwrap().problems,
        ["The list has 21 credentials; one application or identity can have 20."]
    );
}

#[test]
fn several_owners_are_no_owner_and_share_no_limits() {
    let entry = |owner: &str| arm_entry(&format!("{IDENTITY}-{owner}/federatedIdentityCredentials/main"));
    let list = credentials(&json!([entry("a"), entry("b")])).unwrap();
    assert_eq!(list.owner, None);
    assert_eq!(list.problems, ["The list mixes credentials of several applications or identities."]);
}

#[test]
fn problems_are_bounded() {
    let list = credentials(&Value::Array(vec![json!({"issuer": ""}); 500])).unwrap();
    assert_eq!((list.credentials.len(), list.problems.len()), (500, 100));
    assert!(list.problems[99].starts_with("There are "), "{}", list.problems[99]);
}
