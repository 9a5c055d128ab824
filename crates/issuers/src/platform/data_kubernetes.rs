//! Rows of clusters. Their subjects all name a service account; only the issuers differ.

use super::{Platform, PlatformId, TrailingSlash};

const SERVICE_ACCOUNT: &str = "system:serviceaccount:{namespace}:{service account}";

/// The hosts of the national clouds are seen in public configurations.
pub(super) const AKS: Platform = Platform {
    id: PlatformId::Aks,
    name: "Azure Kubernetes Service",
    issuers: &[
        "https://*.oic.prod-aks.azure.com/*/*/",
        "https://*.oic.prod-aks.azure.us/*/*/",
        "https://*.oic.prod-aks.azure.cn/*/*/",
        "https://*.oic.prod-aks.azure.com/*/",
        "https://*.oic.prod-aks.azure.cn/*/",
    ],
    slash: TrailingSlash::Required,
    subject: SERVICE_ACCOUNT,
    default_audience: Some("api://AzureADTokenExchange"),
    lifetime: Some(3600),
    mistake: "The issuer was stored without the slash at its end.",
    obtain: "az aks show --name <cluster-name> --resource-group <resource-group> --query oidcIssuerProfile.issuerUrl --output tsv prints it.",
    basis: "documented",
    source: "https://learn.microsoft.com/azure/aks/workload-identity-deploy-cluster",
    example: "https://westeurope.oic.prod-aks.azure.com/3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c/5d0f6f0e-9c1b-4e8d-a1b2-c3d4e5f60718/",
};

pub(super) const AKS_OLD: Platform = Platform {
    id: PlatformId::Aks,
    name: "Azure Kubernetes Service (older cluster)",
    issuers: &["https://oidc.prod-aks.azure.com/*/"],
    slash: TrailingSlash::Required,
    subject: SERVICE_ACCOUNT,
    default_audience: Some("api://AzureADTokenExchange"),
    lifetime: Some(3600),
    mistake: "The cluster was rebuilt and its new issuer names the region and the tenant as well.",
    obtain: "Read oidcIssuerProfile.issuerUrl of the cluster with az aks show.",
    basis: "seen",
    source: "https://github.com/Azure/azure-workload-identity/issues/1200",
    example: "https://oidc.prod-aks.azure.com/5d0f6f0e-9c1b-4e8d-a1b2-c3d4e5f60718/",
};

pub(super) const ARC: Platform = Platform {
    id: PlatformId::Kubernetes,
    name: "Azure Arc-enabled Kubernetes",
    issuers: &["https://*.oic.prod-arc.azure.com/*/*/"],
    slash: TrailingSlash::Required,
    subject: SERVICE_ACCOUNT,
    default_audience: Some("api://AzureADTokenExchange"),
    lifetime: Some(3600),
    mistake: "The API server was not restarted with the Arc issuer as its service-account-issuer, so tokens still carry the in-cluster default.",
    obtain: "az connectedk8s show --name <cluster-name> --resource-group <resource-group> --query oidcIssuerProfile.issuerUrl prints it.",
    basis: "documented",
    source: "https://learn.microsoft.com/azure/azure-arc/kubernetes/workload-identity",
    example: "https://europe.oic.prod-arc.azure.com/3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c/5d0f6f0e-9c1b-4e8d-a1b2-c3d4e5f60718/",
};

/// Clusters with managed identities; seen without a slash, so the slash is left open.
pub(super) const ARO: Platform = Platform {
    id: PlatformId::OpenShift,
    name: "Azure Red Hat OpenShift",
    issuers: &["https://*.oic.aro.azure.com/*/*"],
    slash: TrailingSlash::Either,
    subject: SERVICE_ACCOUNT,
    default_audience: None,
    lifetime: Some(3600),
    mistake: "A slash was added to the issuer by analogy with AKS.",
    obtain: "oc get authentication cluster -o jsonpath='{.spec.serviceAccountIssuer}' prints it.",
    basis: "seen",
    source: "https://learn.microsoft.com/azure/openshift/howto-create-openshift-cluster",
    example: "https://eastus.oic.aro.azure.com/3c9a7b10-52de-4f61-8a77-0d1e2f3a4b5c/5d0f6f0e-9c1b-4e8d-a1b2-c3d4e5f60718",
};

