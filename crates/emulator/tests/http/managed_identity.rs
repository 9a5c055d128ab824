//! Managed identity over HTTP, host by host, and its tokens as federated assertions.

#![expect(clippy::disallowed_methods, reason = "the key files of Azure Arc are read as its clients read them")]

use fedlens_trust::{FederatedIdentityCredential, ManagedIdentityKind};
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use fedlens_emulator::{
    Clock, DirectoryDocument, Emulator, Fault, HostFlavour, ManagedIdentityDocument, ResourceDocument, Running,
    Settings, sample,
};
use jiff::Timestamp;
use reqwest::header::HeaderMap;
use reqwest::{Certificate, Client, RequestBuilder};
use serde_json::{Map, Value, json};

const CONTOSO: &str = "fed1e500-0000-4000-8000-000000000001";
const FABRIKAM: &str = "fed1e500-0000-4000-8000-000000000002";
const DEPLOYER: &str = "fed1e500-0000-4000-8000-0000000000a1";
const USER_ASSIGNED: &str = "fed1e500-0000-4000-8000-0000000000b1";
const USER_ASSIGNED_PRINCIPAL: &str = "fed1e500-0000-4000-8000-0000000000b2";
const SYSTEM: &str = "fed1e500-0000-4000-8000-0000000000b3";
const SYSTEM_PRINCIPAL: &str = "fed1e500-0000-4000-8000-0000000000b4";
const USER_ASSIGNED_RESOURCE: &str = "/subscriptions/fed1e500-0000-4000-8000-0000000000f1/resourcegroups/emulated/\
                                      providers/Microsoft.ManagedIdentity/userAssignedIdentities/deployer-identity";
const UNKNOWN: &str = "fed1e500-0000-4000-8000-00000000dead";
const ARM: &str = "https://management.azure.com/";
const EXCHANGE: &str = "api://AzureADTokenExchange";
const EXCHANGE_ID: &str = "fb60f99c-7a34-4190-8149-302f77469936";

/// The start of the tests. A server's certificate is judged by the machine's clock, so it has to be about right.
static NOW: LazyLock<Timestamp> = LazyLock::new(Timestamp::now);

struct Host {
    running: Running,
    client: Client,
    folder: tempfile::TempDir,
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, text: response.text().await.unwrap() }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{} {}", self.status, self.text))
    }

    fn field(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_else(|| panic!("no {name} in {} {}", self.status, self.text)).to_owned()
    }

    /// The claims of the token.
    fn claims(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        claims(&self.field("access_token"))
    }
}

fn claims(token: &str) -> Value {
    let decoded = fedlens_token::decode(token);
    serde_json::to_value(decoded.claims.unwrap()).unwrap()
}

async fn host(directory: DirectoryDocument) -> Host {
    host_with(directory, |_| {}).await
}

async fn host_with(directory: DirectoryDocument, change: impl FnOnce(&mut Settings)) -> Host {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings {
        port: 0,
        identity_port: 0,
        arc_keys: folder.path().join("tokens"),
        ..Settings::new(directory, Clock::at(*NOW))
    };
    change(&mut settings);
    let running = Emulator::start(settings).await.unwrap();
    let authority = Certificate::from_pem(running.authority_pem.as_bytes()).unwrap();
    let client = Client::builder().tls_certs_only([authority]).no_proxy().build().unwrap();
    Host { running, client, folder }
}

