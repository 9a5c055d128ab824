//! Failures are found in every shape in which programs print them.

use fedlens_catalog::{Failure, FoundBy, find};

const SENTENCE: &str = "No matching federated identity record found for presented assertion subject \
                        'repo:contoso/app:environment:prod'. Check your federated identity credential Subject, \
                        Audience and Issuer against the presented assertion.";
const TRACE: &str = "11111111-2222-3333-4444-555555550100";
const CORRELATION: &str = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
const TIME: &str = "2026-02-03 10:15:02Z";

/// `error_description` as today's token endpoint writes it.
fn description() -> String {
    format!("AADSTS700213: {SENTENCE} Trace ID: {TRACE} Correlation ID: {CORRELATION} Timestamp: {TIME}")
}

/// The same with the line ends of older answers.
fn old_description() -> String {
    format!("AADSTS700213: {SENTENCE}\r\nTrace ID: {TRACE}\r\nCorrelation ID: {CORRELATION}\r\nTimestamp: {TIME}")
}

/// The answer of the token endpoint.
fn body() -> String {
    let description = escaped(&old_description());
    format!(
        r#"{{"error":"invalid_client","error_description":"{description}","error_codes":[700213],"timestamp":"{TIME}","trace_id":"{TRACE}","correlation_id":"{CORRELATION}","error_uri":"https://login.microsoftonline.com/error?code=700213"}}"#
    )
}

fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', r#"\""#).replace('\r', r"\r").replace('\n', r"\n").replace('\t', r"\t")
}

fn only(text: &str) -> Failure {
    let mut found = find(text.as_bytes());
    assert_eq!(found.len(), 1, "{found:#?} in {text}");
    found.remove(0)
}

fn codes(text: &str) -> Vec<String> {
    find(text.as_bytes()).into_iter().map(|failure| failure.code.as_str().to_owned()).collect()
}

fn field<'f>(failure: &'f Failure, name: &str) -> Option<&'f str> {
    let fields = &failure.fields;
    let value = match name {
        "issuer" => &fields.issuer,
        "subject" => &fields.subject,
        "audience" => &fields.audience,
        "application" => &fields.application,
        "application_name" => &fields.application_name,
        "tenant" => &fields.tenant,
        "resource" => &fields.resource,
        "key" => &fields.key,
        "current_time" => &fields.current_time,
        "valid_from" => &fields.valid_from,
        "expires" => &fields.expires,
        "oauth_error" => &fields.oauth_error,
        "suberror" => &fields.suberror,
        "trace_id" => &fields.trace_id,
        "correlation_id" => &fields.correlation_id,
        "timestamp" => &fields.timestamp,
        other => panic!("no field {other}"),
    };
    value.as_deref()
}

/// One failure of that code with those fields.
fn assert_only(text: &str, code: &str, fields: &[(&str, &str)]) -> Failure {
    let failure = only(text);
    assert_eq!(failure.code.as_str(), code, "{text}");
    for (name, value) in fields {
        assert_eq!(field(&failure, name), Some(*value), "{name} in {text}");
    }
    failure
}

/// The whole of [`SENTENCE`] with all its ids, whatever it is wrapped in.
fn assert_whole(text: &str) {
    let failure = assert_only(
        text,
        "AADSTS700213",
        &[
            ("subject", "repo:contoso/app:environment:prod"),
            ("trace_id", TRACE),
            ("correlation_id", CORRELATION),
            ("timestamp", TIME),
        ],
    );
    assert_eq!(failure.message, SENTENCE, "{text}");
    assert_eq!(failure.found_by, FoundBy::Code);
}

