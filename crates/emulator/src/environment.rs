//! What each client has to be told to find the emulator and to trust it.

use std::path::PathBuf;

use crate::HostFlavour;

/// Where an emulator is reached, and what it is trusted by.
#[derive(Clone, Debug)]
pub struct Place {
    /// `https://localhost:8443`
    pub origin: String,
    /// The authority's certificate alone.
    pub authority: PathBuf,
    /// The authority's certificate together with the system's, so that real hosts still verify.
    pub bundle: PathBuf,
    /// The first tenant of the directory.
    pub tenant_id: String,
    /// The first subscription of the directory.
    pub subscription_id: String,
    /// A configuration folder of the Azure CLI that knows the emulator as its cloud.
    pub azure_config: Option<PathBuf>,
    /// The variables of the OIDC token endpoints of GitHub Actions and Azure Pipelines.
    pub oidc: Vec<(String, String)>,
    /// The variables of the host whose managed identity is offered.
    pub host: Vec<(String, String)>,
}

/// A family of clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// The Azure CLI.
    AzureCli,
    /// MSAL and azure-identity for Python.
    Python,
    /// MSAL and @azure/identity for Node.
    Node,
    /// MSAL4J and azure-identity for Java.
    Java,
    /// azidentity for Go.
    Go,
    /// MSAL.NET and Azure.Identity.
    DotNet,
    /// azure_identity for Rust.
    Rust,
    /// Terraform's azurerm and azuread providers.
    Terraform,
}

/// Hosts that no proxy is to be asked for.
const LOCAL_HOSTS: &str = "localhost,127.0.0.1,::1";

/// The cloud's name in the Azure CLI's configuration.
const CLOUD: &str = "FedlensEmulator";

/// Where workloads on Kubernetes are told their assertion is.
const WORKLOAD_IDENTITY: [&str; 2] = ["AZURE_FEDERATED_TOKEN_FILE", "AZURE_KUBERNETES_TOKEN_PROXY"];

/// The variables by which a client would find another assertion or another host's managed identity, and which have to
/// be unset beside those that are given.
pub fn conflicting(given: &[(String, String)]) -> Vec<&'static str> {
    let all = WORKLOAD_IDENTITY.into_iter().chain(HostFlavour::VARIABLES);
    all.filter(|name| given.iter().all(|(known, _)| known != name)).collect()
}

impl Client {
    /// Every family.
    pub const ALL: [Self; 8] =
        [Self::AzureCli, Self::Python, Self::Node, Self::Java, Self::Go, Self::DotNet, Self::Rust, Self::Terraform];

    /// The environment variables, names and values.
    pub fn variables(self, place: &Place) -> Vec<(String, String)> {
        let bundle = place.bundle.display().to_string();
        let authority_host = format!("{}/", place.origin);
        let mut list = vec![("NO_PROXY", LOCAL_HOSTS.to_owned())];
        let sdk = [("AZURE_AUTHORITY_HOST", authority_host), ("AZURE_TENANT_ID", place.tenant_id.clone())];
        match self {
            Self::AzureCli => {
                list.extend([
                    ("REQUESTS_CA_BUNDLE", bundle),
                    ("AZURE_CORE_INSTANCE_DISCOVERY", "false".to_owned()),
                    ("AZURE_CORE_COLLECT_TELEMETRY", "no".to_owned()),
                ]);
                list.extend(
                    place.azure_config.as_ref().map(|folder| ("AZURE_CONFIG_DIR", folder.display().to_string())),
                );
            }
            Self::Python => {
                list.extend(
                    ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"].map(|name| (name, bundle.clone())),
                );
                list.extend(sdk);
            }
            Self::Node => {
                list.push(("NODE_EXTRA_CA_CERTS", place.authority.display().to_string()));
                list.extend(sdk);
            }
            Self::Java => list.extend(sdk),
            Self::Go | Self::DotNet | Self::Rust => {
                list.push(("SSL_CERT_FILE", bundle));
                list.extend(sdk);
            }
            Self::Terraform => list.extend([
                ("SSL_CERT_FILE", bundle),
                ("ARM_METADATA_HOSTNAME", place.origin.trim_start_matches("https://").to_owned()),
                ("ARM_TENANT_ID", place.tenant_id.clone()),
                ("ARM_SUBSCRIPTION_ID", place.subscription_id.clone()),
                ("ARM_USE_OIDC", "true".to_owned()),
                ("ARM_RESOURCE_PROVIDER_REGISTRATIONS", "none".to_owned()),
            ]),
        }
        let mut list: Vec<_> = list.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        list.extend(place.oidc.iter().chain(&place.host).cloned());
        list
    }