impl Host {
    fn variables(&self, flavour: HostFlavour) -> HashMap<&'static str, String> {
        flavour.variables(&self.running.emulator).into_iter().collect()
    }

    fn imds_request(&self, query: &str) -> RequestBuilder {
        let base = &self.variables(HostFlavour::Imds)["AZURE_POD_IDENTITY_AUTHORITY_HOST"];
        self.client.get(format!("{base}/metadata/identity/oauth2/token?{query}"))
    }

    async fn imds(&self, query: &str) -> Answer {
        Answer::of(self.imds_request(&format!("api-version=2018-02-01&{query}")).header("Metadata", "true")).await
    }

    async fn app_service(&self, query: &str) -> Answer {
        let variables = self.variables(HostFlavour::AppService);
        let url = format!("{}?api-version=2019-08-01&{query}", variables["IDENTITY_ENDPOINT"]);
        Answer::of(self.client.get(url).header("X-IDENTITY-HEADER", &variables["IDENTITY_HEADER"])).await
    }

    async fn azure_ml(&self, query: &str) -> Answer {
        let variables = self.variables(HostFlavour::AzureMl);
        let url = format!("{}?api-version=2017-09-01&{query}", variables["MSI_ENDPOINT"]);
        Answer::of(self.client.get(url).header("secret", &variables["MSI_SECRET"])).await
    }

    fn arc_request(&self, query: &str) -> RequestBuilder {
        let endpoint = &self.variables(HostFlavour::Arc)["IDENTITY_ENDPOINT"];
        self.client.get(format!("{endpoint}?api-version=2020-06-01&{query}")).header("Metadata", "true")
    }

    /// Both requests, as clients make them.
    async fn arc(&self, query: &str) -> Answer {
        let challenge = Answer::of(self.arc_request(query)).await;
        if challenge.status != 401 {
            return challenge;
        }
        let key = fs::read_to_string(key_file(&challenge)).unwrap();
        Answer::of(self.arc_request(query).header("Authorization", format!("Basic {key}"))).await
    }

    async fn service_fabric(&self, query: &str) -> Answer {
        let variables = self.variables(HostFlavour::ServiceFabric);
        let url = format!("{}?api-version=2019-07-01-preview&{query}", variables["IDENTITY_ENDPOINT"]);
        Answer::of(self.client.get(url).header("Secret", &variables["IDENTITY_HEADER"])).await
    }

    async fn cloud_shell(&self, form: &'static str) -> Answer {
        let endpoint = &self.variables(HostFlavour::CloudShell)["MSI_ENDPOINT"];
        Answer::of(self.client.post(endpoint).header("Metadata", "true").body(form)).await
    }

    async fn token_endpoint(&self, tenant: &str, form: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let url = format!("{}/{tenant}/oauth2/v2.0/token", self.running.origin());
        let request = self.client.post(url).header("Content-Type", "application/x-www-form-urlencoded").body(body);
        Answer::of(request).await
    }

    /// Presents an assertion for a client.
    async fn exchange(&self, tenant: &str, client_id: &str, assertion: &str, scope: &str) -> Answer {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion),
            ("scope", scope),
        ];
        self.token_endpoint(tenant, &form).await
    }
}

fn key_file(challenge: &Answer) -> String {
    let header = challenge.headers["www-authenticate"].to_str().unwrap();
    header.strip_prefix("Basic realm=").unwrap().to_owned()
}

fn identity(client_id: &str, kind: ManagedIdentityKind) -> ManagedIdentityDocument {
    ManagedIdentityDocument { client_id: client_id.to_owned(), kind: Some(kind), ..ManagedIdentityDocument::default() }
}

/// The sample with other managed identities.
fn with_identities(identities: Vec<ManagedIdentityDocument>) -> DirectoryDocument {
    DirectoryDocument { managed_identities: identities, ..sample() }
}

#[tokio::test]
async fn every_host_answers_with_the_system_assigned_identity_and_texts_only() {
    let host = host(sample()).await;
    let answers = [
        ("imds", host.imds(&format!("resource={ARM}")).await),
        ("app service", host.app_service(&format!("resource={ARM}")).await),
        ("azure ml", host.azure_ml(&format!("resource={ARM}")).await),
        ("arc", host.arc(&format!("resource={ARM}")).await),
        ("service fabric", host.service_fabric(&format!("resource={ARM}")).await),
        ("cloud shell", host.cloud_shell("resource=https%3A%2F%2Fmanagement.azure.com%2F").await),
    ];
    for (name, answer) in answers {
        let claims = answer.claims();
        assert_eq!(claims["oid"], SYSTEM_PRINCIPAL, "{name}");
        assert_eq!((&claims["aud"], &claims["appid"]), (&json!(ARM), &json!(SYSTEM)), "{name}");
        let body = answer.json();
        assert!(body.as_object().unwrap().values().all(Value::is_string), "{name}: {body}");
        assert_eq!((body["expires_in"].as_str(), body["resource"].as_str()), (Some("86399"), Some(ARM)), "{name}");
        assert_eq!(body["expires_on"], (NOW.as_second() + 86_400).to_string(), "{name}");
        assert_eq!(body["token_type"], "Bearer", "{name}");
    }
}

#[tokio::test]
async fn imds_has_all_its_fields_and_takes_a_slash_at_the_end() {
    let host = host(sample()).await;
    let body = host.imds(&format!("resource={ARM}")).await.json();
    let names: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    let expected =
        "access_token client_id expires_in expires_on ext_expires_in not_before resource token_type".split(' ');
    assert_eq!(names, expected.collect::<Vec<_>>());
    assert_eq!(
        (&body["client_id"], &body["not_before"]),
        (&json!(SYSTEM), &json!((NOW.as_second() - 300).to_string()))
    );
    let url = format!("{}/metadata/identity/oauth2/token/", host.running.identity_origin());
    let query = format!("?api-version=2018-02-01&resource={ARM}");
    let slashed = Answer::of(host.client.get(url + &query).header("Metadata", "true")).await;
    assert_eq!(slashed.claims()["oid"], SYSTEM_PRINCIPAL);
}

