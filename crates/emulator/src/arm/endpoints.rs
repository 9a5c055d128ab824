//! `/metadata/endpoints`: where a cloud's services are. The emulator is all of them.

use fedlens_issuers::Cloud;
use serde_json::{Value, json};

/// What names and suffixes a cloud has.
struct Names {
    cloud: &'static str,
    registry: &'static str,
    vault: &'static str,
    sql: &'static str,
    storage: &'static str,
}

fn names(cloud: Cloud) -> Names {
    match cloud {
        Cloud::Public => Names {
            cloud: "AzureCloud",
            registry: "azurecr.io",
            vault: "vault.azure.net",
            sql: "database.windows.net",
            storage: "core.windows.net",
        },
        Cloud::UsGov => Names {
            cloud: "AzureUSGovernment",
            registry: "azurecr.us",
            vault: "vault.usgovcloudapi.net",
            sql: "database.usgovcloudapi.net",
            storage: "core.usgovcloudapi.net",
        },
        Cloud::China => Names {
            cloud: "AzureChinaCloud",
            registry: "azurecr.cn",
            vault: "vault.azure.cn",
            sql: "database.chinacloudapi.cn",
            storage: "core.chinacloudapi.cn",
        },
    }
}

/// The document of a version: a list of clouds in 2019 and 2020, one cloud since, and before them a few fields.
///
/// `tenant` and `identityProvider` are what tells this cloud from an Azure Stack.
pub(super) fn document(origin: &str, cloud: Cloud, version: &str) -> Value {
    let names = names(cloud);
    let authentication = json!({
        "loginEndpoint": origin,
        "audiences": [origin, format!("{origin}/")],
        "tenant": "common",
        "identityProvider": "AAD",
    });
    if version < "2018" {
        return json!({
            "galleryEndpoint": origin,
            "graphEndpoint": origin,
            "portalEndpoint": origin,
            "authentication": authentication,
        });
    }
    let document = json!({
        "portal": origin,
        "authentication": authentication,
        "media": origin,
        "graphAudience": origin,
        "graph": origin,
        "name": names.cloud,
        "suffixes": {
            "acrLoginServer": names.registry,
            "keyVaultDns": names.vault,
            "sqlServerHostname": names.sql,
            "storage": names.storage,
        },
        "batch": origin,
        "resourceManager": origin,
        "activeDirectoryDataLake": origin,
        "sqlManagement": origin,
        "microsoftGraphResourceId": origin,
        "gallery": origin,
    });
    if version < "2022" { json!([document]) } else { document }
}
