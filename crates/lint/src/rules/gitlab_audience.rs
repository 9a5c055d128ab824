use fedlens_issuers::{PlatformId, Subject, parse_subject};

use crate::gitlab::{IdToken, Job, tokens_for_entra};
use crate::model::{Credential, Model};
use crate::rule::rule;
use crate::source::{Agreement, Text};
use crate::{Edit, Finding};

rule! {
    /// A job asks GitLab for a token with an audience that no credential trusts.
    ///
    /// The audience under `id_tokens` is free to choose, and Entra compares it with the credential's, letter by letter.
    /// Older instructions used the address of the GitLab server; the credential's own default is
    /// `api://AzureADTokenExchange`. Where the two differ Entra answers AADSTS700212.
    ///
    /// ## Wrong
    /// `.gitlab-ci.yml`
    /// ```yaml
    /// deploy:
    ///   id_tokens:
    ///     AZURE_TOKEN:
    ///       aud: https://gitlab.com
    ///   script:
    ///     - az login --service-principal -u "$CLIENT_ID" -t "$TENANT_ID" --federated-token "$AZURE_TOKEN"
    /// ```
    /// `credentials.json`
    /// ```json
    /// [{
    ///   "name": "gitlab",
    ///   "issuer": "https://gitlab.com",
    ///   "subject": "project_path:contoso/shop:ref_type:branch:ref:main",
    ///   "audiences": ["api://AzureADTokenExchange"]
    /// }]
    /// ```
    ///
    /// ## Right
    /// `.gitlab-ci.yml`
    /// ```yaml
    /// deploy:
    ///   id_tokens:
    ///     AZURE_TOKEN:
    ///       aud: api://AzureADTokenExchange
    ///   script:
    ///     - az login --service-principal -u "$CLIENT_ID" -t "$TENANT_ID" --federated-token "$AZURE_TOKEN"
    /// ```
    /// `credentials.json`
    /// ```json
    /// [{
    ///   "name": "gitlab",
    ///   "issuer": "https://gitlab.com",
    ///   "subject": "project_path:contoso/shop:ref_type:branch:ref:main",
    ///   "audiences": ["api://AzureADTokenExchange"]
    /// }]
    /// ```
    FL318 "gitlab-audience"
    title: "the ID token's audience is in no credential",
    severity: Error,
    confidence: High,
    code: Some("AADSTS700212"),
    basis: Documented,
    source: "https://docs.gitlab.com/ci/cloud_services/azure/",
    help: "ask for the token with the audience that the credential trusts",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    let credentials: Vec<&Credential> = model.credentials.iter().filter(|credential| trusts_gitlab(credential)).collect();
    if credentials.is_empty() {
        return;
    }
    for job in model.gitlab.pipelines.iter().flat_map(|pipeline| &pipeline.jobs) {
        out.extend(tokens_for_entra(job).filter_map(|token| untrusted(job, token, &credentials)));
    }
}

/// Whether a credential is for jobs of GitLab, by its issuer or by its subject.
fn trusts_gitlab(credential: &Credential) -> bool {
    let by_subject = || {
        let subject = credential.subject.as_ref().and_then(Text::known)?;
        Some(matches!(parse_subject(credential.issuer.known(), subject), Subject::GitLab { .. }))
    };
    credential.platform() == Some(PlatformId::GitLab) || by_subject() == Some(true)
}

fn untrusted(job: &Job, token: &IdToken, credentials: &[&Credential]) -> Option<Finding> {
    let trusted = || credentials.iter().flat_map(|credential| &credential.audiences);
    let may_fit = |own: &Text| trusted().any(|other| other.agrees(own) != Agreement::Different);
    let first = token.audiences.first()?;
    let configured = trusted().next()?;
    if token.audiences.iter().any(may_fit) {
        return None;
    }
    let message = format!("job `{}` asks for a token for `{first}`, which no credential for GitLab trusts", job.name);
    let finding = Finding::new(&RULE, message, first.place, "the token's audience");
    let finding = finding.and(configured.place, "what is trusted").differs(first.to_string(), configured.to_string());
    Some(match configured.known() {
        Some(known) => finding.suggest("ask for the trusted audience", [Edit::replace(first.place, known)]),
        None => finding,
    })
}
