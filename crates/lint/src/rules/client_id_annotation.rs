use uuid::Uuid;

use crate::kubernetes::{Deployment, Key, Pod, ServiceAccount, is_stand_in, nearest_key};
use crate::model::{Identity, Model};
use crate::rule::rule;
use crate::source::{Entry, Node, Text};
use crate::{Confidence, Edit, Finding, Severity};

rule! {
    /// The service account does not say, or says wrongly, whose token its pods are to get.
    ///
    /// The webhook of workload identity reads the client id from the annotation `azure.workload.identity/client-id` of
    /// the *service account* and sets `AZURE_CLIENT_ID` in its pods. Without it the token file is there and the library
    /// does not know who to sign in as. The value is the client id of an application or of a managed identity: a GUID.
    /// The resource id, the name, the object id or the tenant's id in its place gives AADSTS700016, as Entra knows no
    /// application of that id.
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
    ///     azure.workload.identity/client-id: /subscriptions/0f8fad5b-d9cb-469f-a165-70867728950e/resourceGroups/shop/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-orders
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
    /// ```
    FL311 "client-id-annotation"
    title: "the service account's client id is missing or is none",
    severity: Error,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html",
    help: "set `azure.workload.identity/client-id` of the service account to the client id of the application or managed identity",
    check: check,
}

const UNCONFIGURED: &str = "workload-identity-not-configured";

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for (deployment, account) in model.kubernetes.accounts() {
        out.extend(account.annotation(Key::CLIENT_ID).and_then(|entry| value(model, account, entry)));
        out.extend(misspelt(account.object.title(), account.metadata(), "annotations"));
        out.extend(missing(model, deployment, account));
    }
    for (deployment, pod) in model.kubernetes.pods() {
        out.extend(misspelt(pod.object.title(), pod.metadata, "annotations"));
        out.extend(on_the_pod(model, deployment, pod));
    }
}

/// A value that is no client id.
fn value(model: &Model<'_>, account: ServiceAccount<'_>, entry: &Entry) -> Option<Finding> {
    let text = account.value(Key::CLIENT_ID)?;
    let written = text.known().filter(|written| !is_stand_in(written))?;
    let what = what_it_is(model, account, written)?;
    let message = format!("the client id of service account `{}` is {what}", account.object.name);
    let finding = Finding::new(&RULE, message, entry.value.place, "not a client id").predicts("AADSTS700016");
    let named = model.identities.iter().find(|identity| identity.is_called(&text));
    let client_id = named.and_then(|identity| identity.client_id.as_ref()).and_then(Text::known);
    Some(match client_id.filter(|id| *id != written) {
        Some(id) => finding
            .help(format!("the client id of `{}` is `{id}`", named.map_or("", |identity| &identity.name)))
            .suggest("use the client id", [Edit::replace(entry.value.place, id)]),
        None => finding,
    })
}

/// What a value is that is no client id.
fn what_it_is(model: &Model<'_>, account: ServiceAccount<'_>, written: &str) -> Option<String> {
    if written.starts_with("/subscriptions/") {
        return Some("a resource id".to_owned());
    }
    if Uuid::try_parse(written).is_err() || written.len() != 36 {
        return Some(format!("`{written}`, which is no GUID"));
    }
    if model.identities.iter().any(|identity| is(identity.client_id.as_ref(), written)) {
        return None;
    }
    let object_of = |identity: &&Identity| is(identity.principal_id.as_ref(), written);
    if let Some(identity) = model.identities.iter().find(object_of) {
        return Some(format!("the object id of `{}`", identity.name));
    }
    let tenant = account.value(Key::TENANT_ID);
    let of_model = || model.identities.iter().any(|identity| is(identity.tenant.as_ref(), written));
    (is(tenant.as_ref(), written) || of_model()).then(|| "the tenant's id".to_owned())
}

fn is(text: Option<&Text>, written: &str) -> bool {
    text.and_then(Text::known).is_some_and(|known| known.eq_ignore_ascii_case(written))
}