#[test]
fn json_at_any_depth_of_escaping() {
    let mut text = body();
    for depth in 0..5 {
        assert_whole(&text);
        assert_eq!(field(&only(&text), "oauth_error"), Some("invalid_client"), "depth {depth}");
        text = format!(r#"{{"message":"{}"}}"#, escaped(&text));
    }
}

#[test]
fn json_with_escaped_quotes_of_its_own_kind() {
    assert_whole(&description().replace('\'', r"\u0027"));
    assert_whole(&body().replace('\'', r"\\u0027"));
    assert_whole(&description().replace('\'', "&#x27;"));
    assert_whole(&description().replace('\'', "&amp;#39;"));
}

#[test]
fn pretty_printed_json() {
    let text = format!(
        "{{\n  \"error\": \"invalid_client\",\n  \"error_description\": \"AADSTS700213: {SENTENCE}\",\n  \
         \"error_codes\": [\n    700213\n  ],\n  \"timestamp\": \"{TIME}\",\n  \"trace_id\": \"{TRACE}\",\n  \
         \"correlation_id\": \"{CORRELATION}\"\n}}\n"
    );
    assert_whole(&text);
    assert_eq!(only(&text).mentions, 1);
}

#[test]
fn python_repr() {
    let text = format!(
        "failed: {{'error': 'invalid_grant', 'error_description': \"{}\", 'error_codes': [700213], \
         'suberror': 'token_expired'}}",
        escaped(&old_description())
    );
    assert_whole(&text);
    assert_eq!(field(&only(&text), "suberror"), Some("token_expired"));
    let single = "{'error_description': 'AADSTS7000215: Invalid client secret provided.', 'error_codes': [7000215]}";
    assert_eq!(only(single).message, "Invalid client secret provided.");
}

#[test]
fn form_encoding() {
    let encoded = "AADSTS700016%3a+Application+with+identifier+%27app-1%27+was+not+found+in+the+directory+%27Contoso%27.\
                   %0d%0aTrace+ID%3a+11111111-2222-3333-4444-555555550100";
    let expected = [("application", "app-1"), ("tenant", "Contoso"), ("trace_id", TRACE)];
    assert_only(&format!("error=x&error_description={encoded}&error_codes=%5b700016%5d"), "AADSTS700016", &expected);
    assert_only(&format!("https://localhost/#d={}&s=1", encoded.replace('+', "%20")), "AADSTS700016", &expected);
    assert_only(&encoded.replace('%', "%25").replace('+', "%2B"), "AADSTS700016", &expected);
}

#[test]
fn soap_fault() {
    let fault = "<psf:code>0x80048823</psf:code><psf:text>AADSTS50034: The user account 'a@contoso.com' does not exist \
                 in the contoso.com directory.</psf:text></psf:internalerror>";
    for text in [
        fault.to_owned(),
        format!("{{\"responseText\": \"{}\"}}", escaped(fault).replace('/', r"\/")),
        fault.replace('<', r"\u003c").replace('>', r"\u003e"),
        fault.replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&apos;"),
    ] {
        let failure = assert_only(&text, "AADSTS50034", &[("tenant", "contoso.com")]);
        assert_eq!(
            failure.message, "The user account 'a@contoso.com' does not exist in the contoso.com directory.",
            "{text}"
        );
    }
}

#[test]
fn go_structures_and_quoted_strings() {
    assert_whole(&format!(
        r#"autorest.DetailedError{{Original:adal.tokenRefreshError{{message:"Status Code = '401'. Response body: {}", resp:(*http.Response)(0xc0)}}}}"#,
        escaped(&body())
    ));
    let klog = format!(
        "E0203 10:15:02.893319       1 credential.go:62] \"failed to acquire token\" err=\"FromAssertion(): http \
         call(https://login.microsoftonline.com/00000000-aaaa-bbbb-cccc-000000000001/oauth2/v2.0/token)(POST) error: \
         reply status code was 401:\\n{}\"",
        escaped(&body())
    );
    assert_whole(&klog);
    assert_eq!(field(&only(&klog), "tenant"), Some("00000000-aaaa-bbbb-cccc-000000000001"));
}

#[test]
fn logfmt() {
    let text =
        format!("time=\"2026-02-03T10:15:02Z\" level=error msg=\"no token\" error=\"{}\" attempt=3", description());
    assert_whole(&text);
}

#[test]
fn azure_pipelines() {
    let stamp = "2026-02-03T10:15:02.1849592Z";
    assert_whole(&format!("{stamp} ##[debug]x\n{stamp} ##[error]{}\n{stamp} ##[section]Finishing: x\n", description()));
    assert_whole(&format!(
        "{stamp} ##[error]{}\r\n{stamp} ##[section]Finishing: x\r\n",
        old_description().replace("\r\n", &format!("\r\n{stamp} "))
    ));
}

#[test]
fn github_puts_links_into_numbers_and_ids() {
    let link =
        |number: &str| format!("[{number}](https://github.com/contoso/app/actions/runs/1/job/2#step:5:{number})");
    let text = description()
        .replace("AADSTS700213", &format!("AADSTS700{}3", link("21")))
        .replace("11111111-2222", &format!("111{}111-2222", link("11")))
        .replace("10:15", &format!("10:{}", link("15")));
    assert_whole(&text);
    let start = only(&text).at;
    assert!(text.get(start).is_some_and(|code| code.starts_with("AADSTS700[21](https://")));
}

#[test]
fn github_cli_logs() {
    assert_whole(&format!("build\tAzure login\t2026-02-03T10:15:02.1849592Z ##[error]{}\n", description()));
}

#[test]
fn terraform_box_with_wrapped_words() {
    let text = format!(
        "╷\n│ Error: invalid_client\n│ \n│   with data.fabric_capacity.x,\n│   on main.tf line 1:\n│ \n\
         │ AADSTS700213: No matching federated identity record found for presented\n\
         │ assertion subject 'repo:contoso/app:environment:prod'. Check your federated\n\
         │ identity credential Subject, Audience and Issuer against the presented\n\
         │ assertion. Trace ID: {TRACE} Correlation\n│ ID: {CORRELATION} Timestamp:\n│ {TIME}\n╵\nnext"
    );
    assert_whole(&text);
    assert_eq!(field(&only(&text), "oauth_error"), Some("invalid_client"));
    assert_eq!(only(&text).line, 7);
    assert_whole(&escaped(&text));
    assert_whole(&text.replace('│', "\u{1b}[31m│\u{1b}[0m"));
    let framed: String = text.lines().map(|line| format!("{line:<90}│\n")).collect();
    assert_whole(&framed);
}

#[test]
fn boxes_that_cut_words_ids_and_the_code_itself() {
    let text = format!("Error: a line that is as long as the window of the terminal: {}", description());
    for width in [61, 66, 68, 71, 75, 80, 100, 132] {
        let chars: Vec<char> = text.chars().collect();
        let wrapped: String =
            chars.chunks(width).map(|line| format!("│ {}\n", line.iter().collect::<String>())).collect();
        assert_whole(&format!("╷\n{wrapped}╵\n"));
    }
}

#[test]
fn consoles_that_cut_words() {
    let chars: Vec<char> = description().chars().collect();
    for width in [60, 80, 100] {
        let wrapped: Vec<String> = chars.chunks(width).map(|line| line.iter().collect()).collect();
        assert_whole(&format!("{}\n\n", wrapped.join("\n")));
    }
}

#[test]
fn consoles_that_wrap_words() {
    let text = "Microsoft.Identity.Client.MsalUiRequiredException: AADSTS50158:\n External security challenge not \
                satisfied. User will be redirected to another page or authentication provider to\nsatisfy additional \
                authentication challenges.\nTrace ID: 11111111-2222-3333-4444-555555550100\n   at Contoso.Client.Get(String \
                url)\n";
    let failure = assert_only(text, "AADSTS50158", &[("trace_id", TRACE)]);
    assert!(failure.message.ends_with("authentication provider to satisfy additional authentication challenges."));
}

#[test]
fn entities_and_wrong_decodings() {
    let issuer = "https://login.microsoftonline.com/00000000-aaaa-bbbb-cccc-000000000001/v2.0";
    for (open, close, blank) in [("‘", "’", "\u{a0}"), ("&#8216;", "&#8217;", "&nbsp;"), ("â€˜", "â€™", "Â\u{a0}")]
    {
        let text = format!(
            "AADSTS700236: Entra ID tokens issued by issuer {open}{issuer}{close} may not be used{blank}for federated \
             identity credential flows for applications or managed identities registered in this tenant."
        );
        let failure = assert_only(&text, "AADSTS700236", &[("issuer", issuer)]);
        assert!(failure.message.contains(&format!("'{issuer}' may not be used for federated")), "{}", failure.message);
        assert_eq!(failure.fields.tenant, None, "an issuer is no token request");
    }
    let lost =
        "AADSTS700016: Application with identifier ï¿½app-1ï¿½ was not found in the directory \u{fffd}Contoso\u{fffd}.";
    assert_only(lost, "AADSTS700016", &[("application", "app-1"), ("tenant", "Contoso")]);
    let mut latin = b"AADSTS700016: Application with identifier 'app-1' was not found. \xe9\xff".to_vec();
    latin.insert(0, 0);
    assert_eq!(find(&latin)[0].fields.application.as_deref(), Some("app-1"));
}

#[test]
fn markdown() {
    let bold = description().replace(CORRELATION, &format!("**{CORRELATION}**"));
    assert_whole(&format!("> {bold}\n"));
    assert_whole(&format!("**Error: {}**", description()));
    assert_whole(&format!("Content: {{\"error_description\":\"{bold}\",\"error_codes\":[**700213**]}}"));
    assert_eq!(
        codes("It says [AADSTS50105](https://contoso.com/a) and **AADSTS50126**, or `AADSTS50057`."),
        ["AADSTS50105", "AADSTS50126", "AADSTS50057"]
    );
    assert_only(
        "AADSTS70001: Application with identifier '**app**' was not found",
        "AADSTS70001",
        &[("application", "app")],
    );
}

#[test]
fn masked_values_stay_as_they_are() {
    let text = "AADSTS700016: Application with identifier '***' was not found in the directory '****'. Trace ID: *** \
                Correlation ID: [REDACTED] Timestamp: redacted:id redacted:id01Z\",\"error_codes\":[redacted:id]";
    assert_only(
        text,
        "AADSTS700016",
        &[
            ("application", "***"),
            ("tenant", "****"),
            ("trace_id", "***"),
            ("correlation_id", "[REDACTED]"),
            ("timestamp", "redacted:id redacted:id01Z"),
        ],
    );
    let issuer = "https://oidc.contoso.com/7*****************/c****************/";
    assert_only(
        &format!("AADSTS700211: No record for presented assertion issuer '{issuer}'."),
        "AADSTS700211",
        &[("issuer", issuer)],
    );
}

#[test]
fn msal_for_node() {
    let text = "ServerError: invalid_client: 700024 - [2026-02-03 10:15:02Z]: AADSTS700024: Client assertion is not within \
                its valid time range. Current time: 2026-02-03T10:15:02.0186934Z, assertion valid from \
                2026-02-03T09:58:00.0000000Z, expiry time of assertion 2026-02-03T10:03:00.0000000Z. Review the \
                documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials . - \
                Correlation ID: aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee - Trace ID: 11111111-2222-3333-4444-555555550100";
    let failure = assert_only(
        text,
        "AADSTS700024",
        &[
            ("oauth_error", "invalid_client"),
            ("timestamp", TIME),
            ("current_time", "2026-02-03T10:15:02.0186934Z"),
            ("valid_from", "2026-02-03T09:58:00.0000000Z"),
            ("expires", "2026-02-03T10:03:00.0000000Z"),
            ("correlation_id", CORRELATION),
            ("trace_id", TRACE),
        ],
    );
    assert!(failure.message.ends_with("certificate-credentials ."), "{}", failure.message);
}

#[test]
fn msal_for_browsers() {
    let text = format!(
        r#"{{"errorCode":"invalid_grant","errorMessage":"{}","subError":"token_expired","errorNo":"700213"}}"#,
        description()
    );
    assert_whole(&text);
    assert_eq!(field(&only(&text), "suberror"), Some("token_expired"));
    assert_eq!(field(&only(&text), "oauth_error"), Some("invalid_grant"));
}

#[test]
fn oauth_error_behind_the_message() {
    let text = r#"{"error_description":"AADSTS70002: The request body must contain the following parameter: 'client_secret or client_assertion'.\r\nTrace ID: 11111111-2222-3333-4444-555555550100","error":"invalid_client"}"#;
    assert_only(text, "AADSTS70002", &[("oauth_error", "invalid_client"), ("trace_id", TRACE)]);
}

#[test]
fn chained_credentials() {
    let text = format!(
        "DefaultAzureCredential failed to retrieve a token. EnvironmentCredential: Environment variables are not fully \
         configured. WorkloadIdentityCredential: Microsoft Entra ID error '(invalid_client) {}'Content: \
         {{\"error\":\"invalid_client\",\"error_description\":\"{}",
        description(),
        description().get(..140).unwrap_or_default()
    );
    assert_whole(&text);
    assert_eq!(only(&text).mentions, 2);
    let lines = format!(
        "ManagedIdentityCredential: Multiple user assigned identities exist, please specify the clientId\n\
         WorkloadIdentityCredential: {}\n",
        description()
    );
    assert_whole(&lines);
}

#[test]
fn block_copied_from_a_browser() {
    let text = format!(
        "Request Id: {TRACE}\nCorrelation Id: {CORRELATION}\nTimestamp: 2026-02-03T10:15:02Z\nMessage: AADSTS50020: User \
         account 'a@live.com' from identity provider 'live.com' does not exist in tenant 'Contoso' and cannot access the \
         application '00000000-aaaa-bbbb-cccc-000000000002'(Reports) in that tenant. The account needs to be added."
    );
    assert_only(
        &text,
        "AADSTS50020",
        &[
            ("trace_id", TRACE),
            ("correlation_id", CORRELATION),
            ("timestamp", "2026-02-03T10:15:02Z"),
            ("tenant", "Contoso"),
            ("application", "00000000-aaaa-bbbb-cccc-000000000002"),
            ("application_name", "Reports"),
        ],
    );
}

#[test]
fn ids_of_the_previous_failure_are_not_borrowed() {
    let text = format!("{}\nAADSTS7000222: The provided client secret keys are expired.\n", description());
    let found = find(text.as_bytes());
    assert_eq!(found[1].code.as_str(), "AADSTS7000222");
    assert_eq!(found[1].fields.trace_id, None);
}

#[test]
fn data_factory_repeats_one_failure() {
    let plain = old_description();
    let object = escaped(&body());
    let detail = format!(
        "Failure happened on 'Sink' side. ErrorCode=UserErrorFailedToGetAccessTokenByServicePrincipal,'Type=Contoso.Ex,\
         Message=Failed to get access token by using service principal. Error: invalid_client, Error Message: {plain} \
         Response status code does not indicate success: 401 (Unauthorized). {object}: Unknown error \
         .,Source=Contoso.Client,''Type=Contoso.Ex,Message={plain},Source=Contoso,''Type=Contoso.Ex,Message={object},Source=,'"
    );
    for text in [detail.clone(), escaped(&detail), format!("{{\"errorDetail\": \"{}\"}}", escaped(&detail))] {
        let found = find(text.as_bytes());
        assert_eq!(found.len(), 2, "{found:#?}");
        assert_eq!(found[0].code.as_str(), "UserErrorFailedToGetAccessTokenByServicePrincipal");
        assert_eq!(found[0].message, "Failed to get access token by using service principal. Error: invalid_client");
        assert_eq!((found[1].code.number(), found[1].mentions), (Some(700_213), 4));
        assert_eq!(found[1].message, SENTENCE);
        assert_eq!(found[1].fields.trace_id.as_deref(), Some(TRACE));
    }
}

#[test]
fn power_bi_errors() {
    let text = r#"{"error":{"code":"DM_GWPipeline_Gateway_MashupDataAccessError","pbi.error":{"code":"DM_GWPipeline_Gateway_MashupDataAccessError","parameters":[{"Key":"a","Value":"b"}],"details":[{"code":"DM_ErrorDetailNameCode_UnderlyingErrorCode","detail":{"type":1,"value":"-2147467259"}},{"code":"DM_ErrorDetailNameCode_UnderlyingErrorMessage","detail":{"type":1,"value":"<ccon>Unable to connect to the server</ccon>"}}],"exceptionCulprit":1}}}"#;
    for text in [text.to_owned(), escaped(text), text.replace('"', "\"\"")] {
        let failure = assert_only(&text, "DM_GWPipeline_Gateway_MashupDataAccessError", &[]);
        assert_eq!(failure.message, "Unable to connect to the server", "{text}");
        assert_eq!(failure.mentions, 2);
    }
    let refreshes = r#"[{"serviceExceptionJson":"{\"errorCode\":\"ModelRefreshFailed_CredentialsNotSpecified\"}"},{"serviceExceptionJson":"{\"errorCode\":\"ModelRefreshFailed\"}"}]"#;
    assert_eq!(codes(refreshes), ["ModelRefreshFailed_CredentialsNotSpecified", "ModelRefreshFailed"]);
    let unknown = r#"Error returned: '{"error":{"code":"DMTS_SomethingNewError","pbi.error":{"code":"DMTS_SomethingNewError"}}}'"#;
    assert_eq!(codes(unknown), ["DMTS_SomethingNewError"]);
}

#[test]
fn gateway_log() {
    let text = format!(
        "DM.EnterpriseGateway Error: 0 : 2026-02-03T10:15:02.1849592Z DM.EnterpriseGateway 5e6f 7a8b [DM.GatewayCore] \
         Exception: Contoso.AdalServiceException: {}\r\n   at Contoso.Client.Get(String url)\r\n",
        old_description()
    );
    assert_whole(&text);
}

#[test]
fn login_step_completes_the_failure() {
    let text = "Run azure/login@v2\n  with:\n    client-id: 00000000-aaaa-bbbb-cccc-000000000002\n    tenant-id: ***\n    \
                audience: api://AzureADTokenExchange\nRunning Azure CLI Login.\nFederated token details:\n issuer - \
                https://token.actions.githubusercontent.com\n subject claim - repo:contoso/app:environment:prod\n \
                audience - api://AzureADTokenExchange\n job_workflow_ref - contoso/app/.github/workflows/x.yml@refs/heads/main\n\
                Attempting Azure CLI login by using OIDC...\nError: ";
    let expected = [
        ("issuer", "https://token.actions.githubusercontent.com"),
        ("subject", "repo:contoso/app:environment:prod"),
        ("audience", "api://AzureADTokenExchange"),
        ("application", "00000000-aaaa-bbbb-cccc-000000000002"),
    ];
    for log in [
        format!("{text}{}\n", description()),
        format!("{text}AADSTS70025: The client has no configured federated identity credentials.\n"),
        format!("{text}{}\n", description())
            .replace('\n', "\n2026-02-03T10:15:02.1849592Z ")
            .replace("Run ", "##[group]Run "),
        format!("{text}{}\n", description()).replace('\n', "\n[22](https://github.com/contoso/app#step:2:23)\n"),
    ] {
        let failure = only(&log);
        for (name, value) in expected {
            assert_eq!(field(&failure, name), Some(value), "{name} in {log}");
        }
        assert_eq!(failure.fields.tenant, None, "a masked tenant says nothing");
    }
    let unrelated = format!("{text}AADSTS50105: The signed in user is not assigned.\n");
    assert_eq!(only(&unrelated).fields.subject, None, "the token details say nothing about another kind of failure");
    let other = format!("{text}{}\n", description().replace("environment:prod", "pull_request"));
    assert_eq!(only(&other).fields.issuer, None, "the details of another login are not taken");
}

#[test]
fn old_sentence_with_all_three_values() {
    assert_only(
        "Error: : AADSTS70021: No matching federated identity record found for presented assertion. Assertion Issuer: \
         'https://oidc.contoso.com/'. Assertion Subject: 'system:serviceaccount:default:app'. Assertion Audience: \
         'api://AzureADTokenExchange'. https://docs.microsoft.com/x",
        "AADSTS70021",
        &[
            ("issuer", "https://oidc.contoso.com/"),
            ("subject", "system:serviceaccount:default:app"),
            ("audience", "api://AzureADTokenExchange"),
        ],
    );
}

#[test]
fn old_codes_stay_what_they_are() {
    let nested = "AADSTS70002: Error validating credentials. AADSTS50012: Invalid client secret is provided.\r\nTrace ID: \
                  11111111-2222-3333-4444-555555550100";
    let found = find(nested.as_bytes());
    assert_eq!(codes(nested), ["AADSTS70002", "AADSTS50012"]);
    assert!(found.iter().all(|failure| failure.fields.trace_id.as_deref() == Some(TRACE)));
    assert_eq!(found[0].message, "Error validating credentials.");
    let assignment =
        "AADSTS50105: Application 'app-1' is not assigned to a role for the application 'https://contoso.com/r'.";
    assert_only(assignment, "AADSTS50105", &[("application", "app-1"), ("resource", "https://contoso.com/r")]);
}

#[test]
fn prose_names_several_codes() {
    let text = "We moved from AADSTS70021 to AADSTS700213, then AADSTS700213 again. See \
                https://contoso.com/errors/aadsts50105-not-assigned and \
                https://login.microsoftonline.com/error?code=50058 or https://login.microsoftonline.com/error?code=70021.";
    assert_eq!(codes(text), ["AADSTS70021", "AADSTS700213", "AADSTS50105", "AADSTS50058"]);
    assert_eq!(find(text.as_bytes())[1].mentions, 2);
    assert!(find(text.as_bytes()).iter().all(|failure| failure.message.is_empty()));
}

#[test]
fn numbers_without_their_sentence() {
    assert_only(
        r#"{"error":"invalid_client","error_description":"hidden","error_codes":[700213],"trace_id":"11111111-2222-3333-4444-555555550100"}"#,
        "AADSTS700213",
        &[("oauth_error", "invalid_client"), ("trace_id", TRACE)],
    );
    assert_only(
        r#"{"category":"ServicePrincipalSignInLogs","correlationId":"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee","properties":{"appId":"app-1","status":{"errorCode":7000222}},"resultType":"7000222","tenantId":"tenant-1","time":"2026-02-03T10:15:02Z"}"#,
        "AADSTS7000222",
        &[("application", "app-1"), ("tenant", "tenant-1"), ("correlation_id", CORRELATION)],
    );
    assert_eq!(codes(r#"{"resultType":"0","status":{"errorCode":0}}"#), Vec::<String>::new());
    assert_eq!(codes(r#"{"errorCode":"2200","message":"Failure"}"#), Vec::<String>::new());
    assert_eq!(codes(r#"{"labels":{"aadsts":"700213"}}"#), ["AADSTS700213"]);
}

#[test]
fn sentences_without_their_number() {
    for (text, code) in [
        ("Only app-only tokens may be used as Federated Identity Credentials for AAD issuer.", "AADSTS700229"),
        ("The provided grant has expired due to it being revoked, a fresh auth token is needed.", "AADSTS50173"),
        (SENTENCE, "AADSTS700213"),
        ("The provided client secret keys for app 'app-1' are expired. Visit the portal.", "AADSTS7000222"),
    ] {
        let box_of = |text: &str| {
            text.split(' ')
                .collect::<Vec<_>>()
                .chunks(6)
                .map(|line| format!("│ {}\n", line.join(" ")))
                .collect::<String>()
        };
        for shape in [
            text.to_owned(),
            text.to_uppercase(),
            text.replace('\'', "’"),
            text.replace(' ', "&nbsp;"),
            text.replace(' ', "+"),
            format!("a line\nGET /callback?error=x&error_description={} HTTP/1.1\n", text.replace(' ', "%20")),
            text.replace(' ', "  "),
            format!(r#"{{"a":"{{\"b\":\"{}\"}}"}}"#, text.replace('\'', r"\\u0027")),
            box_of(text),
        ] {
            let failure = only(&shape);
            assert_eq!((failure.code.as_str(), failure.found_by), (code, FoundBy::Wording), "{shape}");
        }
    }
    let failure = only(SENTENCE);
    assert_eq!(failure.fields.subject.as_deref(), Some("repo:contoso/app:environment:prod"));
    assert_eq!(failure.at.start, 0);
}

#[test]
fn sentence_and_number_are_one_failure() {
    assert_eq!(only(&description()).mentions, 1);
    let apart =
        "The answer was AADSTS501051.\n> Application 'a'(A) is not assigned to a role for the application 'b'(B).";
    let failure = assert_only(apart, "AADSTS501051", &[("application", "a"), ("resource", "b")]);
    assert_eq!(failure.mentions, 1);
    let behind = "Error: External security challenge not satisfied (AADSTS50158)";
    assert_only(behind, "AADSTS50158", &[]);
    let older = "AADSTS70021: No matching federated identity record found for presented assertion subject 'a'.";
    assert_only(older, "AADSTS70021", &[("subject", "a")]);
}

#[test]
fn retries_are_one_failure_and_other_subjects_are_others() {
    let message = |subject: &str, trace: u8| {
        format!(
            "AADSTS700213: No matching federated identity record found for presented assertion subject '{subject}'. Trace \
             ID: 11111111-2222-3333-4444-5555555500{trace:02} Timestamp: 2026-02-03 10:15:{trace:02}Z\n"
        )
    };
    let log = [("a", 1), ("b", 2), ("a", 3), ("a", 1)].map(|(subject, trace)| message(subject, trace)).concat();
    let found = find(log.as_bytes());
    let counts: Vec<_> =
        found.iter().map(|failure| (failure.fields.subject.as_deref(), failure.mentions, failure.line)).collect();
    assert_eq!(counts, [(Some("a"), 3, 1), (Some("b"), 1, 2)]);
    assert_eq!(found[0].fields.trace_id.as_deref(), Some("11111111-2222-3333-4444-555555550001"));
}
