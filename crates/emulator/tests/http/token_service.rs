//! Grants, tokens and metadata of the token service.

use crate::server::{DEPLOYER, JWT_BEARER, NOON, ORDERS, Server, TENANT, code, settings};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fedlens_emulator::{DirectoryDocument, Settings, sample};
use fedlens_token::{TokenKind, classify, decode};
use fedlens_trust::Wording;
use serde_json::{Value, json};

const TENANT_ID: &str = "fed1e500-0000-4000-8000-000000000001";
const AZURE_CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const USER: &str = "user@contoso.onmicrosoft.com";
const EXCHANGE: &str = "api://AzureADTokenExchange/.default";
const ON_BEHALF_OF: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

fn claims(token: &Value) -> fedlens_token::Claims {
    decode(token.as_str().unwrap()).claims.unwrap()
}

fn secret(scope: &'static str) -> [(&'static str, &'static str); 4] {
    [
        ("grant_type", "client_credentials"),
        ("client_id", DEPLOYER),
        ("client_secret", "emulated-secret"),
        ("scope", scope),
    ]
}

async fn user_token(server: &Server, scope: &str) -> Value {
    let fields = [
        ("grant_type", "password"),
        ("client_id", AZURE_CLI),
        ("username", USER),
        ("password", "emulated-password"),
        ("scope", scope),
    ];
    let (status, body) = server.token(TENANT, &fields).await;
    assert_eq!(status, 200, "{body}");
    body
}

#[tokio::test]
async fn a_token_has_the_claims_of_its_resources_version() {
    let server = Server::start().await;
    let second = claims(&server.token(TENANT, &secret(ORDERS)).await.1["access_token"]);
    let first = claims(&server.token(TENANT, &secret("https://vault.azure.net/.default")).await.1["access_token"]);
    assert_eq!(second.text("iss"), Some(format!("https://login.microsoftonline.com/{TENANT_ID}/v2.0").as_str()));
    assert_eq!(
        (second.text("azp"), second.text("azpacr"), second.text("ver")),
        (Some(DEPLOYER), Some("1"), Some("2.0"))
    );
    assert_eq!(second.get("roles"), Some(&json!(["Orders.Read"])));
    assert_eq!(first.text("iss"), Some(format!("https://sts.windows.net/{TENANT_ID}/").as_str()));
    assert_eq!(
        (first.text("appid"), first.text("appidacr"), first.text("ver")),
        (Some(DEPLOYER), Some("1"), Some("1.0"))
    );
    assert_eq!((first.text("aud"), first.get("roles")), (Some("https://vault.azure.net"), None));
    for claims in [first, second] {
        assert_eq!(classify(&claims).kind, TokenKind::AppOnly);
        assert_eq!(claims.text("sub"), claims.text("oid"));
        assert_eq!(claims.seconds("exp").unwrap() - claims.seconds("iat").unwrap(), 3_900);
        assert!(["scp", "upn", "unique_name", "amr", "ipaddr"].iter().all(|name| !claims.contains(name)));
    }
}

#[tokio::test]
async fn the_second_endpoint_answers_numbers_and_the_first_texts() {
    let server = Server::start().await;
    let (_, second) = server.token(TENANT, &secret(ORDERS)).await;
    assert_eq!((&second["expires_in"], &second["ext_expires_in"]), (&json!(3_599), &json!(3_599)));
    assert_eq!(second["token_type"], "Bearer");
    assert!(second.get("refresh_token").is_none() && second.get("id_token").is_none());
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", DEPLOYER),
        ("client_secret", "emulated-secret"),
        ("resource", "https://management.azure.com/"),
    ];
    let url = server.url(&format!("/{TENANT}/oauth2/token?api-version=1.0"));
    let first: Value = server.client.post(url).form(&fields).send().await.unwrap().json().await.unwrap();
    assert_eq!((&first["expires_in"], &first["resource"]), (&json!("3599"), &json!("https://management.azure.com/")));
    assert!(first["expires_on"].is_string() && first["not_before"].is_string());
    assert_eq!(claims(&first["access_token"]).text("aud"), Some("https://management.azure.com/"));
}

#[tokio::test]
async fn one_default_is_cut_off_and_the_audience_keeps_its_slash() {
    let server = Server::start().await;
    let body = server.token(TENANT, &secret("https://database.windows.net//.default")).await.1;
    assert_eq!(claims(&body["access_token"]).text("aud"), Some("https://database.windows.net/"));
}