/// An annotation whose name is not quite that of one that the webhook reads.
fn misspelt(title: String, metadata: Option<&Node>, group: &str) -> Option<Finding> {
    let entries = metadata?.get(group)?.entries();
    let (entry, key) = entries.iter().find_map(|entry| {
        let key = nearest_key(&entry.key)?;
        let right = entries.iter().any(|other| other.key == key.0);
        (!right && key != Key::USE).then_some((entry, key))
    })?;
    let message = format!("{title} has the annotation `{}`, which nothing reads", entry.key);
    let finding = Finding::new(&RULE, message, entry.key_place, format!("meant is `{}`", key.0));
    let finding = finding.help(format!("write `{}`", key.0)).fix("use the right name", [Edit::replace(entry.key_place, key.0)]);
    Some(match key {
        Key::CLIENT_ID => finding.predicts(UNCONFIGURED),
        _ => finding.severity(Severity::Warning),
    })
}

/// No client id, although a pod of the account is to use workload identity.
fn missing(model: &Model<'_>, deployment: &Deployment, account: ServiceAccount<'_>) -> Option<Finding> {
    let metadata = account.metadata().filter(|_| !deployment.open)?;
    let spelt = |entry: &Entry| nearest_key(&entry.key) == Some(Key::CLIENT_ID);
    let annotations = metadata.get("annotations").map(Node::entries).unwrap_or_default();
    let tried = account.annotation(Key::CLIENT_ID).filter(|entry| entry.value.text().is_some_and(|text| text.known() != Some("")));
    if tried.is_some() || annotations.iter().any(spelt) {
        return None;
    }
    let pod = deployment.pods().find(|pod| {
        let name = pod.service_account();
        let name = name.or_else(|| Some(Text::literal("default", pod.place)));
        let used = |name| model.kubernetes.account(deployment, pod.object, &name).iter().any(|own| own.object.place == account.object.place);
        wants_client_id(*pod) && pod.annotation(Key::CLIENT_ID).is_none() && name.is_some_and(used)
    })?;
    let name = &account.object.name;
    let message = format!("service account `{name}` has no client id for {}", pod.object.title());
    let label = format!("no annotation `{}`", Key::CLIENT_ID.0);
    let mut finding = Finding::new(&RULE, message, account.object.place, label)
        .and(pod.label(Key::USE)?.key_place, "this pod uses workload identity")
        .predicts(UNCONFIGURED)
        .severity(Severity::Warning)
        .confidence(Confidence::Medium)
        .note("It works where the code itself names the client id.");
    if let Some(label) = account.label(Key::CLIENT_ID) {
        finding = finding.and(label.key_place, "it has to be an annotation, not a label");
    }
    Some(finding)
}

/// Whether a pod takes the client id from its service account.
fn wants_client_id(pod: Pod<'_>) -> bool {
    pod.is_labelled() && !pod.takes_variables_from_elsewhere() && !pod.mounts_secrets_store() && !pod.mentions_client_id()
}

/// The annotation stands on the pod, where nothing reads it.
fn on_the_pod(model: &Model<'_>, deployment: &Deployment, pod: Pod<'_>) -> Option<Finding> {
    let of_group = |group: &str| pod.metadata?.get(group)?.entry(Key::CLIENT_ID.0);
    let entry = of_group("annotations").or_else(|| of_group("labels"))?;
    let name = pod.service_account().unwrap_or_else(|| Text::literal("default", pod.place));
    let accounts = model.kubernetes.account(deployment, pod.object, &name);
    let said = accounts.iter().any(|account| account.annotation(Key::CLIENT_ID).is_some());
    if said || !wants_client_id(pod) {
        return None;
    }
    let message = format!("the client id stands on the pods of {} and not on service account `{name}`", pod.object.title());
    let finding = Finding::new(&RULE, message, entry.key_place, "the webhook does not read it here").predicts(UNCONFIGURED);
    Some(match accounts.first() {
        Some(account) => finding.and(account.object.place, "it belongs to this service account"),
        None => finding,
    })
}