#[tokio::test]
async fn identities_are_named_by_each_id_on_each_host() {
    let host = host(sample()).await;
    let resource = format!("{}/", USER_ASSIGNED_RESOURCE.to_ascii_uppercase());
    let ids = [USER_ASSIGNED.to_ascii_uppercase(), USER_ASSIGNED_PRINCIPAL.to_owned(), resource];
    let with = |names: [&'static str; 3]| {
        names.into_iter().zip(&ids).map(|(name, id)| format!("resource={ARM}&{name}={id}")).collect::<Vec<_>>()
    };
    let mut answers = Vec::new();
    for query in with(["client_id", "object_id", "msi_res_id"]) {
        answers.push(host.imds(&query).await);
        answers.push(host.arc(&query).await);
    }
    answers.push(host.imds(&format!("resource={ARM}&mi_res_id={USER_ASSIGNED_RESOURCE}")).await);
    for query in with(["client_id", "principal_id", "mi_res_id"]) {
        answers.push(host.app_service(&query).await);
    }
    for query in with(["clientid", "object_id", "msi_res_id"]) {
        answers.push(host.azure_ml(&query).await);
    }
    assert_eq!(answers.len(), 13);
    for answer in answers {
        assert_eq!(answer.claims()["oid"], USER_ASSIGNED_PRINCIPAL);
    }
    // Names that mean nothing to a host leave its default.
    let unknown_names = [
        host.azure_ml(&format!("resource={ARM}&client_id={USER_ASSIGNED}")).await,
        host.app_service(&format!("resource={ARM}&clientid={USER_ASSIGNED}")).await,
        host.arc(&format!("resource={ARM}&mi_res_id={USER_ASSIGNED_RESOURCE}")).await,
        host.service_fabric(&format!("resource={ARM}&client_id={USER_ASSIGNED}")).await,
        host.imds(&format!("resource={ARM}&client_id=")).await,
    ];
    for answer in unknown_names {
        assert_eq!(answer.claims()["oid"], SYSTEM_PRINCIPAL);
    }
}

#[tokio::test]
async fn an_identity_that_the_host_lacks_is_refused_in_its_own_words() {
    let host = host(sample()).await;
    let not_found = json!({"error": "invalid_request", "error_description": "Identity not found"});
    for query in [
        format!("client_id={UNKNOWN}"),
        format!("object_id={UNKNOWN}"),
        format!("msi_res_id={USER_ASSIGNED_RESOURCE}x"),
        format!("client_id={USER_ASSIGNED_PRINCIPAL}"),
        format!("client_id={USER_ASSIGNED}&object_id={SYSTEM_PRINCIPAL}"),
    ] {
        let query = format!("resource={ARM}&{query}");
        let answer = host.imds(&query).await;
        assert_eq!((answer.status, answer.json()), (400, not_found.clone()), "{query}");
        let answer = host.arc(&query).await;
        assert_eq!((answer.status, answer.json()), (404, not_found.clone()), "{query}");
    }
    let message = "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.";
    let expected = (400, json!({"statusCode": 400, "message": message}));
    let answer = host.app_service(&format!("resource={ARM}&client_id={UNKNOWN}")).await;
    assert_eq!((answer.status, answer.json()), expected);
    let answer = host.azure_ml(&format!("resource={ARM}&clientid={UNKNOWN}")).await;
    assert_eq!((answer.status, answer.json()), expected);
}

