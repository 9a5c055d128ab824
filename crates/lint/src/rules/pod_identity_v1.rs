use crate::Finding;
use crate::kubernetes::Object;
use crate::model::Model;
use crate::rule::rule;
use crate::source::{Node, Place};

rule! {
    /// The manifest relies on pod-managed identity, which is retired.
    ///
    /// AAD Pod Identity was deprecated in October 2022 in favour of workload identity and archived in October 2023.
    /// `AzureIdentity`, `AzureIdentityBinding` and the label `aadpodidbinding` mean something only where its agents still
    /// run. Where they do not, the pod gets no identity, or the one of the node.
    ///
    /// ## Wrong
    /// `k8s/orders.yaml`
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: orders
    ///   labels:
    ///     aadpodidbinding: orders
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
    /// kind: Pod
    /// metadata:
    ///   name: orders
    ///   labels:
    ///     azure.workload.identity/use: "true"
    /// spec:
    ///   serviceAccountName: orders
    ///   containers:
    ///     - name: orders
    ///       image: contoso.azurecr.io/orders:1
    /// ```
    FL316 "pod-identity-v1"
    title: "pod-managed identity is retired",
    severity: Warning,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://github.com/Azure/aad-pod-identity",
    help: "give the pod a service account with a client id, label it, and add a federated identity credential for the service account",
    check: check,
}

const BINDING: &str = "aadpodidbinding";

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for (_, pod) in model.kubernetes.pods() {
        let label = pod.metadata.and_then(|metadata| metadata.get("labels")?.entry(BINDING));
        out.extend(label.map(|label| finding(pod.object, "has the label `aadpodidbinding`", label.key_place)));
    }
    for object in model.kubernetes.deployments.iter().flat_map(|deployment| &deployment.objects) {
        out.extend(retired(object).map(|(what, place)| finding(object, what, place)));
    }
}

fn finding(object: &Object, what: &str, place: Place) -> Finding {
    Finding::new(&RULE, format!("{} {what} of the retired pod-managed identity", object.title()), place, "retired")
}

/// What of an object is a part of pod-managed identity.
fn retired(object: &Object) -> Option<(&'static str, Place)> {
    let node = &object.node;
    if node.known_at(&["apiVersion"])?.starts_with("aadpodidentity.k8s.io/") {
        return Some(("is a part", object.place));
    }
    let on = |path: &[&str], value: &str| node.at(path).filter(|node| node.known() == Some(value)).map(place);
    match &*object.kind {
        "SecretProviderClass" => {
            on(&["spec", "parameters", "usePodIdentity"], "true").map(|place| ("signs in by way", place))
        }
        "TriggerAuthentication" | "ClusterTriggerAuthentication" => {
            on(&["spec", "podIdentity", "provider"], "azure").map(|place| ("signs in by way", place))
        }
        _ => None,
    }
}

fn place(node: &Node) -> Place {
    node.place
}
