//! ARM templates and Bicep.
//!
//! Both languages are read into one shape, [`template`]. Where everything is read, every template that no other one
//! deploys is worked out with each file of parameters that belongs to it, and what it declares becomes identities
//! and credentials.

mod bicep;
mod convert;
mod declared;
mod evaluate;
mod expression;
mod json;
mod order;
mod parameters;
mod template;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::model::{Draft, Identity, IdentityKind};
use crate::source::{FileId, Node, Sources, Text};
use crate::{definitions, facts};
use convert::{Defined, Root};
use evaluate::{Locals, Scope, World};
use template::{Expr, Kind, Template};

/// With how many files of parameters one template is worked out.
const MOST_VARIANTS: usize = 24;

/// What one template declares.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    document: Option<(FileId, Document)>,
}

#[derive(Debug)]
enum Document {
    Template(Template),
    /// A `.bicepparam` file: the template it is for, and its parameters as variables.
    BicepParameters(String, Template),
    Parameters(BTreeMap<String, Expr>),
}

/// The values of parameters.
type Values = BTreeMap<String, Node>;

/// Whether a document is a template or its parameters.
pub(crate) fn is_template(document: &Node) -> bool {
    json::is_template(document) || json::is_parameters(document)
}

/// Reads a template, or parameters for one.
pub(crate) fn read(path: &str, document: &Node, facts: &mut facts::Facts) {
    let read = if json::is_template(document) {
        facts.is("ARM template");
        definitions::read_template(path, document, facts);
        Document::Template(json::template(document, 0))
    } else {
        facts.is("ARM parameters");
        Document::Parameters(json::values(document))
    };
    facts.arm.document = Some((document.place.file, read));
}

/// Reads a Bicep file, or parameters for one.
pub(crate) fn read_bicep(file: FileId, text: &str, facts: &mut facts::Facts) {
    let Some(read) = bicep::read(file, text) else { return };
    facts.unreadable.extend(read.faults);
    let document = match read.using {
        Some(path) => {
            facts.is("Bicep parameters");
            Document::BicepParameters(path, read.template)
        }
        None => {
            facts.is("Bicep");
            Document::Template(read.template)
        }
    };
    facts.arm.document = Some((file, document));
}

/// Works out every template and adds what it defines.
pub(crate) fn join(sources: &Sources, facts: &[facts::Facts], draft: &mut Draft) {
    let documents: Vec<(FileId, &Document)> = facts
        .iter()
        .filter_map(|facts| facts.arm.document.as_ref())
        .map(|(file, document)| (*file, document))
        .collect();
    if documents.is_empty() {
        return;
    }
    let templates: BTreeMap<&str, &Template> = documents
        .iter()
        .filter_map(|(file, document)| match document {
            Document::Template(template) => Some((sources.file(*file).path.as_str(), template)),
            _ => None,
        })
        .collect();
    let world = World::new(sources, templates);
    let mut identities = Vec::new();
    for variant in variants(&world, &documents) {
        world.reset();
        let Root { identities: found, credentials } = convert::root(&declared::all(&Rc::new(variant)));
        identities.extend(found);
        draft.credentials.extend(credentials);
    }
    draft.identities.extend(joined(identities));
}

/// Every template that is deployed by itself, with each set of parameters.
fn variants<'a>(world: &'a World<'a>, documents: &[(FileId, &'a Document)]) -> Vec<Scope<'a>> {
    let sources = world.sources;
    let mut with_values: BTreeMap<&str, Vec<(FileId, Values)>> = BTreeMap::new();
    for (file, document) in documents {
        if let Some((path, values)) = given(world, *file, document) {
            with_values.entry(path).or_default().push((*file, values));
        }
    }
    let deployed = deployed(world);
    let mut all = Vec::new();
    for (path, template) in &world.templates {
        let Some(file) = sources.find(path) else { continue };
        match with_values.remove(path) {
            Some(sets) => all.extend(sets.into_iter().take(MOST_VARIANTS).map(|(from, values)| {
                let root = Rc::from(sources.file(from).path.as_str());
                Scope::new(world, template, file, root, values)
            })),
            None if deployed.contains(*path) || is_made_of_bicep(world, path, template) => {}
            None => all.push(Scope::new(world, template, file, Rc::from(*path), BTreeMap::new())),
        }
    }
    all
}

