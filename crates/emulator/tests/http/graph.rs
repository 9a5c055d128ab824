//! Microsoft Graph over HTTPS.

use crate::rest::{DEPLOYER, Reply, Rest, TENANT, bad_tokens, github, reply};
use fedlens_emulator::{ApplicationDocument, Fault};
use serde_json::{Value, json};

const AZURE_CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const IDENTITY: &str = "fed1e500-0000-4000-8000-0000000000b1";

async fn start() -> Rest {
    Rest::start(|_| {}).await
}

async fn new_application(rest: &Rest, name: &str) -> (String, String) {
    let created = rest.send("POST", "/v1.0/applications", json!({"displayName": name})).await;
    assert_eq!(created.status, 201, "{created:?}");
    (created.text("id").to_owned(), created.text("appId").to_owned())
}

/// A named credential.
fn named(name: &str, subject: &str) -> Value {
    let mut credential = github(subject);
    credential["name"] = json!(name);
    credential
}

fn with(mut credential: Value, property: &str, value: Value) -> Value {
    credential[property] = value;
    credential
}

#[tokio::test]
async fn only_a_token_of_this_emulator_opens_it() {
    let rest = start().await;
    for (header, why) in bad_tokens(&rest) {
        let mut request = rest.request("GET", "/v1.0/applications");
        if let Some(header) = &header {
            request = request.header("authorization", header);
        }
        let answer = reply(request.send().await.unwrap()).await;
        assert_eq!(answer.code(), (401, "InvalidAuthenticationToken"), "{why}");
        assert!(answer.headers.contains_key("www-authenticate"), "{why}");
    }
    for audience in ["https://graph.microsoft.com/", "00000003-0000-0000-c000-000000000000"] {
        let token = rest.sign_in(DEPLOYER, "emulated-secret", audience.trim_end_matches('/')).await;
        let answer = rest.request("GET", "/v1.0/organization").bearer_auth(token.text("access_token")).send().await;
        assert_eq!(answer.unwrap().status(), 200, "{audience}");
    }
}

#[tokio::test]
async fn an_error_carries_the_ids_of_its_request() {
    let rest = start().await;
    let id = "6d1b2c3d-0000-4000-8000-000000000042";
    let answer = rest.send_with("GET", "/v1.0/applications/x", Value::Null, &[("client-request-id", id)]).await;
    assert_eq!(answer.code(), (404, "Request_ResourceNotFound"));
    assert_eq!(
        answer.message(),
        "Resource 'x' does not exist or one of its queried reference-property objects are not present."
    );
    let inner = &answer.body["error"]["innerError"];
    assert_eq!(inner["client-request-id"], id);
    assert_eq!(inner["date"], "2026-06-01T12:00:00");
    assert_eq!(inner["request-id"], answer.headers["request-id"].to_str().unwrap());
    assert_eq!(answer.headers["client-request-id"], id);
    let plain = rest.get("/v1.0/applications/x").await;
    assert_eq!(plain.headers["client-request-id"], plain.headers["request-id"]);
}

#[tokio::test]
async fn an_application_lives_from_creation_to_deletion() {
    let rest = start().await;
    let body = json!({
        "displayName": "web", "keyCredentials": [], "web": {"redirectUris": ["https://a.example"]}, "notes": "n",
        "api": {"requestedAccessTokenVersion": 2, "oauth2PermissionScopes": [{"value": "read"}]},
    });
    let created = rest.send("POST", "/v1.0/applications", body).await;
    assert_eq!(created.status, 201);
    let (id, app_id) = (created.text("id"), created.text("appId"));
    assert!(created.text("@odata.context").ends_with("/v1.0/$metadata#applications/$entity"), "{created:?}");
    assert!(created.headers["location"].to_str().unwrap().ends_with(&format!("/v1.0/applications/{id}")));
    assert_eq!(created.body["api"]["requestedAccessTokenVersion"], 2);
    let change = json!({"web": {"homePageUrl": "https://b.example"}, "notes": null, "identifierUris": ["api://web"],
        "api": {"requestedAccessTokenVersion": null}, "isDisabled": true});
    assert_eq!(rest.send("PATCH", &format!("/v1.0/applications(appId='{app_id}')"), change).await.status, 204);
    for path in [format!("/v1.0/applications/{id}"), format!("/beta/Applications(appid='{}')", app_id.to_uppercase())] {
        let shown = rest.get(&path).await.body;
        assert_eq!(shown["web"]["redirectUris"], json!(["https://a.example"]), "{path}");
        assert_eq!(shown["web"]["homePageUrl"], "https://b.example");
        assert_eq!(shown["api"]["oauth2PermissionScopes"][0]["value"], "read");
        assert_eq!((&shown["notes"], &shown["isDisabled"]), (&Value::Null, &json!(true)));
        assert_eq!(shown["api"]["requestedAccessTokenVersion"], Value::Null);
    }
    assert_eq!(rest.send("DELETE", &format!("/v1.0/applications/{id}"), Value::Null).await.status, 204);
    assert_eq!(rest.get(&format!("/v1.0/applications/{id}")).await.status, 404);
    assert_eq!(rest.send("DELETE", &format!("/v1.0/applications/{id}"), Value::Null).await.status, 404);
}

