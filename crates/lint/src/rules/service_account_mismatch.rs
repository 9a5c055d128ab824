use crate::kubernetes::{Deployment, Key, Object, Pod, ServiceAccount};
use crate::model::Model;
use crate::rule::rule;
use crate::source::{Agreement, Text};
use crate::{Confidence, Edit, Finding, Severity};

rule! {
    /// A pod that uses workload identity runs as another service account than the one that is made for it.
    ///
    /// A service account belongs to one namespace, and a pod can only run as one of its own. A pod whose service account
    /// is not there is not created. A pod that names none runs as `default`, which commonly has no client id, and whose
    /// subject `system:serviceaccount:…:default` no credential names.
    ///
    /// ## Wrong
    /// `k8s/orders.yaml`
    /// ```yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: orders
    ///   namespace: shop
    ///   annotations:
    ///     azure.workload.identity/client-id: 7c9e6679-7425-40de-944b-e07fc1f90ae7
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: orders
    ///   namespace: shop
    ///   labels:
    ///     azure.workload.identity/use: "true"
    /// spec:
    ///   containers:
    ///     - name: orders
    ///       image: contoso.azurecr.io/orders:1
    /// ```
    ///
    /// ## Right
    /// `k8s/orders.yaml`
    /// ```yaml
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: orders
    ///   namespace: shop
    ///   annotations:
    ///     azure.workload.identity/client-id: 7c9e6679-7425-40de-944b-e07fc1f90ae7
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: orders
    ///   namespace: shop
    ///   labels:
    ///     azure.workload.identity/use: "true"
    /// spec:
    ///   serviceAccountName: orders
    ///   containers:
    ///     - name: orders
    ///       image: contoso.azurecr.io/orders:1
    /// ```
    FL312 "service-account-mismatch"
    title: "the pod runs as another service account than the one made for it",
    severity: Error,
    confidence: Medium,
    code: None,
    basis: Documented,
    source: "https://kubernetes.io/docs/concepts/security/service-accounts/",
    help: "set `serviceAccountName` of the pod to the service account that has the client id, in the pod's own namespace",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    let accounts: Vec<_> = model.kubernetes.accounts().map(|(_, account)| account).collect();
    for (deployment, pod) in model.kubernetes.pods().filter(|(deployment, pod)| deployment.complete && pod.is_labelled()) {
        out.extend(match pod.service_account() {
            Some(name) if name.known() == Some("default") => as_default(model, deployment, pod, Some(&name)),
            Some(name) => not_there(model, &accounts, deployment, pod, &name),
            None => as_default(model, deployment, pod, None),
        });
    }
}

/// The pod names a service account that is not in its namespace.
fn not_there(
    model: &Model<'_>,
    all: &[ServiceAccount<'_>],
    deployment: &Deployment,
    pod: Pod<'_>,
    name: &Text,
) -> Option<Finding> {
    let named = |account: &ServiceAccount<'_>| account.object.name.agrees(name) != Agreement::Different;
    let near = |account: &ServiceAccount<'_>| account.object.shares_namespace(pod.object) != Agreement::Different;
    if configured(model, pod, name) {
        return None;
    }
    if all.iter().any(|account| named(account) && near(account)) || name.known().is_none() || trusted(model, pod, name) {
        return None;
    }
    let title = pod.object.title();
    if let Some(other) = all.iter().find(|account| named(account)) {
        let (own, elsewhere) = (namespace(pod.object)?, namespace(other.object)?);
        let message = format!("{title} runs in namespace `{own}`, and service account `{name}` is in namespace `{elsewhere}`");
        let finding = Finding::new(&RULE, message, name.place, format!("not in namespace `{own}`"));
        return Some(finding.and(other.object.place, format!("this one is in namespace `{elsewhere}`")));
    }
    let account = spare(deployment, pod)?;
    let other = account.object.name.known()?;
    let message = format!("{title} names service account `{name}`, and the one with a client id is `{other}`");
    let finding = Finding::new(&RULE, message, name.place, "no manifest defines it");
    let finding = finding.and(account.object.place, "no pod runs as this one");
    // A prefix or suffix is not written where the name is.
    let written = |text: &Text| text.known().is_some_and(|known| model.sources.text(text.place).contains(known));
    let as_written = written(name) && model.sources.text(account.object.place).contains(other);
    Some(match as_written {
        true => finding.suggest("use the service account with the client id", [Edit::replace(name.place, other)]),
        false => finding,
    })
}

/// The pod runs as `default`.
fn as_default(model: &Model<'_>, deployment: &Deployment, pod: Pod<'_>, named: Option<&Text>) -> Option<Finding> {
    let name = named.cloned().unwrap_or_else(|| Text::literal("default", pod.place));
    let defined = !model.kubernetes.account(deployment, pod.object, &name).is_empty();
    let known = pod.mentions_client_id() || pod.takes_variables_from_elsewhere() || pod.mounts_secrets_store();
    let spare = spare(deployment, pod);
    if defined || configured(model, pod, &name) || trusted(model, pod, &name) || (known && spare.is_none()) {
        return None;
    }
    let message = format!("{} uses workload identity as service account `default`", pod.object.title());
    let place = match named {
        Some(name) => name.place,
        None => pod.spec.entries().first().map_or(pod.place, |entry| entry.key_place),
    };
    let finding = Finding::new(&RULE, message, place, "no service account is named here").predicts("workload-identity-not-configured");
    Some(match spare {
        Some(account) => finding.and(account.object.place, "this one has a client id"),
        None => finding.severity(Severity::Warning).confidence(Confidence::Low),
    })
}

/// A service account of the pod's namespace that has a client id and that no pod runs as.
fn spare<'a>(deployment: &'a Deployment, pod: Pod<'_>) -> Option<ServiceAccount<'a>> {
    let used = |account: &ServiceAccount<'_>| {
        deployment.pods().any(|pod| pod.service_account().is_some_and(|name| name.agrees(&account.object.name) != Agreement::Different))
    };
    let mut fitting = deployment.accounts().filter(|account| {
        account.value(Key::CLIENT_ID).is_some()
            && account.object.shares_namespace(pod.object) == Agreement::Equal
            && (deployment.folder.is_some() || account.object.folder == pod.object.folder)
            && !used(account)
    });
    fitting.next().filter(|_| fitting.next().is_none())
}

/// Whether a configuration may make the service account in the pod's namespace.
fn configured(model: &Model<'_>, pod: Pod<'_>, name: &Text) -> bool {
    let may_be = |own: Option<&Text>, other: Option<&Text>| match (own, other) {
        (Some(own), Some(other)) => own.agrees(other) != Agreement::Different,
        _ => true,
    };
    model.settings.service_accounts.iter().any(|account| {
        may_be(account.name.as_ref(), Some(name)) && may_be(account.namespace.as_ref(), pod.object.namespace.as_ref())
    })
}

/// Whether a credential may trust the pod as that service account.
fn trusted(model: &Model<'_>, pod: Pod<'_>, account: &Text) -> bool {
    let own = pod.object.namespace.as_ref().and_then(Text::known);
    let mut subjects = model.credentials.iter().filter_map(|credential| credential.subject.as_ref()?.known());
    subjects.any(|subject| {
        let named = subject.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'));
        named.is_some_and(|(namespace, name)| account.known() == Some(name) && own.is_none_or(|own| own == namespace))
    })
}

fn namespace(object: &Object) -> Option<&str> {
    object.namespace.as_ref()?.known()
}