#[tokio::test]
async fn a_delegated_token_is_refused_as_an_assertion() {
    let server = Server::start().await;
    let token = user_token(&server, EXCHANGE).await["access_token"].clone();
    let own = claims(&token);
    assert_eq!(classify(&own).kind, TokenKind::Delegated);
    let mut directory = sample();
    let deployer = directory.applications.iter_mut().find(|one| one.app_id == DEPLOYER).unwrap();
    let credential = deployer.federated_identity_credentials.last_mut().unwrap();
    credential.subject = own.text("sub").map(str::to_owned);
    server.running.emulator.reload(directory).unwrap();
    let (status, body) = server.exchange(token.as_str().unwrap()).await;
    assert_eq!((status, code(&body)), (401, 700_229), "{body}");
    let text = body["error_description"].as_str().unwrap();
    let start = "AADSTS700229: Forbidden token type. Only app-only tokens may be used as Federated Identity Credentials for \
                 AAD issuer. Trace ID: ";
    assert!(text.starts_with(start), "{text}");
}

#[tokio::test]
async fn a_device_code_is_pending_once_and_redeemed_once() {
    let server = Server::start().await;
    let url = server.url(&format!("/{TENANT}/oauth2/v2.0/devicecode"));
    let fields = [("client_id", AZURE_CLI), ("scope", "openid https://management.azure.com/.default")];
    let device: Value = server.client.post(url).form(&fields).send().await.unwrap().json().await.unwrap();
    let fields = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", AZURE_CLI),
        ("device_code", device["device_code"].as_str().unwrap()),
        ("client_info", "1"),
    ];
    let (_, pending) = server.token(TENANT, &fields).await;
    assert_eq!((&pending["error"], code(&pending)), (&json!("authorization_pending"), 70_016));
    let (status, body) = server.token(TENANT, &fields).await;
    assert_eq!(status, 200, "{body}");
    let user = claims(&body["id_token"]);
    assert_eq!((user.text("aud"), user.text("preferred_username")), (Some(AZURE_CLI), Some(USER)));
    let info = URL_SAFE_NO_PAD.decode(body["client_info"].as_str().unwrap()).unwrap();
    let info: Value = serde_json::from_slice(&info).unwrap();
    assert_eq!((info["uid"].as_str(), info["utid"].as_str()), (user.text("oid"), Some(TENANT_ID)));
    assert_eq!(code(&server.token(TENANT, &fields).await.1), 54_005);
}

#[tokio::test]
async fn an_authorization_code_wants_its_verifier() {
    let server = Server::start().await;
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .tls_certs_only([reqwest::Certificate::from_pem(server.running.authority_pem.as_bytes()).unwrap()])
        .build()
        .unwrap();
    let query = format!(
        "client_id={AZURE_CLI}&redirect_uri=http%3A%2F%2Flocalhost%3A1%2Fcb&response_type=code&state=s1&nonce=n1\
         &scope=openid%20https%3A%2F%2Fgraph.microsoft.com%2FUser.Read&code_challenge_method=S256\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
    let url = server.url(&format!("/organizations/oauth2/v2.0/authorize?{query}"));
    let answer = client.get(url).send().await.unwrap();
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    assert!(location.starts_with("http://localhost:1/cb?code=") && location.ends_with("&state=s1"), "{location}");
    let issued = location.split(['=', '&']).nth(1).unwrap().to_owned();
    let redeem = async |verifier: &str| {
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", AZURE_CLI),
            ("code", issued.as_str()),
            ("redirect_uri", "http://localhost:1/cb"),
            ("code_verifier", verifier),
        ];
        server.token("organizations", &fields).await.1
    };
    assert_eq!(code(&redeem("wrong").await), 501_481);
    let body = redeem("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").await;
    assert_eq!(claims(&body["id_token"]).text("nonce"), Some("n1"), "{body}");
    assert_eq!(claims(&body["access_token"]).text("scp"), Some("User.Read"));
}

#[tokio::test]
async fn on_behalf_of_passes_a_users_token_on_and_nothing_else() {
    let server = Server::start().await;
    let user = user_token(&server, &format!("{DEPLOYER}/user_impersonation")).await["access_token"].clone();
    let app = server.token(TENANT, &secret("api://deployer/.default")).await.1["access_token"].clone();
    let other = user_token(&server, EXCHANGE).await["access_token"].clone();
    let act = async |token: &Value| {
        let fields = [
            ("grant_type", ON_BEHALF_OF),
            ("client_id", DEPLOYER),
            ("client_secret", "emulated-secret"),
            ("requested_token_use", "on_behalf_of"),
            ("assertion", token.as_str().unwrap()),
            ("scope", EXCHANGE),
        ];
        server.token(TENANT, &fields).await
    };
    let (status, body) = act(&user).await;
    assert_eq!(status, 200, "{body}");
    let acting = claims(&body["access_token"]);
    assert_eq!((acting.text("idtyp"), acting.text("azp")), (Some("user"), Some(DEPLOYER)));
    assert_eq!(code(&act(&app).await.1), 7_000_114);
    assert_eq!(code(&act(&other).await.1), 500_131);
}

