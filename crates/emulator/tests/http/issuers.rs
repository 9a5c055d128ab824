//! Tokens of every platform against the sample directory, and the addresses where jobs ask for them.

use crate::server::{NOON, Server, code};
use fedlens_emulator::issuers::{
    AzureDevOps, AzureDevOpsForm, Draft, EntraClient, EntraToken, Generic, GitHub, GitLab, Kubernetes, Terraform,
    variables,
};
use fedlens_emulator::{Keys, sample};
use fedlens_token::decode;
use jiff::Timestamp;
use reqwest::Response;
use serde_json::{Value, json};

fn noon() -> Timestamp {
    NOON.parse().unwrap()
}

fn github() -> GitHub {
    GitHub { audience: Some("api://AzureADTokenExchange".to_owned()), ..GitHub::default() }
}

fn entra(client: EntraClient, keys: &Keys) -> Draft {
    let directory = sample();
    EntraToken { directory: &directory, client, audience: "api://AzureADTokenExchange" }.draft(keys, noon()).unwrap()
}

fn managed_identity(federated: bool, keys: &Keys) -> Draft {
    entra(EntraClient::ManagedIdentity { name: None, federated }, keys)
}

/// One token of each platform, all trusted by the sample's `deployer`.
fn platforms(keys: &Keys) -> Vec<(&'static str, Draft)> {
    let own = AzureDevOps { form: AzureDevOpsForm::Own, ..AzureDevOps::default() };
    vec![
        ("github", github().draft(noon()).unwrap()),
        ("azure devops", AzureDevOps::default().draft(noon())),
        ("old azure devops", own.draft(noon())),
        ("kubernetes", Kubernetes::default().draft(noon())),
        ("gitlab", GitLab::default().draft(noon())),
        ("terraform", Terraform::default().draft(noon())),
        ("managed identity", managed_identity(false, keys)),
    ]
}

fn changed(draft: &Draft, change: impl FnOnce(&mut Draft)) -> Draft {
    let mut draft = draft.clone();
    change(&mut draft);
    draft
}

fn set(draft: &Draft, name: &str, value: impl Into<Value>) -> Draft {
    changed(draft, |draft| drop(draft.claims.insert(name.to_owned(), value.into())))
}

fn text<'a>(draft: &'a Draft, name: &str) -> &'a str {
    draft.claims[name].as_str().unwrap()
}

/// The first lower-case letter of the last part in upper case, or the other way round.
fn other_case(subject: &str) -> String {
    let last = subject.char_indices().rfind(|(_, letter)| letter.is_ascii_alphabetic()).unwrap();
    let mut letters: Vec<_> = subject.chars().collect();
    let letter = &mut letters[last.0];
    *letter = if letter.is_ascii_lowercase() { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() };
    letters.into_iter().collect()
}

fn with_or_without_slash(issuer: &str) -> String {
    issuer.strip_suffix('/').map_or_else(|| format!("{issuer}/"), str::to_owned)
}

#[tokio::test]
async fn every_platform_is_accepted() {
    let server = Server::start().await;
    let keys = server.running.emulator.keys();
    for (platform, draft) in platforms(keys) {
        let (status, body) = server.exchange(&draft.sign(keys)).await;
        assert_eq!(status, 200, "{platform}: {body}");
    }
}

#[tokio::test]
async fn what_is_nearly_right_is_refused_with_its_code() {
    let server = Server::start().await;
    let keys = server.running.emulator.keys();
    for (platform, draft) in platforms(keys) {
        let slash = with_or_without_slash(text(&draft, "iss"));
        let case = other_case(text(&draft, "sub"));
        let near = [
            ("issuer's slash", 700_211, set(&draft, "iss", slash)),
            ("audience", 700_212, set(&draft, "aud", "https://contoso.example")),
            ("subject's case", 7_002_138, set(&draft, "sub", case)),
            ("subject", 700_213, set(&draft, "sub", format!("{} ", text(&draft, "sub")))),
            ("expired", 700_024, changed(&draft, |draft| draft.expire(noon()))),
            ("not yet valid", 700_024, changed(&draft, |draft| draft.postpone(noon()))),
            ("unknown key", 7_000_272, changed(&draft, |draft| draft.set_key_id("unknown"))),
            ("signature", 7_000_274, changed(&draft, |draft| draft.invalid_signature = true)),
            (
                "no signature",
                5_002_738,
                changed(&draft, |draft| drop(draft.header.insert("alg".into(), "none".into()))),
            ),
            ("algorithm", 5_002_738, changed(&draft, |draft| drop(draft.header.insert("alg".into(), "ES256".into())))),
            ("type", 5_002_727, changed(&draft, |draft| drop(draft.header.insert("typ".into(), "at+jwt".into())))),
            ("no subject", 700_022, changed(&draft, |draft| drop(draft.claims.remove("sub")))),
        ];
        for (what, expected, draft) in near {
            let (status, body) = server.exchange(&draft.sign(keys)).await;
            assert_eq!((code(&body), status / 100), (expected, 4), "{platform}, {what}: {body}");
        }
    }
}