/// Seen in cluster descriptions and trust policies.
pub(super) const ROSA: Platform = Platform {
    id: PlatformId::OpenShift,
    name: "Red Hat OpenShift Service on AWS",
    issuers: &["https://oidc.op1.openshiftapps.com/*", "https://rh-oidc*.s3.*.amazonaws.com/*"],
    slash: TrailingSlash::Forbidden,
    subject: SERVICE_ACCOUNT,
    default_audience: None,
    lifetime: Some(3600),
    mistake: "The pod's token was projected for the audience openshift or sts.amazonaws.com instead of the exchange audience.",
    obtain: "rosa describe cluster prints it as the OIDC endpoint URL.",
    basis: "seen",
    source: "https://docs.redhat.com/documentation/red_hat_openshift_service_on_aws",
    example: "https://oidc.op1.openshiftapps.com/2abcdefghijklmnopqrstuvwxyz01234",
};

/// The audience is that of tokens mounted for AWS; the Azure webhook asks for its own.
pub(super) const EKS: Platform = Platform {
    id: PlatformId::Eks,
    name: "Amazon EKS",
    issuers: &["https://oidc.eks.*.amazonaws.com/id/*", "https://oidc.eks.*.amazonaws.com.cn/id/*"],
    slash: TrailingSlash::Forbidden,
    subject: SERVICE_ACCOUNT,
    default_audience: Some("sts.amazonaws.com"),
    lifetime: Some(3600),
    mistake: "The token that EKS mounts for AWS was presented; its audience is sts.amazonaws.com.",
    obtain: "aws eks describe-cluster --name <cluster-name> --query cluster.identity.oidc.issuer --output text prints it.",
    basis: "documented",
    source: "https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html",
    example: "https://oidc.eks.eu-west-1.amazonaws.com/id/0A1B2C3D4E5F60718293A4B5C6D7E8F9",
};

pub(super) const GKE: Platform = Platform {
    id: PlatformId::Gke,
    name: "Google Kubernetes Engine",
    issuers: &["https://container.googleapis.com/v1/projects/*/locations/*/clusters/*"],
    slash: TrailingSlash::Forbidden,
    subject: SERVICE_ACCOUNT,
    default_audience: None,
    lifetime: Some(3600),
    mistake: "The location is the region of a regional cluster and the zone of a zonal one; the credential names the other.",
    obtain: "Decode a token of kubectl create token <service-account> --namespace <namespace> and read iss.",
    basis: "documented",
    source: "https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity",
    example: "https://container.googleapis.com/v1/projects/contoso-prod/locations/europe-west4/clusters/main",
};

pub(super) const IN_CLUSTER: Platform = Platform {
    id: PlatformId::Kubernetes,
    name: "Kubernetes (in-cluster default)",
    issuers: &[
        "https://kubernetes.default.svc.cluster.local",
        "https://kubernetes.default.svc",
        "https://kubernetes.default.svc.*",
        "https://kubernetes.default",
        "kubernetes/serviceaccount",
    ],
    slash: TrailingSlash::Forbidden,
    subject: SERVICE_ACCOUNT,
    default_audience: None,
    lifetime: Some(3600),
    mistake: "No credential can match it usefully: Entra has no way to read the keys of an address inside the cluster.",
    obtain: "kubectl get --raw /.well-known/openid-configuration prints the issuer that the API server was started with.",
    basis: "documented",
    source: "https://azure.github.io/azure-workload-identity/docs/installation/self-managed-clusters.html",
    example: "https://kubernetes.default.svc.cluster.local",
};

/// Stands last: the addresses say where the documents lie, not which cluster wrote them.
pub(super) const OBJECT_STORAGE: Platform = Platform {
    id: PlatformId::OpenShift,
    name: "OpenShift, or another cluster with its issuer in object storage",
    issuers: &[
        "https://*.blob.core.windows.net/*",
        "https://*.web.core.windows.net",
        "https://*-oidc.s3.*.amazonaws.com",
        "https://*.s3.*.amazonaws.com/*",
        "https://s3.*.amazonaws.com/*",
        "https://storage.googleapis.com/*",
    ],
    slash: TrailingSlash::Either,
    subject: SERVICE_ACCOUNT,
    default_audience: None,
    lifetime: Some(3600),
    mistake: "The documents in the storage account are private or still hold the keys of an earlier cluster.",
    obtain: "oc get authentication cluster -o jsonpath='{.spec.serviceAccountIssuer}', or the API server's --service-account-issuer.",
    basis: "inferred",
    source: "https://azure.github.io/azure-workload-identity/docs/installation/self-managed-clusters.html",
    example: "https://contosooidc.blob.core.windows.net/contosooidc",
};
