//! Azure Resource Manager over HTTPS.

use crate::rest::{DEPLOYER, Rest, TENANT, bad_tokens, github, reply};
use fedlens_emulator::{Fault, SubscriptionDocument};
use serde_json::{Value, json};

const SUBSCRIPTION: &str = "fed1e500-0000-4000-8000-0000000000f1";
const VERSIONS: [&str; 8] = [
    "2022-01-31-preview",
    "2023-01-31",
    "2023-07-31-preview",
    "2024-11-30",
    "2025-01-31-preview",
    "2025-05-31-preview",
    "2026-04-30",
    "2026-05-31",
];

async fn start() -> Rest {
    Rest::start(|_| {}).await
}

/// A path below the subscription.
fn at(rest: &str, version: &str) -> String {
    format!("/subscriptions/{SUBSCRIPTION}/{rest}?api-version={version}")
}

fn identity(name: &str) -> String {
    format!("resourceGroups/emulated/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}")
}

fn credential(identity_name: &str, name: &str, version: &str) -> String {
    at(&format!("{}/federatedIdentityCredentials/{name}", identity(identity_name)), version)
}

async fn new_identity(rest: &Rest, name: &str) -> Value {
    let created = rest.send("PUT", &at(&identity(name), "2024-11-30"), json!({"location": "westeurope"})).await;
    assert_eq!(created.status, 201, "{created:?}");
    created.body
}

fn properties(subject: &str) -> Value {
    json!({"properties": github(subject)})
}

fn with(subject: &str, property: &str, value: Value) -> Value {
    let mut body = properties(subject);
    body["properties"][property] = value;
    body
}

#[tokio::test]
async fn the_endpoints_of_the_cloud_are_the_emulators_own() {
    let rest = start().await;
    let origin = rest.running.origin();
    let get = async |version: &str| {
        let request = rest.request("GET", &format!("/metadata/endpoints?api-version={version}"));
        reply(request.send().await.unwrap()).await.body
    };
    let one = get("2022-09-01").await;
    for (pointer, value) in [
        ("/authentication/loginEndpoint", origin.as_str()),
        ("/authentication/audiences/0", &origin),
        ("/authentication/tenant", "common"),
        ("/authentication/identityProvider", "AAD"),
        ("/resourceManager", &origin),
        ("/microsoftGraphResourceId", &origin),
        ("/name", "AzureCloud"),
    ] {
        assert_eq!(one.pointer(pointer).unwrap(), value, "{pointer}");
    }
    assert!(one["suffixes"].is_object());
    for version in ["2019-05-01", "2020-06-01"] {
        assert_eq!(get(version).await, json!([one]), "{version}");
    }
    assert_eq!(get("1.0").await["authentication"]["loginEndpoint"], origin);
    let by_address = rest.request(
        "GET",
        &format!("{}/metadata/endpoints?api-version=2022-09-01", origin.replace("localhost", "127.0.0.1")),
    );
    assert!(reply(by_address.send().await.unwrap()).await.text("resourceManager").starts_with("https://127.0.0.1:"));
}

#[tokio::test]
async fn only_a_token_of_this_emulator_opens_it() {
    let rest = start().await;
    for (header, why) in bad_tokens(&rest) {
        let mut request = rest.request("GET", "/subscriptions?api-version=2022-12-01");
        if let Some(header) = &header {
            request = request.header("authorization", header);
        }
        let answer = reply(request.send().await.unwrap()).await;
        let code = match why {
            "missing" => "AuthenticationFailed",
            "expired" => "ExpiredAuthenticationToken",
            "audience" => "InvalidAuthenticationTokenAudience",
            "tenant" => "InvalidAuthenticationTokenTenant",
            _ => "InvalidAuthenticationToken",
        };
        assert_eq!(answer.code(), (401, code), "{why}");
        assert!(answer.headers.contains_key("www-authenticate"), "{why}");
    }
    let token = rest.sign_in(DEPLOYER, "emulated-secret", "https://management.azure.com/").await;
    let answer =
        rest.request("GET", "/tenants?api-version=2022-12-01").bearer_auth(token.text("access_token")).send().await;
    assert_eq!(reply(answer.unwrap()).await.each("tenantId"), [TENANT]);
}

