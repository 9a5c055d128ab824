//! `az` and `azd`.

use super::arguments::Call;
use super::{AccessToken, Kind, Method, SignIn, Tool, credentials};

const HELP: &[&str] = &["--help", "-h"];
const TENANT: &[&str] = &["--tenant", "-t", "--tenant-id"];
const ASSERTION: &[&str] = &["--federated-token"];

pub(super) fn read(call: &Call<'_>) -> Option<Kind> {
    if call.flag(HELP) {
        return None;
    }
    if call.begins(&["login"]) {
        return Some(Kind::SignIn(sign_in(call)));
    }
    if call.begins(&["account", "get-access-token"]) {
        return Some(Kind::AccessToken(access_token(call)));
    }
    credentials::from_azure_cli(call)
}

fn sign_in(call: &Call<'_>) -> SignIn {
    let assertion = call.option(ASSERTION);
    let application = call.flag(&["--service-principal"]) || assertion.is_some();
    let name = call.option(&["--username", "-u"]);
    let method = if call.flag(&["--identity", "-i"]) {
        Method::ManagedIdentity
    } else if assertion.is_some() {
        Method::Federated
    } else if application && call.option(&["--certificate"]).is_some() {
        Method::Certificate
    } else if application {
        Method::Secret
    } else if call.flag(&["--use-device-code"]) {
        Method::DeviceCode
    } else if name.is_some() {
        Method::Password
    } else {
        Method::Interactive
    };
    let client_id = call.option(&["--client-id"]).or(name);
    SignIn {
        tool: Tool::AzureCli,
        method,
        client_id: client_id.map(|value| value.text),
        tenant: call.option(TENANT).map(|value| value.text),
        assertion,
    }
}

fn access_token(call: &Call<'_>) -> AccessToken {
    let resource = call.option(&["--resource", "--scope"]).map(|value| value.text);
    let kind = call.option(&["--resource-type"]).map(|value| value.text);
    AccessToken { tool: Tool::AzureCli, resource: resource.or(kind) }
}

/// `azd auth login`
pub(super) fn read_developer(call: &Call<'_>) -> Option<Kind> {
    if !call.begins(&["auth", "login"]) || call.flag(HELP) || call.flag(&["--check-status"]) {
        return None;
    }
    let has = |names: &[&str]| call.option(names).is_some();
    let method = if call.flag(&["--managed-identity"]) {
        Method::ManagedIdentity
    } else if has(&["--federated-credential-provider"]) {
        Method::Federated
    } else if has(&["--client-certificate"]) {
        Method::Certificate
    } else if has(&["--client-secret", "--client-id"]) {
        Method::Secret
    } else if call.arguments().iter().any(|word| word.known().is_some_and(|word| word.starts_with("--use-device-code")))
    {
        Method::DeviceCode
    } else {
        Method::Interactive
    };
    Some(Kind::SignIn(SignIn {
        tool: Tool::AzureDeveloperCli,
        method,
        client_id: call.option(&["--client-id"]).map(|value| value.text),
        tenant: call.option(&["--tenant-id"]).map(|value| value.text),
        assertion: None,
    }))
}