/// A template that `bicep build` wrote beside its source says nothing of its own.
fn is_made_of_bicep(world: &World<'_>, path: &str, template: &Template) -> bool {
    let source = path.rsplit_once('.').map(|(stem, _)| format!("{stem}.bicep"));
    template.generated && source.is_some_and(|source| world.templates.contains_key(source.as_str()))
}

/// The template that a file has parameters for, and the parameters.
fn given<'a>(world: &'a World<'a>, file: FileId, document: &'a Document) -> Option<(&'a str, BTreeMap<String, Node>)> {
    let own = world.sources.file(file).path.as_str();
    match document {
        Document::Template(_) => None,
        Document::Parameters(values) => {
            let path = parameters::template_for(own, values, &world.templates)?;
            let scope = Rc::new(Scope::new(world, world.templates.get(path)?, file, Rc::from(own), BTreeMap::new()));
            let values = values.iter().map(|(key, value)| (key.clone(), scope.value(value, &Locals::new())));
            Some((path, values.collect()))
        }
        Document::BicepParameters(using, template) => {
            let path = crate::source::join(crate::source::folder(own), using)?;
            let (path, target) = world.templates.get_key_value(path.as_str())?;
            let scope = Rc::new(Scope::new(world, template, file, Rc::from(own), BTreeMap::new()));
            let values = template.variables.iter().filter(|(key, _)| target.parameters.contains_key(*key));
            Some((path, values.map(|(key, value)| (key.clone(), scope.value(value, &Locals::new()))).collect()))
        }
    }
}

/// The paths of templates that other templates deploy.
fn deployed(world: &World<'_>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (path, template) in &world.templates {
        deployed_by(template, crate::source::folder(path), &mut found);
    }
    found
}

fn deployed_by(template: &Template, folder: &str, out: &mut BTreeSet<String>) {
    for statement in &template.statements {
        match &statement.kind {
            Kind::File(path) => out.extend(crate::source::join(folder, path)),
            Kind::Nested { template, .. } => deployed_by(template, folder, out),
            Kind::Resource(_) | Kind::Elsewhere => {}
        }
    }
}

/// An identity that one root makes and one other root refers to by name is one identity. Where several do, they may
/// be deployed to different places.
fn joined(all: Vec<Defined>) -> Vec<Identity> {
    let (made, referred): (Vec<Defined>, Vec<Defined>) = all.into_iter().partition(|defined| !defined.existing);
    let (makers, referrers) = (by_name(&made), by_name(&referred));
    let mut identities: Vec<Identity> = made.into_iter().map(|defined| defined.identity).collect();
    for defined in referred {
        let key = key(&defined);
        let only = |found: &BTreeMap<Key, Vec<usize>>| match found.get(key.as_ref()?).map(Vec::as_slice) {
            Some([only]) => Some(*only),
            _ => None,
        };
        let maker = only(&referrers).and_then(|_| only(&makers));
        match maker.and_then(|at| identities.get_mut(at)) {
            Some(identity) => {
                let Identity { references, client_id, principal_id, .. } = defined.identity;
                identity.references.extend(references.into_iter().chain(client_id).chain(principal_id));
            }
            None => identities.push(defined.identity),
        }
    }
    identities
}

/// The name of an identity, and whether it is an application.
type Key = (String, bool);

fn key(defined: &Defined) -> Option<Key> {
    let name = defined.own_name.as_ref().and_then(Text::known)?;
    Some((name.to_ascii_lowercase(), defined.identity.kind == IdentityKind::Application))
}

fn by_name(all: &[Defined]) -> BTreeMap<Key, Vec<usize>> {
    let mut found: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for (at, defined) in all.iter().enumerate() {
        if let Some(key) = key(defined) {
            found.entry(key).or_default().push(at);
        }
    }
    found
}

#[cfg(test)]
mod tests;
