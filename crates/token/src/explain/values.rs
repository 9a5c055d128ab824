//! Sentences that depend on a claim's value.

use serde_json::Value;

use crate::classify::{EXCHANGE_APP_ID, is_guid};
use crate::redact_text;

/// Longer values are cut.
const MAX_SHOWN_CHARS: usize = 80;

/// A value fit for a sentence: short, in one line, without personal parts.
pub(super) fn shown(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        _ => return None,
    };
    let quiet = redact_text(&text);
    let visible = quiet.chars().map(|c| if c.is_control() || c == '`' { ' ' } else { c });
    let mut short: String = visible.clone().take(MAX_SHOWN_CHARS).collect();
    if visible.count() > MAX_SHOWN_CHARS {
        short.push('…');
    }
    let short = short.trim();
    (!short.is_empty()).then(|| format!("`{short}`"))
}

pub(super) fn issuer(value: &Value) -> String {
    let issuer = value.as_str().unwrap_or_default();
    let who = if issuer.starts_with("https://sts.windows.net/") {
        "Entra issued the token, in the version 1 form; credentials for managed identities name the version 2 form instead"
    } else if issuer.starts_with("https://login.microsoftonline.") && issuer.ends_with("/v2.0") {
        "Entra issued the token, in the version 2 form"
    } else if issuer.starts_with("https://token.actions.") {
        "GitHub Actions issued the token"
    } else if issuer.starts_with("https://vstoken.dev.azure.com/") {
        "Azure DevOps issued the token, in its older form"
    } else {
        "Who issued the token"
    };
    format!("{who}; the credential's issuer must equal this value in every letter, a slash at the end included.")
}

pub(super) fn subject(value: &Value) -> String {
    let subject = value.as_str().unwrap_or_default();
    let what = if subject.starts_with("/eid1/") {
        "A structured subject that Entra gives to workloads of Microsoft services, such as an Azure DevOps connection"
    } else if subject.starts_with("repo:") {
        "The GitHub repository and what the job runs for"
    } else if subject.starts_with("system:serviceaccount:") {
        "The Kubernetes namespace and service account"
    } else if subject.starts_with("sc://") {
        "The Azure DevOps organisation, project and service connection"
    } else if subject.starts_with("p://") {
        "The Azure DevOps organisation, project and pipeline, without a service connection"
    } else if is_guid(subject) {
        "In Entra tokens of a workload the object id of its service principal, not the client id"
    } else {
        "Whom the token is about"
    };
    format!("{what}; the credential's subject must equal this value, letter case included.")
}

pub(super) fn audience(value: &Value) -> String {
    let audience = match value {
        Value::Array(audiences) => audiences.first().and_then(Value::as_str),
        other => other.as_str(),
    };
    let audience = audience.unwrap_or_default();
    if audience == EXCHANGE_APP_ID {
        return "The token exchange endpoint by its application id, which is the same in every tenant; the credential \
                says `api://AzureADTokenExchange` for it."
            .to_owned();
    }
    if audience.starts_with("api://AzureADTokenExchange") {
        return "The token exchange endpoint: the audience that credentials have by default.".to_owned();
    }
    if audience.starts_with("https://github.com/") {
        return "GitHub's default audience, given when the job asks for none; credentials normally expect \
                `api://AzureADTokenExchange`."
            .to_owned();
    }
    match shown(&Value::from(audience)) {
        Some(shown) => {
            format!("Whom the token is meant for: {shown}; an assertion is refused unless the credential names it.")
        }
        None => "Whom the token is meant for; it must be the credential's audience.".to_owned(),
    }
}

pub(super) fn identity_type(value: &Value) -> String {
    let meaning = match value.as_str() {
        Some("app") => "the token is app-only, the application acts as itself",
        Some("user") => "the token is delegated, the application acts for a signed-in user",
        Some("fmi") => "a workload acts as itself, as an Azure DevOps pipeline does",
        _ => "`app` would mean app-only and `user` delegated",
    };
    format!("The kind of identity, the surest sign there is: {meaning}.")
}

