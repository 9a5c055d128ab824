//! Cmdlets of PowerShell that sign in, ask for tokens or create credentials.

use super::arguments::Call;
use super::{AccessToken, Kind, Method, SignIn, Tool, credentials, http};

pub(super) fn read(call: &Call<'_>) -> Option<Kind> {
    match call.name() {
        "connect-azaccount" | "login-azaccount" | "add-azaccount" => Some(Kind::SignIn(azure(call))),
        "connect-mggraph" => Some(Kind::SignIn(graph(call))),
        "get-azaccesstoken" => {
            let resource = call.parameter("ResourceUrl", 3).or(call.parameter("ResourceTypeName", 10));
            let resource = resource.or(call.parameter("Resource", 8)).map(|value| value.text);
            Some(Kind::AccessToken(AccessToken { tool: Tool::AzurePowerShell, resource }))
        }
        "invoke-restmethod" | "invoke-webrequest" | "irm" | "iwr" => http::read_cmdlet(call),
        _ => credentials::from_cmdlet(call),
    }
}

fn azure(call: &Call<'_>) -> SignIn {
    let assertion = call.parameter("FederatedToken", 3);
    let application = call.switch("ServicePrincipal", 8) || call.parameter("ApplicationId", 3).is_some();
    let method = if call.switch("Identity", 1) {
        Method::ManagedIdentity
    } else if assertion.is_some() {
        Method::Federated
    } else if call.parameter("CertificateThumbprint", 5).or(call.parameter("CertificatePath", 12)).is_some() {
        Method::Certificate
    } else if call.parameter("AccessToken", 4).is_some() || call.is_splatted_from_elsewhere() {
        Method::Unclear
    } else if application {
        Method::Secret
    } else if call.parameter("Credential", 2).is_some() {
        Method::Password
    } else if call.switch("UseDeviceAuthentication", 3) || call.switch("DeviceCode", 6) {
        Method::DeviceCode
    } else {
        Method::Interactive
    };
    let client_id = call.parameter("ApplicationId", 3).or_else(|| call.parameter("AccountId", 4));
    SignIn {
        tool: Tool::AzurePowerShell,
        method,
        client_id: client_id.map(|value| value.text),
        tenant: call.parameter("Tenant", 2).or_else(|| call.parameter("TenantId", 7)).map(|value| value.text),
        assertion,
    }
}

fn graph(call: &Call<'_>) -> SignIn {
    let certificate = ["CertificateThumbprint", "Certificate", "CertificateSubjectName"];
    let method = if call.switch("Identity", 1) {
        Method::ManagedIdentity
    } else if call.parameter("ClientSecretCredential", 8).is_some() {
        Method::Secret
    } else if certificate.iter().any(|name| call.parameter(name, 5).is_some()) {
        Method::Certificate
    } else if call.parameter("AccessToken", 2).is_some()
        || call.switch("EnvironmentVariable", 3)
        || call.is_splatted_from_elsewhere()
    {
        Method::Unclear
    } else if call.switch("UseDeviceCode", 3) || call.switch("UseDeviceAuthentication", 3) {
        Method::DeviceCode
    } else {
        Method::Interactive
    };
    SignIn {
        tool: Tool::MicrosoftGraph,
        method,
        client_id: call.parameter("ClientId", 2).map(|value| value.text),
        tenant: call.parameter("TenantId", 2).map(|value| value.text),
        assertion: None,
    }
}