#[tokio::test]
async fn without_a_system_assigned_identity_it_depends_on_how_many_others_there_are() {
    let user_assigned = |client_id: &str| identity(client_id, ManagedIdentityKind::UserAssigned);
    let resource = format!("resource={ARM}");

    let none = host(with_identities(Vec::new())).await;
    assert_eq!(none.imds(&resource).await.field("error_description"), "Identity not found");
    assert_eq!(none.service_fabric(&resource).await.status, 404);
    assert_eq!(none.cloud_shell("resource=x").await.json()["error"]["message"], "Identity not found");
    assert!(!none.variables(HostFlavour::AzureMl).contains_key("DEFAULT_IDENTITY_CLIENT_ID"));

    let one = host(with_identities(vec![user_assigned(USER_ASSIGNED)])).await;
    assert_eq!(one.imds(&resource).await.field("client_id"), USER_ASSIGNED);
    assert_eq!(one.azure_ml(&resource).await.field("client_id"), USER_ASSIGNED);
    assert_eq!(one.variables(HostFlavour::AzureMl)["DEFAULT_IDENTITY_CLIENT_ID"], USER_ASSIGNED);
    let message = "No Managed Identity found for specified ClientId/ResourceId/PrincipalId.";
    assert_eq!(one.app_service(&resource).await.json(), json!({"statusCode": 400, "message": message}));
    assert_eq!(one.arc(&resource).await.status, 404);

    let several = host(with_identities(vec![user_assigned(USER_ASSIGNED), user_assigned(UNKNOWN)])).await;
    let answer = several.imds(&resource).await;
    let description = "Multiple user assigned identities exist, please specify the clientId / resourceId of the \
                       identity in the token request";
    let expected = json!({"error": "invalid_request", "error_description": description});
    assert_eq!((answer.status, answer.json()), (400, expected));
    assert_eq!(several.service_fabric(&resource).await.claims()["appid"], USER_ASSIGNED);
    assert_eq!(several.imds(&format!("{resource}&client_id={USER_ASSIGNED}")).await.field("client_id"), USER_ASSIGNED);
}

#[tokio::test]
async fn imds_refuses_what_is_not_meant_for_it() {
    let host = host(sample()).await;
    let query = format!("api-version=2018-02-01&resource={ARM}");
    let missing = json!({"error": "bad_request_102", "error_description": "Required metadata header not specified"});
    for request in [host.imds_request(&query), host.imds_request(&query).header("Metadata", "True")] {
        let answer = Answer::of(request).await;
        assert_eq!((answer.status, answer.json()), (400, missing.clone()));
    }
    let forwarded = host.imds_request(&query).header("Metadata", "true").header("X-Forwarded-For", "10.0.0.1");
    assert_eq!(Answer::of(forwarded).await.status, 400);
    let twice = host.imds_request(&format!("{query}&resource=x")).header("Metadata", "true");
    assert_eq!(Answer::of(twice).await.field("error"), "invalid_request");
    for version in ["", "api-version=2017-12-01&", "api-version=2018-02-02&", "api-version=&"] {
        let answer =
            Answer::of(host.imds_request(&format!("{version}resource={ARM}")).header("Metadata", "true")).await;
        assert_eq!(answer.status, 400, "{version}");
        assert!(answer.json()["newest-versions"].as_array().is_some_and(|versions| versions.len() == 3), "{version}");
    }
    let expected = "Required query variable 'resource' is missing";
    assert_eq!(host.imds("").await.field("error_description"), expected);
    assert_eq!(host.imds("resource=").await.field("error_description"), expected);
    let url = format!("{}/metadata/identity/oauth2/token", host.running.identity_origin());
    assert_eq!(Answer::of(host.client.post(url).header("Metadata", "true")).await.status, 405);
}

#[tokio::test]
async fn a_resource_that_the_tenant_lacks_is_refused_as_entra_does() {
    let host = host(sample()).await;
    let answer = host.imds("resource=api://nowhere").await;
    assert_eq!((answer.status, answer.field("error").as_str()), (400, "invalid_resource"));
    let expected =
        "AADSTS500011: The resource principal named api://nowhere was not found in the tenant named Contoso.";
    assert!(answer.field("error_description").starts_with(expected), "{}", answer.text);
    assert_eq!(answer.json()["error_codes"], json!([500_011]));
    assert!(!answer.headers.contains_key("x-ms-ests-server"));
    assert_eq!(host.arc("resource=api://nowhere").await.field("error"), "invalid_resource");

    let answer = host.app_service("resource=api://nowhere").await;
    let message = "An unexpected error occured while fetching the AAD Token.";
    assert_eq!((answer.status, answer.field("message").as_str()), (500, message));
    assert_eq!(answer.field("correlationId"), answer.headers["x-correlation-id"].to_str().unwrap());
    let answer = host.service_fabric("resource=api://nowhere").await;
    assert_eq!((answer.status, &answer.json()["error"]["code"]), (500, &json!("InternalServerError")));
    let answer = host.cloud_shell("resource=api%3A%2F%2Fnowhere").await;
    let message = "Audience api://nowhere is not a supported MSI token audience.";
    assert_eq!(answer.json(), json!({"error": {"code": "AudienceNotSupported", "message": message}}));
}

