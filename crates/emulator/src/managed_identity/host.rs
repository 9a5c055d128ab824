//! How a client is made to believe that it runs on one of the hosts.

use super::grant::{Unnamed, Wanted};
use super::{APP_SERVICE, ARC, AZURE_ML, CLOUD_SHELL, SERVICE_FABRIC, host_secret};
use crate::Emulator;

/// A host that offers managed identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostFlavour {
    /// A virtual machine with the Instance Metadata Service.
    Imds,
    /// App Service, Functions, Container Apps or Automation.
    AppService,
    /// Azure Machine Learning.
    AzureMl,
    /// A machine with the agent of Azure Arc.
    Arc,
    /// A Service Fabric cluster.
    ServiceFabric,
    /// Cloud Shell.
    CloudShell,
}

impl HostFlavour {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Imds, Self::AppService, Self::AzureMl, Self::Arc, Self::ServiceFabric, Self::CloudShell];

    /// Every variable by which clients tell the hosts apart. Those that a flavour does not set have to be unset, as
    /// have `AZURE_FEDERATED_TOKEN_FILE` and its kin, which some clients prefer to the Instance Metadata Service.
    pub const VARIABLES: [&str; 8] = [
        "AZURE_POD_IDENTITY_AUTHORITY_HOST",
        "IDENTITY_ENDPOINT",
        "IDENTITY_HEADER",
        "IDENTITY_SERVER_THUMBPRINT",
        "IMDS_ENDPOINT",
        "MSI_ENDPOINT",
        "MSI_SECRET",
        "DEFAULT_IDENTITY_CLIENT_ID",
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Imds => "imds",
            Self::AppService => "app-service",
            Self::AzureMl => "azure-ml",
            Self::Arc => "arc",
            Self::ServiceFabric => "service-fabric",
            Self::CloudShell => "cloud-shell",
        }
    }

    /// The variables that point a client at this host as the emulator plays it. Some values are secret.
    pub fn variables(self, emulator: &Emulator) -> Vec<(&'static str, String)> {
        let (plain, secure) = (emulator.addresses.identity_origin.clone(), &emulator.addresses.origin);
        let secret = || host_secret(emulator);
        match self {
            Self::Imds => vec![("AZURE_POD_IDENTITY_AUTHORITY_HOST", plain)],
            Self::AppService => vec![
                ("IDENTITY_ENDPOINT", format!("{plain}{APP_SERVICE}")),
                ("IDENTITY_HEADER", secret()),
                ("MSI_ENDPOINT", format!("{plain}{APP_SERVICE}")),
                ("MSI_SECRET", secret()),
            ],
            Self::AzureMl => {
                let wanted = Wanted::named(None, &[], Unnamed::Only);
                let registry = emulator.registry();
                let default = wanted.find(&registry).ok().map(|identity| identity.client_id.clone());
                let mut variables = vec![("MSI_ENDPOINT", format!("{plain}{AZURE_ML}")), ("MSI_SECRET", secret())];
                variables.extend(default.map(|client_id| ("DEFAULT_IDENTITY_CLIENT_ID", client_id)));
                variables
            }
            Self::Arc => vec![("IDENTITY_ENDPOINT", format!("{plain}{ARC}")), ("IMDS_ENDPOINT", plain)],
            Self::ServiceFabric => vec![
                ("IDENTITY_ENDPOINT", format!("{secure}{SERVICE_FABRIC}")),
                ("IDENTITY_HEADER", secret()),
                ("IDENTITY_SERVER_THUMBPRINT", emulator.addresses.thumbprint.clone()),
            ],
            Self::CloudShell => vec![("MSI_ENDPOINT", format!("{plain}{CLOUD_SHELL}"))],
        }
    }
}
