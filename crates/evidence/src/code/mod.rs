//! Source code: which calls acquire tokens, and which pass one on as a client assertion.
//!
//! Names are looked up outside of comments and strings; there is no data flow here. A
//! file that acquires a user's token and has a use as assertion is suspect, no more.

mod calls;
mod commands;
mod language;
mod mask;

use serde::Serialize;

pub use calls::{acquired_by, takes_account, takes_assertion};
pub(crate) use language::{Language, language};

use crate::Content;
use crate::found::{Found, counted};

/// How many calls of each kind are kept of one file.
const MAX_CALLS: usize = 1_000;

/// What was seen in a source file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceFile {
    /// `C#`, `Python`, `TypeScript`, `JavaScript`, `Java`, `Go`, `PowerShell`, `shell`.
    pub language: &'static str,
    /// Calls that acquire a token.
    pub acquisitions: Vec<CodeCall>,
    /// Places where a token is used as a client assertion.
    pub assertion_uses: Vec<CodeCall>,
}

/// A call in source code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CodeCall {
    /// The call, as written: `AcquireTokenOnBehalfOf`.
    pub call: String,
    /// The line, from 1.
    pub line: usize,
    /// What it acquires.
    pub acquisition: Acquisition,
}

/// Whose token a call acquires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Acquisition {
    /// A user signs in: interactive, device code, user name and password.
    User,
    /// On behalf of a user whose token came in.
    OnBehalfOf,
    /// The application itself: client credentials.
    AppOnly,
    /// A managed identity.
    ManagedIdentity,
    /// An assertion handed over; or, among acquisitions, a token of whoever signed in before.
    None,
}

/// One thing seen, in a place that is only a byte offset yet.
struct Sighting {
    /// Where it begins, in bytes.
    at: usize,
    /// As written.
    call: String,
    /// Whose token it acquires.
    acquisition: Acquisition,
    /// It hands over an assertion rather than acquiring a token.
    assertion: bool,
}

/// Reads a source file.
pub(crate) fn read(language: Language, text: &str) -> Found {
    let masked = mask::mask(language, text);
    let mut sightings = calls::find(language, &masked);
    match language {
        Language::PowerShell => sightings.extend(commands::powershell(&masked.code)),
        Language::Shell => sightings.extend(commands::shell(&masked.with_strings)),
        _ => {}
    }
    sightings.sort_by_key(|sighting| sighting.at);
    let file = collect(language, text, sightings);
    let (acquisitions, uses) = (file.acquisitions.len() as u64, file.assertion_uses.len() as u64);
    if acquisitions + uses == 0 {
        return Found::skipped(format!(
            "{} source without a known call that acquires or hands over a token",
            language.name()
        ));
    }
    let calls = counted(acquisitions, "call that acquires a token", "calls that acquire tokens");
    let uses = counted(uses, "use as client assertion", "uses as client assertion");
    Found::part(format!("{} source, {calls}, {uses}", language.name()), Content::Code(file))
}

