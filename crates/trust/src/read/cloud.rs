//! The clouds, in the spellings that people and tools use.

use fedlens_issuers::Cloud;

use super::ReadError;
use super::fields::{Fields, plain};

/// The cloud of a field; public where it is absent.
pub(super) fn cloud(fields: &Fields<'_>, name: &str) -> Result<Cloud, ReadError> {
    fields.word(name, "public, us-gov or china", by_name).map(Option::unwrap_or_default)
}

fn by_name(name: &str) -> Option<Cloud> {
    match plain(name).as_str() {
        "public" | "azurepublic" | "azurecloud" | "azurepubliccloud" | "commercial" | "global" | "worldwide" => {
            Some(Cloud::Public)
        }
        "usgov"
        | "usgovernment"
        | "azureusgovernment"
        | "azureusgovernmentcloud"
        | "gov"
        | "government"
        | "gcchigh"
        | "usdod" => Some(Cloud::UsGov),
        "china" | "azurechina" | "azurechinacloud" | "21v" | "21vianet" | "china21v" | "china21vianet" | "mooncake" => {
            Some(Cloud::China)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_spelling_is_one_of_three_clouds() {
        for (name, expected) in [
            ("Public", Cloud::Public),
            ("AzureCloud", Cloud::Public),
            ("usGov", Cloud::UsGov),
            ("us-gov", Cloud::UsGov),
            ("US_Government", Cloud::UsGov),
            ("China", Cloud::China),
            ("21Vianet", Cloud::China),
        ] {
            let value = json!({"cloud": name});
            assert_eq!(cloud(&Fields::of(&value, "").unwrap(), "cloud"), Ok(expected), "{name}");
        }
        let value = json!({"cloud": "moon"});
        let error = cloud(&Fields::of(&value, "").unwrap(), "cloud").unwrap_err();
        assert_eq!(error.to_string(), "cloud must be public, us-gov or china, but is 'moon'");
    }
}
