//! Calls of MSAL and azure-identity, by name.
//!
//! Names that depend on the environment, such as `DefaultAzureCredential`, or on whoever
//! signed in to a developer tool are left out: they do not tell whose token it is.

use super::mask::Masked;
use super::{Acquisition, Language, Sighting};

/// How far after a call its arguments are looked at, in bytes.
const MAX_ARGUMENTS: usize = 400;

/// Every known name and what a call of it acquires; names do not clash between languages.
const ACQUIRING: &[(Acquisition, &[&str])] = &[
    (
        Acquisition::User,
        &[
            "AcquireTokenInteractive",
            "AcquireTokenByUsernamePassword",
            "AcquireTokenByIntegratedWindowsAuth",
            "AcquireTokenWithDeviceCode",
            "AcquireTokenByDeviceCode",
            "AcquireTokenByAuthorizationCode",
            "AcquireTokenByAuthCode",
            "AcquireTokenByRefreshToken",
            "GetAccessTokenForUserAsync",
            "acquire_token_interactive",
            "acquire_token_by_username_password",
            "acquire_token_by_device_flow",
            "acquire_token_by_authorization_code",
            "acquire_token_by_auth_code_flow",
            "acquire_token_by_refresh_token",
            "acquireTokenInteractive",
            "acquireTokenPopup",
            "acquireTokenRedirect",
            "acquireTokenByDeviceCode",
            "acquireTokenByUsernamePassword",
            "acquireTokenByCode",
            "acquireTokenByRefreshToken",
            "loginPopup",
            "loginRedirect",
            "ssoSilent",
            "InteractiveRequestParameters",
            "DeviceCodeFlowParameters",
            "UserNamePasswordParameters",
            "IntegratedWindowsAuthenticationParameters",
            "AuthorizationCodeParameters",
            "RefreshTokenParameters",
            "InteractiveBrowserCredential",
            "DeviceCodeCredential",
            "UsernamePasswordCredential",
            "AuthorizationCodeCredential",
        ],
    ),
    (
        Acquisition::OnBehalfOf,
        &[
            "AcquireTokenOnBehalfOf",
            "AcquireTokenInLongRunningProcess",
            "InitiateLongRunningProcessInWebApi",
            "acquire_token_on_behalf_of",
            "acquireTokenOnBehalfOf",
            "OnBehalfOfParameters",
            "OnBehalfOfCredential",
            "NewOnBehalfOfCredentialWithSecret",
            "NewOnBehalfOfCredentialWithCertificate",
            "NewOnBehalfOfCredentialWithClientAssertions",
        ],
    ),
    (
        Acquisition::AppOnly,
        &[
            "AcquireTokenForClient",
            "AcquireTokenByCredential",
            "GetAccessTokenForAppAsync",
            "acquire_token_for_client",
            "acquireTokenByClientCredential",
            "ClientCredentialParameters",
            "ClientSecretCredential",
            "ClientCertificateCredential",
            "CertificateCredential",
            "WorkloadIdentityCredential",
            "AzurePipelinesCredential",
        ],
    ),
    (
        Acquisition::ManagedIdentity,
        &[
            "AcquireTokenForManagedIdentity",
            "acquireTokenForManagedIdentity",
            "ManagedIdentityApplication",
            "ManagedIdentityApplicationBuilder",
            "ManagedIdentityClient",
            "ManagedIdentityClientAssertion",
            "ManagedIdentityCredential",
        ],
    ),
];

/// Calls that give a user's token only when an account is passed to them.
const SILENT: &[&str] = &[
    "AcquireTokenSilent",
    "acquire_token_silent",
    "acquire_token_silent_with_error",
    "acquireTokenSilent",
    "acquireTokenSilently",
];

/// Names that take a client assertion.
const ASSERTING: &[&str] = &[
    "WithClientAssertion",
    "ClientAssertionCredential",
    "NewCredFromAssertion",
    "NewCredFromAssertionCallback",
    "createFromClientAssertion",
    "clientAssertion",
    "client_assertion",
];

