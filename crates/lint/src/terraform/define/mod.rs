//! From what a root module declares to identities, credentials and settings.

mod credential;
mod identity;
mod order;
mod settings;

use std::collections::HashMap;
use std::rc::Rc;

use super::eval::{Scope, unknown};
use super::module::{Declared, Module, Modules, Written, place};
use super::repeat::Repeat;
use super::resource::{AzureType, Resource, is_relevant};
use super::values::Values;
use super::world::{Instance, World};
use crate::model::{Credential, Draft, Identity, Settings};
use crate::source::{Node, Place, Sources, Text, Value, Why};

/// How many instances of modules one root module may have.
const MAX_MODULES: usize = 10_000;

/// What one root module defines.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    pub(super) identities: Vec<Identity>,
    pub(super) credentials: Vec<Credential>,
    settings: Settings,
    /// Identities by what they are called.
    by_name: HashMap<String, usize>,
    principals: Vec<identity::Principal>,
    writes: Vec<order::Write>,
}

impl Definitions {
    pub(super) fn add_to(self, draft: &mut Draft) {
        draft.identities.extend(self.identities);
        draft.credentials.extend(self.credentials);
        draft.settings.extend(self.settings);
    }
}

/// One instance of a resource.
struct Defined<'s, 'a> {
    world: &'s World<'a>,
    instance: &'s Rc<Instance<'a>>,
    resource: &'a Resource<'a>,
    repeat: &'s Repeat,
    /// Its address, with that of its module.
    label: String,
    /// The same, told apart from those of other root modules.
    symbol: String,
}

/// Works out a root module with all modules below it.
pub(super) fn root<'a>(
    sources: &'a Sources,
    modules: &'a Modules<'a>,
    root: &'a Module<'a>,
    values: Values<'a>,
    named: bool,
) -> Definitions {
    let world = World::new(sources, modules, root, values, named);
    let mut out = Definitions::default();
    let mut open = vec![Instance::root(root)];
    let mut done = 0;
    while let Some(instance) = open.pop().filter(|_| done < MAX_MODULES) {
        done += 1;
        for (address, resource) in &instance.module.resources {
            if is_relevant(resource) {
                resource_in(&world, &instance, address, resource, &mut out);
            }
        }
        let children = children(&world, &instance);
        open.extend(children.into_iter().rev());
    }
    identity::join_principals(&mut out);
    identity::name_owners(&mut out);
    order::mark(&mut out);
    out
}

fn resource_in<'a>(
    world: &World<'a>,
    instance: &Rc<Instance<'a>>,
    address: &str,
    resource: &'a Resource<'a>,
    out: &mut Definitions,
) {
    let Ok(repetition) = instance.repetition(world, resource.declared, address, 0) else { return };
    for repeat in &repetition.repeats {
        let suffix = repeat.suffix(world);
        let label = format!("{}{address}{suffix}", instance.path);
        let symbol = world.symbol(instance, &format!("{address}{suffix}"));
        let defined = Defined { world, instance, resource, repeat, label, symbol };
        defined.define(address, out);
    }
}

fn children<'a>(world: &World<'a>, instance: &Rc<Instance<'a>>) -> Vec<Rc<Instance<'a>>> {
    let mut children = Vec::new();
    for (name, call) in &instance.module.calls {
        if call.target.as_deref().is_none_or(|folder| !world.modules.is_relevant(folder)) {
            continue;
        }
        let address = format!("module.{name}");
        if let Ok(repetition) = instance.repetition(world, call.declared, &address, 0) {
            children.extend(repetition.repeats.iter().filter_map(|repeat| world.child(instance, name, call, repeat)));
        }
    }
    children
}

impl<'a> Defined<'_, 'a> {
    fn define(&self, address: &str, out: &mut Definitions) {
        match (self.resource.kind, self.resource.azure_type()) {
            ("azuread_application" | "azuread_application_registration", _) => self.application(out),
            ("azuread_service_principal", _) => self.service_principal(out),
            ("azurerm_user_assigned_identity", _) | (_, Some(AzureType::Identity)) => self.user_assigned(out),
            (
                "azuread_application_federated_identity_credential"
                | "azuread_application_flexible_federated_identity_credential",
                _,
            ) => self.application_credential(out),
            ("azurerm_federated_identity_credential", _) => self.identity_credential(address, out),
            (_, Some(AzureType::Credential)) => self.azapi_credential(address, out),
            (kind, _) if kind.starts_with("github_") || kind.starts_with("gitlab_") => self.platform_setting(out),
            ("azuredevops_serviceendpoint_azurerm", _) => self.service_connection(out),
            ("kubernetes_service_account" | "kubernetes_service_account_v1", _) => self.service_account(out),
            _ => self.system_assigned(out),
        }
    }

    fn place(&self) -> Place {
        self.resource.place()
    }

    /// Whether it stands for an unknown number of instances.
    fn is_open(&self) -> bool {
        self.instance.open || self.repeat.open
    }

    /// What only the deployment tells of it.
    fn reference(&self, attribute: &str) -> Text {
        Text::unknown(format!("{}.{attribute}", self.symbol), Why::AfterDeployment, self.place())
    }

    /// What an expression of the resource is worked out to; none for nothing.
    fn worked_out(&self, written: Written<'a>, name: &str) -> Option<Node> {
        let frame = self.repeat.frame();
        let scope = Scope::new(self.world, self.instance, frame.as_ref(), 0);
        let at = place(written.file, written.expression);
        let value =
            scope.eval(written).unwrap_or_else(|_| unknown(format!("{}.{name}", self.symbol), Why::Expression, at));
        (!value.is_null()).then_some(value)
    }

    /// An attribute as a text, at the place where the resource says it.
    fn text(&self, name: &str) -> Option<Text> {
        self.text_of(self.resource.get(name)?, name)
    }

    fn text_of(&self, written: Written<'a>, name: &str) -> Option<Text> {
        let at = place(written.file, written.expression);
        let value = self.worked_out(written, name)?;
        Some(match value.value {
            Value::Scalar { text, .. } => text.at(at),
            _ => Text::unknown(format!("{}.{name}", self.symbol), Why::Expression, at),
        })
    }

    /// The first of several attributes that is set.
    fn first(&self, names: &[&str]) -> Option<Text> {
        names.iter().find_map(|name| self.text(name))
    }

    /// An attribute that is a list, or a text that stands for one.
    fn texts(&self, name: &str) -> Vec<Text> {
        let Some(written) = self.resource.get(name) else { return Vec::new() };
        let at = place(written.file, written.expression);
        let Some(value) = self.worked_out(written, name) else { return Vec::new() };
        value.one_or_many().iter().filter_map(Node::text).map(|text| within(text, at)).collect()
    }

    /// An attribute of a block in the resource.
    fn in_block(&self, block: &str, name: &str) -> Option<Text> {
        self.text_of(self.block(block)?.get(name)?, name)
    }

    fn block(&self, name: &str) -> Option<Declared<'a>> {
        let declared = self.resource.declared;
        declared
            .block
            .body
            .blocks()
            .find(|block| block.ident.as_str() == name)
            .map(|block| Declared { file: declared.file, block })
    }

    fn provider_setting(&self, provider: &str, setting: &str) -> Option<Text> {
        let found = self.world.provider_setting(self.instance, self.resource, provider, setting, 0)?;
        found.text().cloned()
    }
}

/// A text at its own place where that is inside of the attribute, else at the attribute's.
fn within(text: &Text, at: Place) -> Text {
    let own = text.place;
    let inside = own.file == at.file && own.start >= at.start && own.end <= at.end;
    if inside { text.clone() } else { text.clone().at(at) }
}