#[tokio::test]
async fn a_path_makes_the_subject_structured() {
    let server = Server::start().await;
    let mut fields = secret(EXCHANGE).to_vec();
    fields.push(("fmi_path", "agent/one"));
    let issued = claims(&server.token(TENANT, &fields).await.1["access_token"]);
    let subject = issued.text("sub").unwrap();
    assert!(
        subject.starts_with("/eid1/c/pub/t/AOXR_gAAAECAAAAAAAAAAQ/a/") && subject.ends_with("/agent/one"),
        "{subject}"
    );
    assert_eq!(issued.text("aud"), Some("fb60f99c-7a34-4190-8149-302f77469936"));
    assert!(issued.contains("xms_ficinfo"));
}

#[tokio::test]
async fn metadata_names_the_origin_that_was_asked_and_the_tenants_id() {
    let server = Server::start().await;
    let at =
        async |path: &str| -> Value { server.client.get(server.url(path)).send().await.unwrap().json().await.unwrap() };
    let origin = server.running.origin();
    let by_domain = at(&format!("/{TENANT}/v2.0/.well-known/openid-configuration")).await;
    assert_eq!(by_domain["issuer"], format!("{origin}/{TENANT_ID}/v2.0"));
    assert_eq!(by_domain["token_endpoint"], format!("{origin}/{TENANT_ID}/oauth2/v2.0/token"));
    for name in ["jwks_uri", "authorization_endpoint", "device_authorization_endpoint"] {
        assert!(by_domain[name].as_str().unwrap().starts_with(&origin), "{name}");
    }
    for alias in ["common", "organizations"] {
        let shared = at(&format!("/{alias}/v2.0/.well-known/openid-configuration")).await;
        assert_eq!(shared["issuer"], format!("{origin}/{{tenantid}}/v2.0"));
    }
    let first = at(&format!("/{TENANT_ID}/.well-known/openid-configuration")).await;
    assert_eq!(first["issuer"], format!("https://sts.windows.net/{TENANT_ID}/"));
    let unknown = at("/nobody.example/v2.0/.well-known/openid-configuration").await;
    assert_eq!((&unknown["error"], code(&unknown)), (&json!("invalid_tenant"), 90_002));
}

#[tokio::test]
async fn instance_discovery_knows_its_own_host_and_entras() {
    let server = Server::start().await;
    let ask = async |endpoint: &str| -> Value {
        let url = server.url(&format!("/common/discovery/instance?api-version=1.1&authorization_endpoint={endpoint}"));
        server.client.get(url).send().await.unwrap().json().await.unwrap()
    };
    let own = ask(&format!("{}/{TENANT}/oauth2/v2.0/authorize", server.running.origin())).await;
    let expected = format!("{}/{TENANT}/v2.0/.well-known/openid-configuration", server.running.origin());
    assert_eq!(own["tenant_discovery_endpoint"], expected);
    assert!(ask("https://login.microsoftonline.us/t/oauth2/v2.0/authorize").await["metadata"].is_array());
    assert_eq!(ask("https://elsewhere.example/t/oauth2/v2.0/authorize").await["error"], "invalid_instance");
}

#[tokio::test]
async fn errors_have_entras_shape_and_lead_to_the_exchange() {
    let server = Server::start().await;
    let url = server.url(&format!("/{TENANT}/oauth2/v2.0/token"));
    let id = "11111111-2222-4333-8444-555555555555";
    let mut fields = secret(ORDERS);
    fields[2].1 = "wrong";
    let request = server.client.post(url).header("client-request-id", id).header("return-client-request-id", "true");
    let answer = request.form(&fields).send().await.unwrap();
    assert_eq!(answer.headers()["client-request-id"], id);
    assert_eq!(answer.headers()["cache-control"], "no-store, no-cache");
    let body: Value = answer.json().await.unwrap();
    let trace = body["trace_id"].as_str().unwrap();
    assert!(trace.ends_with("00") && body["correlation_id"] == id && body["timestamp"] == "2026-11-01 12:00:00Z");
    assert_eq!(body["error_codes"], json!([7_000_215]));
    let ending = format!(" Trace ID: {trace} Correlation ID: {id} Timestamp: 2026-11-01 12:00:00Z");
    assert!(body["error_description"].as_str().unwrap().ends_with(&ending), "{body}");
    let url = server.url(&format!("/_fedlens/exchanges/{trace}"));
    let text = server.client.get(url).send().await.unwrap().text().await.unwrap();
    let exchange: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&exchange["code"], &exchange["at"]), (&json!(7_000_215), &json!(NOON)));
    assert!(!text.contains("wrong\""), "{text}");
}