#[tokio::test]
async fn every_request_names_a_version() {
    let rest = start().await;
    for path in ["/subscriptions", "/tenants?api-version=", "/subscriptions/x/resourcegroups", "/metadata/endpoints"] {
        let answer = rest.get(path).await;
        assert_eq!(answer.code(), (400, "MissingApiVersionParameter"), "{path}");
        assert_eq!(answer.message(), "The api-version query parameter (?api-version=) is required for all requests.");
    }
    assert_eq!(rest.get("/subscriptions?api-version=newest").await.code(), (400, "InvalidApiVersionParameter"));
    let unknown = rest.get(&at(&identity("deployer-identity"), "2019-01-01")).await;
    assert_eq!(unknown.code(), (400, "NoRegisteredProviderFound"));
    let early = rest.get(&credential("deployer-identity", "github-main", "2018-11-30")).await;
    assert_eq!(early.code(), (400, "NoRegisteredProviderFound"));
    for version in VERSIONS {
        let found = rest.get(&credential("deployer-identity", "github-main", version)).await;
        assert_eq!((found.status, found.text("name")), (200, "github-main"), "{version}");
    }
}

#[tokio::test]
async fn subscriptions_of_the_callers_tenant_are_shown() {
    let rest = Rest::start(|settings| {
        settings.directory.subscriptions.push(SubscriptionDocument {
            id: "fed1e500-0000-4000-8000-0000000000f2".to_owned(),
            tenant_id: Some("fed1e500-0000-4000-8000-000000000002".to_owned()),
            ..SubscriptionDocument::default()
        });
    })
    .await;
    let all = rest.get("/subscriptions?api-version=2022-12-01").await;
    assert_eq!(all.each("subscriptionId"), [SUBSCRIPTION]);
    assert_eq!((all.body["count"]["value"].clone(), all.each("state")), (json!(1), vec!["Enabled".to_owned()]));
    assert_eq!(
        rest.get(&format!("/subscriptions/{}?api-version=2022-12-01", SUBSCRIPTION.to_uppercase())).await.status,
        200
    );
    for other in ["fed1e500-0000-4000-8000-0000000000f2", "x"] {
        let answer = rest.get(&format!("/subscriptions/{other}/resourcegroups?api-version=2022-12-01")).await;
        assert_eq!(answer.code(), (404, "SubscriptionNotFound"), "{other}");
    }
    assert_eq!(rest.send("DELETE", "/subscriptions?api-version=2022-12-01", Value::Null).await.status, 405);
    assert_eq!(
        rest.get(&at("providers/Microsoft.Storage", "2022-12-01")).await.text("registrationState"),
        "Registered"
    );
    assert_eq!(
        rest.send("POST", &at("providers/Microsoft.Storage/register", "2022-12-01"), Value::Null).await.status,
        200
    );
    assert!(rest.get(&at("locations", "2022-12-01")).await.each("name").contains(&"westeurope".to_owned()));
}

#[tokio::test]
async fn unknown_resources_are_told_apart() {
    let rest = start().await;
    for (path, status, code) in [
        ("providers/Microsoft.Compute/virtualMachines", 404, "InvalidResourceType"),
        ("resourcegroups/emulated/providers/Microsoft.Compute/virtualMachines/x", 404, "InvalidResourceType"),
        ("resourcegroups/nowhere", 404, "ResourceGroupNotFound"),
        ("something", 404, "InvalidResourcePath"),
        (
            "resourcegroups/nowhere/providers/Microsoft.ManagedIdentity/userAssignedIdentities",
            404,
            "ResourceGroupNotFound",
        ),
    ] {
        assert_eq!(rest.get(&at(path, "2024-11-30")).await.code(), (status, code), "{path}");
    }
    let missing = rest.get(&at(&identity("nobody"), "2024-11-30")).await;
    assert_eq!(missing.code(), (404, "ResourceNotFound"));
    assert_eq!(
        missing.message(),
        "The Resource 'Microsoft.ManagedIdentity/userAssignedIdentities/nobody' under resource group 'emulated' was not \
         found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
    );
}

