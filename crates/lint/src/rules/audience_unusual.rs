use fedlens_issuers::{Cloud, PlatformId};
use fedlens_trust::is_exchange_audience;

use crate::model::{Credential, Model, is_placeholder};
use crate::source::Text;
use crate::{Confidence, Edit, Finding, Severity};
use crate::rule::rule;

rule! {
    /// A credential's audience is misspelt, is that of another service, or is not one.
    ///
    /// Tools ask their platform for a token with the audience `api://AzureADTokenExchange` unless they are told otherwise,
    /// and Entra compares letter by letter. An audience of one's own is allowed where the workload asks for it; the address
    /// of Azure's own services never is what it asks for. A credential has exactly one audience.
    ///
    /// ## Wrong
    ///
    /// `main.bicep`
    ///
    /// ```bicep
    /// resource shop 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
    ///   name: 'id-shop'
    /// }
    /// resource main 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
    ///   parent: shop
    ///   name: 'main'
    ///   properties: {
    ///     issuer: 'https://token.actions.githubusercontent.com'
    ///     subject: 'repo:contoso/shop:ref:refs/heads/main'
    ///     audiences: ['https://management.azure.com']
    ///   }
    /// }
    /// ```
    ///
    /// ## Right
    ///
    /// `main.bicep`
    ///
    /// ```bicep
    /// resource shop 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
    ///   name: 'id-shop'
    /// }
    /// resource main 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
    ///   parent: shop
    ///   name: 'main'
    ///   properties: {
    ///     issuer: 'https://token.actions.githubusercontent.com'
    ///     subject: 'repo:contoso/shop:ref:refs/heads/main'
    ///     audiences: ['api://AzureADTokenExchange']
    ///   }
    /// }
    /// ```
    FL125 "audience-unusual"
    title: "the audience is not the one of the exchange",
    severity: Warning,
    confidence: Medium,
    code: Some("AADSTS700212"),
    basis: Documented,
    source: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations",
    help: "write `api://AzureADTokenExchange`, or have the workload ask for exactly this audience",
    check: check,
}

/// The audiences of the exchange, those of the clouds that are closed to the public included.
const EXCHANGE: [&str; 5] = [
    "api://AzureADTokenExchange",
    "api://AzureADTokenExchangeUSGov",
    "api://AzureADTokenExchangeChina",
    "api://AzureADTokenExchangeUSNat",
    "api://AzureADTokenExchangeUSSec",
];

/// Hosts of Azure's own services.
const SERVICES: [&str; 9] = [
    "management.azure.com",
    "management.core.windows.net",
    "graph.microsoft.com",
    "vault.azure.net",
    "storage.azure.com",
    "database.windows.net",
    "login.microsoftonline.com",
    "management.usgovcloudapi.net",
    "management.chinacloudapi.cn",
];

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for credential in &model.credentials {
        match credential.audiences.as_slice() {
            [] => out.push(count(credential, "no audience")),
            [audience] => out.extend(unusual(model, credential, audience)),
            [_, second, ..] => {
                let several = format!("{} audiences", credential.audiences.len());
                let finding = count(credential, &several);
                out.push(Finding { primary: crate::Label { place: second.place, ..finding.primary }, ..finding });
            }
        }
    }
}

fn count(credential: &Credential, how_many: &str) -> Finding {
    let message = format!("credential `{}` has {how_many}, and Entra takes exactly one", credential.label);
    let finding = Finding::new(&RULE, message, credential.place, "this credential").severity(Severity::Error);
    Finding { predicted: None, confidence: Confidence::High, ..finding }
}

fn unusual(model: &Model<'_>, credential: &Credential, audience: &Text) -> Option<Finding> {
    let known = audience.known().filter(|known| !is_placeholder(known))?;
    if EXCHANGE.contains(&known) {
        return None;
    }
    let of_entra = credential.platform() == Some(PlatformId::Entra);
    let meant = misspelt(known).or(of_entra.then_some(Cloud::Public.exchange_audience()));
    let what = match meant {
        _ if of_entra && is_exchange_audience(known.trim_start_matches("api://")) => return None,
        Some(_) if !of_entra => "is misspelt",
        Some(_) => "is not the one of the exchange",
        None if is_service(known) => "is that of another service",
        None => return None,
    };
    let message = format!("the audience of credential `{}` {what}: `{known}`", credential.label);
    let wanted = meant.unwrap_or(Cloud::Public.exchange_audience());
    let finding = Finding::new(&RULE, message, audience.place, "this audience").differs(wanted, known);
    let finding = if of_entra { finding.predicts("AADSTS700214").severity(Severity::Error) } else { finding };
    Some(finding.suggest(format!("write `{wanted}`"), Edit::rewrite(model.sources, audience, wanted)))
}

/// The audience of the exchange that somebody meant to write.
fn misspelt(audience: &str) -> Option<&'static str> {
    let bare = audience.trim().trim_end_matches("/.default").trim_end_matches('/').to_lowercase();
    let near = |wanted: &&str| {
        let wanted = wanted.to_lowercase();
        let without_scheme = wanted.trim_start_matches("api://");
        strsim::osa_distance(&bare, &wanted) <= 3 || bare.trim_start_matches("https://") == without_scheme
    };
    let exact = EXCHANGE.into_iter().find(|wanted| bare == wanted.to_lowercase());
    exact.or_else(|| EXCHANGE.into_iter().find(near))
}

fn is_service(audience: &str) -> bool {
    let host = audience.split("://").nth(1).unwrap_or(audience).split('/').next().unwrap_or_default();
    SERVICES.iter().any(|service| host.eq_ignore_ascii_case(service))
}
