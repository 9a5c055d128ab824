//! Applications, managed identities and their federated identity credentials.

use std::collections::HashMap;

use fedlens_issuers::{PlatformId, recognise};

use super::Draft;
use crate::source::{Agreement, Place, Text};

/// An application or a managed identity.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Where it is defined; for one that only its credentials mention, where the first of them names it.
    pub place: Place,
    /// What to call it: `azuread_application.deploy`, `id-deploy`.
    pub name: String,
    /// What it is.
    pub kind: IdentityKind,
    /// Whatever else a definition may call it by: a resource id, an object id, an expression for one of them.
    pub references: Vec<Text>,
    /// The client id.
    pub client_id: Option<Text>,
    /// The object id of its service principal.
    pub principal_id: Option<Text>,
    /// Its home tenant.
    pub tenant: Option<Text>,
    /// Who may sign in to it: `AzureADMyOrg`, `AzureADMultipleOrgs`, …
    pub sign_in_audience: Option<Text>,
    /// Whether its credentials are a complete list, as an export is.
    pub complete: bool,
}

/// What an identity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityKind {
    /// An app registration.
    Application,
    /// A user-assigned managed identity.
    UserAssigned,
    /// A managed identity that is a part of a resource.
    SystemAssigned,
    /// One that only a credential mentions.
    Unknown,
}

/// A federated identity credential.
#[derive(Clone, Debug)]
pub struct Credential {
    /// The definition as a whole, or its first line.
    pub place: Place,
    /// What names the identity that it belongs to.
    pub owner: Text,
    /// That identity, by its position in the model.
    pub identity: usize,
    /// What it is defined by.
    pub origin: Origin,
    /// What to call it: its name, or the address of its definition.
    pub label: String,
    /// Its name.
    pub name: Option<Text>,
    /// Equal to the assertion's `iss`.
    pub issuer: Text,
    /// Equal to the assertion's `sub`; none in a flexible one.
    pub subject: Option<Text>,
    /// Equal to the assertion's `aud`; what is left out is the public cloud's.
    pub audiences: Vec<Text>,
    /// The expression of a flexible one.
    pub expression: Option<Text>,
    /// Free text.
    pub description: Option<Text>,
    /// It stands for an unknown number of credentials of this pattern.
    pub repeated: bool,
    /// Nothing orders its write after those of the same identity's other credentials.
    pub unordered: bool,
}

/// What a definition is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A Terraform configuration.
    Terraform,
    /// A plan of Terraform.
    TerraformPlan,
    /// A Bicep file.
    Bicep,
    /// An ARM template.
    Arm,
    /// What Graph or `az` print.
    Export,
    /// A command that creates it.
    Command,
}

impl Credential {
    /// The platform whose tokens it trusts.
    pub fn platform(&self) -> Option<PlatformId> {
        self.issuer.known().and_then(recognise).map(|found| found.platform.id)
    }

    /// The place to show for its subject, or for its expression.
    pub fn subject_place(&self) -> Place {
        self.subject.as_ref().or(self.expression.as_ref()).map_or(self.place, |text| text.place)
    }
}

/// Gives every credential the identity that its owner names, and makes one where none is defined.
pub(super) fn resolve(mut draft: Draft) -> Draft {
    let mut by_name = HashMap::new();
    // One that is defined comes before one of which only the credentials are known.
    let is_known = |(_, identity): &(usize, &Identity)| identity.kind != IdentityKind::Unknown;
    let (known, others): (Vec<_>, Vec<_>) = draft.identities.iter().enumerate().partition(is_known);
    for (at, identity) in known.into_iter().chain(others) {
        for name in identity.names().filter_map(key) {
            by_name.entry(name).or_insert(at);
        }
    }
    for credential in &mut draft.credentials {
        let owner = key(&credential.owner);
        let found = owner.as_ref().and_then(|owner| by_name.get(owner).copied());
        credential.identity = found.unwrap_or_else(|| {
            let at = draft.identities.len();
            draft.identities.push(mentioned(&credential.owner, credential.place));
            by_name.extend(owner.map(|owner| (owner, at)));
            at
        });
    }
    draft
}

/// What two names have in common exactly when they are [the same](same).
fn key(name: &Text) -> Option<String> {
    match name.known() {
        Some("") => None,
        Some(known) => Some(known.to_ascii_lowercase()),
        None => Some(format!("unknown {name}")),
    }
}

impl Identity {
    /// Whether a text names it.
    pub fn is_called(&self, text: &Text) -> bool {
        self.names().any(|name| same(name, text))
    }

    /// Everything that names it.
    fn names(&self) -> impl Iterator<Item = &Text> {
        let own = [self.client_id.as_ref(), self.principal_id.as_ref()];
        self.references.iter().chain(own.into_iter().flatten())
    }
}

/// Ids and resource ids are compared in any letter case.
fn same(a: &Text, b: &Text) -> bool {
    match (a.known(), b.known()) {
        (Some(a), Some(b)) => !a.is_empty() && a.eq_ignore_ascii_case(b),
        _ => a.agrees(b) == Agreement::Equal,
    }
}

fn mentioned(owner: &Text, place: Place) -> Identity {
    Identity {
        place,
        name: owner.to_string(),
        kind: IdentityKind::Unknown,
        references: vec![owner.clone()],
        client_id: None,
        principal_id: None,
        tenant: None,
        sign_in_audience: None,
        complete: false,
    }
}
