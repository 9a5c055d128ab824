use fedlens_issuers::{Oddity, OddityKind};

use crate::Finding;
use crate::model::Model;
use crate::rule::rule;

rule! {
    /// A credential's issuer exists only inside of a cluster or a private network.
    ///
    /// Entra reads the issuer's metadata and keys over the internet whenever somebody signs in. A cluster that was never
    /// given a public issuer writes `https://kubernetes.default.svc.cluster.local` into its tokens, which no credential can
    /// make usable; a host that only a private network knows cannot be read either.
    ///
    /// ## Wrong
    ///
    /// `main.bicep`
    ///
    /// ```bicep
    /// resource shop 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
    ///   name: 'id-shop'
    /// }
    /// resource main 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
    ///   parent: shop
    ///   name: 'main'
    ///   properties: {
    ///     issuer: 'https://kubernetes.default.svc.cluster.local'
    ///     subject: 'system:serviceaccount:shop:orders'
    ///     audiences: ['api://AzureADTokenExchange']
    ///   }
    /// }
    /// ```
    ///
    /// ## Right
    ///
    /// `main.bicep`
    ///
    /// ```bicep
    /// resource shop 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
    ///   name: 'id-shop'
    /// }
    /// resource main 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
    ///   parent: shop
    ///   name: 'main'
    ///   properties: {
    ///     issuer: 'https://westeurope.oic.prod-aks.azure.com/72f988bf-86f1-41af-91ab-2d7cd011db47/3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c/'
    ///     subject: 'system:serviceaccount:shop:orders'
    ///     audiences: ['api://AzureADTokenExchange']
    ///   }
    /// }
    /// ```
    FL114 "issuer-in-cluster"
    title: "Entra cannot reach the issuer",
    severity: Error,
    confidence: High,
    code: Some("AADSTS501661"),
    basis: Documented,
    source: "https://azure.github.io/azure-workload-identity/docs/installation/self-managed-clusters.html",
    help: "give the cluster, or the server, an issuer whose documents are public",
    check: check,
}

fn check(model: &Model<'_>, out: &mut Vec<Finding>) {
    for credential in &model.credentials {
        let private = |odd: &Oddity| matches!(odd.kind, OddityKind::InCluster | OddityKind::Unreachable);
        let Some(oddity) = credential.issuer_oddities().into_iter().find(private) else { continue };
        let message = format!("Entra cannot reach the issuer of credential `{}`: `{}`", credential.label, credential.issuer);
        let finding = Finding::new(&RULE, message, credential.issuer.place, "this issuer").note(oddity.sentence);
        out.push(if oddity.kind == OddityKind::InCluster { finding.predicts("AADSTS700211") } else { finding });
    }
}
