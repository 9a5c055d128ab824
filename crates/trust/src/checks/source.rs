//! Where the rules are from.

pub(super) const REFERENCE: &str = "https://learn.microsoft.com/entra/identity-platform/reference-error-codes";
pub(super) const CLIENT_CREDENTIALS: &str =
    "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow";
pub(super) const MANAGED_IDENTITY_TRUST: &str =
    "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity";
pub(super) const AZURE_DEVOPS: &str =
    "https://learn.microsoft.com/azure/devops/pipelines/release/troubleshoot-workload-identity";
pub(super) const STS_TEMPLATES: &str = "https://github.com/f-bader/EntraID-ErrorCodes";
pub(super) const MSAL_NET: &str = "https://github.com/AzureAD/microsoft-authentication-library-for-dotnet";
pub(super) const WORKLOAD_IDENTITY_1200: &str = "https://github.com/Azure/azure-workload-identity/issues/1200";
pub(super) const WORKLOAD_IDENTITY_616: &str = "https://github.com/Azure/azure-workload-identity/issues/616";
pub(super) const WORKLOAD_IDENTITY_1232: &str = "https://github.com/Azure/azure-workload-identity/issues/1232";
pub(super) const WORKLOAD_IDENTITY_1363: &str = "https://github.com/Azure/azure-workload-identity/issues/1363";
pub(super) const LOGIN_379: &str = "https://github.com/Azure/login/issues/379";
pub(super) const LOGIN_515: &str = "https://github.com/Azure/login/issues/515";
pub(super) const AGENTS_202: &str = "https://github.com/microsoft/Agents/issues/202";
pub(super) const AZURE_DOCS_90276: &str = "https://github.com/MicrosoftDocs/azure-docs/issues/90276";
pub(super) const AZURE_DOCS_109083: &str = "https://github.com/MicrosoftDocs/azure-docs/issues/109083";
pub(super) const CROSS_TENANT_ANSWER: &str = "https://learn.microsoft.com/answers/questions/2139753";
pub(super) const KATA_11758: &str = "https://github.com/kata-containers/kata-containers/issues/11758";
pub(super) const GITLAB_AZURE: &str = "https://docs.gitlab.com/ci/cloud_services/azure/";
pub(super) const KEYCLOAK_19425: &str = "https://github.com/keycloak/keycloak/issues/19425";
pub(super) const PUBLIC_NOTES: &str = "public repositories; the message text is not published";
