//! Applications, managed identities and the service principals that are another name for them.

use super::{Defined, Definitions};
use crate::model::{Identity, IdentityKind};
use crate::source::Text;

/// A service principal, and who it is one of.
#[derive(Debug)]
pub(super) struct Principal {
    of: Option<Text>,
    identity: Identity,
}

impl Definitions {
    fn identity(&mut self, identity: Identity) {
        let at = self.identities.len();
        let own = [identity.client_id.as_ref(), identity.principal_id.as_ref()];
        for name in identity.references.iter().chain(own.into_iter().flatten()) {
            self.by_name.entry(key(name)).or_insert(at);
        }
        self.identities.push(identity);
    }
}

/// Ids are compared in any letter case.
fn key(text: &Text) -> String {
    text.to_string().to_ascii_lowercase()
}

/// Gives each service principal's names to the identity that it is one of.
pub(super) fn join_principals(out: &mut Definitions) {
    for Principal { of, identity } in std::mem::take(&mut out.principals) {
        let Some(at) = of.and_then(|of| out.by_name.get(&key(&of)).copied()) else {
            out.identity(identity);
            continue;
        };
        let own = [identity.client_id, identity.principal_id.clone()];
        let names: Vec<Text> = identity.references.into_iter().chain(own.into_iter().flatten()).collect();
        for name in &names {
            out.by_name.entry(key(name)).or_insert(at);
        }
        if let Some(known) = out.identities.get_mut(at) {
            known.principal_id = known.principal_id.take().or(identity.principal_id);
            known.references.extend(names);
        }
    }
}

impl Defined<'_, '_> {
    fn new_identity(&self, kind: IdentityKind, references: &[&str]) -> Identity {
        Identity {
            place: self.place(),
            name: self.label.clone(),
            kind,
            references: references.iter().map(|attribute| self.reference(attribute)).collect(),
            client_id: None,
            principal_id: None,
            tenant: None,
            sign_in_audience: None,
            complete: false,
        }
    }

    pub(super) fn application(&self, out: &mut Definitions) {
        let mut references = self.new_identity(IdentityKind::Application, &["id", "object_id", "application_id"]);
        if self.resource.is_data {
            references.references.extend(["object_id", "application_id"].iter().filter_map(|name| self.text(name)));
        }
        let written = self.text("client_id").filter(|_| self.resource.is_data);
        let sign_in_audience = self.text("sign_in_audience").or_else(|| {
            // What the provider sets where nothing is written.
            (!self.resource.is_data).then(|| Text::literal("AzureADMyOrg", self.place()))
        });
        out.identity(Identity {
            client_id: Some(written.unwrap_or_else(|| self.reference("client_id"))),
            tenant: self.provider_setting("azuread", "tenant_id"),
            sign_in_audience,
            ..references
        });
    }

    pub(super) fn service_principal(&self, out: &mut Definitions) {
        let of = self.first(&["client_id", "application_id"]);
        let kind = if self.resource.is_data { IdentityKind::Unknown } else { IdentityKind::Application };
        let mut identity = self.new_identity(kind, &["id", "client_id", "application_id"]);
        identity.client_id.clone_from(&of);
        identity.principal_id = self.text("object_id").or_else(|| Some(self.reference("object_id")));
        identity.tenant = self.provider_setting("azuread", "tenant_id");
        out.principals.push(Principal { of, identity });
    }

    pub(super) fn user_assigned(&self, out: &mut Definitions) {
        let (client_id, principal_id, other) = if self.resource.kind == "azurerm_user_assigned_identity" {
            ("client_id", "principal_id", &["id"][..])
        } else {
            let other = &["id", "output.clientId", "output.principalId"][..];
            ("output.properties.clientId", "output.properties.principalId", other)
        };
        let mut identity = self.new_identity(IdentityKind::UserAssigned, other);
        identity.client_id = Some(self.reference(client_id));
        identity.principal_id = Some(self.reference(principal_id));
        if self.resource.kind != "azurerm_user_assigned_identity" {
            // Before version 2 of the provider the output is JSON.
            let decoded = |id: &str| {
                let symbol = format!("jsondecode({}.output).properties.{id}", self.symbol);
                Text::unknown(symbol, crate::source::Why::AfterDeployment, self.place())
            };
            identity.references.extend(["clientId", "principalId"].map(decoded));
        }
        identity.tenant = self.provider_setting("azurerm", "tenant_id");
        if let (Some(group), Some(name)) = (self.text("resource_group_name"), self.text("name"))
            && let (Some(group), Some(name)) = (group.known(), name.known())
        {
            out.by_name.entry(resource_id(group, name)).or_insert(out.identities.len());
        }
        out.identity(identity);
    }

    pub(super) fn system_assigned(&self, out: &mut Definitions) {
        let names = ["identity[0].principal_id", "identity[*].principal_id[0]"];
        let mut identity = self.new_identity(IdentityKind::SystemAssigned, &names);
        identity.principal_id = Some(self.reference("identity[0].principal_id"));
        let alone = format!("one({}.identity).principal_id", self.symbol);
        identity.references.push(Text::unknown(alone, crate::source::Why::AfterDeployment, self.place()));
        identity.tenant = self.provider_setting("azurerm", "tenant_id");
        out.identity(identity);
    }
}

/// What an identity's resource id ends in.
fn resource_id(group: &str, name: &str) -> String {
    format!("/resourcegroups/{group}/providers/microsoft.managedidentity/userassignedidentities/{name}")
        .to_ascii_lowercase()
}

/// Names the owner of every credential as its identity does.
pub(super) fn name_owners(out: &mut Definitions) {
    let owners: Vec<Text> = out.credentials.iter().map(|credential| owner(&credential.owner, out)).collect();
    for (credential, owner) in out.credentials.iter_mut().zip(owners) {
        credential.owner = owner;
    }
}

/// The name of an identity as the owner of a credential: without the path before an object id, and, for a resource
/// id whose group and name are those of an identity of this root module, that identity's own.
fn owner(text: &Text, out: &Definitions) -> Text {
    let bare = without_path(text);
    let shown = key(&bare);
    let Some(group) = shown.find("/resourcegroups/").and_then(|at| shown.get(at..)) else { return bare };
    let found = out.by_name.get(group).and_then(|at| out.identities.get(*at));
    found.and_then(|identity| identity.references.first()).map_or(bare, |own| own.clone().at(text.place))
}

fn without_path(text: &Text) -> Text {
    use crate::source::Piece;
    let mut pieces = text.pieces();
    if let Some(Piece::Literal(first)) = pieces.first_mut() {
        let rest = ["/applications/", "/servicePrincipals/"].iter().find_map(|path| first.strip_prefix(path));
        if let Some(rest) = rest {
            *first = rest.to_owned();
        }
    }
    Text::of(pieces, text.place)
}