pub(super) fn scopes(value: &Value) -> String {
    let count = value.as_str().unwrap_or_default().split_whitespace().filter(|scope| *scope != "/").count();
    match count {
        0 => "Holds no scopes, so it does not make the token a delegated one.".to_owned(),
        1 => "1 scope, in which the application acts for a signed-in user: the mark of a delegated token.".to_owned(),
        _ => format!(
            "{count} scopes, in which the application acts for a signed-in user: the mark of a delegated token."
        ),
    }
}

pub(super) fn roles(value: &Value) -> String {
    let count = value.as_array().map_or(1, Vec::len);
    format!(
        "App roles, {count} of them, given to the application or the user; they do not decide whether an assertion is accepted."
    )
}

pub(super) fn client_proof(value: &Value) -> String {
    let number = value.as_str().map(str::to_owned).unwrap_or_else(|| value.to_string());
    let how = match number.as_str() {
        "0" => "did not prove itself, being a public client, which only acts for a user",
        "1" => "proved itself with a client secret",
        "2" => "proved itself with a certificate, a federated credential or a managed identity",
        _ => "proved itself in a way that this number does not tell",
    };
    format!("The client that asked for this token {how}.")
}

pub(super) fn relation(value: &Value) -> String {
    let numbers = value.as_str().unwrap_or_default().split_whitespace();
    let known: Vec<&str> = numbers
        .filter_map(|number| match number {
            "1" => Some("a member of the tenant"),
            "3" => Some("a personal account that is a member"),
            "5" => Some("a guest"),
            "7" => Some("a service principal"),
            "13" => Some("an application without a service principal here"),
            "33" => Some("a federated managed identity"),
            _ => None,
        })
        .collect();
    let start = "How the identity relates to the tenant";
    if known.is_empty() { format!("{start}.") } else { format!("{start}: {}.", known.join(", ")) }
}

pub(super) fn agent(value: &Value) -> String {
    let has = |wanted: &str| value.as_str().unwrap_or_default().split_whitespace().any(|number| number == wanted);
    let start = "Facts about the identity, as numbers";
    match (has("11"), has("13")) {
        (true, _) => format!("{start}; 11 is an agent identity."),
        (_, true) => format!("{start}; 13 is the user account of an agent."),
        _ => format!("{start}."),
    }
}

pub(super) fn environment(value: &Value) -> String {
    match shown(value) {
        Some(name) => format!("The job runs in the environment {name}, and unless customised the subject ends in it."),
        None => "The environment that the job names.".to_owned(),
    }
}

pub(super) fn event(value: &Value) -> String {
    match value.as_str() {
        Some("pull_request") => {
            "A pull request started the run, so the subject ends in `pull_request` unless the job names an environment."
                .to_owned()
        }
        _ => shown(value).map_or("What started the run.".to_owned(), |event| format!("What started the run: {event}.")),
    }
}

pub(super) fn kubernetes(value: &Value) -> String {
    let namespace = value.get("namespace").and_then(shown);
    let account = value.pointer("/serviceaccount/name").and_then(shown);
    match namespace.zip(account) {
        Some((namespace, account)) => {
            format!("The pod's namespace {namespace} and service account {account}, of which the subject is made.")
        }
        None => "The namespace, service account and pod that the cluster issued the token for.".to_owned(),
    }
}

pub(super) fn algorithm(value: &Value) -> String {
    match value.as_str() {
        Some("RS256") => "Signed with RS256, the algorithm that Microsoft documents for federation.".to_owned(),
        Some("none") => "Not signed at all, which Entra refuses.".to_owned(),
        _ => "The signature algorithm; Microsoft documents only RS256 for federation.".to_owned(),
    }
}

pub(super) fn token_type(value: &Value) -> String {
    match value.as_str() {
        Some(kind) if kind.eq_ignore_ascii_case("jwt") => "The token is a JWT, as Entra wants it.".to_owned(),
        _ => "The token's type; as an assertion Entra takes `JWT` and refuses others, such as `at+jwt`, with AADSTS5002727."
            .to_owned(),
    }
}