#[tokio::test]
async fn a_resource_group_goes_with_what_is_in_it() {
    let rest = start().await;
    let path = at("resourcegroups/g-1", "2024-07-01");
    assert_eq!(rest.send("HEAD", &path, Value::Null).await.status, 404);
    assert_eq!(rest.send("PUT", &path, json!({})).await.code(), (400, "LocationRequired"));
    let created = rest.send("PUT", &path, json!({"location": "West Europe", "tags": {"a": "b"}})).await;
    assert_eq!((created.status, created.text("location")), (201, "westeurope"));
    assert_eq!(rest.send("PUT", &path, json!({"location": "westeurope"})).await.status, 200);
    assert_eq!(rest.get(&path).await.body["tags"], json!({}));
    let moved = rest.send("PUT", &path, json!({"location": "eastus"})).await;
    assert_eq!(moved.code(), (409, "InvalidResourceGroupLocation"));
    assert_eq!(rest.send("PUT", &path, json!({"location": 1})).await.code(), (400, "InvalidRequestContent"));
    assert_eq!(
        rest.send("PUT", &at("resourcegroups/a%20b", "2024-07-01"), json!({"location": "eastus"})).await.status,
        400
    );
    assert_eq!(rest.get(&at("resourcegroups", "2024-07-01")).await.each("name"), ["g-1", "emulated"]);
    let inside = at("resourceGroups/G-1/providers/microsoft.managedidentity/userassignedidentities/own", "2024-11-30");
    let own = rest.send("PUT", &inside, json!({"location": "westeurope"})).await;
    assert_eq!(own.status, 201, "{own:?}");
    assert_eq!(rest.get(&at("resourcegroups/g-1/resources", "2024-07-01")).await.each("name"), ["own"]);
    assert_eq!(rest.send("HEAD", &path, Value::Null).await.status, 204);
    assert_eq!(rest.send("DELETE", &path, Value::Null).await.status, 200);
    assert_eq!(rest.get(&inside).await.status, 404);
    assert_eq!(rest.send("DELETE", &path, Value::Null).await.code(), (404, "ResourceGroupNotFound"));
}

#[tokio::test]
async fn an_identity_lives_from_creation_to_deletion() {
    let rest = start().await;
    let path = at(&identity("own"), "2024-11-30");
    assert_eq!(rest.send("PUT", &path, json!({})).await.code(), (400, "LocationRequired"));
    let body = json!({"location": "North Europe", "tags": {"a": "b"}, "properties": {"isolationScope": "Regional"}});
    let created = rest.send("PUT", &path, body).await;
    assert_eq!(created.status, 201);
    let expected = format!(
        "/subscriptions/{SUBSCRIPTION}/resourcegroups/emulated/providers/Microsoft.ManagedIdentity/userAssignedIdentities/own"
    );
    assert_eq!((created.text("id"), created.text("location")), (expected.as_str(), "northeurope"));
    let ids = created.body["properties"].clone();
    assert_eq!((&ids["tenantId"], &ids["isolationScope"]), (&json!(TENANT), &json!("Regional")));
    let principal = rest.get(&format!("/v1.0/servicePrincipals/{}", ids["principalId"].as_str().unwrap())).await;
    assert_eq!(principal.body["appId"], ids["clientId"], "Graph knows it at once");
    let moved = rest.send("PUT", &path, json!({"location": "eastus"})).await;
    assert_eq!(moved.code(), (409, "InvalidResourceLocation"));
    let sent = json!({"location": "northeurope", "properties": {"clientId": "x"}});
    let again = rest.send("PUT", &path, sent).await;
    assert_eq!((again.status, &again.body["properties"]["clientId"]), (200, &ids["clientId"]));
    assert_eq!(again.body["tags"], json!({}));
    assert_eq!(rest.send("PATCH", &path, json!({"tags": {"c": "d"}})).await.body["tags"], json!({"c": "d"}));
    assert_eq!(rest.send("PATCH", &path, json!({"tags": {"c": 1}})).await.code(), (400, "InvalidRequestContent"));
    let in_group =
        at("resourcegroups/emulated/providers/Microsoft.ManagedIdentity/userAssignedIdentities", "2024-11-30");
    assert_eq!(
        rest.get(&in_group).await.each("name"),
        ["deployer-identity", "own"],
        "system-assigned ones are elsewhere"
    );
    let everywhere = at("providers/Microsoft.ManagedIdentity/userAssignedIdentities", "2018-11-30");
    assert_eq!(rest.get(&everywhere).await.each("name").len(), 2);
    assert_eq!(rest.send("DELETE", &path, Value::Null).await.status, 200);
    assert_eq!(rest.send("DELETE", &path, Value::Null).await.status, 204);
    assert_eq!(rest.send("PATCH", &path, json!({})).await.status, 404);
    assert_eq!(rest.send("PUT", &at(&identity("x."), "2024-11-30"), json!({"location": "eastus"})).await.status, 400);
}

