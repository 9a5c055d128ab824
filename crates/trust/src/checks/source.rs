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
pub(super) const PASSPORT_453: &str = "https://github.com/AzureAD/passport-azure-ad/issues/453";
pub(super) const MSAL_NET_2746: &str =
    "https://github.com/AzureAD/microsoft-authentication-library-for-dotnet/issues/2746";
pub(super) const MSAL_NET_2130: &str =
    "https://github.com/AzureAD/microsoft-authentication-library-for-dotnet/issues/2130";
pub(super) const MSAL_JS_3248: &str = "https://github.com/AzureAD/microsoft-authentication-library-for-js/issues/3248";
pub(super) const PASSWORD_GRANT: &str = "https://learn.microsoft.com/entra/identity-platform/v2-oauth-ropc";
pub(super) const DEVICE_CODE: &str = "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code";
pub(super) const AMBIGUOUS_CLIENT: &str = "https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/error-code-aadsts7000110-request-is-ambiguous";
pub(super) const TEAMS_PRESENCE_49: &str = "https://github.com/toblum/ESPTeamsPresence/issues/49";
pub(super) const AZURE_CLI_22251: &str = "https://github.com/Azure/azure-cli/issues/22251";
pub(super) const DNN_17: &str = "https://github.com/davidjrh/dnn.azureadprovider/issues/17";
pub(super) const DNN_112: &str = "https://github.com/davidjrh/dnn.azureadprovider/issues/112";
pub(super) const AZURE_DOCS_63819: &str = "https://github.com/MicrosoftDocs/azure-docs/issues/63819";
pub(super) const AZURE_DOCS_16399: &str = "https://github.com/MicrosoftDocs/azure-docs/issues/16399";
pub(super) const GRAPH_PHP_1585: &str = "https://github.com/microsoftgraph/msgraph-sdk-php/issues/1585";
pub(super) const COMMUNICATOR_214: &str =
    "https://github.com/OfficeDev/microsoft-teams-apps-company-communicator/issues/214";
pub(super) const B2C_545: &str = "https://github.com/azure-ad-b2c/samples/issues/545";
pub(super) const PUBLIC_NOTES: &str = "public repositories; the message text is not published";
