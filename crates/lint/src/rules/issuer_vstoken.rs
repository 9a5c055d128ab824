//! FL112.

use fedlens_issuers::{PlatformId, Subject, parse_subject};
use jiff::civil::{Date, date};

use crate::azure_devops::outdated;
use crate::model::{Credential, Model};
use crate::rule::rule;
use crate::source::Text;
use crate::{Finding, Severity};

rule! {
    /// The credential trusts Azure DevOps' own issuer, which ends on 2027-07-01.
    ///
    /// Service connections now get their tokens from Entra: the issuer is the tenant's, and the subject has the ids of
    /// the organisation and the connection in place of the names. A connection keeps the old issuer until it is
    /// converted. In the public cloud this ends for managed identities and single-tenant applications; other clouds
    /// and multitenant applications keep it.
    ///
    /// ## Wrong
    ///
    /// `credential.sh`
    ///
    /// ```sh
    /// az identity federated-credential create --name deploy --identity-name id-deploy --resource-group shop \
    ///   --issuer https://vstoken.dev.azure.com/5f1c2a86-1f3a-4a51-9d0c-0a9a6f1f7b01 \
    ///   --subject sc://contoso/shop/deploy-prod \
    ///   --audiences api://AzureADTokenExchange
    /// ```
    ///
    /// ## Right
    ///
    /// `credential.sh`
    ///
    /// ```sh
    /// az identity federated-credential create --name deploy --identity-name id-deploy --resource-group shop \
    ///   --issuer https://login.microsoftonline.com/0f0e1a52-7c3d-4b7a-9a4e-1d2c3b4a5f66/v2.0 \
    ///   --subject /eid1/c/pub/t/UhoOD9zoekuaTh0sO0pfZg/a/rISbSSETf0KqFyZ8ppdXmA/sc/5f1c2a86-1f3a-4a51-9d0c-0a9a6f1f7b01/a0c6d3c1-5a93-4c7f-9b9c-0d8f4b3a1e22 \
    ///   --audiences api://AzureADTokenExchange
    /// ```
    FL112 "issuer-vstoken"
    title: "the issuer of Azure DevOps ends on 2027-07-01",
    severity: Warning,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://learn.microsoft.com/azure/devops/pipelines/release/convert-service-connections",
    help: "convert the service connection, and let the credential have the issuer and subject that it shows afterwards",
    check: check,
}

/// The day on which the issuer ends.
const END: Date = date(2027, 7, 1);

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    let outdated = outdated(model);
    for (at, credential) in model.credentials.iter().enumerate() {
        let told = outdated.iter().any(|found| found.credential == at);
        if !told && credential.platform() == Some(PlatformId::AzureDevOps) && is_concerned(model, credential) {
            out.push(finding(model, credential));
        }
    }
}

/// Whether the end of the issuer is the end of this credential, and nothing has taken its place yet.
fn is_concerned(model: &Model<'_>, credential: &Credential) -> bool {
    let identity = model.identities.get(credential.identity);
    let audience = identity.and_then(|identity| identity.sign_in_audience.as_ref());
    let multitenant = audience.and_then(Text::known).is_some_and(|known| !known.eq_ignore_ascii_case("AzureADMyOrg"));
    let sovereign = credential.audiences.iter().any(|audience| {
        audience.known().is_some_and(|known| ["USGov", "China", "USNat", "USSec"].iter().any(|cloud| known.ends_with(cloud)))
    });
    !multitenant && !sovereign && !model.credentials_of(credential.identity).any(|(_, other)| is_converted(other))
}

/// Whether a credential is for a connection that gets its tokens from Entra.
fn is_converted(credential: &Credential) -> bool {
    let subject = credential.subject.as_ref().and_then(Text::known).map(|known| parse_subject(None, known));
    matches!(subject, Some(Subject::Eid1(eid1)) if eid1.service_connection().is_some())
}

fn finding(model: &Model<'_>, credential: &Credential) -> Finding {
    let (label, today) = (&credential.label, model.today());
    let place = credential.issuer.place;
    if today < END {
        let message = format!("`{label}` trusts the issuer of Azure DevOps, which ends on {END}");
        return Finding::new(&RULE, message, place, "ends with this issuer");
    }
    let message = format!("`{label}` trusts the issuer of Azure DevOps, which ended on {END}");
    Finding::new(&RULE, message, place, "no token has this issuer any more").severity(Severity::Error)
}