#[tokio::test]
async fn a_resource_that_asks_for_an_assignment_gives_tokens_to_those_that_have_one() {
    let resource = ResourceDocument {
        app_id: UNKNOWN.to_owned(),
        identifier_uris: vec!["api://strict".to_owned()],
        app_role_assignment_required: true,
        assigned_clients: vec![USER_ASSIGNED.to_owned()],
        ..ResourceDocument::default()
    };
    let host = host(DirectoryDocument { resources: vec![resource], ..sample() }).await;
    let answer = host.imds("resource=api://strict").await;
    assert_eq!((answer.status, &answer.json()["error_codes"]), (400, &json!([501_051])));
    let assigned = host.imds(&format!("resource=api://strict&client_id={USER_ASSIGNED}")).await;
    assert_eq!(assigned.claims()["aud"], "api://strict");
}

#[tokio::test]
async fn the_secret_of_the_host_has_to_be_shown() {
    let host = host(sample()).await;
    let app_service = host.variables(HostFlavour::AppService);
    let fabric = host.variables(HostFlavour::ServiceFabric);
    let (secret, ml) = (&app_service["IDENTITY_HEADER"], host.variables(HostFlavour::AzureMl));
    let url = format!("{}?api-version=2019-08-01&resource={ARM}", app_service["IDENTITY_ENDPOINT"]);
    for (header, value) in [("X-IDENTITY-HEADER", "wrong"), ("X-IDENTITY-HEADER", ""), ("secret", secret)] {
        let answer = Answer::of(host.client.get(&url).header(header, value)).await;
        assert_eq!((answer.status, &answer.json()["statusCode"]), (401, &json!(401)), "{header}");
        assert!(!answer.text.contains(secret.as_str()));
    }
    let url = format!("{}?api-version=2017-09-01&resource={ARM}", ml["MSI_ENDPOINT"]);
    assert_eq!(Answer::of(host.client.get(&url).header("X-IDENTITY-HEADER", secret)).await.status, 401);
    let url = format!("{}?api-version=2019-07-01-preview&resource={ARM}", fabric["IDENTITY_ENDPOINT"]);
    let missing = Answer::of(host.client.get(&url)).await;
    let code = |answer: &Answer| answer.json()["error"]["code"].as_str().unwrap_or_default().to_owned();
    assert_eq!((missing.status, code(&missing).as_str()), (400, "SecretHeaderNotFound"));
    let wrong = Answer::of(host.client.get(&url).header("Secret", "wrong")).await;
    assert_eq!((wrong.status, code(&wrong).as_str()), (404, "ManagedIdentityNotFound"));
}

#[tokio::test]
async fn versions_and_missing_resources_are_refused_in_the_words_of_each_host() {
    let host = host(sample()).await;
    let secret = &host.variables(HostFlavour::AppService)["IDENTITY_HEADER"];
    let plain = host.running.identity_origin();
    // Both spellings of the path, with and without a slash, and the version of 2017 that is still spoken there.
    for path in ["msi/token", "msi/token/", "MSI/token", "MSI/token/"] {
        let url = format!("{plain}/{path}?resource={ARM}&api-version=");
        let new = host.client.get(format!("{url}2019-08-01")).header("X-IDENTITY-HEADER", secret);
        assert_eq!(Answer::of(new).await.field("client_id"), SYSTEM, "{path}");
        let old = host.client.get(format!("{url}2017-09-01&clientid={USER_ASSIGNED}")).header("secret", secret);
        assert_eq!(Answer::of(old).await.field("client_id"), USER_ASSIGNED, "{path}");
        let other = host.client.get(format!("{url}2018-02-01")).header("X-IDENTITY-HEADER", secret);
        assert_eq!(Answer::of(other).await.json()["statusCode"], 400, "{path}");
    }
    assert_eq!(host.app_service("").await.json()["statusCode"], 400);
    assert_eq!(host.azure_ml("resource=").await.json()["statusCode"], 400);

    let fabric = host.variables(HostFlavour::ServiceFabric);
    let url = format!("{}?api-version=1&resource={ARM}", fabric["IDENTITY_ENDPOINT"]);
    let answer = Answer::of(host.client.get(url).header("Secret", secret)).await;
    let message = "The api-version '1' is not supported. Supported version is '2019-07-01-preview'.";
    assert_eq!(answer.json()["error"]["message"], message);
    assert_eq!(host.service_fabric("").await.json()["error"]["code"], "ArgumentNullOrEmpty");

    let shell = &host.variables(HostFlavour::CloudShell)["MSI_ENDPOINT"];
    let without = Answer::of(host.client.post(shell).body("resource=https%3A%2F%2Fvault.azure.net")).await;
    assert_eq!((without.status, &without.json()["error"]["code"]), (400, &json!("bad_request_102")));
    assert_eq!(host.cloud_shell("").await.status, 400);
    assert_eq!(host.cloud_shell("resource=%ff").await.status, 400);
}

