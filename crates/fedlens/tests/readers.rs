//! What a reader sees first: the code, who has to act, and what it means.

use assert_cmd::Command;
use fedlens_catalog::entry;

/// Raw messages in the shapes in which logs and tools print them, and the code each is about.
const MESSAGES: &[(&str, &str)] = &[
    (
        "Error: AADSTS700213: No matching federated identity record found for presented assertion subject 'repo:contoso/shop:environment:prod'. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation Trace ID: 3f0c5f0e-0a4f-4c8e-9b0d-5a1c2b3d4e00 Correlation ID: 0d9c8b7a-6f5e-4d3c-8b2a-190807060504 Timestamp: 2026-02-11 08:12:44Z",
        "AADSTS700213",
    ),
    (
        "Error: : AADSTS700[21](https://github.com/contoso/shop/actions/runs/1#step:4:22)1: No matching federated identity record found for presented assertion issuer 'https://token.actions.githubusercontent.com/'.",
        "AADSTS700211",
    ),
    (
        "ERROR: AADSTS70021: No matching federated identity record found for presented assertion. Assertion Issuer: 'https://kubernetes.default.svc.cluster.local'. Assertion Subject: 'system:serviceaccount:shop:api'. Assertion Audience: 'api://AzureADTokenExchange'.",
        "AADSTS70021",
    ),
    (
        "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS700212: No matching federated identity record found for presented assertion audience 'https://github.com/contoso'. Trace ID: 1b2c3d4e-0000-4000-8000-000000000000\",\"error_codes\":[700212]}",
        "AADSTS700212",
    ),
    (
        "##[error]AADSTS7002138: No matching federated identity record found for presented assertion subject 'repo:Contoso/shop:ref:refs/heads/main'. The subject matches with case-insensitive comparison, but not with case-sensitive comparison.",
        "AADSTS7002138",
    ),
    (
        "2026-02-11T08:12:44.1234567Z ##[error]AADSTS70025: The client '1b6f9e2d-27b4-4d3c-9a61-3f1c2b7d9e01'(deploy) has no configured federated identity credentials.",
        "AADSTS70025",
    ),
    (
        "E0211 08:12:44.893319       1 token.go:62] \"failed\" err=\"reply status code was 401:\\n{\\\"error\\\":\\\"invalid_client\\\",\\\"error_description\\\":\\\"AADSTS700229: Forbidden token type. Only app-only tokens may be used as Federated Identity Credentials for AAD issuer.\\\\r\\\\nTrace ID: 1b2c3d4e-0000-4000-8000-000000000000\\\"}\"",
        "AADSTS700229",
    ),
    (
        "AADSTS700231: Token obtained using a federated identity credential may not be used as a federated identity credential",
        "AADSTS700231",
    ),
    (
        "AADSTS700236: Entra ID tokens issued by issuer ‘https://login.microsoftonline.com/<tenant-id>/v2.0&#8217; may not be used for federated identity credential flows for applications or managed identities registered in this tenant.",
        "AADSTS700236",
    ),
    ("AADSTS700226: Only MSI tokens may be used as Federated Identity Credentials for AAD issuer.", "AADSTS700226"),
    ("AADSTS700222: AAD-issued tokens may not be used for federated identity flows.", "AADSTS700222"),
    (
        "AADSTS7002381: Federated identity credentials issued by 'https://token.actions.githubusercontent.com/' for applications or managed identities registered in this tenant must contain the enterprise claim with value 'contoso' but actual value is ''.",
        "AADSTS7002381",
    ),
    (
        "ERROR: AADSTS700024: Client assertion is not within its valid time range. Current time: 2026-02-11T10:59:55.3046782Z, assertion valid from 2026-02-11T10:04:47.0000000Z, expiry time of assertion 2026-02-11T10:09:47.0000000Z.",
        "AADSTS700024",
    ),
    ("ERROR: AADSTS90061: Request to External OIDC endpoint failed.", "AADSTS90061"),
    (
        "ERROR: AADSTS50166: Request to External OIDC endpoint failed. Trace ID: 1b2c3d4e-0000-4000-8000-000000000000",
        "AADSTS50166",
    ),
    (
        "AADSTS7000272: The certificate with identifier DFA184AB00112233445566778899AABBCCDDEEFF used to sign the federated credential could not be found in the metadata of identity provider https://issuer.contoso.example.",
        "AADSTS7000272",
    ),
    (
        "AADSTS700027: Client assertion contains an invalid signature. [Reason - The key was not found., Thumbprint of key used by client: '0011223344556677889900AABBCCDDEEFF001122']",
        "AADSTS700027",
    ),
    (
        "{'error': 'invalid_client', 'error_description': \"AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '1b6f9e2d-27b4-4d3c-9a61-3f1c2b7d9e01'.\"}",
        "AADSTS7000215",
    ),
    (
        "ClientSecretCredential authentication failed: Original exception: AADSTS7000222: The provided client secret keys for app '1b6f9e2d-27b4-4d3c-9a61-3f1c2b7d9e01' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret",
        "AADSTS7000222",
    ),
    (
        "│ Error: building account: could not acquire access token to parse claims: clientCredentialsToken: received HTTP status 400 with response: {\"error\":\"unauthorized_client\",\"error_description\":\"AADSTS700016: Application with identifier '***' was not found in the directory 'contoso'.\"}",
        "AADSTS700016",
    ),
    (
        "{\"error\":\"invalid_tenant\",\"error_description\":\"AADSTS90002: Tenant 'contosoo' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.\"}",
        "AADSTS90002",
    ),
    (
        "AADSTS900023: Specified tenant identifier 'contoso' is neither a valid DNS name, nor a valid external domain.",
        "AADSTS900023",
    ),
    ("AADSTS900144: The request body must contain the following parameter: 'client_id'.", "AADSTS900144"),
    (
        "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        "AADSTS7000218",
    ),
    (
        "AADSTS7000216: 'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
        "AADSTS7000216",
    ),
    (
        "AADSTS1002012: The provided value for scope https://graph.microsoft.com/User.Read is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
        "AADSTS1002012",
    ),
    (
        "> AADSTS500011: The resource principal named api://contoso-orders was not found in the tenant named Contoso.",
        "AADSTS500011",
    ),
    (
        "AADSTS501051: Application '1b6f9e2d-27b4-4d3c-9a61-3f1c2b7d9e01'(deploy) is not assigned to a role for the application 'api://contoso-orders'(orders).",
        "AADSTS501051",
    ),
    (
        "<psf:text>AADSTS53003: Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.</psf:text>",
        "AADSTS53003",
    ),
    (
        "{\"error\":\"interaction_required\",\"error_description\":\"AADSTS50076: Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '797f4846-ba00-4fd7-ba43-dac1f8f63013'.\\r\\nTrace ID: 1b2c3d4e-0000-4000-8000-000000000000\"}",
        "AADSTS50076",
    ),
    (
        "MsalUiRequiredException: AADSTS50158:\n External security challenge not satisfied. User will be redirected to another page or authentication provider to\nsatisfy additional authentication challenges.",
        "AADSTS50158",
    ),
    (
        "AADSTS700082: The refresh token has expired due to inactivity.&nbsp;The token was issued on 2025-10-28T19:43:52.3866932Z and was inactive for 90.00:00:00.",
        "AADSTS700082",
    ),
    (
        "AADSTS70043: The refresh token has expired or is invalid due to sign-in frequency checks by conditional access. The token was issued on 2026-02-07T12:15:47.8520000Z and the maximum allowed lifetime for this request is 172800.",
        "AADSTS70043",
    ),
    (
        "Message: AADSTS50020: User account 'someone' from identity provider 'live.com' does not exist in tenant 'Contoso' and cannot access the application '499b84ac-1321-427f-aa17-267ca6975798'(Azure DevOps) in that tenant.",
        "AADSTS50020",
    ),
    (
        "ErrorCode=UserErrorFailedToGetAccessTokenByServicePrincipal,'Type=HybridDeliveryException,Message=Failed to get access token by using service principal.",
        "UserErrorFailedToGetAccessTokenByServicePrincipal",
    ),
    ("{\"errorCode\":\"ModelRefreshFailed_CredentialsNotSpecified\"}", "ModelRefreshFailed_CredentialsNotSpecified"),
    (
        "{\"error\":{\"code\":\"DMTS_OAuthTokenRefreshFailedError\",\"pbi.error\":{\"code\":\"DMTS_OAuthTokenRefreshFailedError\",\"details\":[]}}}",
        "DMTS_OAuthTokenRefreshFailedError",
    ),
    (
        "{\"error\": {\"code\": \"PowerBINotAuthorizedException\", \"pbi.error\": {\"code\": \"PowerBINotAuthorizedException\", \"parameters\": {}, \"details\": [], \"exceptionCulprit\": 1}}}",
        "PowerBINotAuthorizedException",
    ),
    ("SqlException: Login failed for user '<token-identified principal>'.", "sql-18456"),
    (
        "##[error]ClientSecretCredential: tenantId, clientId, and clientSecret are required parameters. To troubleshoot, visit https://aka.ms/azsdk/js/identity/serviceprincipalauthentication/troubleshoot.",
        "ado-client-secret-required",
    ),
];

#[test]
fn the_first_three_lines_name_the_code_who_acts_and_the_meaning() {
    assert_eq!(MESSAGES.len(), 40);
    for (message, code) in MESSAGES {
        let output =
            Command::cargo_bin("fedlens").unwrap().args(["explain", "-"]).write_stdin(*message).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<&str> = text.lines().take(3).collect();
        let entry = entry(code).unwrap_or_else(|| panic!("no entry for {code}"));
        let [first, second, third] = lines[..] else { panic!("{code}: {text}") };
        assert!(first.starts_with(code) && first.ends_with(entry.title), "{message}\n{text}");
        assert!(second.contains("act") && second.contains(entry.category), "{code}: {second}");
        let begins: String = entry.meaning.chars().take(30).collect();
        assert!(third.starts_with(&begins), "{code}: {third}");
    }
}