#[tokio::test]
async fn jobs_that_are_not_trusted_are_refused_with_their_codes() {
    let server = Server::start().await;
    let keys = server.running.emulator.keys();
    let job = |change: fn(&mut GitHub)| {
        let mut job = github();
        change(&mut job);
        job.draft(noon()).unwrap()
    };
    let connection = |change: fn(&mut AzureDevOps)| {
        let mut connection = AzureDevOps::default();
        change(&mut connection);
        connection.draft(noon())
    };
    let user = entra(EntraClient::User(None), keys);
    let application = entra(EntraClient::Application(None), keys);
    let identity = "fed1e500-0000-4000-8000-0000000000b2";
    let cases = [
        ("environment prod", 0, job(|job| job.environment = Some("prod".into()))),
        ("environment Prod", 7_002_138, job(|job| job.environment = Some("Prod".into()))),
        ("environment test", 700_213, job(|job| job.environment = Some("test".into()))),
        ("tag", 700_213, job(|job| job.git_ref = "refs/tags/main".into())),
        ("bare ref", 700_213, job(|job| job.git_ref = "main".into())),
        ("pull request", 700_213, job(|job| job.event = "pull_request".into())),
        (
            "pull request of an environment",
            0,
            job(|job| {
                job.event = "pull_request".into();
                job.environment = Some("prod".into());
            }),
        ),
        ("pull request to the base", 0, job(|job| job.event = "pull_request_target".into())),
        ("ids", 700_213, job(|job| job.immutable = true)),
        ("template", 700_213, job(|job| job.claim_keys = vec!["repository_id".into(), "context".into()])),
        ("template that is the default", 0, job(|job| job.claim_keys = vec!["repo".into(), "context".into()])),
        ("enterprise claim", 0, job(|job| job.enterprise = Some("contoso".into()))),
        (
            "enterprise issuer",
            700_211,
            job(|job| {
                job.enterprise = Some("contoso".into());
                job.enterprise_issuer = true;
            }),
        ),
        ("default audience", 700_212, job(|job| job.audience = None)),
        (
            "flexible credential",
            0,
            job(|job| {
                job.repository = "web".into();
                job.git_ref = "refs/heads/any".into();
            }),
        ),
        (
            "flexible credential, tag",
            700_213,
            job(|job| {
                job.repository = "web".into();
                job.git_ref = "refs/tags/any".into();
            }),
        ),
        ("other connection", 700_213, AzureDevOps::new("contoso", "app", "other").draft(noon())),
        ("other organisation", 700_213, AzureDevOps::new("fabrikam", "app", "deployer").draft(noon())),
        (
            "other tenant",
            700_211,
            connection(|one| one.tenant = "fed1e500-0000-4000-8000-000000000002".parse().unwrap()),
        ),
        ("pipeline", 700_213, connection(|one| one.pipeline = Some("deploy".into()))),
        (
            "old pipeline",
            700_213,
            connection(|one| {
                one.form = AzureDevOpsForm::Own;
                one.pipeline = Some("deploy".into());
            }),
        ),
        ("namespace", 700_213, Kubernetes { namespace: "prod".into(), ..Kubernetes::default() }.draft(noon())),
        (
            "cluster audience",
            700_212,
            Kubernetes { audiences: vec!["https://x".into()], ..Kubernetes::default() }.draft(noon()),
        ),
        (
            "one audience of two",
            0,
            Kubernetes {
                audiences: vec!["https://x".into(), "api://AzureADTokenExchange".into()],
                ..Kubernetes::default()
            }
            .draft(noon()),
        ),
        ("gitlab tag", 700_213, GitLab { is_tag: true, ..GitLab::default() }.draft(noon())),
        ("gitlab id", 700_213, GitLab { by_id: true, ..GitLab::default() }.draft(noon())),
        ("gitlab environment", 0, GitLab { environment: Some("prod".into()), ..GitLab::default() }.draft(noon())),
        ("terraform plan", 700_213, Terraform { run_phase: "plan".into(), ..Terraform::default() }.draft(noon())),
        ("stranger", 700_211, Generic::new("https://ci.example", "job:1").draft(noon())),
        ("chained identity", 700_231, managed_identity(true, keys)),
        ("user", 700_213, user.clone()),
        ("user who is trusted", 700_229, set(&user, "sub", identity)),
        ("application who is trusted", 700_226, set(&application, "sub", identity)),
    ];
    for (what, expected, draft) in cases {
        let (status, body) = server.exchange(&draft.sign(keys)).await;
        let expected_status = if expected == 0 { 200 } else { 401 };
        assert_eq!((code(&body), status), (expected, expected_status), "{what}: {body}");
    }
}