/// Words before a name that is being defined, imported or declared.
const DEFINING: &[&str] = &["def", "func", "function", "class", "import", "using", "interface"];

/// Every call and every use as an assertion.
pub(super) fn find(language: Language, masked: &Masked) -> Vec<Sighting> {
    let mut found = Vec::new();
    for (at, name) in words(&masked.code) {
        if let Some(acquisition) = acquisition(name, &masked.code, at).filter(|_| is_call(&masked.code, at, name)) {
            found.push(Sighting { at, call: name.to_owned(), acquisition, assertion: false });
        }
    }
    for (at, name) in words(&masked.with_strings).filter(|(_, name)| takes_assertion(name)) {
        let field = name == "client_assertion" || name == "clientAssertion";
        let used =
            if field { is_field(&masked.with_strings, at + name.len()) } else { is_call(&masked.code, at, name) };
        if used {
            found.push(Sighting { at, call: name.to_owned(), acquisition: Acquisition::None, assertion: true });
        }
    }
    // In a shell, `client_assertion` is a form field and never a name.
    if language == Language::Shell {
        found.retain(|sighting| sighting.assertion);
    }
    found
}

/// Whose token a call of that name acquires.
fn acquisition(name: &str, code: &[u8], at: usize) -> Option<Acquisition> {
    if takes_account(name) {
        return with_account(code, at + name.len()).then_some(Acquisition::User);
    }
    acquired_by(name)
}

/// Whose token a call, a credential or a builder of that name acquires; `None` for a name that is not known.
pub fn acquired_by(name: &str) -> Option<Acquisition> {
    let known =
        |name: &str| ACQUIRING.iter().find(|(_, names)| names.contains(&name)).map(|(acquisition, _)| *acquisition);
    known(name).or_else(|| known(root(name)))
}

/// Whether a call of that name gives a user's token when an account is passed to it.
pub fn takes_account(name: &str) -> bool {
    SILENT.contains(&name)
}

/// Whether a call, a credential, a builder or a field of that name takes a client assertion.
pub fn takes_assertion(name: &str) -> bool {
    ASSERTING.contains(&name) || ASSERTING.contains(&root(name))
}

/// The class that a Java builder or a Go constructor is named after.
fn root(name: &str) -> &str {
    let name = name.strip_suffix("Builder").unwrap_or(name);
    name.strip_prefix("New").filter(|rest| rest.ends_with("Credential")).unwrap_or(name)
}

/// Whether an account that may be one is among the arguments.
fn with_account(code: &[u8], after: usize) -> bool {
    let arguments = code.get(after..code.len().min(after + MAX_ARGUMENTS)).unwrap_or_default();
    let mut depth = 0_i32;
    let closed = arguments.iter().position(|byte| {
        depth += i32::from(*byte == b'(') - i32::from(*byte == b')');
        *byte == b')' && depth <= 0
    });
    let arguments = String::from_utf8_lossy(arguments.get(..closed.unwrap_or(arguments.len())).unwrap_or_default());
    let arguments: String = arguments.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    arguments.contains("account")
        && !["account=none", "account:null", "account:undefined"].iter().any(|no| arguments.contains(no))
}

/// Whether a name is called or constructed here, and not defined, imported or declared.
fn is_call(code: &[u8], at: usize, name: &str) -> bool {
    let after = code.get(at + name.len()..).unwrap_or_default();
    let after = after.get(..MAX_ARGUMENTS).unwrap_or(after);
    let line = after.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let called = match first_byte(after) {
        Some(b'(') => true,
        Some(b'.') => [&b".builder"[..], b".create", b".Create"].iter().any(|call| trimmed(after).starts_with(call)),
        // C# allows `DeviceCodeCredential credential = new(…)`.
        _ => memchr::memmem::find(line, b"= new(").is_some(),
    };
    called && !DEFINING.contains(&word_before(code, at))
}