#[tokio::test]
async fn a_credential_lives_from_creation_to_deletion() {
    let rest = start().await;
    new_identity(&rest, "own").await;
    for version in VERSIONS {
        let path = credential("own", "github-main", version);
        let created = rest.send("PUT", &path, properties("repo:contoso/app")).await;
        assert_eq!(created.status, 201, "{version}: {created:?}");
        assert_eq!(
            created.text("type"),
            "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials"
        );
        assert!(created.text("id").ends_with("/userAssignedIdentities/own/federatedIdentityCredentials/github-main"));
        assert_eq!(created.body["properties"], github("repo:contoso/app"));
        let again = rest.send("PUT", &path, properties("repo:contoso/other")).await;
        assert_eq!((again.status, &again.body["properties"]["subject"]), (200, &json!("repo:contoso/other")));
        assert_eq!(rest.get(&path).await.body, again.body);
        assert_eq!(rest.send("DELETE", &path, Value::Null).await.status, 200);
        assert_eq!(rest.send("DELETE", &path, Value::Null).await.status, 204);
        assert_eq!(rest.get(&path).await.status, 404);
    }
}

#[tokio::test]
async fn credentials_are_listed_page_by_page() {
    let rest = start().await;
    new_identity(&rest, "own").await;
    for number in 0..20 {
        let answer = rest
            .send("PUT", &credential("own", &format!("one-{number}"), "2024-11-30"), properties(&format!("s{number}")))
            .await;
        assert_eq!(answer.status, 201, "{number}");
    }
    let full = rest.send("PUT", &credential("own", "one-20", "2024-11-30"), properties("s20")).await;
    assert!(full.status == 400 && full.message().contains("20"), "{full:?}");
    assert_eq!(rest.send("PUT", &credential("own", "one-3", "2024-11-30"), properties("new")).await.status, 200);
    let mut next = format!("{}&$top=8", credential("own", "", "2024-11-30").replace("Credentials/?", "Credentials?"));
    let mut sizes = Vec::new();
    while !next.is_empty() {
        let page = rest.get(&next).await;
        sizes.push(page.each("name").len());
        next = page.text("nextLink").to_owned();
    }
    assert_eq!(sizes, [8, 8, 4]);
}