#[tokio::test]
async fn arc_asks_for_a_key_that_counts_once() {
    let host = host(sample()).await;
    let query = format!("resource={ARM}");
    let challenge = Answer::of(host.arc_request(&query)).await;
    assert_eq!(challenge.status, 401);
    assert_eq!(
        challenge.json(),
        json!({
            "error": "unauthorized_client", "error_description": "Missing Basic Authorization header",
            "error_codes": [401],
        })
    );
    let file = key_file(&challenge);
    assert_eq!(Path::new(&file).parent().unwrap(), host.folder.path().join("tokens"));
    assert!(file.ends_with(".key") && !file.contains('='), "{file}");
    let key = fs::read_to_string(&file).unwrap();
    assert!((1..=4096).contains(&key.len()) && !file.contains(&key) && key.trim() == key);
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).unwrap().permissions()) & 0o077, 0);

    let with = |key: &str| host.arc_request(&query).header("Authorization", format!("Basic {key}"));
    for wrong in ["wrong", "", "../../etc/passwd", file.as_str()] {
        let answer = Answer::of(with(wrong)).await;
        assert_eq!(answer.status, 401, "{wrong}");
        assert_ne!(key_file(&answer), file);
    }
    assert!(Path::new(&file).exists());
    assert_eq!(Answer::of(with(&key)).await.claims()["oid"], SYSTEM_PRINCIPAL);
    assert!(!Path::new(&file).exists());
    assert_eq!(Answer::of(with(&key)).await.status, 401, "a key counts once");
}

#[tokio::test]
async fn arc_says_whose_token_it_gave() {
    let host = host(sample()).await;
    let query = format!("resource={ARM}&");
    let upper = USER_ASSIGNED.to_ascii_uppercase();
    let by_client = host.arc(&format!("{query}client_id={upper}")).await;
    assert_eq!(by_client.field("client_id"), upper);
    let by_object = host.arc(&format!("{query}object_id={USER_ASSIGNED_PRINCIPAL}")).await;
    assert_eq!(by_object.field("object_id"), USER_ASSIGNED_PRINCIPAL);
    assert_eq!(by_object.field("client_id"), USER_ASSIGNED);
    let by_resource = host.arc(&format!("{query}msi_res_id={USER_ASSIGNED_RESOURCE}")).await;
    assert_eq!(by_resource.field("msi_res_id"), USER_ASSIGNED_RESOURCE);
}

#[tokio::test]
async fn arc_forgets_keys_that_nobody_uses_and_touches_no_other_file() {
    let host = host(sample()).await;
    let folder = host.folder.path().join("tokens");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("other.key"), "kept").unwrap();
    for _ in 0..260 {
        assert_eq!(Answer::of(host.arc_request(&format!("resource={ARM}"))).await.status, 401);
    }
    assert_eq!(folder.read_dir().unwrap().count(), 257);
    assert!(folder.join("other.key").exists());
    assert_eq!(host.arc(&format!("resource={ARM}")).await.status, 200);
}

#[tokio::test]
async fn arc_says_why_where_it_cannot_write_keys() {
    let host = host(sample()).await;
    fs::write(host.folder.path().join("tokens"), "a file where a folder should be").unwrap();
    let answer = Answer::of(host.arc_request(&format!("resource={ARM}"))).await;
    assert_eq!(answer.status, 500);
    assert!(answer.field("error_description").contains("tokens"), "{}", answer.text);
}

#[tokio::test]
async fn the_instance_is_the_machine_of_the_system_assigned_identity() {
    let mut machine = identity(SYSTEM, ManagedIdentityKind::SystemAssigned);
    machine.name = Some("build-01".to_owned());
    machine.location = Some("northeurope".to_owned());
    machine.tags = [("team".to_owned(), "build".to_owned())].into_iter().collect();
    let host = host(with_identities(vec![machine])).await;
    let get = async |path: &str| {
        let url = format!("{}/metadata/{path}", host.running.identity_origin());
        Answer::of(host.client.get(url).header("Metadata", "true")).await
    };
    let whole = get("instance?api-version=2021-02-01").await.json();
    let compute = get("instance/compute?api-version=2021-02-01").await.json();
    assert_eq!(whole["compute"], compute);
    assert_eq!(compute["location"], "northeurope");
    assert_eq!(compute["name"], "build-01");
    assert_eq!(compute["subscriptionId"], "fed1e500-0000-4000-8000-0000000000f1");
    assert_eq!(compute["resourceGroupName"], "emulated");
    assert_eq!(compute["tags"], "team:build");
    assert_eq!(get("instance/compute/location?api-version=2020-06-01&format=text").await.text, "northeurope");
    assert_eq!(get("instance/compute/tagsList/0/name?api-version=2020-06-01&format=text").await.text, "team");
    assert_eq!(get("instance?api-version=2021-02-01&format=text").await.text, "compute/\nnetwork/");
    assert_eq!(get("instance/compute/location?api-version=2020-06-01").await.status, 400);
    assert_eq!(get("instance/compute/nothing?api-version=2020-06-01").await.status, 404);
    assert_eq!(get("instance/compute").await.status, 400);
    let bare = host.client.get(format!("{}/metadata/instance?api-version=2021-02-01", host.running.identity_origin()));
    assert_eq!(Answer::of(bare).await.field("error"), "bad_request_102");
    assert_eq!(get("versions").await.json()["apiVersions"][0], "2017-03-01");
}