#[test]
fn tokens_have_the_lives_and_the_claims_of_their_platforms() {
    let keys = Keys::new(None);
    let lives = [300, 86_700, 300, 3_600, 300, 7_200, 86_700];
    for ((platform, draft), life) in platforms(&keys).into_iter().zip(lives) {
        let second = |name: &str| draft.claims[name].as_i64().unwrap();
        assert_eq!(second("exp") - second("iat"), life, "{platform}");
        assert!(second("nbf") <= noon().as_second(), "{platform}");
        let header = decode(&draft.sign(&keys)).header.unwrap();
        assert_eq!(header.text("typ"), (platform != "kubernetes").then_some("JWT"), "{platform}");
        assert_eq!(header.text("alg"), Some("RS256"), "{platform}");
    }
    let draft = AzureDevOps::default().draft(noon());
    for (name, value) in [
        ("azp", "499b84ac-1321-427f-aa17-267ca6975798"),
        ("azpacr", "2"),
        ("idtyp", "app"),
        ("xms_ficinfo", "CAAQARgAIAA"),
        ("xms_idrel", "7 30"),
        ("ver", "2.0"),
        ("aud", "fb60f99c-7a34-4190-8149-302f77469936"),
    ] {
        assert_eq!(text(&draft, name), value);
    }
    let bound = &Kubernetes::default().draft(noon()).claims["kubernetes.io"];
    assert_eq!((&bound["namespace"], &bound["serviceaccount"]["name"]), (&json!("default"), &json!("deployer")));
    assert!(Kubernetes::default().draft(noon()).claims["aud"].is_array());
    let again = github().draft(noon()).unwrap();
    assert_ne!(text(&github().draft(noon()).unwrap(), "jti"), text(&again, "jti"));
    assert_eq!(text(&github().draft(noon()).unwrap(), "repository_id"), text(&again, "repository_id"));
}

async fn asked(answer: Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or_default())
}

fn variable(all: &[(String, String)], name: &str) -> String {
    all.iter().find(|(known, _)| known == name).unwrap().1.clone()
}

async fn bearer(server: &Server, method: reqwest::Method, url: &str, token: &str) -> (u16, Value) {
    asked(server.client.request(method, url).bearer_auth(token).send().await.unwrap()).await
}

#[tokio::test]
async fn a_github_job_asks_for_its_token() {
    let server = Server::start().await;
    let keys = server.running.emulator.keys();
    let odd = GitHub {
        environment: Some("über & prod:1".to_owned()),
        git_ref: "refs/heads/a+b".to_owned(),
        event: "schedule".to_owned(),
        ids: Some(("1".to_owned(), "2".to_owned())),
        immutable: true,
        claim_keys: vec!["repo".to_owned(), "event_name".to_owned(), "context".to_owned()],
        job_workflow: Some("contoso/ci/.github/workflows/x.yml@refs/tags/v1".to_owned()),
        enterprise: Some("contoso".to_owned()),
        enterprise_issuer: true,
        ..github()
    };
    for job in [github(), odd] {
        let all = variables(&server.running.origin(), keys, &job, &AzureDevOps::default());
        let url = variable(&all, "ACTIONS_ID_TOKEN_REQUEST_URL") + "&audience=api%3A%2F%2FAzureADTokenExchange";
        let token = variable(&all, "ACTIONS_ID_TOKEN_REQUEST_TOKEN");
        let (status, body) = bearer(&server, reqwest::Method::GET, &url, &token).await;
        assert_eq!(status, 200, "{body}");
        let issued = body["value"].as_str().unwrap();
        assert_eq!(body["count"], issued.len());
        let claims = decode(issued).claims.unwrap();
        let expected = job.draft(noon()).unwrap().claims;
        for (name, value) in expected.iter().filter(|(name, _)| *name != "jti") {
            assert_eq!(claims.get(name), Some(value), "{name}");
        }
    }
}