#[tokio::test]
async fn a_credential_that_arm_does_not_take_is_refused() {
    let rest = start().await;
    new_identity(&rest, "own").await;
    let path = credential("own", "good", "2024-11-30");
    let format = "The request format was unexpected. Federated Identity Credential must specify 'issuer', 'subject' and \
                  'audience'.";
    let one = "Federated identity credentials must have exactly 1 audience.";
    for (body, message) in [
        (json!({}), "Federated Identity Credential from HTTP body has empty properties"),
        (json!({"properties": {}}), "Federated Identity Credential from HTTP body has empty properties"),
        (json!({"properties": null}), "Federated Identity Credential from HTTP body has empty properties"),
        (with("s", "issuer", Value::Null), format),
        (with("s", "subject", Value::Null), format),
        (with("s", "subject", json!("")), format),
        (with("s", "audiences", json!([])), one),
        (with("s", "audiences", Value::Null), one),
        (with("s", "audiences", json!(["a", "b"])), one),
    ] {
        let answer = rest.send("PUT", &path, body.clone()).await;
        assert_eq!((answer.status, answer.message()), (400, message), "{body}");
    }
    for (body, says) in [
        (json!({"properties": []}), "'properties' must be an object"),
        (with("s", "issuer", json!(1)), "'properties.issuer' must be a string, not a number"),
        (with("s", "audiences", json!("a")), "'properties.audiences' must be an array"),
        (with("s", "audiences", json!([1])), "'properties.audiences' must be an array of strings"),
        (with("s", "issuer", json!("github")), "'issuer' must be an absolute URL"),
        (with(&"s".repeat(601), "x", Value::Null), "'subject' must not exceed 600"),
    ] {
        let answer = rest.send("PUT", &path, body.clone()).await;
        assert!(answer.status == 400 && answer.message().contains(says), "{says}: {answer:?}");
    }
    for name in ["a", "two%20words", "-abc", &"a".repeat(121)] {
        let answer = rest.send("PUT", &credential("own", name, "2024-11-30"), properties("s")).await;
        let shown = name.replace("%20", " ");
        assert_eq!(answer.message(), format!("Federated Identity Credential name '{shown}' is invalid."));
    }
    let orphan = rest.send("PUT", &credential("nobody", "good", "2024-11-30"), properties("s")).await;
    assert_eq!((orphan.status, orphan.message()), (404, "The parent user-assigned identity doesn't exist."));
    assert_eq!(rest.send("PUT", &path, properties("s")).await.status, 201);
    let twin = rest.send("PUT", &credential("own", "twin", "2024-11-30"), properties("s")).await;
    assert_eq!(
        (twin.status, twin.message()),
        (400, "Issuer and subject combination already exists for this Managed Identity.")
    );
    let broken = rest.request("PUT", &path).bearer_auth(&rest.token).body("{\"properties\":");
    assert_eq!(reply(broken.send().await.unwrap()).await.code(), (400, "InvalidRequestContent"));
    let large = rest.request("PUT", &path).bearer_auth(&rest.token).body("x".repeat(2 << 20));
    assert_eq!(reply(large.send().await.unwrap()).await.status, 413);
}

#[tokio::test]
async fn expressions_came_with_the_previews_of_2025() {
    let rest = start().await;
    new_identity(&rest, "own").await;
    let flexible = |value: &str| {
        let mut body = with("s", "claimsMatchingExpression", json!({"value": value, "languageVersion": 1}));
        body["properties"].as_object_mut().unwrap().remove("subject");
        body
    };
    let good = "claims['sub'] matches 'repo:contoso/*'";
    for version in VERSIONS {
        let expected = if version >= "2025-01-31" { 201 } else { 400 };
        let path = credential("own", "any-branch", version);
        assert_eq!(rest.send("PUT", &path, flexible(good)).await.status, expected, "{version}");
        rest.send("DELETE", &path, Value::Null).await;
    }
    let path = credential("own", "any-branch", "2026-05-31");
    assert_eq!(rest.send("PUT", &path, flexible("claims['sub'] matches repo:contoso/*")).await.status, 400);
    let both = with("s", "claimsMatchingExpression", json!({"value": good, "languageVersion": 1}));
    assert!(rest.send("PUT", &path, both).await.message().contains("Exactly one"));
    rest.send("PUT", &path, flexible(good)).await;
    assert_eq!(rest.get(&path).await.body["properties"]["claimsMatchingExpression"]["value"], good);
    assert!(rest.get(&path).await.body["properties"].get("subject").is_none());
    let earlier = rest.get(&credential("own", "any-branch", "2023-01-31")).await;
    assert!(earlier.status == 200 && earlier.body["properties"].get("claimsMatchingExpression").is_none());
}

#[tokio::test]
async fn a_credential_made_here_is_accepted_by_the_token_service() {
    let rest = start().await;
    let own = new_identity(&rest, "own").await;
    rest.send("PUT", &credential("own", "main", "2024-11-30"), properties("repo:contoso/own")).await;
    let time = crate::rest::now().as_second();
    let claims = json!({"iss": "https://token.actions.githubusercontent.com", "sub": "repo:contoso/own", "jti": "1",
        "aud": "api://AzureADTokenExchange", "iat": time, "nbf": time, "exp": time + 300});
    let assertion = rest.running.emulator.sign_as_issuer(serde_json::Map::new(), claims.as_object().unwrap());
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", own["properties"]["clientId"].as_str().unwrap()),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", &assertion),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let token = rest.post_form(&form).await;
    assert_eq!(token.status, 200, "{token:?}");
    let claims = fedlens_token::decode(token.text("access_token")).claims.unwrap();
    assert_eq!(claims.text("oid"), own["properties"]["principalId"].as_str());
    assert_eq!(claims.text("xms_mirid"), own["id"].as_str());
    rest.send("DELETE", &at(&identity("own"), "2024-11-30"), Value::Null).await;
    assert_ne!(rest.post_form(&form).await.status, 200);
}