#[tokio::test]
async fn odd_requests_are_refused_in_json() {
    let host = host(sample()).await;
    let long = "x".repeat(15_000);
    let odd = ["%ff%00%0d%0a", "a&b", "%25%26", "client_id", "\u{e9}", "../..", &long];
    for odd in odd {
        for query in [format!("resource={odd}"), format!("resource={ARM}&client_id={odd}%00"), format!("{odd}={odd}")] {
            let answers =
                [host.imds(&query).await, host.arc(&query).await, host.app_service(&format!("{query}&{odd}")).await];
            for answer in answers {
                assert!((400..=500).contains(&answer.status), "{query}: {} {}", answer.status, answer.text);
                assert!(answer.status < 500 || !answer.text.contains("AADSTS"), "{query}");
                answer.json();
            }
        }
    }
    let plain = host.running.identity_origin();
    let many = (0..2_000).map(|count| format!("p{count}=1")).collect::<Vec<_>>().join("&");
    assert_eq!(host.imds(&format!("{many}&resource={ARM}")).await.status, 200);
    for path in ["", "msi", "metadata", "metadata/identity", "metadata/identity/oauth2/token/x", "oauth2/token/x"] {
        assert_eq!(Answer::of(host.client.get(format!("{plain}/{path}"))).await.status, 404, "{path}");
    }
    assert_eq!(Answer::of(host.client.get(format!("{plain}/oauth2/token"))).await.status, 405);
}

#[tokio::test]
async fn injected_faults_have_the_bodies_of_the_hosts() {
    for status in [404, 410, 429, 500, 503] {
        let fault: Fault = format!("identity:{status}:1").parse().unwrap();
        let host = host_with(sample(), |settings| settings.faults = vec![fault]).await;
        let query = format!("resource={ARM}");
        let (imds, app_service) = (host.imds(&query).await, host.app_service(&query).await);
        assert_eq!((imds.status, app_service.status), (status, status));
        assert!(!imds.field("error_description").is_empty() && !imds.text.contains("AADSTS"));
        assert_eq!(app_service.json()["statusCode"], status);
        assert_eq!(host.arc(&query).await.status, status);
        let fabric = host.service_fabric(&query).await;
        assert_eq!(fabric.status, status);
        assert!(fabric.json()["error"]["code"].is_string());
        assert!(host.cloud_shell("resource=x").await.json()["error"]["message"].is_string());
        assert_eq!(imds.headers.contains_key("retry-after"), matches!(status, 429 | 503), "{status}");
    }
}

