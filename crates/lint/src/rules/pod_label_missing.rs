use crate::Finding;
use crate::kubernetes::{Deployment, Key, Object, Pod, ServiceAccount, is_true, nearest_key};
use crate::model::Model;
use crate::rule::rule;
use crate::source::{Entry, Node, Place};

rule! {
    /// A pod is meant to use workload identity and lacks the label that makes the webhook act on it.
    ///
    /// Since version 1.0 the webhook of workload identity looks only at pods with the label
    /// `azure.workload.identity/use: "true"`. The label has to stand in the pod template: on the Deployment itself, on
    /// the service account or among the annotations it does nothing. Its value is the string `true`; without quotes YAML
    /// makes a boolean of it, which the API server refuses for a label.
    ///
    /// Without the label the pod starts as if nothing were wrong. It has no token file and no `AZURE_` variables, and
    /// the library in it says that workload identity is not configured; Entra is never asked.
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
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: orders
    ///   namespace: shop
    ///   labels:
    ///     azure.workload.identity/use: "true"
    /// spec:
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: orders
    ///     spec:
    ///       serviceAccountName: orders
    ///       containers:
    ///         - name: orders
    ///           image: contoso.azurecr.io/orders:1
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
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: orders
    ///   namespace: shop
    /// spec:
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: orders
    ///         azure.workload.identity/use: "true"
    ///     spec:
    ///       serviceAccountName: orders
    ///       containers:
    ///         - name: orders
    ///           image: contoso.azurecr.io/orders:1
    /// ```
    FL310 "pod-label-missing"
    title: "the pod lacks the label of workload identity",
    severity: Error,
    confidence: High,
    code: Some("workload-identity-not-configured"),
    basis: Documented,
    source: "https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html",
    help: "put the label `azure.workload.identity/use: \"true\"` on the pod template",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for (deployment, pod) in model.kubernetes.pods() {
        match pod.label(Key::USE) {
            Some(entry) => out.extend(value(pod, entry)),
            None => out.extend(missing(model, deployment, pod)),
        }
    }
}

/// The label is there, and its value is not the one that counts.
fn value(pod: Pod<'_>, entry: &Entry) -> Option<Finding> {
    let place = entry.value.place;
    let text = entry.value.text();
    let quote = |finding: Finding| finding.fix("write the value as a string", [crate::Edit::replace(place, "\"true\"")]);
    let title = pod.object.title();
    if is_number_or_boolean(&entry.value) {
        let message = format!("the label `{}` of {title} is not a string", Key::USE.0);
        let finding = Finding { predicted: None, ..Finding::new(&RULE, message, place, "has to be in quotes") };
        let finding = finding.note("The API server refuses labels that are not strings, and with them the whole object.");
        return Some(if entry.value.boolean() == Some(true) { quote(finding) } else { finding });
    }
    let text = match text {
        Some(text) => text.known()?,
        None => "",
    };
    if is_true(&entry.value) || text == "false" || text.contains(['$', '{', '<']) {
        return None;
    }
    let message = format!("the label `{}` of {title} is `{text}`, which the webhook does not act on", Key::USE.0);
    Some(quote(Finding::new(&RULE, message, place, "only `\"true\"` counts")))
}

/// Whether YAML 1.1, as Kubernetes reads it, makes anything but a string of a value.
fn is_number_or_boolean(node: &Node) -> bool {
    let crate::source::Value::Scalar { text, quoted: false } = &node.value else { return false };
    let Some(text) = text.known() else { return false };
    let words = ["true", "false", "yes", "no", "on", "off", "y", "n"];
    words.iter().any(|word| text.eq_ignore_ascii_case(word)) || text.parse::<f64>().is_ok()
}

/// The label is not there, although the service account is made for workload identity.
fn missing(model: &Model<'_>, deployment: &Deployment, pod: Pod<'_>) -> Option<Finding> {
    let name = pod.service_account().filter(|_| !deployment.open)?;
    let accounts = model.kubernetes.account(deployment, pod.object, &name);
    let (first, rest) = accounts.split_first()?;
    let annotated = |account: &ServiceAccount<'_>| account.value(Key::CLIENT_ID).is_some();
    if !annotated(first) || !rest.iter().all(annotated) || has_other_use(deployment, pod, first.object) {
        return None;
    }
    let (place, label) = labels(pod);
    let message = format!("{} uses service account `{name}` and lacks the label `{}`", title(pod), Key::USE.0);
    let mut finding = Finding::new(&RULE, message, place, label);
    for (place, label) in misplaced(pod, *first) {
        finding = finding.and(place, label);
    }
    if let Some(annotation) = first.annotation(Key::CLIENT_ID) {
        finding = finding.and(annotation.key_place, "the service account is made for workload identity");
    }
    Some(finding)
}

fn title(pod: Pod<'_>) -> String {
    let title = pod.object.title();
    if pod.is_template() { format!("the pod template of {title}") } else { title }
}

/// Where the label should be.
fn labels(pod: Pod<'_>) -> (Place, &'static str) {
    match pod.metadata.and_then(|metadata| metadata.entry("labels")) {
        Some(labels) => (labels.key_place, "the label has to be among these"),
        None => (pod.place, "has no labels"),
    }
}

/// Labels of the right or nearly the right name where they have no effect.
fn misplaced<'a>(pod: Pod<'a>, account: ServiceAccount<'a>) -> Vec<(Place, &'static str)> {
    let mut found = Vec::new();
    let own = pod.object.node.get("metadata").filter(|_| pod.is_template());
    let mut look = |group: Option<&'a Node>, label: &'static str| {
        let meant = |entry: &&Entry| entry.key == Key::USE.0 || nearest_key(&entry.key) == Some(Key::USE);
        let entries = group.map(Node::entries).unwrap_or_default();
        found.extend(entries.iter().find(meant).map(|entry| (entry.key_place, label)));
    };
    look(own.and_then(|own| own.get("labels")), "here it does not reach the pods");
    look(pod.metadata.and_then(|metadata| metadata.get("annotations")), "it is no annotation");
    look(pod.metadata.and_then(|metadata| metadata.get("labels")), "this is not the label's name");
    look(account.metadata().and_then(|metadata| metadata.get("labels")), "on the service account it has no effect since 1.0");
    found
}

/// Whether the account's annotation is for something else than this pod's libraries.
fn has_other_use(deployment: &Deployment, pod: Pod<'_>, account: &Object) -> bool {
    let stores = deployment.of_kind("SecretStore").chain(deployment.of_kind("ClusterSecretStore"));
    let referenced = stores.filter_map(|store| store.node.at(&["spec", "provider", "azurekv", "serviceAccountRef"]));
    pod.variables("AZURE_FEDERATED_TOKEN_FILE").next().is_some()
        || pod.token_volumes().iter().any(|token| token.is_for_entra())
        || pod.mounts_secrets_store()
        || referenced.filter_map(|reference| reference.known_at(&["name"])).any(|name| account.name.known() == Some(name))
}