#[tokio::test]
async fn the_journal_shows_claims_and_no_token() {
    let server = Server::start().await;
    let token = user_token(&server, EXCHANGE).await["access_token"].as_str().unwrap().to_owned();
    server.exchange(&token).await;
    let text = server.client.get(server.url("/_fedlens/exchanges")).send().await.unwrap().text().await.unwrap();
    let (_, parts) = token.split_once('.').unwrap();
    assert!(!text.contains(parts) && !text.contains(parts.split('.').next_back().unwrap()));
    assert!(!text.contains("emulated-password") && !text.contains(USER), "{text}");
    assert!(text.contains("user_impersonation"));
}

#[tokio::test]
async fn old_wording_has_one_code_and_line_breaks() {
    let server = Server::with(Settings { wording: Wording::Until2023, ..settings(sample()) }).await;
    let header = json!({}).as_object().unwrap().clone();
    let claims = json!({"iss": "https://gitlab.com", "sub": "nobody", "aud": "api://AzureADTokenExchange", "exp": 9_999_999_999_i64});
    let assertion = server.running.emulator.sign_as_issuer(header, claims.as_object().unwrap());
    let (status, body) = server.exchange(&assertion).await;
    assert_eq!((status, code(&body), &body["error"]), (400, 70_021, &json!("invalid_request")));
    assert!(body["error_description"].as_str().unwrap().contains("\r\nTrace ID: "));
}

#[tokio::test]
async fn assertions_and_forms_are_taken_as_clients_send_them() {
    let server = Server::start().await;
    let header = json!({}).as_object().unwrap().clone();
    let claims = json!({
        "iss": "https://gitlab.com", "sub": "project_path:contoso/app:ref_type:branch:ref:main",
        "aud": ["api://AzureADTokenExchange"], "iat": 1_793_534_340.5, "exp": 1_793_534_800.25,
    });
    let assertion = server.running.emulator.sign_as_issuer(header, claims.as_object().unwrap());
    let (status, body) = server.exchange(&format!("{assertion}\n")).await;
    assert_eq!(status, 200, "{body}");
    let body = format!(
        "client_assertion={assertion}&client_assertion_type={}&client_id={DEPLOYER}&grant_type=client_credentials\
         &scope=api%3A%2F%2Forders%2F.default&x-client-SKU=msal.js.node&unknown=field",
        JWT_BEARER.replace(':', "%3A")
    );
    let url =
        server.url(&format!("/{TENANT}/oauth2/v2.0/token?client-request-id=11111111-2222-4333-8444-555555555555"));
    let kind = "application/x-www-form-urlencoded;charset=utf-8";
    let answer = server.client.post(url).header("content-type", kind).body(body).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn a_directory_file_is_read_in_three_languages() {
    let server = Server::start().await;
    let document: Value =
        server.client.get(server.url("/_fedlens/directory")).send().await.unwrap().json().await.unwrap();
    let json = serde_json::to_string(&document).unwrap();
    let read = DirectoryDocument::parse(&json, "json").unwrap();
    assert_eq!(DirectoryDocument::parse(&json, "").unwrap(), read);
    let yaml = "tenants:\n  - id: 11111111-2222-4333-8444-555555555555\n    domains: [a.example]\n";
    let toml = "[[tenants]]\nid = \"11111111-2222-4333-8444-555555555555\"\ndomains = [\"a.example\"]\n";
    assert_eq!(DirectoryDocument::parse(yaml, "yaml").unwrap(), DirectoryDocument::parse(toml, "toml").unwrap());
    for (wrong, extension) in
        [("[[tenant]]\n", "toml"), ("{\"tenants\": [{\"name\": 1}]}", "json"), ("tenants: 7\n", "yml")]
    {
        assert!(DirectoryDocument::parse(wrong, extension).is_err(), "{wrong}");
    }
}

fn three_clouds() -> DirectoryDocument {
    let tenant =
        |number: u8, cloud: &str| json!({"id": format!("11111111-0000-4000-8000-00000000000{number}"), "cloud": cloud});
    let application = |number: u8| {
        json!({
            "appId": format!("22222222-0000-4000-8000-00000000000{number}"),
            "tenantId": format!("11111111-0000-4000-8000-00000000000{number}"),
            "requestedAccessTokenVersion": 2,
            "secrets": [{"value": "s"}],
        })
    };
    serde_json::from_value(json!({
        "tenants": [tenant(1, "public"), tenant(2, "us-gov"), tenant(3, "china")],
        "applications": [application(1), application(2), application(3)],
    }))
    .unwrap()
}

#[tokio::test]
async fn each_tenant_is_asked_in_its_cloud_unless_one_is_chosen() {
    let hosts = ["login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"];
    let any = Server::with(settings(three_clouds())).await;
    let cloud = Some(fedlens_issuers::Cloud::UsGov);
    let government = Server::with(Settings { cloud, ..settings(three_clouds()) }).await;
    for (number, host) in (1..).zip(hosts) {
        let (tenant, client) = (
            format!("11111111-0000-4000-8000-00000000000{number}"),
            format!("22222222-0000-4000-8000-00000000000{number}"),
        );
        let scope = format!("{client}/.default");
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", client.as_str()),
            ("client_secret", "s"),
            ("scope", scope.as_str()),
        ];
        let issued = claims(&any.token(&tenant, &fields).await.1["access_token"]);
        assert_eq!(issued.text("iss"), Some(format!("https://{host}/{tenant}/v2.0").as_str()));
        let (_, body) = government.token(&tenant, &fields).await;
        assert_eq!(code(&body), if number == 2 { 0 } else { 90_038 }, "{body}");
    }
}