#[tokio::test]
async fn the_variables_are_those_that_clients_tell_hosts_apart_by() {
    let host = host(sample()).await;
    let names = |flavour: HostFlavour| {
        let mut names: Vec<_> = flavour.variables(&host.running.emulator).into_iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names
    };
    assert_eq!(names(HostFlavour::Imds), ["AZURE_POD_IDENTITY_AUTHORITY_HOST"]);
    assert_eq!(names(HostFlavour::AppService), ["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "MSI_ENDPOINT", "MSI_SECRET"]);
    assert_eq!(names(HostFlavour::AzureMl), ["DEFAULT_IDENTITY_CLIENT_ID", "MSI_ENDPOINT", "MSI_SECRET"]);
    assert_eq!(names(HostFlavour::Arc), ["IDENTITY_ENDPOINT", "IMDS_ENDPOINT"]);
    assert_eq!(
        names(HostFlavour::ServiceFabric),
        ["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT"]
    );
    assert_eq!(names(HostFlavour::CloudShell), ["MSI_ENDPOINT"]);
    for flavour in HostFlavour::ALL {
        assert!(names(flavour).iter().all(|name| HostFlavour::VARIABLES.contains(name)), "{flavour:?}");
    }
    assert_eq!(host.variables(HostFlavour::ServiceFabric)["IDENTITY_SERVER_THUMBPRINT"].len(), 40);
}

#[tokio::test]
async fn the_secret_is_another_one_with_another_key_and_the_same_with_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let keep = |settings: &mut Settings| settings.keys = Some(folder.path().to_owned());
    let secret = |host: &Host| host.variables(HostFlavour::AppService)["IDENTITY_HEADER"].clone();
    let first = secret(&host_with(sample(), keep).await);
    assert_eq!(first, secret(&host_with(sample(), keep).await));
    assert_ne!(first, secret(&host(sample()).await));
}

/// The token for an exchange, as IMDS gives it.
async fn assertion(host: &Host, query: &str) -> String {
    let answer = host.imds(&format!("resource={EXCHANGE}&{query}")).await;
    let claims = answer.claims();
    assert_eq!((&claims["aud"], &claims["ver"]), (&json!(EXCHANGE_ID), &json!("2.0")));
    assert!(claims.get("roles").is_none() && claims.get("xms_ficinfo").is_none());
    answer.field("access_token")
}

fn code(answer: &Answer) -> u64 {
    assert_eq!(answer.status, 401, "{}", answer.text);
    answer.json()["error_codes"][0].as_u64().unwrap()
}

#[tokio::test]
async fn a_managed_identity_stands_in_for_the_application_that_trusts_it() {
    let host = host(sample()).await;
    let scope = "api://orders/.default";
    let token = assertion(&host, &format!("client_id={USER_ASSIGNED}")).await;
    let answer = host.exchange(CONTOSO, DEPLOYER, &token, scope).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let claims = answer.claims();
    assert_eq!((&claims["azp"], &claims["roles"]), (&json!(DEPLOYER), &json!(["Orders.Read"])));
    // The credential names one principal; another identity of the same host is another subject.
    let other = assertion(&host, "").await;
    assert_eq!(code(&host.exchange(CONTOSO, DEPLOYER, &other, scope).await), 700_213);
}

#[tokio::test]
async fn a_token_for_another_audience_is_no_assertion() {
    let host = host(sample()).await;
    let refused = async |resource: &str| {
        let token = host.imds(&format!("resource={resource}&client_id={USER_ASSIGNED}")).await.field("access_token");
        code(&host.exchange(CONTOSO, DEPLOYER, &token, "api://orders/.default").await)
    };
    assert!([700_212, 7_002_121].contains(&refused("api://orders").await));
    // A token of version 1 does not even have the issuer that the credential names.
    assert_eq!(refused(ARM).await, 700_211);
}

#[tokio::test]
async fn a_token_of_an_identity_that_was_itself_federated_is_refused() {
    let host = host(sample()).await;
    let kubernetes =
        format!("https://westeurope.oic.prod-aks.azure.com/{CONTOSO}/fed1e500-0000-4000-8000-0000000000c1/");
    let claims = json!({
        "iss": kubernetes, "sub": "system:serviceaccount:default:identity", "aud": [EXCHANGE],
        "iat": NOW.as_second() - 10, "nbf": NOW.as_second() - 10, "exp": NOW.as_second() + 3_600,
    });
    let pod = host.running.emulator.sign_as_issuer(Map::new(), claims.as_object().unwrap());
    let own = host.exchange(CONTOSO, USER_ASSIGNED, &pod, &format!("{EXCHANGE}/.default")).await;
    assert_eq!(own.claims()["oid"], USER_ASSIGNED_PRINCIPAL);
    let token = own.field("access_token");
    assert_eq!(code(&host.exchange(CONTOSO, DEPLOYER, &token, "api://orders/.default").await), 700_231);
}

#[tokio::test]
async fn a_token_of_another_tenants_identity_is_refused() {
    let mut directory = sample();
    directory.managed_identities.push(ManagedIdentityDocument {
        tenant_id: Some(FABRIKAM.to_owned()),
        principal_id: Some(UNKNOWN.to_owned()),
        ..identity("fed1e500-0000-4000-8000-0000000000b9", ManagedIdentityKind::UserAssigned)
    });
    let deployer = directory.applications.iter_mut().find(|application| application.app_id == DEPLOYER).unwrap();
    deployer.federated_identity_credentials.push(FederatedIdentityCredential {
        name: Some("fabrikam".to_owned()),
        issuer: format!("https://login.microsoftonline.com/{FABRIKAM}/v2.0"),
        subject: Some(UNKNOWN.to_owned()),
        ..FederatedIdentityCredential::default()
    });
    let host = host(directory).await;
    let token = assertion(&host, &format!("object_id={UNKNOWN}")).await;
    assert_eq!(claims(&token)["tid"], FABRIKAM);
    assert_eq!(code(&host.exchange(CONTOSO, DEPLOYER, &token, "api://orders/.default").await), 700_236);
}