#[tokio::test]
async fn what_cannot_be_set_of_an_application_is_refused_by_name() {
    let rest = start().await;
    let (id, app_id) = new_application(&rest, "web").await;
    let path = format!("/v1.0/applications/{id}");
    for (body, names) in [
        (json!({"displayName": 7}), "'displayName' must be a string, not a number"),
        (json!({"displayName": ""}), "'displayName'"),
        (json!({"displayName": "n".repeat(257)}), "'displayName'"),
        (json!({"identifierUris": "api://x"}), "'identifierUris' must be an array"),
        (json!({"identifierUris": [null]}), "'identifierUris' must be a string, not null"),
        (json!({"identifierUris": ["api://orders"]}), "identifierUris already exists"),
        (json!({"isFallbackPublicClient": "yes"}), "'isFallbackPublicClient' must be a boolean"),
        (json!({"signInAudience": "Everyone"}), "'signInAudience'"),
        (json!({"api": []}), "'api' must be an object"),
        (json!({"api": {"requestedAccessTokenVersion": 3}}), "'api.requestedAccessTokenVersion'"),
        (json!({"appRoles": [{"value": "a"}, {"value": "a"}]}), "'appRoles'"),
        (json!({"keyCredentials": [{"key": "AAAA"}]}), "X.509"),
        (json!({"keyCredentials": [{"keyId": "x"}]}), "names no certificate"),
        (json!({"passwordCredentials": [{"displayName": "new"}]}), "addPassword"),
        (json!({"appId": "other"}), "'appId' is read-only"),
    ] {
        let answer = rest.send("PATCH", &path, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}: {answer:?}");
        assert!(answer.message().contains(names), "{body}: {}", answer.message());
    }
    assert_eq!(rest.send("PATCH", &path, json!({"appId": app_id, "@odata.type": "#x"})).await.status, 204);
    assert_eq!(rest.send("POST", "/v1.0/applications", json!({})).await.status, 400);
    assert_eq!(rest.get(&path).await.text("displayName"), "web");
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused() {
    let rest = start().await;
    for body in ["", "{", "[]", "\"x\"", "{\"displayName\": \"a\",}"] {
        let request = rest.request("POST", "/v1.0/applications").bearer_auth(&rest.token).body(body);
        let answer = reply(request.send().await.unwrap()).await;
        assert_eq!(answer.code(), (400, "BadRequest"), "{body}");
        assert!(answer.message().starts_with("Unable to read JSON request payload."), "{body}");
    }
    let large = rest.request("POST", "/v1.0/applications").bearer_auth(&rest.token).body("x".repeat(2 << 20));
    assert_eq!(reply(large.send().await.unwrap()).await.code(), (413, "RequestEntityTooLarge"));
}

#[tokio::test]
async fn paths_and_methods_that_do_not_exist_are_told_apart() {
    let rest = start().await;
    for (path, segment) in [
        ("/v1.0/groups", "groups"),
        ("/beta/applications/x/y/z", "z"),
        ("/v1.0/organization/x/branding", "branding"),
        ("/v1.0", ""),
        ("/v1.0/", ""),
    ] {
        let path = path.replace("applications/x", &format!("applications(appId='{DEPLOYER}')"));
        let answer = rest.get(&path).await;
        assert_eq!(answer.code(), (400, "BadRequest"), "{path}");
        assert_eq!(answer.message(), format!("Resource not found for the segment '{segment}'."));
    }
    for (method, path) in [
        ("PUT", "/v1.0/applications".to_owned()),
        ("DELETE", "/v1.0/servicePrincipals".to_owned()),
        ("GET", format!("/v1.0/applications(appId='{DEPLOYER}')/addPassword")),
        ("PUT", format!("/v1.0/applications(appId='{DEPLOYER}')/federatedIdentityCredentials/github-main")),
        ("POST", "/v1.0/organization".to_owned()),
    ] {
        assert_eq!(rest.send(method, &path, json!({})).await.status, 405, "{method} {path}");
    }
    assert_eq!(rest.get(&format!("/v1.0/applications(objectId='{DEPLOYER}')")).await.status, 400);
    assert_eq!(rest.get(&format!("/v1.0/{TENANT}/applications")).await.status, 200, "as older clients name the tenant");
}

#[tokio::test]
async fn lists_are_filtered_chosen_from_and_paged() {
    let rest = start().await;
    for number in 0..5 {
        new_application(&rest, &format!("it's {number}")).await;
    }
    let names =
        |filter: &str| format!("/v1.0/applications?$filter={}", filter.replace(' ', "%20").replace('\'', "%27"));
    let found = |answer: &Reply| answer.each("displayName").len();
    assert_eq!(found(&rest.get(&names("startswith(displayName,'it''s ')")).await), 5);
    assert_eq!(found(&rest.get(&names(&format!("appId eq '{DEPLOYER}'"))).await), 1);
    assert_eq!(found(&rest.get("/v1.0/applications?$filter=displayName+eq+'deployer'+and+appId+ne+'x'").await), 1);
    assert_eq!(found(&rest.get(&names("identifierUris/any(s:s eq 'api://deployer')")).await), 1);
    assert_eq!(found(&rest.get(&names("displayName eq 'nobody' or displayName eq 'deployer'")).await), 1);
    let wrong = rest.get(&names("displayName like 'x'")).await;
    assert_eq!(wrong.code(), (400, "BadRequest"));
    assert!(wrong.message().starts_with("Invalid filter clause"), "{}", wrong.message());
    let mut next =
        "/v1.0/applications?$top=3&$select=id,displayName&$count=true&$filter=startswith(displayName,'it')".to_owned();
    let mut seen = Vec::new();
    while !next.is_empty() {
        let page = rest.get(&next).await;
        assert_eq!(page.body["@odata.count"], 5, "{page:?}");
        assert!(page.body["value"].as_array().unwrap().iter().all(|one| one.as_object().unwrap().len() == 2));
        seen.extend(page.each("displayName"));
        next = page.text("@odata.nextLink").to_owned();
    }
    assert_eq!(seen, ["it's 0", "it's 1", "it's 2", "it's 3", "it's 4"]);
    assert_eq!(rest.get("/v1.0/applications/$count").await.body, json!(8));
    assert_eq!(rest.get("/v1.0/applications?$top=0").await.status, 400);
}

#[tokio::test]
async fn a_tenant_sees_its_own_objects_only() {
    let rest = Rest::start(|settings| {
        let other = "fed1e500-0000-4000-8000-000000000002";
        settings.directory.applications.push(ApplicationDocument {
            app_id: "fed1e500-0000-4000-8000-0000000000aa".to_owned(),
            display_name: Some("foreign".to_owned()),
            tenant_id: Some(other.to_owned()),
            ..ApplicationDocument::default()
        });
    })
    .await;
    let foreign = "(appId='fed1e500-0000-4000-8000-0000000000aa')";
    assert!(!rest.get("/v1.0/applications").await.each("displayName").contains(&"foreign".to_owned()));
    for set in ["applications", "servicePrincipals"] {
        assert_eq!(rest.get(&format!("/v1.0/{set}{foreign}")).await.status, 404, "{set}");
        assert_eq!(rest.send("PATCH", &format!("/v1.0/{set}{foreign}"), json!({"notes": "x"})).await.status, 404);
    }
    let body = json!({"appId": "fed1e500-0000-4000-8000-0000000000aa"});
    assert_eq!(rest.send("POST", "/v1.0/servicePrincipals", body).await.status, 400);
}

#[tokio::test]
async fn a_secret_is_shown_once_and_signs_in_until_it_is_removed() {
    let rest = start().await;
    let (id, app_id) = new_application(&rest, "web").await;
    rest.send("POST", "/v1.0/servicePrincipals", json!({"appId": app_id})).await;
    let path = format!("/v1.0/applications/{id}");
    let wish = json!({"passwordCredential": {"displayName": "ci", "endDateTime": "2027-01-01T00:00:00Z"}});
    let added = rest.send("POST", &format!("{path}/addPassword"), wish).await;
    assert_eq!((added.status, added.text("endDateTime")), (200, "2027-01-01T00:00:00Z"));
    let secret = added.text("secretText");
    assert!(secret.len() >= 32 && secret.starts_with(added.text("hint")));
    let shown = rest.get(&path).await;
    assert_eq!(shown.body["passwordCredentials"][0]["keyId"], added.body["keyId"]);
    assert!(!shown.body.to_string().contains(secret));
    let origin = rest.running.origin();
    assert_eq!(rest.sign_in(&app_id, secret, &origin).await.status, 200);
    let remove = json!({"keyId": added.body["keyId"]});
    assert_eq!(rest.send("POST", &format!("{path}/removePassword"), remove.clone()).await.status, 204);
    assert_eq!(rest.send("POST", &format!("{path}/removePassword"), remove).await.status, 400);
    assert_eq!(rest.sign_in(&app_id, secret, &origin).await.body["error_codes"], json!([7_000_215]));
    for wrong in [
        json!({"passwordCredential": 1}),
        json!({"passwordCredential": {"endDateTime": "soon"}}),
        json!({"passwordCredential": {"endDateTime": "2020-01-01T00:00:00Z"}}),
    ] {
        assert_eq!(rest.send("POST", &format!("{path}/addPassword"), wrong.clone()).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn certificates_are_replaced_as_a_list() {
    let rest = start().await;
    let (id, _) = new_application(&rest, "web").await;
    let path = format!("/v1.0/applications/{id}");
    let jwks = rest.get(&format!("/{TENANT}/discovery/v2.0/keys")).await;
    let der = jwks.body["keys"][0]["x5c"][0].as_str().unwrap().to_owned();
    let key = |key: &str| json!({"type": "AsymmetricX509Cert", "usage": "Verify", "key": key, "displayName": "c"});
    assert_eq!(rest.send("PATCH", &path, json!({"keyCredentials": [key(&der)]})).await.status, 204);
    let shown = rest.get(&path).await.body["keyCredentials"].clone();
    assert_eq!((&shown[0]["type"], &shown[0]["key"]), (&json!("AsymmetricX509Cert"), &Value::Null));
    assert_eq!(shown[0]["customKeyIdentifier"].as_str().unwrap().len(), 40);
    let both = json!({"keyCredentials": [shown[0], key(&der)]});
    assert_eq!(rest.send("PATCH", &path, both).await.status, 204, "an entry that is kept comes without its key");
    assert_eq!(rest.get(&path).await.body["keyCredentials"].as_array().unwrap().len(), 2);
    assert_eq!(rest.send("PATCH", &path, json!({"keyCredentials": []})).await.status, 204);
    assert_eq!(rest.get(&path).await.body["keyCredentials"], json!([]));
}

#[tokio::test]
async fn a_credential_is_reached_by_id_and_by_name() {
    let rest = start().await;
    let (id, _) = new_application(&rest, "web").await;
    let path = format!("/v1.0/applications/{id}/federatedIdentityCredentials");
    let created = rest.send("POST", &path, named("github-main", "repo:contoso/app:ref:refs/heads/x")).await;
    assert_eq!(created.status, 201, "{created:?}");
    assert_eq!((&created.body["description"], created.text("name")), (&Value::Null, "github-main"));
    let address = format!(
        "{}/v2/{TENANT}/directoryObjects/$/Microsoft.DirectoryServices.Application('{id}')/federatedIdentityCredentials/{}",
        rest.running.origin(),
        created.text("id")
    );
    assert_eq!(created.text("@odata.id"), address);
    assert!(
        created
            .text("@odata.context")
            .ends_with(&format!("/v1.0/$metadata#applications('{id}')/federatedIdentityCredentials/$entity"))
    );
    for key in [format!("/{}", created.text("id")), "/github-main".to_owned(), "(name='github-main')".to_owned()] {
        let shown = rest.get(&format!("{path}{key}")).await;
        assert_eq!((shown.status, shown.text("id")), (200, created.text("id")), "{key}");
        let change = json!({"description": key, "name": "github-main"});
        assert_eq!(rest.send("PATCH", &format!("{path}{key}"), change).await.status, 204, "{key}");
        assert_eq!(rest.get(&format!("{path}{key}")).await.text("description"), key);
    }
    assert_eq!(rest.get(&format!("{path}?$filter=subject eq 'repo:x'")).await.each("name").len(), 0);
    assert_eq!(rest.get(&format!("{path}?$filter=name eq 'github-main'")).await.each("name").len(), 1);
    assert_eq!(rest.send("DELETE", &format!("{path}/github-main"), Value::Null).await.status, 204);
    let missing = rest.get(&format!("{path}/github-main")).await;
    assert_eq!(missing.code(), (404, "Request_ResourceNotFound"));
    assert_eq!(rest.send("DELETE", &format!("{path}/github-main"), Value::Null).await.status, 404);
    let by_name = rest.get(&format!("{path}(name='github-main')")).await;
    assert_eq!(by_name.code(), (404, "Request_ResourceNotFound"));
    assert_eq!(by_name.message(), "FederatedIdentityCredential with name github-main not found.");
}

#[tokio::test]
async fn an_upsert_creates_what_is_missing_and_updates_what_is_not() {
    let rest = start().await;
    let (id, _) = new_application(&rest, "web").await;
    let path = format!("/v1.0/applications/{id}/federatedIdentityCredentials(name='ci-main')");
    let upsert = [("prefer", "return=minimal, create-if-missing")];
    assert_eq!(rest.send("PATCH", &path, github("a:b")).await.status, 404, "not without the header");
    let created = rest.send_with("PATCH", &path, github("a:b"), &upsert).await;
    assert_eq!((created.status, created.text("name"), created.text("subject")), (201, "ci-main", "a:b"));
    assert_eq!(rest.send_with("PATCH", &path, github("c:d"), &upsert).await.status, 204);
    assert_eq!(rest.get(&path).await.text("subject"), "c:d");
    let renamed = rest.send_with("PATCH", &path, json!({"name": "other"}), &upsert).await;
    assert_eq!(renamed.code(), (400, "InvalidFederatedIdentityCredentialValue"));
}

#[tokio::test]
async fn credentials_collide_by_name_and_by_issuer_and_subject() {
    let rest = start().await;
    let (id, _) = new_application(&rest, "web").await;
    let path = format!("/v1.0/applications/{id}/federatedIdentityCredentials");
    rest.send("POST", &path, named("one", "repo:contoso/app")).await;
    let name = rest.send("POST", &path, named("one", "repo:contoso/other")).await;
    assert_eq!(name.code(), (409, "Request_MultipleObjectsWithSameKeyValue"));
    assert_eq!(name.message(), "FederatedIdentityCredential with name one already exists.");
    let expected = "The combination of issuer and subject must be unique for the application. Issuer \
                    https://token.actions.githubusercontent.com and Subject: repo:contoso/app already exist. paramName: \
                    FederatedIdentityCredential.Subject, paramValue: repo:contoso/app, objectType: \
                    Microsoft.Online.DirectoryServices.Application";
    let twin = rest.send("POST", &path, named("two", "repo:contoso/app")).await;
    assert_eq!(twin.code(), (400, "InvalidFederatedIdentityCredentialValue"));
    assert_eq!(twin.message(), expected);
    assert_eq!(rest.send("POST", &path, named("two", "repo:Contoso/app")).await.status, 201, "letter case counts");
    let moved = rest.send("PATCH", &format!("{path}/two"), json!({"subject": "repo:contoso/app"})).await;
    assert_eq!((moved.status, moved.message()), (400, expected));
    let (other, _) = new_application(&rest, "other").await;
    let elsewhere = format!("/v1.0/applications/{other}/federatedIdentityCredentials");
    assert_eq!(rest.send("POST", &elsewhere, named("one", "repo:contoso/app")).await.status, 201);
}

#[tokio::test]
async fn twenty_credentials_are_the_most() {
    let rest = start().await;
    let (id, _) = new_application(&rest, "web").await;
    let path = format!("/beta/applications/{id}/federatedIdentityCredentials");
    for number in 0..20 {
        let answer = rest.send("POST", &path, named(&format!("one-{number}"), &format!("s{number}"))).await;
        assert_eq!(answer.status, 201, "{number}");
    }
    let answer = rest.send("POST", &path, named("one-20", "s20")).await;
    assert_eq!(answer.code(), (403, "Directory_QuotaExceeded"));
    assert_eq!(rest.send("DELETE", &format!("{path}/one-3"), Value::Null).await.status, 204);
    assert_eq!(rest.send("POST", &path, named("one-20", "s20")).await.status, 201);
}

#[tokio::test]
async fn a_credential_that_graph_does_not_take_is_refused() {
    let rest = start().await;
    let (id, _) = new_application(&rest, "web").await;
    let path = format!("/v1.0/applications/{id}/federatedIdentityCredentials");
    let good = named("good", "s");
    for (body, says) in [
        (with(good.clone(), "name", json!("two words")), "'name'"),
        (with(good.clone(), "name", json!("ab")), "'name'"),
        (with(good.clone(), "name", json!("-abc")), "'name'"),
        (with(good.clone(), "name", json!("a".repeat(121))), "'name'"),
        (with(good.clone(), "name", json!(7)), "'name' must be a string, not a number"),
        (with(good.clone(), "audiences", json!([])), "'audiences' must contain exactly one value"),
        (with(good.clone(), "audiences", json!(["a", "b"])), "'audiences' must contain exactly one value"),
        (with(good.clone(), "audiences", json!("a")), "'audiences' must be an array"),
        (with(good.clone(), "audiences", json!([""])), "'audiences' cannot be empty"),
        (with(good.clone(), "audiences", json!(["a".repeat(601)])), "'audiences' must not exceed 600"),
        (with(good.clone(), "issuer", json!("github")), "'issuer' must be an absolute URL"),
        (with(good.clone(), "issuer", Value::Null), "'issuer' cannot be empty"),
        (with(good.clone(), "issuer", json!(format!("https://{}", "a".repeat(600)))), "'issuer' must not exceed 600"),
        (with(good.clone(), "subject", Value::Null), "Property 'subject' cannot be empty."),
        (with(good.clone(), "subject", json!("")), "Property 'subject' cannot be empty."),
        (with(good.clone(), "subject", json!("a".repeat(601))), "'subject' must not exceed 600"),
        (with(good.clone(), "description", json!("a".repeat(601))), "'description' must not exceed 600"),
        (with(good.clone(), "claimsMatchingExpression", json!({})), "Invalid property 'claimsMatchingExpression'."),
        (with(good.clone(), "audience", json!("a")), "Invalid property 'audience'."),
        (github("s"), "Property 'name' cannot be empty."),
    ] {
        let answer = rest.send("POST", &path, body.clone()).await;
        assert_eq!(answer.status, 400, "{says}: {answer:?}");
        assert!(answer.message().contains(says), "{says}: {}", answer.message());
    }
    let long = with(good.clone(), "subject", json!("é".repeat(600)));
    assert_eq!(rest.send("POST", &path, long).await.status, 201, "characters count, not bytes");
    let unlikely = with(named("unlikely", "repo:contoso/*"), "audiences", json!(["anything"]));
    assert_eq!(rest.send("POST", &path, unlikely).await.status, 201, "what never matches is taken");
    let renamed = rest.send("PATCH", &format!("{path}/good"), json!({"name": "better"})).await;
    assert_eq!(renamed.status, 400);
    assert!(renamed.message().contains("immutable"), "{}", renamed.message());
}

#[tokio::test]
async fn expressions_are_a_matter_of_beta() {
    let rest = start().await;
    let (id, _) = new_application(&rest, "web").await;
    let set = format!("applications/{id}/federatedIdentityCredentials");
    let flexible = |value: &str| {
        let expression = json!({"value": value, "languageVersion": 1});
        with(with(named("any-branch", "s"), "subject", Value::Null), "claimsMatchingExpression", expression)
    };
    let good = "claims['sub'] matches 'repo:contoso/*'";
    let refused = rest.send("POST", &format!("/v1.0/{set}"), flexible(good)).await;
    assert_eq!((refused.status, refused.message()), (400, "Property 'subject' cannot be empty."));
    for (body, says) in [
        (flexible("claims['sub'] contains 'x'"), "contains"),
        (flexible("claims['ref'] eq 'x'"), "'ref'"),
        (with(flexible(good), "issuer", json!("https://issuer.example")), "issuer.example"),
        (with(flexible(good), "subject", json!("s")), "Exactly one"),
        (with(flexible(good), "claimsMatchingExpression", json!({"value": good, "languageVersion": 2})), "must be 1"),
        (with(flexible(good), "claimsMatchingExpression", json!({"value": good})), "'languageVersion' is required"),
        (with(flexible(good), "claimsMatchingExpression", json!(good)), "must be an object, not a string"),
        (with(flexible(good), "claimsMatchingExpression", Value::Null), "'subject' cannot be empty"),
    ] {
        let answer = rest.send("POST", &format!("/beta/{set}"), body.clone()).await;
        assert_eq!(answer.status, 400, "{says}: {answer:?}");
        assert!(answer.message().contains(says), "{says}: {}", answer.message());
    }
    let created = rest.send("POST", &format!("/beta/{set}"), flexible(good)).await;
    assert_eq!((created.status, &created.body["claimsMatchingExpression"]["value"]), (201, &json!(good)));
    let stable = rest.get(&format!("/v1.0/{set}/any-branch")).await;
    assert_eq!((stable.status, &stable.body["subject"]), (200, &Value::Null));
    assert!(stable.body.get("claimsMatchingExpression").is_none());
    assert_eq!(rest.send("PATCH", &format!("/v1.0/{set}/any-branch"), json!({"description": "d"})).await.status, 204);
    let classic = json!({"subject": "s", "claimsMatchingExpression": null});
    assert_eq!(rest.send("PATCH", &format!("/beta/{set}/any-branch"), classic).await.status, 204);
    assert_eq!(rest.get(&format!("/beta/{set}/any-branch")).await.text("subject"), "s");
}

#[tokio::test]
async fn a_credential_made_here_is_accepted_by_the_token_service() {
    let rest = start().await;
    let (id, app_id) = new_application(&rest, "web").await;
    let path = format!("/v1.0/applications/{id}/federatedIdentityCredentials");
    rest.send("POST", &path, named("main", "repo:contoso/web:ref:refs/heads/main")).await;
    let claims = json!({
        "iss": "https://token.actions.githubusercontent.com", "sub": "repo:contoso/web:ref:refs/heads/main",
        "aud": "api://AzureADTokenExchange", "jti": "1", "iat": crate::rest::now().as_second(), "nbf": crate::rest::now().as_second(),
        "exp": crate::rest::now().as_second() + 300,
    });
    let assertion = rest.running.emulator.sign_as_issuer(serde_json::Map::new(), claims.as_object().unwrap());
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", app_id.as_str()),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", &assertion),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    assert_eq!(rest.post_form(&form).await.body["error_codes"], json!([7_000_229]), "no service principal");
    rest.send("POST", "/v1.0/servicePrincipals", json!({"appId": app_id})).await;
    assert_eq!(rest.post_form(&form).await.status, 200);
    rest.send("PATCH", &format!("{path}/main"), json!({"subject": "repo:contoso/web:ref:refs/heads/x"})).await;
    assert_eq!(rest.post_form(&form).await.body["error_codes"], json!([700_213]));
    rest.send("DELETE", &format!("{path}/main"), Value::Null).await;
    assert_ne!(rest.post_form(&form).await.status, 200);
}

#[tokio::test]
async fn a_service_principal_comes_goes_and_is_switched_off() {
    let rest = start().await;
    let (_, app_id) = new_application(&rest, "web").await;
    let missing =
        rest.send("POST", "/v1.0/servicePrincipals", json!({"appId": "fed1e500-0000-4000-8000-0000000000ff"})).await;
    assert!(missing.status == 400 && missing.message().contains("does not reference a valid application object"));
    let body = json!({"appId": app_id, "accountEnabled": true, "tags": ["t"]});
    let created = rest.send("POST", "/v1.0/servicePrincipals", body.clone()).await;
    assert_eq!((created.status, created.text("servicePrincipalType")), (201, "Application"));
    let again = rest.send("POST", "/v1.0/servicePrincipals", body).await;
    assert_eq!(again.code(), (409, "Request_MultipleObjectsWithSameKeyValue"));
    let path = format!("/v1.0/servicePrincipals/{}", created.text("id"));
    let change = json!({"accountEnabled": false, "notes": "n", "preferredSingleSignOnMode": "saml"});
    assert_eq!(rest.send("PATCH", &path, change).await.status, 204);
    let shown = rest.get(&format!("/v1.0/servicePrincipals(appId='{app_id}')")).await;
    assert_eq!((&shown.body["accountEnabled"], &shown.body["tags"]), (&json!(false), &json!(["t"])));
    assert_eq!(shown.text("notes"), "n");
    let named = format!("/v1.0/servicePrincipals?$filter=servicePrincipalNames/any(c:c eq '{app_id}')");
    assert_eq!(rest.get(&named).await.each("id"), [created.text("id")]);
    assert_eq!(rest.get(&format!("{path}/owners")).await.body["value"], json!([]));
    assert_eq!(rest.send("DELETE", &path, Value::Null).await.status, 204);
    assert_eq!(rest.get(&path).await.status, 404);
    assert_eq!(rest.get(&format!("/v1.0/applications(appId='{app_id}')")).await.status, 200);
}

#[tokio::test]
async fn managed_identities_and_apis_are_service_principals_that_cannot_be_changed() {
    let rest = start().await;
    let identity = rest.get(&format!("/v1.0/servicePrincipals(appId='{IDENTITY}')")).await;
    assert_eq!(identity.text("servicePrincipalType"), "ManagedIdentity");
    assert_eq!(identity.text("id"), "fed1e500-0000-4000-8000-0000000000b2");
    assert_eq!(identity.body["alternativeNames"][0], "isExplicit=True");
    assert_eq!(rest.get(&format!("/v1.0/applications(appId='{IDENTITY}')")).await.status, 404);
    for app_id in [IDENTITY, "00000003-0000-0000-c000-000000000000"] {
        let path = format!("/v1.0/servicePrincipals(appId='{app_id}')");
        assert_eq!(rest.get(&path).await.status, 200);
        assert_eq!(rest.send("DELETE", &path, Value::Null).await.code(), (403, "Authorization_RequestDenied"));
        assert_eq!(rest.send("PATCH", &path, json!({"notes": "x"})).await.status, 403);
        assert_eq!(rest.send("POST", "/v1.0/servicePrincipals", json!({"appId": app_id})).await.status, 409);
    }
}

#[tokio::test]
async fn a_role_assignment_puts_roles_into_tokens_and_opens_what_asks_for_one() {
    let rest = start().await;
    let api = rest.get("/v1.0/servicePrincipals(appId='fed1e500-0000-4000-8000-0000000000a2')").await;
    let role = api.body["appRoles"][0]["id"].as_str().unwrap().to_owned();
    let (id, app_id) = new_application(&rest, "client").await;
    let client = rest.send("POST", "/v1.0/servicePrincipals", json!({"appId": app_id})).await;
    let secret = rest.send("POST", &format!("/v1.0/applications/{id}/addPassword"), Value::Null).await;
    let secret = secret.text("secretText");
    let api_path = format!("/v1.0/servicePrincipals/{}", api.text("id"));
    assert_eq!(rest.send("PATCH", &api_path, json!({"appRoleAssignmentRequired": true})).await.status, 204);
    let refused = rest.sign_in(&app_id, secret, "api://orders").await;
    assert_eq!(refused.body["error_codes"], json!([501_051]), "{refused:?}");
    let path = format!("/v1.0/servicePrincipals/{}/appRoleAssignments", client.text("id"));
    let body = |role: &str| json!({"principalId": client.body["id"], "resourceId": api.body["id"], "appRoleId": role});
    let created = rest.send("POST", &path, body(&role)).await;
    assert_eq!((created.status, created.text("resourceDisplayName")), (201, "orders-api"), "{created:?}");
    assert_eq!(rest.send("POST", &path, body(&role)).await.status, 400, "it exists");
    assert_eq!(rest.send("POST", &path, body(DEPLOYER)).await.status, 400, "no such role");
    let token = rest.sign_in(&app_id, secret, "api://orders").await;
    assert_eq!(roles(token.text("access_token")), json!(["Orders.Read"]));
    assert_eq!(rest.get(&path).await.each("id"), [created.text("id")]);
    let seen = rest.get(&format!("{api_path}/appRoleAssignedTo")).await;
    assert!(seen.each("principalDisplayName").contains(&"client".to_owned()) && seen.each("id").len() == 2, "{seen:?}");
    let one = format!("{api_path}/appRoleAssignedTo/{}", created.text("id"));
    assert_eq!(rest.get(&one).await.status, 200);
    assert_eq!(rest.send("DELETE", &one, Value::Null).await.status, 204);
    assert_eq!(rest.sign_in(&app_id, secret, "api://orders").await.status, refused.status);
    let without = body("00000000-0000-0000-0000-000000000000");
    assert_eq!(rest.send("POST", &path, without).await.status, 201);
    let token = rest.sign_in(&app_id, secret, "api://orders").await;
    assert_eq!(roles(token.text("access_token")), Value::Null, "access without a role");
    assert_eq!(rest.send("PATCH", &api_path, json!({"appRoleAssignmentRequired": false})).await.status, 204);
    assert_eq!(
        rest.send("DELETE", &format!("{path}/{}", rest.get(&path).await.each("id")[0]), Value::Null).await.status,
        204
    );
    assert_eq!(rest.sign_in(&app_id, secret, "api://orders").await.status, 200);
}

fn roles(token: &str) -> Value {
    let claims = fedlens_token::decode(token).claims.unwrap();
    claims.get("roles").cloned().unwrap_or_default()
}

#[tokio::test]
async fn an_identity_is_given_roles_too() {
    let rest = start().await;
    let api = rest.get("/v1.0/servicePrincipals(appId='fed1e500-0000-4000-8000-0000000000a2')").await;
    let identity = rest.get(&format!("/v1.0/servicePrincipals(appId='{IDENTITY}')")).await;
    let path = format!("/v1.0/servicePrincipals/{}/appRoleAssignedTo", api.text("id"));
    let body = json!({"principalId": identity.body["id"], "resourceId": api.body["id"], "appRoleId": api.body["appRoles"][0]["id"]});
    assert_eq!(rest.send("POST", &path, body).await.status, 201);
    let held = rest.get(&format!("/v1.0/servicePrincipals/{}/appRoleAssignments", identity.text("id"))).await;
    assert_eq!(held.each("resourceId"), [api.text("id")]);
}

#[tokio::test]
async fn me_is_for_users() {
    let rest = start().await;
    let refused = rest.get("/v1.0/me").await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.message(), "/me request is only valid with delegated authentication flow.");
    let scope = format!("{}/.default", rest.running.origin());
    let form = [
        ("grant_type", "password"),
        ("client_id", AZURE_CLI),
        ("username", "user@contoso.onmicrosoft.com"),
        ("password", "emulated-password"),
        ("scope", scope.as_str()),
    ];
    let token = rest.post_form(&form).await;
    let me = rest.request("GET", "/v1.0/me").bearer_auth(token.text("access_token")).send().await.unwrap();
    assert_eq!(reply(me).await.text("userPrincipalName"), "user@contoso.onmicrosoft.com");
    for key in
        ["user@contoso.onmicrosoft.com", "user%40contoso.onmicrosoft.com", "fed1e500-0000-4000-8000-0000000000d1"]
    {
        assert_eq!(rest.get(&format!("/v1.0/users/{key}")).await.text("displayName"), "A user", "{key}");
    }
    assert_eq!(
        rest.get("/v1.0/users?$filter=userPrincipalName eq 'USER@contoso.onmicrosoft.com'").await.each("id").len(),
        1
    );
    assert_eq!(rest.get("/v1.0/users/nobody@contoso.example").await.status, 404);
    assert_eq!(rest.send("POST", "/v1.0/users", json!({})).await.status, 403);
}

#[tokio::test]
async fn the_tenant_and_its_objects_are_shown() {
    let rest = start().await;
    let organization = rest.get("/v1.0/organization").await;
    assert_eq!(organization.each("id"), [TENANT]);
    assert_eq!(organization.body["value"][0]["verifiedDomains"][0]["name"], "contoso.onmicrosoft.com");
    assert_eq!(rest.get("/v1.0/domains").await.each("id").len(), 2);
    let application = rest.get(&format!("/v1.0/applications(appId='{DEPLOYER}')")).await;
    let ids = json!({"ids": [application.body["id"], "fed1e500-0000-4000-8000-0000000000B2", "fed1e500-0000-4000-8000-0000000000d1", "x"]});
    let found = rest.send("POST", "/v1.0/directoryObjects/getByIds", ids.clone()).await;
    let mut types = found.each("@odata.type");
    types.sort_unstable();
    assert_eq!(types, ["#microsoft.graph.application", "#microsoft.graph.servicePrincipal", "#microsoft.graph.user"]);
    let users = with(ids, "types", json!(["user"]));
    assert_eq!(rest.send("POST", "/v1.0/directoryObjects/getByIds", users).await.each("id").len(), 1);
    assert_eq!(rest.send("POST", "/v1.0/directoryObjects/getByIds", json!({"ids": 1})).await.status, 400);
    assert_eq!(rest.get("/v1.0/directoryObjects/fed1e500-0000-4000-8000-0000000000d1").await.status, 200);
    assert_eq!(rest.get("/v1.0/directoryObjects/x").await.status, 404);
}

#[tokio::test]
async fn a_fault_is_answered_in_graphs_words() {
    let rest = Rest::start(|settings| settings.faults = vec!["graph:429:1:7".parse::<Fault>().unwrap()]).await;
    let answer = rest.get("/v1.0/applications").await;
    assert_eq!(answer.code(), (429, "TooManyRequests"));
    assert_eq!(answer.headers["retry-after"], "7");
    assert_eq!(rest.get("/subscriptions?api-version=2022-12-01").await.status, 200, "only Graph was told to fail");
}

#[tokio::test]
async fn writers_at_the_same_time_all_succeed() {
    let rest = start().await;
    let (id, _) = new_application(&rest, "web").await;
    let path = format!("/v1.0/applications/{id}/federatedIdentityCredentials");
    let bodies: Vec<_> = (0..20).map(|number| named(&format!("one-{number}"), &format!("s{number}"))).collect();
    let requests: Vec<_> = bodies
        .iter()
        .map(|body| tokio::spawn(rest.request("POST", &path).bearer_auth(&rest.token).json(body).send()))
        .collect();
    for request in requests {
        assert_eq!(request.await.unwrap().unwrap().status(), 201);
    }
    assert_eq!(rest.get(&path).await.each("name").len(), 20);
}