/// Counts the lines up to each sighting.
fn collect(language: Language, text: &str, sightings: Vec<Sighting>) -> SourceFile {
    let mut file = SourceFile { language: language.name(), acquisitions: Vec::new(), assertion_uses: Vec::new() };
    let (mut position, mut line) = (0, 1);
    for Sighting { at, call, acquisition, assertion } in sightings {
        line += memchr::memchr_iter(b'\n', text.as_bytes().get(position..at).unwrap_or_default()).count();
        position = at;
        let list = if assertion { &mut file.assertion_uses } else { &mut file.acquisitions };
        let call = CodeCall { call, line, acquisition };
        if list.len() < MAX_CALLS && list.last() != Some(&call) {
            list.push(call);
        }
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A call, its line and what it acquires.
    type Seen = (&'static str, usize, Acquisition);

    fn file(language: Language, text: &str) -> Option<SourceFile> {
        match read(language, text).parts.pop()?.content {
            Content::Code(file) => Some(file),
            other => panic!("{other:?}"),
        }
    }

    fn seen(language: Language, text: &str) -> Vec<(String, usize, Acquisition)> {
        let file = file(language, text);
        let calls = file.into_iter().flat_map(|file| file.acquisitions.into_iter().chain(file.assertion_uses));
        calls.map(|call| (call.call, call.line, call.acquisition)).collect()
    }

    #[test]
    fn a_user_token_that_becomes_an_assertion_is_seen_in_each_language() {
        use Acquisition::{AppOnly, None, OnBehalfOf, User};
        let cases: &[(Language, &str, &[Seen])] = &[
            (
                Language::CSharp,
                "using Microsoft.Identity.Client;\nvar r = await app.AcquireTokenOnBehalfOf(scopes, user).ExecuteAsync();\n\
                 var b = builder.WithClientAssertion(_ => r.AccessToken);\nvar t = b.AcquireTokenForClient(scopes);\n",
                &[
                    ("AcquireTokenOnBehalfOf", 2, OnBehalfOf),
                    ("AcquireTokenForClient", 4, AppOnly),
                    ("WithClientAssertion", 3, None),
                ],
            ),
            (
                Language::Python,
                "import msal\nr = app.acquire_token_interactive(scopes=S)\n\
                 cca = msal.ConfidentialClientApplication(\n    C, client_credential={\"client_assertion\": r[\"access_token\"]})\n",
                &[("acquire_token_interactive", 2, User), ("client_assertion", 4, None)],
            ),
            (
                Language::TypeScript,
                "const r = await pca.acquireTokenPopup({ scopes });\nconst cca = new ConfidentialClientApplication({ auth: { clientAssertion: r.accessToken } });",
                &[("acquireTokenPopup", 1, User), ("clientAssertion", 2, None)],
            ),
            (
                Language::Java,
                "import com.microsoft.aad.msal4j.InteractiveRequestParameters;\nvar p = InteractiveRequestParameters.builder(uri).build();\n\
                 var c = new ClientAssertionCredentialBuilder().clientAssertion(() -> token);\n",
                &[
                    ("InteractiveRequestParameters", 2, User),
                    ("ClientAssertionCredentialBuilder", 3, None),
                    ("clientAssertion", 3, None),
                ],
            ),
            (
                Language::Go,
                "cred, err := azidentity.NewDeviceCodeCredential(nil)\nc, err := azidentity.NewClientAssertionCredential(t, id, getAssertion, nil)\n",
                &[("NewDeviceCodeCredential", 1, User), ("NewClientAssertionCredential", 2, None)],
            ),
            (
                Language::PowerShell,
                "Connect-AzAccount -Tenant $t\n$token = (Get-AzAccessToken).Token\nConnect-AzAccount -ServicePrincipal `\n  -ApplicationId $id -FederatedToken $token\n",
                &[("Connect-AzAccount", 1, User), ("Connect-AzAccount", 3, AppOnly), ("-FederatedToken", 4, None)],
            ),
            (
                Language::Shell,
                "az login --use-device-code\nt=$(az account get-access-token --query accessToken -o tsv)\naz login --service-principal -u $ID \\\n  --federated-token \"$t\"\n",
                &[
                    ("az login", 1, User),
                    ("az account get-access-token", 2, None),
                    ("az login", 3, AppOnly),
                    ("--federated-token", 4, None),
                ],
            ),
        ];
        for (language, text, expected) in cases {
            let expected: Vec<_> =
                expected.iter().map(|(call, line, what)| ((*call).to_owned(), *line, *what)).collect();
            assert_eq!(seen(*language, text), expected, "{language:?}");
        }
    }

    #[test]
    fn comments_and_texts_do_not_count() {
        for (language, text) in [
            (
                Language::CSharp,
                "// app.AcquireTokenInteractive(scopes)\n/* x.WithClientAssertion(y) */\nvar s = \"AcquireTokenInteractive(\";",
            ),
            (
                Language::Python,
                "# app.acquire_token_interactive(S)\n\"\"\"\nacquire_token_interactive(x)\nclient_assertion=x\n\"\"\"\n",
            ),
            (Language::Go, "// NewDeviceCodeCredential(nil)\ns := `NewDeviceCodeCredential(nil)`\n"),
            (Language::Shell, "# az login\necho done\n"),
            (Language::PowerShell, "<#\nConnect-AzAccount\n#>\n# Connect-AzAccount\nWrite-Host 'Connect-AzAccount'\n"),
        ] {
            assert_eq!(seen(language, text), [], "{language:?}");
        }
    }

    #[test]
    fn names_that_only_contain_a_call_do_not_count() {
        let text = "def my_acquire_token_interactive(x): pass\nx = acquire_token_interactive_v2(y)\n\
                    def acquire_token_interactive(self): pass\nclient_assertion_type = 'x'\n";
        assert_eq!(seen(Language::Python, text), []);
    }

    #[test]
    fn a_file_without_calls_is_skipped() {
        assert_eq!(
            read(Language::Python, "print('x')").skipped,
            ["Python source without a known call that acquires or hands over a token"]
        );
    }
}
