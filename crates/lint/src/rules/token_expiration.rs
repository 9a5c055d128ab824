use crate::kubernetes::{Key, is_stand_in};
use crate::model::Model;
use crate::rule::rule;
use crate::source::{Entry, Value};
use crate::{Edit, Finding};

rule! {
    /// The annotation for the token's lifetime has a value that the webhook refuses.
    ///
    /// `azure.workload.identity/service-account-token-expiration` is a number of seconds from 3600 to 86400, written as
    /// a string. For anything else the webhook answers with an error when a pod is to be created, and the pod is not
    /// created. A number without quotes does not even get there: the API server takes only strings for annotations.
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
    ///     azure.workload.identity/service-account-token-expiration: "600"
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
    ///     azure.workload.identity/service-account-token-expiration: "3600"
    /// ```
    FL314 "token-expiration"
    title: "the token's lifetime is not one that the webhook takes",
    severity: Error,
    confidence: High,
    code: None,
    basis: Documented,
    source: "https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html",
    help: "write a number of seconds from 3600 to 86400, in quotes",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    let accounts = model.kubernetes.accounts().filter_map(|(_, account)| {
        let entry = account.annotation(Key::EXPIRATION)?;
        Some((account.object, entry))
    });
    let pods = model.kubernetes.pods().filter_map(|(_, pod)| Some((pod.object, pod.annotation(Key::EXPIRATION)?)));
    for (object, entry) in accounts.chain(pods) {
        if let Some((wrong, label)) = fault(entry) {
            let message = format!("the token's lifetime at {} {wrong}", object.title());
            let finding = Finding::new(&RULE, message, entry.value.place, label);
            let written = entry.value.known().unwrap_or_default();
            out.push(match is_valid(written) {
                true => finding.fix("write the number as a string", [Edit::replace(entry.value.place, format!("\"{written}\""))]),
                false => finding,
            });
        }
    }
}

fn fault(entry: &Entry) -> Option<(String, &'static str)> {
    let Value::Scalar { text, quoted } = &entry.value.value else { return None };
    let written = text.known().filter(|text| !text.is_empty() && !text.contains(['$', '{', '<', '#']))?;
    if written.contains("__") || (is_stand_in(written) && written.parse::<i64>().is_err()) {
        return None;
    }
    let number = written.parse::<i64>();
    match number {
        Ok(_) if !is_valid(written) => Some((format!("is {written} seconds"), "from 3600 to 86400")),
        Ok(_) if !quoted => Some(("is a number and not a string".to_owned(), "has to be in quotes")),
        Ok(_) => None,
        Err(_) => Some((format!("is `{written}`, which is not a number of seconds"), "a number of seconds")),
    }
}

fn is_valid(written: &str) -> bool {
    written.parse().is_ok_and(|seconds: i64| (3600..=86_400).contains(&seconds))
}
