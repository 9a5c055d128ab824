use crate::kubernetes::{Key, Object, Pod};
use crate::model::Model;
use crate::rule::rule;
use crate::source::{Entry, Node, Place};
use crate::{Finding, Severity};

rule! {
    /// An annotation for the webhook of workload identity does not do what it says.
    ///
    /// `skip-containers` is a list of container names with semicolons between them; a name that no container has skips
    /// nothing. `inject-proxy-sidecar` injects the proxy whatever its value is, `"false"` included, and cannot be used
    /// with `hostNetwork`, for which the webhook refuses the pod; `proxy-sidecar-port` has to be a number. All three are
    /// read from the pod only: on the service account or on the Deployment itself they do nothing.
    ///
    /// ## Wrong
    /// `k8s/orders.yaml`
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: orders
    ///   labels:
    ///     azure.workload.identity/use: "true"
    ///   annotations:
    ///     azure.workload.identity/skip-containers: proxy,logs
    /// spec:
    ///   serviceAccountName: orders
    ///   containers:
    ///     - name: orders
    ///       image: contoso.azurecr.io/orders:1
    ///     - name: proxy
    ///       image: contoso.azurecr.io/proxy:1
    ///     - name: logs
    ///       image: contoso.azurecr.io/logs:1
    /// ```
    ///
    /// ## Right
    /// `k8s/orders.yaml`
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: orders
    ///   labels:
    ///     azure.workload.identity/use: "true"
    ///   annotations:
    ///     azure.workload.identity/skip-containers: proxy;logs
    /// spec:
    ///   serviceAccountName: orders
    ///   containers:
    ///     - name: orders
    ///       image: contoso.azurecr.io/orders:1
    ///     - name: proxy
    ///       image: contoso.azurecr.io/proxy:1
    ///     - name: logs
    ///       image: contoso.azurecr.io/logs:1
    /// ```
    FL315 "webhook-annotations"
    title: "an annotation for the webhook does not do what it says",
    severity: Warning,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html",
    help: "write the annotation on the pod template, in the form that the webhook reads",
    check: check,
}

const OF_PODS: [Key; 3] = [Key::SKIP, Key::PROXY, Key::PROXY_PORT];

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for (_, account) in model.kubernetes.accounts() {
        let entries = OF_PODS.iter().filter_map(|key| account.annotation(*key));
        out.extend(entries.map(|entry| unread(account.object, entry)));
    }
    for (_, pod) in model.kubernetes.pods() {
        out.extend(on_the_owner(pod));
        out.extend(pod.annotation(Key::SKIP).and_then(|entry| skipped(pod, entry)));
        out.extend(pod.annotation(Key::PROXY).and_then(|entry| proxy(pod, entry)));
        out.extend(pod.annotation(Key::PROXY_PORT).and_then(|entry| port(pod, entry)));
    }
}

fn finding(entry: &Entry, message: String, place: Place, label: &str) -> Finding {
    Finding::new(&RULE, format!("`{}` {message}", entry.key), place, label)
}

fn unread(object: &Object, entry: &Entry) -> Finding {
    finding(entry, format!("on {} is not read", object.title()), entry.key_place, "only the pod's own annotations are")
}

/// Annotations of what makes the pods, where the template has none of the kind.
fn on_the_owner(pod: Pod<'_>) -> Vec<Finding> {
    let own = pod.object.node.at(&["metadata", "annotations"]).filter(|_| pod.is_template());
    let missing = OF_PODS.iter().filter(|key| pod.annotation(**key).is_none());
    missing.filter_map(|key| own?.entry(key.0)).map(|entry| unread(pod.object, entry)).collect()
}

fn skipped(pod: Pod<'_>, entry: &Entry) -> Option<Finding> {
    let written = entry.value.known().filter(|written| !written.contains(['$', '{', '<']) && !written.contains("__"))?;
    let place = entry.value.place;
    if written.contains(',') {
        let message = format!("of {} has commas between the names", pod.object.title());
        return Some(finding(entry, message, place, "put semicolons between them"));
    }
    let names: Vec<&str> = pod.containers().filter_map(|container| container.known_at(&["name"])).collect();
    let wrong = written.split(';').map(str::trim).find(|name| !name.is_empty() && !names.contains(name))?;
    // Sidecars that other webhooks inject are in no manifest.
    let injected = ["istio-proxy", "istio-init", "linkerd-proxy", "linkerd-init", "daprd", "vault-agent", "envoy"];
    if injected.contains(&wrong) {
        return None;
    }
    let message = format!("of {} names `{wrong}`, and no container is called so", pod.object.title());
    Some(finding(entry, message, place, "skips nothing").severity(Severity::Note))
}

fn proxy(pod: Pod<'_>, entry: &Entry) -> Option<Finding> {
    let title = pod.object.title();
    if pod.spec.get("hostNetwork").and_then(Node::boolean) == Some(true) {
        let message = format!("of {title} cannot be used with `hostNetwork`, and the webhook refuses the pod");
        let place = pod.spec.entry("hostNetwork").map_or(entry.key_place, |entry| entry.key_place);
        let found = finding(entry, message, entry.key_place, "needs a network of the pod's own");
        return Some(found.and(place, "the pod has the node's network").severity(Severity::Error));
    }
    let off = entry.value.known().is_some_and(|value| value.eq_ignore_ascii_case("false"));
    let message = format!("of {title} injects the proxy even if it says `false`");
    off.then(|| finding(entry, message, entry.key_place, "take it away to have no proxy"))
}

fn port(pod: Pod<'_>, entry: &Entry) -> Option<Finding> {
    let written = entry.value.known().filter(|written| !written.contains(['$', '{', '<']) && !written.contains("__"))?;
    let proxy = pod.annotation(Key::PROXY).is_some();
    let message = format!("of {} is `{written}`, which is not a port, and the webhook refuses the pod", pod.object.title());
    let found = || finding(entry, message, entry.value.place, "a number").severity(Severity::Error);
    (proxy && written.parse::<u16>().is_err()).then(found)
}