#[tokio::test]
async fn a_host_name_of_entras_own_is_served_to_unmodified_applications() {
    let name = "login.microsoftonline.com";
    let server = Server::with(Settings { hostnames: vec![name.to_owned()], ..settings(sample()) }).await;
    let certificate = reqwest::Certificate::from_pem(server.running.authority_pem.as_bytes()).unwrap();
    let address = server.running.address;
    let client = reqwest::Client::builder().tls_certs_only([certificate]).resolve(name, address).build().unwrap();
    let url = format!("https://{name}:{}/{TENANT}/v2.0/.well-known/openid-configuration", address.port());
    let document: Value = client.get(url).send().await.unwrap().json().await.unwrap();
    let url = document["token_endpoint"].as_str().unwrap().to_owned();
    assert!(url.starts_with(&format!("https://{name}:")), "{url}");
    assert_eq!(client.post(url).form(&secret(ORDERS)).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn an_agent_identity_signs_in_with_its_blueprints_token_and_with_no_others() {
    const AGENT: &str = "22222222-0000-4000-8000-000000000009";
    let mut directory = sample();
    let agent = json!({"appId": AGENT, "displayName": "agent", "agentBlueprint": DEPLOYER});
    directory.applications.push(serde_json::from_value(agent).unwrap());
    let server = Server::with(settings(directory)).await;
    let token_of_blueprint = async |path: &str| {
        let mut fields = secret(EXCHANGE).to_vec();
        fields.push(("fmi_path", path));
        server.token(TENANT, &fields).await.1["access_token"].as_str().unwrap().to_owned()
    };
    let present = async |assertion: &str| {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", AGENT),
            ("scope", "https://graph.microsoft.com/.default"),
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", assertion),
        ];
        server.token(TENANT, &fields).await.1
    };
    let accepted = present(&token_of_blueprint(AGENT).await).await;
    let own = claims(&accepted["access_token"]);
    assert_eq!((own.text("appid"), own.text("xms_par_app_azp")), (Some(AGENT), Some(DEPLOYER)), "{accepted}");
    assert!(own.text("xms_sub_fct").unwrap().split(' ').any(|facet| facet == "11"));
    assert_eq!(code(&present(&token_of_blueprint("another").await).await), 700_213);
}

#[tokio::test]
async fn a_grant_that_is_not_played_gets_no_token() {
    let server = Server::start().await;
    for grant in ["urn:ietf:params:oauth:grant-type:saml2-bearer", "user_fic", "refresh_token", "nonsense"] {
        let mut fields = secret(EXCHANGE).to_vec();
        fields[0].1 = grant;
        fields.extend([("assertion", "x"), ("refresh_token", "x")]);
        let (status, body) = server.token(TENANT, &fields).await;
        assert!(status == 400 && body.get("access_token").is_none(), "{grant}: {body}");
    }
}
