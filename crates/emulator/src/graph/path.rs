//! The parts of a Graph address: `/applications(appId='…')/federatedIdentityCredentials/name`.

use percent_encoding::percent_decode_str;

use super::Problem;

/// The names that addresses are made of, as Graph writes them; letter case does not count.
const NAMES: [&str; 28] = [
    "$count",
    "$ref",
    "addPassword",
    "appRoleAssignedTo",
    "appRoleAssignments",
    "applications",
    "claimsMappingPolicies",
    "delegatedPermissionClassifications",
    "directoryObjects",
    "domains",
    "federatedIdentityCredentials",
    "getByIds",
    "homeRealmDiscoveryPolicies",
    "me",
    "memberOf",
    "oauth2PermissionGrants",
    "organization",
    "ownedObjects",
    "owners",
    "removePassword",
    "servicePrincipals",
    "synchronization",
    "tokenIssuancePolicies",
    "tokenLifetimePolicies",
    "transitiveMemberOf",
    "users",
    "createdObjects",
    "endpoints",
];

/// One part of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// A name, or an id between slashes or in parentheses.
    Plain(&'a str),
    /// Another key: `(appId='…')`.
    Keyed(&'a str, &'a str),
}

/// An address in its parts.
pub(super) struct Address(Vec<(Option<String>, String)>);

impl Address {
    /// Reads what follows the version.
    pub(super) fn read(path: &str) -> Result<Self, Problem> {
        let mut parts = Vec::new();
        for segment in path.split('/').filter(|segment| !segment.is_empty()) {
            let segment = percent_decode_str(segment)
                .decode_utf8()
                .map_err(|_| Problem::new(400, "BadRequest", "The request URI is not valid UTF-8."))?;
            match segment.strip_suffix(')').and_then(|rest| rest.split_once('(')) {
                Some((name, key)) => {
                    parts.push((None, known(name)));
                    parts.push(parenthesised(key).ok_or_else(|| Problem::segment(&segment))?);
                }
                None => parts.push((None, known(&segment))),
            }
        }
        Ok(Self(parts))
    }

    /// The parts, to match on.
    pub(super) fn parts(&self) -> Vec<Part<'_>> {
        self.0
            .iter()
            .map(|(property, value)| match property {
                Some(property) => Part::Keyed(property, value),
                None => Part::Plain(value),
            })
            .collect()
    }
}

fn known(name: &str) -> String {
    let canonical = NAMES.iter().find(|known| known.eq_ignore_ascii_case(name));
    canonical.map_or_else(|| name.to_owned(), |known| (*known).to_owned())
}

/// `'id'`, `appId='id'`
fn parenthesised(key: &str) -> Option<(Option<String>, String)> {
    let (property, value) = match key.split_once('=') {
        Some((property, value)) if !property.contains('\'') => (Some(property.trim().to_owned()), value),
        _ => (None, key),
    };
    let value = value.trim();
    let value = value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap_or(value);
    (!value.is_empty()).then(|| (property, value.replace("''", "'")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(path: &str) -> Vec<String> {
        let address = Address::read(path).unwrap();
        let show = |part: &Part<'_>| match part {
            Part::Plain(text) => (*text).to_owned(),
            Part::Keyed(property, value) => format!("{property}:{value}"),
        };
        address.parts().iter().map(show).collect()
    }

    #[test]
    fn keys_stand_between_slashes_or_in_parentheses() {
        for (path, expected) in [
            ("/applications", vec!["applications"]),
            ("/Applications/", vec!["applications"]),
            ("/applications/1/owners", vec!["applications", "1", "owners"]),
            ("/applications('1')", vec!["applications", "1"]),
            ("/applications(appId='1')/addpassword", vec!["applications", "appId:1", "addPassword"]),
            (
                "/applications/1/federatedIdentityCredentials(name='it''s%20%C3%A9')",
                vec!["applications", "1", "federatedIdentityCredentials", "name:it's é"],
            ),
            ("/users/a+b%40contoso.example", vec!["users", "a+b@contoso.example"]),
        ] {
            assert_eq!(parts(path), expected, "{path}");
        }
    }

    #[test]
    fn broken_keys_are_refused() {
        for path in ["/applications()", "/applications(appId=)", "/applications(appId='')", "/applications/%ff"] {
            assert!(Address::read(path).is_err(), "{path}");
        }
    }
}