/// Whether a name is given a value: `name=`, `name:`, `"name": `, `.name(`.
fn is_field(code: &[u8], after: usize) -> bool {
    let rest = code.get(after..code.len().min(after + MAX_ARGUMENTS)).unwrap_or_default();
    let rest = trimmed(rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest));
    match rest.first() {
        Some(b'=') => rest.get(1) != Some(&b'='),
        Some(b':' | b'(' | b']' | b',' | b'}') => true,
        _ => false,
    }
}

fn trimmed(bytes: &[u8]) -> &[u8] {
    bytes.trim_ascii_start()
}

fn first_byte(bytes: &[u8]) -> Option<u8> {
    trimmed(bytes).first().copied()
}

/// The identifier right before, across blanks.
fn word_before(code: &[u8], at: usize) -> &str {
    let before = code.get(at.saturating_sub(80)..at).unwrap_or_default().trim_ascii_end();
    let start = before.iter().rposition(|byte| !is_word(*byte)).map_or(0, |index| index + 1);
    str::from_utf8(before.get(start..).unwrap_or_default()).unwrap_or_default()
}

/// Every identifier and where it begins.
fn words(code: &[u8]) -> impl Iterator<Item = (usize, &str)> {
    let mut position = 0;
    std::iter::from_fn(move || {
        let rest = code.get(position..)?;
        let start = position + rest.iter().position(|byte| is_word(*byte))?;
        let rest = code.get(start..)?;
        let length = rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len());
        position = start + length;
        Some((start, str::from_utf8(rest.get(..length)?).unwrap_or_default()))
    })
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::super::mask::mask;
    use super::*;

    fn calls(language: Language, text: &str) -> Vec<(String, Acquisition, bool)> {
        let found = find(language, &mask(language, text));
        found.into_iter().map(|sighting| (sighting.call, sighting.acquisition, sighting.assertion)).collect()
    }

    #[test]
    fn every_known_name_is_found_once_in_the_table() {
        let mut names: Vec<&str> =
            ACQUIRING.iter().flat_map(|(_, names)| names.iter().copied()).chain(SILENT.iter().copied()).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        for name in names {
            let text = format!("x = y.{name}(account)\n");
            assert_eq!(calls(Language::CSharp, &text).len(), 1, "{name}");
        }
    }

    #[test]
    fn a_silent_call_counts_with_an_account() {
        for (text, count) in [
            ("app.AcquireTokenSilent(scopes, account)", 1),
            ("pca.acquireTokenSilent({ scopes, account: accounts[0] })", 1),
            ("app.acquire_token_silent(S, account=None)", 0),
            ("app.acquire_token_silent(S)\naccount = 1", 0),
        ] {
            assert_eq!(calls(Language::Python, text).len(), count, "{text}");
        }
    }

    #[test]
    fn builders_and_constructors_are_their_class() {
        for text in [
            "new OnBehalfOfCredentialBuilder()",
            "OnBehalfOfParameters.builder(s, a)",
            "OnBehalfOfCredential c = new(t)",
        ] {
            assert_eq!(calls(Language::Java, text).first().map(|call| call.1), Some(Acquisition::OnBehalfOf), "{text}");
        }
        assert_eq!(
            calls(Language::Go, "azidentity.NewManagedIdentityCredential(nil)")[0].1,
            Acquisition::ManagedIdentity
        );
    }

    #[test]
    fn a_field_is_an_assertion_where_it_gets_a_value() {
        for (text, count) in [
            ("client_assertion=token", 1),
            ("d['client_assertion'] = token", 1),
            ("if client_assertion == x", 0),
            ("print(client_assertion_type)", 0),
            ("data = {\"client_assertion\": token}", 1),
        ] {
            assert_eq!(calls(Language::Python, text).len(), count, "{text}");
        }
    }

    #[test]
    fn imports_are_no_calls() {
        assert!(
            calls(Language::Python, "from azure.identity import ClientSecretCredential, DeviceCodeCredential\n")
                .is_empty()
        );
        assert!(calls(Language::Java, "import com.azure.identity.DeviceCodeCredentialBuilder;\n").is_empty());
    }
}