#[tokio::test]
async fn without_an_audience_github_names_the_owner_and_a_wrong_token_gets_nothing() {
    let server = Server::start().await;
    let all = variables(&server.running.origin(), server.running.emulator.keys(), &github(), &AzureDevOps::default());
    let (url, token) =
        (variable(&all, "ACTIONS_ID_TOKEN_REQUEST_URL"), variable(&all, "ACTIONS_ID_TOKEN_REQUEST_TOKEN"));
    let (_, body) = bearer(&server, reqwest::Method::GET, &url, &token).await;
    let claims = decode(body["value"].as_str().unwrap()).claims.unwrap();
    assert_eq!(claims.audiences(), ["https://github.com/contoso"]);

    let assertion = github().draft(noon()).unwrap().sign(server.running.emulator.keys());
    for wrong in ["", "x", token.get(1..).unwrap(), &format!("{token}x"), &assertion] {
        assert_eq!(bearer(&server, reqwest::Method::GET, &url, wrong).await.0, 401, "{wrong}");
    }
    assert_eq!(asked(server.client.get(&url).send().await.unwrap()).await.0, 401, "no token at all");
    let foreign = variables("", &Keys::new(None), &github(), &AzureDevOps::default());
    let foreign = variable(&foreign, "SYSTEM_ACCESSTOKEN");
    assert_eq!(bearer(&server, reqwest::Method::GET, &url, &foreign).await.0, 401, "another emulator's");

    let address = server.url("/_fedlens/github/token");
    for (query, sentence) in [("?repo=contoso", "OWNER/NAME"), ("?claim_keys=colour", "`colour`")] {
        let (status, body) = bearer(&server, reqwest::Method::GET, &format!("{address}{query}"), &token).await;
        assert!(status == 400 && body["message"].as_str().unwrap().contains(sentence), "{query}: {status} {body}");
    }
}

#[tokio::test]
async fn a_pipeline_asks_for_the_token_of_its_service_connection() {
    let server = Server::start().await;
    let keys = server.running.emulator.keys();
    for form in [AzureDevOpsForm::Entra, AzureDevOpsForm::Own] {
        let all = variables(&server.running.origin(), keys, &github(), &AzureDevOps { form, ..AzureDevOps::default() });
        let [uri, token, id] =
            ["SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"]
                .map(|name| variable(&all, name));
        let url = format!("{uri}?api-version=7.1&serviceConnectionId={id}");
        for _ in 0..2 {
            let (status, body) = bearer(&server, reqwest::Method::POST, &url, &token).await;
            assert_eq!(status, 200, "{body}");
            assert_eq!(server.exchange(body["oidcToken"].as_str().unwrap()).await.0, 200, "{form:?}");
        }
        let (status, body) = bearer(&server, reqwest::Method::GET, &url, &token).await;
        assert_eq!(status, 405);
        assert_eq!(body["value"]["Message"], "The requested resource does not support http method 'GET'.");
        assert_eq!(bearer(&server, reqwest::Method::POST, &url, "x").await.0, 401);

        let pipeline = bearer(&server, reqwest::Method::POST, &format!("{uri}?api-version=7.1"), &token).await.1;
        let subject = decode(pipeline["oidcToken"].as_str().unwrap()).claims.unwrap().text("sub").unwrap().to_owned();
        assert!(subject.starts_with("p://contoso/app/") || subject.contains("/pl/h/"), "{subject}");
        for (query, status) in [("", 400), ("?api-version=7.1&serviceConnectionId=deployer", 400)] {
            let answer = bearer(&server, reqwest::Method::POST, &format!("{uri}{query}"), &token).await;
            assert_eq!(answer.0, status, "{query}: {}", answer.1);
        }
    }
}

