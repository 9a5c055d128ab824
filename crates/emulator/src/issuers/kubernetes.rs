//! Service accounts of Kubernetes.

use fedlens_issuers::kubernetes_subject;
use jiff::Timestamp;
use serde_json::json;

use super::draft::{Times, claims};
use super::{Draft, EXCHANGE_AUDIENCE, guid, token_id};

/// How long the kubelet's tokens live, in seconds.
const LIFETIME: i64 = 3_600;

/// A service account of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kubernetes {
    /// The cluster's issuer.
    pub issuer: String,
    /// The namespace.
    pub namespace: String,
    /// The service account's name.
    pub service_account: String,
    /// The pod that the token is bound to.
    pub pod: Option<String>,
    /// The audiences.
    pub audiences: Vec<String>,
    /// How long the token lives, in seconds.
    pub lifetime: i64,
}

impl Default for Kubernetes {
    /// A pod of `deployer` in the namespace `default` of an AKS cluster.
    fn default() -> Self {
        Self {
            issuer: "https://westeurope.oic.prod-aks.azure.com/fed1e500-0000-4000-8000-000000000001/\
                     fed1e500-0000-4000-8000-0000000000c1/"
                .to_owned(),
            namespace: "default".to_owned(),
            service_account: "deployer".to_owned(),
            pod: Some("deployer-0".to_owned()),
            audiences: vec![EXCHANGE_AUDIENCE.to_owned()],
            lifetime: LIFETIME,
        }
    }
}

impl Kubernetes {
    /// The token of the service account. Its header has no `typ`, and `aud` is always a list.
    pub fn draft(&self, now: Timestamp) -> Draft {
        let (namespace, account) = (&self.namespace, &self.service_account);
        let mut bound = claims(json!({
            "namespace": namespace,
            "serviceaccount": {"name": account, "uid": guid(&format!("service account {namespace}/{account}"))},
        }));
        if let Some(pod) = &self.pod {
            bound.insert("node".to_owned(), json!({"name": "node-0", "uid": guid("node-0")}));
            bound.insert("pod".to_owned(), json!({"name": pod, "uid": guid(&format!("pod {namespace}/{pod}"))}));
        }
        let mut all = claims(json!({
            "aud": self.audiences,
            "iss": self.issuer,
            "jti": token_id(),
            "kubernetes.io": bound,
            "sub": kubernetes_subject(namespace, account).build(),
        }));
        Times { early: 0, lifetime: self.lifetime }.put(&mut all, now);
        Draft::new(all).without_type()
    }
}
