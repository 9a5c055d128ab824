use super::*;

const GUID: &str = "11111111-2222-4333-8444-555555555555";
const JWT: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";

#[test]
fn a_secret_shows_only_its_length() {
    let secret = Secret::new("hunter22");
    let shown = format!("{secret} {secret:?} {}", serde_json::to_string(&secret).unwrap());
    assert_eq!(shown, r#"[redacted, 8 bytes] [redacted, 8 bytes] "[redacted, 8 bytes]""#);
    assert_eq!(secret.reveal(), "hunter22");
}

#[test]
fn secrets_are_hidden_and_nothing_else() {
    let table = [
        ("got JWT here", "got [redacted] here"),
        ("Bearer JWT.", "Bearer [redacted]."),
        ("cut eyJhbGciOiJSUzI1NiIsIn off", "cut [redacted] off"),
        ("short eyJhbGciOi stays", "short eyJhbGciOi stays"),
        (r#"{"value":"JWT"}"#, r#"{"value":"[redacted]"}"#),
        (r"\nJWT\r\n", r"\n[redacted]\r\n"),
        ("JWT\nAbCdEfGhIjKlMnOpQ0-_\nGUID\n", "[redacted]\n[redacted]\nGUID\n"),
        (
            "JWT\nMicrosoft.Identity.Client.MsalServiceException\n",
            "[redacted]\nMicrosoft.Identity.Client.MsalServiceException\n",
        ),
        ("a=1&client_secret=s%2Bx~y&b=2", "a=1&client_secret=[redacted]&b=2"),
        (
            "client_assertion=abc.def&client_assertion_type=urn:x",
            "client_assertion=[redacted]&client_assertion_type=urn:x",
        ),
        (r#"{"client_secret":"a\"b", "x":1}"#, r#"{"client_secret":"[redacted]", "x":1}"#),
        (r#"{\"clientSecret\": \"ab\", \"x\":1}"#, r#"{\"clientSecret\": \"[redacted]\", \"x\":1}"#),
        ("{'client_secret': 'ab'}", "{'client_secret': '[redacted]'}"),
        ("AZURE_CLIENT_SECRET=ab cd", "AZURE_CLIENT_SECRET=[redacted] cd"),
        ("client_secret: ab", "client_secret: [redacted]"),
        ("db:\n  password: p@ss,w\n", "db:\n  password: [redacted]\n"),
        ("password=p", "password=[redacted]"),
        ("User Id=sa;Password=a&b,c; Encrypt=1", "User Id=sa;Password=[redacted]; Encrypt=1"),
        ("Uid=sa;Pwd='a b';", "Uid=sa;Pwd='[redacted]';"),
        ("PWD=/home/x", "PWD=/home/x"),
        ("--password p1 --client-secret \"p 2\" --x", "--password [redacted] --client-secret \"[redacted]\" --x"),
        ("--password --next", "--password --next"),
        ("AccountName=x;AccountKey=ab+/==;Suffix=y", "AccountName=x;AccountKey=[redacted];Suffix=y"),
        ("SharedAccessKey=ab=", "SharedAccessKey=[redacted]"),
        ("https://x/y?sv=1&sig=a%2Fb%3D&se=2", "https://x/y?sv=1&sig=[redacted]&se=2"),
        ("Authorization: Basic YTpi\r\nHost: x", "Authorization: Basic [redacted]\r\nHost: x"),
        (r#"{"Authorization":"Bearer opaque"}"#, r#"{"Authorization":"Bearer [redacted]"}"#),
        ("authorization: failed", "authorization: failed"),
        ("key abc8Q~0123456789012345678901234567890123 end", "key [redacted] end"),
        ("a -----BEGIN RSA PRIVATE KEY-----\nAb\n-----END RSA PRIVATE KEY----- b", "a [redacted] b"),
        ("mail dana.fox+x@contoso.example.", "mail [redacted]."),
        ("upn=dana%40contoso.example&x", "upn=[redacted]&x"),
        (r"\ndana@contoso.example\r\n", r"\n[redacted]\r\n"),
        ("fox_fabrikam.example#EXT#@contoso.example", "[redacted]"),
        ("https://x.example/users/dana@contoso.example/memberOf", "https://x.example/users/[redacted]/memberOf"),
        ("https://x.example?login_hint=dana@contoso.example", "https://x.example?login_hint=[redacted]"),
        ("https://bot:pa55@git.example/x", "https://bot:[redacted]@git.example/x"),
        ("User account 'Dana Fox' from", "User account '[redacted]' from"),
        ("The signed in user 'dana' is", "The signed in user '[redacted]' is"),
        (r#"user \"dana\" is"#, r#"user \"[redacted]\" is"#),
        ("password=x JWT dana@contoso.example", "password=[redacted] [redacted] [redacted]"),
    ];
    for (text, expected) in table {
        let fill = |text: &str| text.replace("JWT", JWT).replace("GUID", GUID);
        assert_eq!(redact_text(&fill(text)), fill(expected));
    }
}

#[test]
fn what_a_diagnosis_needs_stays_and_is_not_copied() {
    for text in [
        "",
        "repo:contoso@4711/app@990011:ref:refs/heads/main",
        "repo:contoso/app:environment:prod",
        "uses: azure/login@v2",
        "uses: azure/login@v2.1.0",
        "contoso/app/.github/workflows/x.yml@refs/heads/main",
        "system:serviceaccount:ns:sa",
        r#"User "system:serviceaccount:vault-password:sa" cannot get"#,
        "system:serviceaccount:vault-password:sa",
        "sc://contoso/web/azure-connection",
        "/eid1/c/pub/t/v4j5cvGGr0GRqy180BHbRw/a/rISbSSETf0KqFyZ8ppdXmA/sc/11111111-2222-4333-8444-555555555555",
        "https://contoso@dev.azure.com/contoso/_git/web",
        "git@github.com:contoso/app.git",
        "https://cdn.example/npm/@azure/identity@4.1.0/x.js",
        "AADSTS700016: Application with identifier '11111111-2222-4333-8444-555555555555' was not found in the directory 'Contoso'.",
        "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value.",
        "AADSTS7000216: 'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
        "AADSTS50056: Invalid or missing password: password does not exist in the directory for this user.",
        "AADSTS50034: The user account {EmailHidden} does not exist in the Contoso directory.",
        "AADSTS50020: User account '{EmailHidden}' from identity provider 'https://sts.windows.net/x/' does not exist",
        "Login failed for user '<token-identified principal>'.",
        "Login failed for user '11111111-2222-4333-8444-555555555555@22222222-2222-4333-8444-555555555555'.",
        "https://login.microsoftonline.com/error?code=700213",
        "permissions:\n  id-token: write\n",
        "client-secret: ${{ secrets.AZURE_CLIENT_SECRET }}",
        "password: ***",
        r#"{"access_token":"..."}"#,
        "Authorization: Bearer {token}",
        "password=$DB_PASSWORD",
        "\"password\": null",
        "if password == other",
        "grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default",
        "Authorization: bearer ${ACTIONS_ID_TOKEN_REQUEST_TOKEN}",
        r#"claims={"access_token":{"xms_cc":{"values":["CP1"]}}}"#,
        "client_secret=[redacted]&password='[redacted]' Authorization: Bearer [redacted] user '[redacted]'",
        "spn:00000003-0000-0ff1-ce00-000000000000/contoso.sharepoint.com@11111111-2222-4333-8444-555555555555",
    ] {
        assert!(matches!(redact_text(text), Cow::Borrowed(_)), "{text} became {}", redact_text(text));
    }
}

#[test]
fn personal_claims_are_listed_once_in_order() {
    assert!(PERSONAL_CLAIMS.is_sorted_by(|before, after| before < after));
}

#[test]
fn a_long_text_of_starts_is_read_once() {
    for piece in [
        "eyJ ",
        "user 'x ",
        "password=\"",
        "a@b.",
        "https://a:b",
        "password='\\\"",
        "-----BEGIN ",
        "eyJ0123456789012345678901\n",
    ] {
        let text = piece.repeat(20_000);
        assert_eq!(redact_text(&redact_text(&text)), redact_text(&text), "{piece}");
    }
}