#[tokio::test]
async fn names_with_blanks_and_slashes_survive_the_address_of_a_pipeline() {
    let server = Server::start().await;
    let job =
        AzureDevOps { form: AzureDevOpsForm::Own, ..AzureDevOps::new("contoso", "Project One/Two", "déployer?#%2F") };
    let all = variables(&server.running.origin(), server.running.emulator.keys(), &github(), &job);
    let url = format!(
        "{}?api-version=7.1&serviceConnectionId={}",
        variable(&all, "SYSTEM_OIDCREQUESTURI"),
        job.connection_id
    );
    let (status, body) = bearer(&server, reqwest::Method::POST, &url, &variable(&all, "SYSTEM_ACCESSTOKEN")).await;
    assert_eq!(status, 200, "{body}");
    let claims = decode(body["oidcToken"].as_str().unwrap()).claims.unwrap();
    assert_eq!(claims.text("sub"), Some("sc://contoso/Project One/Two/déployer?#%2F"));
    let nonsense = server.url("/_fedlens/azure-devops/other/no-guid/a/b/c/oidctoken?api-version=7.1");
    assert_eq!(bearer(&server, reqwest::Method::POST, &nonsense, &variable(&all, "SYSTEM_ACCESSTOKEN")).await.0, 404);
}

#[tokio::test]
async fn a_service_account_is_given_a_token_on_request() {
    let server = Server::start().await;
    let all = variables("", server.running.emulator.keys(), &github(), &AzureDevOps::default());
    let token = variable(&all, "SYSTEM_ACCESSTOKEN");
    let url = server.url("/_fedlens/kubernetes/api/v1/namespaces/default/serviceaccounts/deployer/token");
    let ask = async |body: Value| {
        asked(server.client.post(&url).bearer_auth(&token).body(body.to_string()).send().await.unwrap()).await
    };
    let (status, body) =
        ask(json!({"spec": {"audiences": ["api://AzureADTokenExchange"], "expirationSeconds": 7200}})).await;
    assert_eq!((status, &body["status"]["expirationTimestamp"]), (201, &json!("2026-11-01T14:00:00Z")));
    assert_eq!(server.exchange(body["status"]["token"].as_str().unwrap()).await.0, 200);
    let (status, body) = ask(json!({})).await;
    assert_eq!(status, 201, "{body}");
    assert_eq!(code(&server.exchange(body["status"]["token"].as_str().unwrap()).await.1), 700_212);
    assert_eq!(ask(json!({"spec": {"expirationSeconds": 60}})).await.0, 422);
    assert_eq!(ask(json!("x")).await.0, 400);
    assert_eq!(asked(server.client.post(&url).body("{}").send().await.unwrap()).await.0, 401);
}

#[tokio::test]
async fn the_key_of_the_played_issuers_is_published() {
    let server = Server::start().await;
    let at = async |path: &str| asked(server.client.get(server.url(path)).send().await.unwrap()).await;
    let (status, metadata) = at("/_fedlens/issuers/ci.example/.well-known/openid-configuration").await;
    let issuer = format!("{}/_fedlens/issuers/ci.example", server.running.origin());
    assert_eq!((status, &metadata["issuer"]), (200, &json!(issuer)));
    assert_eq!(metadata["jwks_uri"], format!("{issuer}/keys"));
    let (_, keys) = at("/_fedlens/issuers/ci.example/keys").await;
    let issued = decode(&github().draft(noon()).unwrap().sign(server.running.emulator.keys()));
    assert_eq!(keys["keys"][0]["kid"], issued.header.unwrap().text("kid").unwrap());
    assert_eq!(at("/_fedlens/issuers/a%20b/.well-known/openid-configuration").await.0, 404);
}

#[tokio::test]
async fn what_clients_are_told_leads_to_a_trusted_token() {
    let server = Server::start().await;
    let (origin, keys) = (server.running.origin(), server.running.emulator.keys());
    let all = variables(&origin, keys, &GitHub::default(), &AzureDevOps::default());
    let url = variable(&all, "ACTIONS_ID_TOKEN_REQUEST_URL") + "&audience=api://AzureADTokenExchange";
    let body = bearer(&server, reqwest::Method::GET, &url, &variable(&all, "ACTIONS_ID_TOKEN_REQUEST_TOKEN")).await.1;
    assert_eq!(server.exchange(body["value"].as_str().unwrap()).await.0, 200);
}