#[tokio::test]
async fn a_fault_is_answered_in_arms_words() {
    let rest = Rest::start(|settings| settings.faults = vec!["arm:503".parse::<Fault>().unwrap()]).await;
    for path in ["/metadata/endpoints?api-version=2022-09-01", "/subscriptions?api-version=2022-12-01"] {
        let answer = rest.get(path).await;
        assert_eq!(answer.code(), (503, "ServiceUnavailable"), "{path}");
        assert_eq!(answer.headers["retry-after"], "1");
    }
    assert_eq!(rest.get("/v1.0/organization").await.status, 200);
}

#[tokio::test]
async fn ids_of_a_request_come_back() {
    let rest = start().await;
    let id = "6d1b2c3d-0000-4000-8000-000000000042";
    let headers = [
        ("x-ms-client-request-id", id),
        ("x-ms-return-client-request-id", "true"),
        ("x-ms-correlation-request-id", id),
    ];
    let answer = rest.send_with("GET", "/tenants?api-version=2022-12-01", Value::Null, &headers).await;
    assert_eq!(
        (&answer.headers["x-ms-client-request-id"], &answer.headers["x-ms-correlation-request-id"]),
        (&id.parse().unwrap(), &id.parse().unwrap())
    );
    assert!(answer.headers.contains_key("x-ms-request-id"));
    assert!(!rest.get("/tenants?api-version=2022-12-01").await.headers.contains_key("x-ms-client-request-id"));
}

#[tokio::test]
async fn what_was_made_survives_the_end_of_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let kept = |settings: &mut fedlens_emulator::Settings| settings.data = Some(folder.path().to_owned());
    let rest = Rest::start(kept).await;
    let group = at("resourcegroups/g-1", "2024-07-01");
    let inside = "resourcegroups/g-1/providers/Microsoft.ManagedIdentity/userAssignedIdentities/own";
    rest.send("PUT", &group, json!({"location": "eastus", "tags": {"a": "b"}})).await;
    rest.send("PUT", &at("resourcegroups/gone", "2024-07-01"), json!({"location": "eastus"})).await;
    rest.send("DELETE", &at("resourcegroups/gone", "2024-07-01"), Value::Null).await;
    let body = json!({"location": "eastus", "properties": {"isolationScope": "Regional"}});
    let made = rest.send("PUT", &at(inside, "2024-11-30"), body).await;
    rest.send("PUT", &credential("deployer-identity", "new", "2024-11-30"), properties("new")).await;
    let application = rest.send("POST", "/v1.0/applications", json!({"displayName": "web", "notes": "n"})).await;
    let principal = json!({"appId": application.body["appId"], "tags": ["t"]});
    let principal = rest.send("POST", "/v1.0/servicePrincipals", principal).await;
    rest.running.shut_down().await;
    let again = Rest::start(kept).await;
    assert_eq!(again.get(&group).await.body["tags"], json!({"a": "b"}));
    assert_eq!(again.get(&at("resourcegroups", "2024-07-01")).await.each("name"), ["g-1", "emulated"]);
    assert_eq!(again.get(&at(inside, "2024-11-30")).await.body, made.body);
    assert_eq!(again.get(&credential("deployer-identity", "new", "2024-11-30")).await.status, 200);
    let shown = again.get(&format!("/v1.0/applications/{}", application.text("id"))).await;
    assert_eq!((shown.text("notes"), shown.text("createdDateTime")), ("n", "2026-06-01T12:00:00Z"));
    let shown = again.get(&format!("/v1.0/servicePrincipals/{}", principal.text("id"))).await;
    assert_eq!(shown.body["tags"], json!(["t"]));
}