    /// What variables cannot do, and what goes wrong most often. Shapes such as `{origin}` are filled in.
    pub fn notes(self, place: &Place) -> Vec<String> {
        let notes: &[&str] = match self {
            Self::AzureCli => &[
                "Once: az cloud register -n FedlensEmulator --endpoint-resource-manager {origin} && az cloud set -n \
                 FedlensEmulator. AZURE_CONFIG_DIR keeps that away from your own sign-ins.",
                "AZURE_CLI_DISABLE_CONNECTION_VERIFICATION does not help: sign-in verifies certificates all the same.",
                "az keeps the federated token itself and sends it again when it has expired (AADSTS700024): sign in \
                 again in long jobs.",
            ],
            Self::Python => &[
                "ClientAssertionCredential and WorkloadIdentityCredential need nothing else. ClientSecretCredential \
                 and CertificateCredential need disable_instance_discovery=True, msal needs instance_discovery=False.",
                "REQUESTS_CA_BUNDLE replaces Python's own certificates; the bundle holds the system's as well.",
                "Where AZURE_FEDERATED_TOKEN_FILE is set, ManagedIdentityCredential uses workload identity: unset it.",
            ],
            Self::Node => &[
                "NODE_EXTRA_CA_CERTS is read when Node starts; setting it in the program does nothing.",
                "@azure/identity needs disableInstanceDiscovery: true, msal-node needs knownAuthorities: \
                 [\"{host}\"]; no variable does either.",
                "endpoints_resolution_error stands for every failure of discovery, an untrusted certificate too.",
            ],
            Self::Java => &[
                "Java trusts by its own store: keytool -importcert -noprompt -alias fedlens -file {authority} -keystore \
                 truststore.p12 -storepass changeit, then JAVA_TOOL_OPTIONS=-Djavax.net.ssl.trustStore=truststore.p12.",
                "Credentials need .disableInstanceDiscovery() in code.",
            ],
            Self::Go => &[
                "Credentials need DisableInstanceDiscovery: true in their options.",
                "azidentity asks 169.254.169.254 for managed identity and nothing changes that: add --host \
                 app-service.",
            ],
            Self::DotNet => &[
                "SSL_CERT_FILE works on Linux; on Windows and macOS put {authority} into the trust store.",
                "MSAL.NET needs .WithInstanceDiscovery(false), Azure.Identity DisableInstanceDiscovery = true.",
            ],
            Self::Rust => &[
                "An untrusted certificate is tried again for half a minute before it fails, and looks like a hang.",
                "Managed identity on a virtual machine cannot be pointed elsewhere: add --host app-service.",
            ],
            Self::Terraform => &[
                "ARM_METADATA_HOSTNAME takes a host and a port, no scheme.",
                "The azuread provider asks Graph at the address that the metadata names.",
            ],
        };
        let host = place.origin.trim_start_matches("https://");
        let authority = place.authority.display().to_string();
        let filled = notes.iter().map(|note| {
            note.replace("{origin}", &place.origin).replace("{host}", host).replace("{authority}", &authority)
        });
        filled.collect()
    }
}

/// The variables of every client together, for a command that may run any of them.
pub fn variables(place: &Place) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for (name, value) in Client::ALL.into_iter().flat_map(|client| client.variables(place)) {
        if !all.iter().any(|(known, _)| *known == name) {
            all.push((name, value));
        }
    }
    all
}

/// The files of an Azure CLI configuration folder that has the emulator as its cloud: names and contents.
pub fn azure_cli_files(origin: &str) -> [(&'static str, String); 2] {
    let config = format!(
        "[cloud]\nname = {CLOUD}\n\n[core]\ninstance_discovery = false\ncollect_telemetry = no\n\n[logging]\nenable_log_file = no\n"
    );
    let clouds = format!(
        "[{CLOUD}]\nprofile = latest\nendpoint_resource_manager = {origin}\nendpoint_management = {origin}\n\
         endpoint_active_directory = {origin}\nendpoint_active_directory_resource_id = https://management.core.windows.net/\n\
         endpoint_active_directory_graph_resource_id = {origin}/\nendpoint_microsoft_graph_resource_id = {origin}/\n\
         endpoint_gallery = {origin}\n"
    );
    [("config", config), ("clouds.config", clouds)]
}
