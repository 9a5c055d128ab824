use fedlens_issuers::Cloud;
use fedlens_trust::is_exchange_audience;

use crate::kubernetes::{Pod, TokenFile, TokenVolume};
use crate::model::Model;
use crate::rule::rule;
use crate::source::{Agreement, Node, Text};
use crate::{Confidence, Edit, Finding};

rule! {
    /// A pod's own projected token is not one that Entra takes, or is not where the pod looks for it.
    ///
    /// A `serviceAccountToken` volume without an audience holds a token for the API server. Entra compares the audience
    /// with the credential's, commonly `api://AzureADTokenExchange`, letter by letter, and answers AADSTS700212. The API
    /// server refuses tokens that are valid for less than 600 seconds. `AZURE_FEDERATED_TOKEN_FILE` has to be the path
    /// at which the container mounts the volume, followed by the token's own `path`.
    ///
    /// ## Wrong
    /// `k8s/orders.yaml`
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: orders
    ///   namespace: shop
    /// spec:
    ///   serviceAccountName: orders
    ///   containers:
    ///     - name: orders
    ///       image: contoso.azurecr.io/orders:1
    ///       env:
    ///         - name: AZURE_FEDERATED_TOKEN_FILE
    ///           value: /var/run/secrets/tokens/azure
    ///       volumeMounts:
    ///         - name: token
    ///           mountPath: /var/run/secrets/tokens
    ///   volumes:
    ///     - name: token
    ///       projected:
    ///         sources:
    ///           - serviceAccountToken:
    ///               path: azure
    /// ```
    ///
    /// ## Right
    /// `k8s/orders.yaml`
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: orders
    ///   namespace: shop
    /// spec:
    ///   serviceAccountName: orders
    ///   containers:
    ///     - name: orders
    ///       image: contoso.azurecr.io/orders:1
    ///       env:
    ///         - name: AZURE_FEDERATED_TOKEN_FILE
    ///           value: /var/run/secrets/tokens/azure
    ///       volumeMounts:
    ///         - name: token
    ///           mountPath: /var/run/secrets/tokens
    ///   volumes:
    ///     - name: token
    ///       projected:
    ///         sources:
    ///           - serviceAccountToken:
    ///               path: azure
    ///               audience: api://AzureADTokenExchange
    /// ```
    FL313 "projected-token"
    title: "the projected token is not one for Entra, or not where it is looked for",
    severity: Error,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#serviceaccount-token-volume-projection",
    help: "project the token for `api://AzureADTokenExchange` and point `AZURE_FEDERATED_TOKEN_FILE` to it",
    check: check,
}

/// What the API server asks at least.
const MIN_SECONDS: u64 = 600;

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for (_, pod) in model.kubernetes.pods() {
        let (tokens, files) = (pod.token_volumes(), pod.token_files());
        for (at, token) in tokens.iter().enumerate() {
            let used = files.iter().any(|file| matches!(file, TokenFile::Projected(used) if *used == at));
            if used || token.is_for_entra() {
                out.extend(audience(model, pod, token));
                out.extend(expiration(pod, token));
            }
        }
        out.extend(files.iter().filter_map(|file| path(pod, file, &tokens)));
    }
}

fn audience(model: &Model<'_>, pod: Pod<'_>, token: &TokenVolume<'_>) -> Option<Finding> {
    let title = pod.object.title();
    let wanted = Cloud::Public.exchange_audience();
    let Some(audience) = &token.audience else {
        let message = format!("the projected token of {title} is for the API server, as it names no audience");
        let finding = Finding::new(&RULE, message, token.place, "no `audience`");
        return Some(finding.predicts("AADSTS700212").help(format!("add `audience: {wanted}`")));
    };
    let text = audience.known()?;
    let trusted = trusted(model);
    if trusted.iter().any(|other| other.agrees(audience) != Agreement::Different) || is_known(text) {
        return None;
    }
    let near = text.to_ascii_lowercase().contains("azureadtokenexchange") || is_exchange_audience(text);
    let resource = ["azure.net", "azure.com", "windows.net", "microsoft.com", "kubernetes.default", "sts.", "vault"];
    let wrong = near || resource.iter().any(|part| text.contains(part));
    let configured = match trusted.as_slice() {
        [] if wrong => wanted.to_owned(),
        [] => return None,
        [first, ..] => first.to_string(),
    };
    let message = format!("the projected token of {title} is for `{text}`, which no credential trusts");
    let finding = Finding::new(&RULE, message, audience.place, format!("`{configured}` is trusted"));
    let finding = finding.predicts("AADSTS700212").differs(text, &configured);
    Some(finding.suggest("use the trusted audience", [Edit::replace(audience.place, configured)]))
}

/// Whether an audience is that of one of the clouds.
fn is_known(audience: &str) -> bool {
    [Cloud::Public, Cloud::UsGov, Cloud::China].iter().any(|cloud| cloud.exchange_audience() == audience)
}

/// What credentials for service accounts trust.
fn trusted<'m>(model: &'m Model<'_>) -> Vec<&'m Text> {
    let for_accounts = model.credentials.iter().filter(|credential| {
        credential.subject.as_ref().is_some_and(|subject| subject.to_string().starts_with("system:serviceaccount:"))
    });
    for_accounts.flat_map(|credential| &credential.audiences).collect()
}

fn expiration(pod: Pod<'_>, token: &TokenVolume<'_>) -> Option<Finding> {
    let value = token.token.get("expirationSeconds")?;
    let seconds: u64 = value.known()?.parse().ok()?;
    let message = format!("the projected token of {} is to be valid for {seconds} seconds", pod.object.title());
    let finding = || Finding::new(&RULE, message, value.place, format!("at least {MIN_SECONDS}"));
    (seconds < MIN_SECONDS).then(|| finding().help("ask for 600 seconds at least; 3600 is usual"))
}

/// The file is not what it should be.
fn path(pod: Pod<'_>, file: &TokenFile<'_>, tokens: &[TokenVolume<'_>]) -> Option<Finding> {
    let title = pod.object.title();
    let found = |value: &Node, what: &str, label: &str| {
        let path = value.known().unwrap_or_default();
        Finding::new(&RULE, format!("`{path}` of {title} {what}"), value.place, label)
    };
    match file {
        TokenFile::Projected(_) | TokenFile::Other | TokenFile::Webhook => None,
        TokenFile::ApiServer(value) => {
            let finding = found(value, "is the token for the API server", "its audience is the API server");
            Some(finding.predicts("AADSTS700212"))
        }
        TokenFile::OtherPath(value, at) => {
            let token = tokens.get(*at)?;
            let own = token.path.as_ref()?;
            let finding = found(value, "is not where the projected token is", "no such file in the volume");
            Some(finding.and(own.place, format!("the token's file is `{own}`")))
        }
        TokenFile::Nowhere(value) => {
            let finding = found(value, "is in no volume that the container mounts", "nothing is mounted here");
            let finding = finding.predicts("workload-identity-not-configured");
            Some(match pod.is_labelled() {
                true => finding.note("The webhook keeps a variable that is set, and mounts its token at a path of its own."),
                false => finding.confidence(Confidence::Medium),
            })
        }
    }
}
